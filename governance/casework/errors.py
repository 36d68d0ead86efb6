"""Why a step is not taken, as errors; each carries what a person can act on."""

from __future__ import annotations

from governance.casework.steps import Refusal
from governance.errors import GovernanceError

__all__ = ["CaseChanged", "CaseMissing", "StepRefused"]


class CaseMissing(GovernanceError):
    """There is no case of this number."""

    code = "not-found"

    def __init__(self, number: str) -> None:
        super().__init__(f"no case {number}")
        self.number = number


class CaseChanged(GovernanceError):
    """Somebody took a step since the case was read."""

    code = "case-changed"

    def __init__(self, number: str, revision: int) -> None:
        super().__init__(f"{number} is at revision {revision}", field="revision")
        self.number = number
        self.revision = revision


class StepRefused(GovernanceError):
    """The table of steps does not allow it now."""

    code = "case-step"

    def __init__(self, number: str, refusal: Refusal) -> None:
        super().__init__("; ".join(fault.words.en for fault in refusal.faults))
        self.number = number
        self.refusal = refusal
