"""What routing in memory works with: zones of a layer, and the columns it fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grid_data.bulk.coded import Coded
from grid_data.bulk.ragged import Ragged, joined, offsets_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]


@dataclass
class RoutedColumns:
    """Columns of ``incident`` and ``routing`` for n points; 0 stands for "none" in identifiers."""

    problem: Objects  # code of the place problem, or None
    zone_version_ids: Ragged
    zone_ids: Ragged
    base_grid_id: Ints
    land_unit_id: Ints
    facility_id: Ints
    facility_distance_m: Floats
    rule_id: Ints
    organisation_id: Ints
    supporting_ids: Ragged
    border_evidence: Coded  # JSON texts
    runners_up: Coded  # JSON texts

    @classmethod
    def empty(cls, problem: Objects) -> RoutedColumns:
        """Columns without any answer yet."""
        n = len(problem)
        nothing = Ragged(np.empty(0, np.int64), np.zeros(n + 1, np.int64))
        return cls(
            problem=problem,
            zone_version_ids=nothing,
            zone_ids=nothing,
            base_grid_id=np.zeros(n, dtype=np.int64),
            land_unit_id=np.zeros(n, dtype=np.int64),
            facility_id=np.zeros(n, dtype=np.int64),
            facility_distance_m=np.full(n, np.nan),
            rule_id=np.zeros(n, dtype=np.int64),
            organisation_id=np.zeros(n, dtype=np.int64),
            supporting_ids=nothing,
            border_evidence=Coded.same("{}", n),
            runners_up=Coded.same("[]", n),
        )

    def take(self, other: RoutedColumns, rows: Ints) -> None:
        """Become the answers that others have in some rows, in their order."""
        for name, theirs in vars(other).items():
            setattr(self, name, theirs[rows] if isinstance(theirs, np.ndarray) else theirs.take(rows))

    def put(self, rows: Ints, part: RoutedColumns) -> None:
        """Take over the answers for some of the rows."""
        where = np.arange(len(self.problem))
        where[rows] = len(where) + np.arange(len(rows))
        for name, mine in vars(self).items():
            theirs = getattr(part, name)
            if isinstance(mine, np.ndarray):
                mine[rows] = theirs
            elif isinstance(mine, Coded):
                setattr(self, name, mine.put(rows, theirs))
            elif not len(mine.values) and np.all(np.diff(rows) > 0):
                # The usual first time: nothing lies between what comes.
                counts = np.zeros(len(mine), dtype=np.int64)
                counts[rows] = theirs.counts
                setattr(self, name, Ragged(theirs.values, offsets_of(counts)))
            else:
                setattr(self, name, joined([mine, theirs]).take(where))


@dataclass
class LayerZones:
    """Zones of one layer at a moment, beside the router's answer for them."""

    code: str
    kind: str
    cardinality: str
    nearest_tolerance_m: float
    zones: list[dict[str, Any]]

    def column(self, name: str) -> Ints:
        """Identifiers per zone number, one more 0 at the end for "no zone" (number -1)."""
        return np.array([zone[name] or 0 for zone in self.zones] + [0], dtype=np.int64)
