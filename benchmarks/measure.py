"""What a benchmark answers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Measure", "percentile", "processor_s", "server_processor_s"]


@dataclass(frozen=True)
class Measure:
    """One measured value with its unit."""

    name: str
    value: float
    unit: str
    note: str = ""

    def shown(self) -> str:
        """The value with as many digits as can mean something."""
        return f"{self.value:,.0f}" if abs(self.value) >= 100 else f"{self.value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed.

    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.5)
    2.0
    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.99)
    4.0
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def processor_s(process: int, *, with_ended: bool = False) -> float:
    """Processor time of a process so far, s (fields 14 and 15 of its stat file, proc(5)); 0 if it has ended.

    ``with_ended`` adds that of its children that ended (fields 16 and 17).
    """
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        # Ended a moment ago, like a run of autovacuum.
        return 0.0
    return sum(map(int, fields[11 : 15 if with_ended else 13])) / os.sysconf("SC_CLK_TCK")


def server_processor_s(postmaster: int) -> float:
    """Processor time of a database server's processes so far, s, those that ended included."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
    return processor_s(postmaster, with_ended=True) + sum(map(processor_s, map(int, children)))
