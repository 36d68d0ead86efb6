"""What can be wrong with urgent tasks, guidance texts and hand-overs, as problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.field_errors import FieldError
from api.problems import Problem
from governance.incidents.answers import Name
from governance.patrols.errors import AreaRefused, TaskMissing, TaskRefused

__all__ = ["task_problems"]


@contextmanager
def task_problems() -> Iterator[None]:
    """Turn what the floor below refuses into problems."""
    try:
        yield
    except TaskMissing as missing:
        name = Name(zh=missing.words.zh, en=missing.words.en)
        fields = [FieldError(missing.field, name, "not-found")] if missing.field else []
        raise Problem("not-found", name, *fields) from missing
    except TaskRefused as refused:
        name = Name(zh=refused.words.zh, en=refused.words.en)
        raise Problem("task-refused", name, FieldError(refused.field or "", name, refused.code)) from refused
    except AreaRefused as refused:
        name = Name(zh=refused.words.zh, en=refused.words.en)
        raise Problem(
            "task-refused", name, FieldError(refused.field or "area", name, refused.code)
        ) from refused
