"""What can be wrong with a plan or a move, as typed errors; the API turns each into one problem type."""

from __future__ import annotations

from collections.abc import Sequence

from gis.redraw.steps import RedrawRefused
from gis.words import Words
from governance.errors import GovernanceError
from governance.planning.answers import Conflict

__all__ = [
    "ImpossibleProposal",
    "MoveRefused",
    "NotRedrawable",
    "PlanConflict",
    "PlanExists",
    "PlanMissing",
    "PlanNotDraft",
]


class PlanMissing(GovernanceError):
    """There is no plan, or no region, with this code."""

    code = "not-found"

    def __init__(self, words: Words, *, field: str | None = None) -> None:
        super().__init__(words.en, field=field)
        self.words = words


class PlanExists(GovernanceError):
    """A plan with this code exists already."""

    code = "plan-exists"


class NotRedrawable(GovernanceError):
    """A layer, or an area of it, that no plan can be made for."""

    code = "not-redrawable"

    def __init__(self, words: Words, *, field: str) -> None:
        super().__init__(words.en, field=field)
        self.words = words


class PlanNotDraft(GovernanceError):
    """The plan is submitted or further: nothing can be drawn in it."""

    code = "plan-not-draft"

    def __init__(self, state: str) -> None:
        super().__init__(f"the plan is {state}")
        self.state = state


class PlanConflict(GovernanceError):
    """Somebody else changed the same since; ``conflicts`` names each unit and zone, yours and theirs."""

    code = "plan-conflict"

    def __init__(self, words: Words, revision: int, conflicts: Sequence[Conflict] = ()) -> None:
        super().__init__(words.en)
        self.words = words
        self.revision = revision
        self.conflicts = conflicts


class MoveRefused(GovernanceError):
    """A move that the rules forbid, or that cannot be done."""

    def __init__(self, refusal: RedrawRefused) -> None:
        super().__init__(refusal.words.en)
        self.code = refusal.code
        self.words = refusal.words
        self.zone = refusal.zone
        self.unit = refusal.unit


class ImpossibleProposal(GovernanceError):
    """Wishes for proposals that cannot be searched for."""

    code = "impossible-proposal"

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words
