"""What can be wrong with plans and moves, as problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Path
from pydantic import Field

from api.actor import WHO
from api.field_errors import FieldError
from api.formats import NOT_NUL
from api.problems import Problem
from api.reports import SAYS_SOMETHING
from gis.words import Words
from governance.incidents.answers import Name
from governance.planning.errors import (
    ImpossibleProposal,
    MoveRefused,
    NotRedrawable,
    PlanConflict,
    PlanExists,
    PlanMissing,
    PlanNotDraft,
)
from governance.planning.refusals import PlanRefused

__all__ = ["PLAN_CODE", "By", "PlanCode", "plan_problems"]

PLAN_CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"

PlanCode = Annotated[
    str,
    Path(
        pattern=NOT_NUL,
        json_schema_extra={"format": "plan-code"},
        examples=["P20261127-01"],
    ),
]
By = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        pattern=SAYS_SOMETHING,
        examples=["王规划"],
        description="Who does it; whoever is signed in may leave it out.",
        json_schema_extra=WHO,
    ),
]


def _name(words: Words) -> Name:
    return Name(zh=words.zh, en=words.en)


@contextmanager
def plan_problems() -> Iterator[None]:
    """Turn what the floor below refuses into problems."""
    try:
        yield
    except PlanMissing as missing:
        name = _name(missing.words)
        fields = [FieldError(missing.field, name, "not-found")] if missing.field else []
        raise Problem("not-found", name, *fields) from missing
    except NotRedrawable as refusal:
        name = _name(refusal.words)
        raise Problem(
            "not-redrawable", name, FieldError(refusal.field or "", name, refusal.code)
        ) from refusal
    except PlanExists as refusal:
        name = Name(zh="编码已被使用", en=refusal.message)
        raise Problem("plan-exists", name, FieldError("code", name, refusal.code)) from refusal
    except PlanNotDraft as refusal:
        name = Name(zh=f"方案状态为 {refusal.state}", en=refusal.message)
        raise Problem("plan-not-draft", name) from refusal
    except PlanConflict as refusal:
        conflicts = [each.model_dump(mode="json") for each in refusal.conflicts]
        name = _name(refusal.words)
        raise Problem(
            "plan-conflict",
            name,
            FieldError("revision", name, "plan-conflict"),
            more={"conflicts": conflicts},
        ) from refusal
    except PlanRefused as refusal:
        detail = Name(
            zh="；".join(words.zh for words in refusal.reasons),
            en="; ".join(words.en for words in refusal.reasons),
        )
        faults = [FieldError("plan", _name(words), refusal.code) for words in refusal.reasons]
        raise Problem("plan-refused", detail, *faults) from refusal
    except ImpossibleProposal as refusal:
        name = _name(refusal.words)
        raise Problem("impossible-proposal", name, FieldError("options", name, refusal.code)) from refusal
    except MoveRefused as refusal:
        name = _name(refusal.words)
        kind = "zone-locked" if refusal.code == "zone-locked" else "move-refused"
        field = "zone" if refusal.zone is not None else "units" if refusal.unit is not None else "kind"
        raise Problem(kind, name, FieldError(field, name, refusal.code)) from refusal
