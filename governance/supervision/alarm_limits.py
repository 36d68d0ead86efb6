"""From which counts on the queue raises its alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from grid_data.dispatch import QueueCounts

__all__ = ["AlarmKind", "AlarmLimits"]

AlarmKind = Literal["unassigned", "near_due"]


@dataclass(frozen=True)
class AlarmLimits:
    """Counts from which on an alarm is raised.

    Attributes
    ----------
    unassigned
        Open incidents that nobody has been given yet.
    near_due
        Open incidents whose clock runs and is due soon.
    """

    unassigned: int = 100
    near_due: int = 100

    def exceeded(self, counts: QueueCounts) -> bool:
        """Whether there are too many of either."""
        return any(counted >= limit for counted, limit in self.compared(counts).values())

    def compared(self, counts: QueueCounts) -> Mapping[AlarmKind, tuple[int, int]]:
        """Count and limit of each kind."""
        return {
            "unassigned": (counts.unassigned, self.unassigned),
            "near_due": (counts.near_due, self.near_due),
        }
