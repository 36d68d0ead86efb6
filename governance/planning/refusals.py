"""Why something is not done with a plan."""

from __future__ import annotations

from collections.abc import Sequence

from gis.words import Words
from governance.errors import GovernanceError

__all__ = ["PlanRefused"]


class PlanRefused(GovernanceError):
    """The state, the person, the moment or the plan itself does not allow it.

    ``code`` is one of plan-state, plan-person, plan-empty, plan-unsound, plan-moment, plan-overtaken;
    ``reasons`` names each reason.
    """

    def __init__(self, code: str, reasons: Sequence[Words]) -> None:
        super().__init__("; ".join(words.en for words in reasons))
        self.code = code
        self.reasons = tuple(reasons)
