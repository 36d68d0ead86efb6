"""How long each piece may be searched when time is limited by the clock, not by work alone.

Work is shared out beforehand and does not depend on the machine. On one that keeps up with it the clock never
cuts in, and the same seed finds the same; on a slower or busier one every piece gets its share of the time
that is left, and cools down faster.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["FIRST_SLACK", "SLACK", "Allowance", "Clock"]

SLACK: Final = 1.25
"""A piece may take so much more than its share of the time left: single pieces are uneven."""
FIRST_SLACK: Final = 3.0
"""The same for the short search that comes first."""
ANNEALING: Final = 0.65
"""Of a piece's time; the rest is for recombining, which gains more in the same time."""


@dataclass
class Allowance:
    """Time of one piece. ``ends`` None: as long as its work takes."""

    begun: float
    ends: float | None
    moves: int

    def late(self) -> bool:
        """Whether its time is over."""
        return self.ends is not None and time.monotonic() >= self.ends

    def annealing_ends(self) -> float:
        """When it has to be cold."""
        return float("inf") if self.ends is None else self.begun + ANNEALING * (self.ends - self.begun)

    def left_s(self) -> float:
        """Seconds left; infinite without a limit."""
        return float("inf") if self.ends is None else max(0.0, self.ends - time.monotonic())

    def share_gone(self, begun: float, moves: int) -> float:
        """How much (0..) of the time of a part of the work has passed since it was begun.

        ``moves`` are those of the part and of all that is to follow it.
        """
        if self.ends is None:
            return 0.0
        own = (self.annealing_ends() - begun) * moves / max(self.moves, moves, 1)
        return (time.monotonic() - begun) / own if own > 0 else 1.0

    def worked(self, moves: int) -> None:
        """A part of the work is done or given up."""
        self.moves -= moves


class Clock:
    """Shares the time up to a limit out to pieces as they begin."""

    def __init__(self, limit_s: float | None) -> None:
        self._ends = None if limit_s is None else time.monotonic() + limit_s
        self._moves: Sequence[int] = ()
        self._threads, self._waiting = 1, 0
        self._lock = threading.Lock()

    def share_out(self, moves: Sequence[int], threads: int) -> None:
        """Share what is left among pieces with so much work each, so many at a time."""
        self._moves, self._threads, self._waiting = moves, threads, sum(moves)

    def begin(self, number: int, slack: float = SLACK) -> Allowance:
        """The time of a piece whose search begins now: at most ``slack`` times its share of what is left."""
        now, mine = time.monotonic(), self._moves[number]
        with self._lock:
            waiting = max(self._waiting, 1)
            self._waiting -= mine
        if self._ends is None:
            return Allowance(now, None, mine)
        share = (self._ends - now) * min(1.0, slack * self._threads * mine / waiting)
        return Allowance(now, now + max(share, 0.0), mine)
