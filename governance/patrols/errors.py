"""What can be wrong with a request about urgent tasks, guidance or hand-overs, in both languages."""

from __future__ import annotations

from gis.words import Words
from governance.errors import GovernanceError

__all__ = ["AreaRefused", "TaskMissing", "TaskRefused"]


class TaskMissing(GovernanceError):
    """There is no such task, or the grid has no receipt in it."""

    code = "not-found"

    def __init__(self, words: Words, *, field: str | None = None) -> None:
        super().__init__(words.en, field=field)
        self.words = words


class TaskRefused(GovernanceError):
    """The state of the task, or who asks, does not allow it. ``code`` says which kind of reason."""

    def __init__(self, code: str, words: Words, *, field: str = "role") -> None:
        super().__init__(words.en, field=field)
        self.code = code
        self.words = words


class AreaRefused(GovernanceError):
    """The area cannot be used: no such zone, a drawing that crosses itself, nothing in it."""

    code = "bad-area"

    def __init__(self, words: Words, *, field: str = "area") -> None:
        super().__init__(words.en, field=field)
        self.words = words
