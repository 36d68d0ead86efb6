"""What can be wrong with a step of a case, as problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.field_errors import FieldError
from api.problems import Problem
from governance.casework.errors import CaseChanged, CaseMissing, StepRefused
from governance.incidents.answers import Name

__all__ = ["case_problems", "no_case"]


def no_case(number: str) -> Problem:
    """The problem that there is no case of a number."""
    return Problem("not-found", Name(zh=f"没有案件 {number}", en=f"no case {number}"))


@contextmanager
def case_problems() -> Iterator[None]:
    """Turn what the floor below refuses into problems."""
    try:
        yield
    except CaseMissing as missing:
        raise no_case(missing.number) from missing
    except CaseChanged as changed:
        name = Name(
            zh=f"案件 {changed.number} 刚被他人处理（现为第 {changed.revision} 版），请刷新后重试",
            en=f"somebody took a step of {changed.number} (now at revision {changed.revision}): look again",
        )
        raise Problem(
            "case-changed",
            name,
            FieldError("revision", name, "case-changed"),
            more={"revision": changed.revision},
        ) from changed
    except StepRefused as refused:
        faults = refused.refusal.faults
        detail = Name(
            zh="；".join(fault.words.zh for fault in faults), en="; ".join(fault.words.en for fault in faults)
        )
        errors = [
            FieldError(fault.field or "action", Name(zh=fault.words.zh, en=fault.words.en), fault.kind)
            for fault in faults
        ]
        raise Problem("case-step", detail, *errors) from refused
