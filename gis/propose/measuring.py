"""Figures of an assignment of units to zones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis.propose.proposal import NO_ZONE, CommunityRange, Measures
from gis.unit_graph import Barrier, UnitGraph

__all__ = ["ZoneFigures", "feasible_grids", "measured", "zone_figures"]

Ints = NDArray[np.int64]


class ZoneFigures:
    """Per zone, in the order of zone numbers; units without a zone are left out.

    Attributes
    ----------
    number, households, units, community, parts
        int64 (zones,); ``community`` is that of the first unit, ``parts`` 1 for a connected zone.
    polsby_popper
        float64 (zones,).
    nested
        bool (zones,): all units in one community.
    index
        int64 (n,): place of each unit's zone in these, -1 for none.
    """

    def __init__(self, graph: UnitGraph, zone: NDArray[np.integer]) -> None:
        there = zone != NO_ZONE
        self.number, index = np.unique(zone[there].astype(np.int64), return_inverse=True)
        self.index = np.full(len(graph), -1, dtype=np.int64)
        self.index[there] = index
        count = len(self.number)
        self.households = np.bincount(index, weights=graph.households[there], minlength=count).astype(
            np.int64
        )
        self.units = np.bincount(index, minlength=count)
        area = np.bincount(index, weights=graph.area_m2[there], minlength=count)
        perimeter = np.bincount(index, weights=graph.perimeter_m[there], minlength=count)
        one, two = self.index[graph.ends[:, 0]], self.index[graph.ends[:, 1]]
        inside = (one == two) & (one >= 0)
        inner = np.bincount(one[inside], weights=graph.length_m[inside], minlength=count)
        perimeter = perimeter - 2.0 * inner
        self.polsby_popper = 4.0 * np.pi * area / np.maximum(perimeter, 1e-9) ** 2
        _, part = graph.parts(np.where(there, zone, NO_ZONE))
        pairs = np.unique(np.column_stack([index, part[there]]), axis=0)
        self.parts = np.bincount(pairs[:, 0], minlength=count)
        pairs = np.unique(np.column_stack([index, graph.community[there]]), axis=0)
        self.nested = np.bincount(pairs[:, 0], minlength=count) == 1
        self.community = np.zeros(count, dtype=np.int64)
        self.community[index[::-1]] = graph.community[there][::-1]


def zone_figures(graph: UnitGraph, zone: NDArray[np.integer]) -> ZoneFigures:
    """Figures of each zone of an assignment (n,) of zone numbers."""
    return ZoneFigures(graph, zone)


def feasible_grids(graph: UnitGraph, minimum: int, maximum: int) -> list[CommunityRange]:
    """How many grids each community can have, in the order of their numbers.

    >>> feasible_grids(UnitGraph.row([300, 200, 100]), 300, 500)
    [CommunityRange(community=0, households=600, least=2, most=2)]
    """
    numbers, where = np.unique(graph.community, return_inverse=True)
    total = np.bincount(where, weights=graph.households).astype(np.int64)
    return [
        CommunityRange(number, households, max(1, -(-households // maximum)), households // minimum)
        for number, households in zip(numbers.tolist(), total.tolist(), strict=True)
    ]


def measured(
    graph: UnitGraph,
    zone: NDArray[np.integer],
    current: NDArray[np.integer] | None,
    minimum: int,
    maximum: int,
    *,
    exempt: frozenset[int] = frozenset(),
    seconds: float = 0.0,
) -> Measures:
    """Figures of a whole assignment.

    Parameters
    ----------
    zone, current
        (n,) zone numbers, now and before; ``NO_ZONE`` for none.
    minimum, maximum
        The band.
    exempt
        Zones that the band does not concern.
    """
    zones = ZoneFigures(graph, zone)
    if not len(zones.number):
        return Measures(0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0, 0, 0.0, 0.0, 1.0, 1.0, seconds)
    judged = ~np.isin(zones.number, list(exempt))
    in_band = (zones.households >= minimum) & (zones.households <= maximum)
    possible = {one.community for one in feasible_grids(graph, minimum, maximum) if one.feasible}
    feasible = judged & np.isin(zones.community, list(possible))
    moved, untouched = 0.0, 1.0
    if current is not None and (current != NO_ZONE).any():
        had = current != NO_ZONE
        changed = had & (current != zone)
        households = graph.households.sum()
        moved = float(graph.households[changed].sum() / households) if households else 0.0
        touched = np.union1d(current[changed], zone[(current != zone) & (zone != NO_ZONE)])
        before = np.unique(current[had])
        untouched = float(1.0 - np.isin(before, touched).mean())
    one, two = zones.index[graph.ends[:, 0]], zones.index[graph.ends[:, 1]]
    borders = (one != two) & (graph.community[graph.ends[:, 0]] == graph.community[graph.ends[:, 1]])
    along = borders & (graph.barrier >= Barrier.STREET)
    length = graph.length_m[borders].sum()
    mean = zones.households.mean()
    return Measures(
        zones=len(zones.number),
        in_band_share=float(in_band[judged].mean()) if judged.any() else 1.0,
        feasible_in_band_share=float(in_band[feasible].mean()) if feasible.any() else 1.0,
        connected_share=float((zones.parts == 1).mean()),
        nested_share=float(zones.nested.mean()),
        mean_polsby_popper=float(zones.polsby_popper.mean()),
        p10_polsby_popper=float(np.quantile(zones.polsby_popper, 0.1)),
        minimum=int(zones.households.min()),
        maximum=int(zones.households.max()),
        spread=float(zones.households.std() / mean) if mean else 0.0,
        moved_share=moved,
        untouched_share=untouched,
        street_share=float(graph.length_m[along].sum() / length) if length else 1.0,
        seconds=seconds,
    )
