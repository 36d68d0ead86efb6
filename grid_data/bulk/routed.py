"""What routing in memory works with: zones of a layer, and the columns it fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]


@dataclass(frozen=True)
class RoutedColumns:
    """Columns of ``incident`` and ``routing`` for n points; 0 stands for "none" in identifiers."""

    problem: Objects  # code of the place problem, or None
    zone_version_ids: list[list[int]]
    zone_ids: list[list[int]]
    base_grid_id: Ints
    land_unit_id: Ints
    facility_id: Ints
    facility_distance_m: NDArray[np.float64]
    rule_id: Ints
    organisation_id: Ints
    supporting_ids: list[list[int]]
    border_evidence: list[str]
    runners_up: list[str]

    @classmethod
    def empty(cls, problem: Objects) -> RoutedColumns:
        """Columns without any answer yet."""
        n = len(problem)
        return cls(
            problem=problem,
            zone_version_ids=[[] for _ in range(n)],
            zone_ids=[[] for _ in range(n)],
            base_grid_id=np.zeros(n, dtype=np.int64),
            land_unit_id=np.zeros(n, dtype=np.int64),
            facility_id=np.zeros(n, dtype=np.int64),
            facility_distance_m=np.full(n, np.nan),
            rule_id=np.zeros(n, dtype=np.int64),
            organisation_id=np.zeros(n, dtype=np.int64),
            supporting_ids=[[] for _ in range(n)],
            border_evidence=["{}"] * n,
            runners_up=["[]"] * n,
        )


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
