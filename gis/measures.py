"""How good zones are: households, connection, shape, borders, and what a redraw moved.

All of it follows from the units: a zone's area is the sum of theirs, its perimeter the sum of theirs less
twice the borders inside, so only the smallest circle needs shapes. Areas and lengths are those of the city's
conformal metric zone: an area over a squared length is wrong in degrees and in equal-area systems.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.unit_graph import Barrier, UnitGraph

__all__ = ["NOWHERE", "Band", "UnitCounts", "ZoneMeasures", "measure_zones", "polsby_popper", "reock"]

Ints = NDArray[np.int32]

NOWHERE = 0
"""In an assignment: the unit is in no zone, or is not there (it is cut)."""


@dataclass(frozen=True)
class Band:
    """Households a zone should have, both ends inclusive."""

    minimum: int = 300
    maximum: int = 500

    def holds(self, households: int) -> bool:
        """Whether a number of households lies within."""
        return self.minimum <= households <= self.maximum


@dataclass(frozen=True, eq=False)
class UnitCounts:
    """What else units carry, beside what the graph says; int64 (n,) each.

    Attributes
    ----------
    incidents_year, facilities
        Incidents of a year, and facilities, on each unit.
    base
        Number of the zone each unit was in before; `NOWHERE`: none.
    """

    incidents_year: NDArray[np.integer]
    facilities: NDArray[np.integer]
    base: NDArray[np.integer]


@dataclass(frozen=True)
class ZoneMeasures:
    """Figures of one zone.

    Attributes
    ----------
    households_before
        Households of the units that were in it in the base edition; all figures count households as of now.
    moved_in, moved_out
        Households on units that came, and on units that left, since the base edition.
    in_band, connected, inside_community
        An empty zone is in no band; it counts as connected and inside.
    polsby_popper
        4 π area / perimeter²; 1 is a circle. 0 without units.
    reock
        Area over that of the smallest circle round it; None where no shapes were given.
    barrier_share
        Share, by length, of its borders with other zones that runs along a street, a railway or water
        (`Barrier` from ``STREET`` on); None where it has no such border.
    perimeter_m
        Outer and inner borders together.
    """

    number: int
    units: int
    households: int
    residents: int
    buildings: int
    incidents_year: int
    facilities: int
    households_before: int
    moved_in: int
    moved_out: int
    in_band: bool
    connected: bool
    inside_community: bool
    area_m2: float
    perimeter_m: float
    polsby_popper: float
    reock: float | None
    barrier_share: float | None


def polsby_popper(area: float, perimeter: float) -> float:
    """4 π area / perimeter², at most 1.

    >>> round(polsby_popper(1.0, 4.0), 4)
    0.7854
    """
    return min(1.0, 4 * float(np.pi) * area / perimeter**2) if perimeter > 0 else 0.0


def reock(shapes: NDArray[np.object_]) -> float:
    """Area of shapes that do not overlap over the area of the smallest circle round them all.

    >>> round(reock(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])), 4)
    0.5093
    """
    circle = shapely.minimum_bounding_radius(shapely.geometrycollections(shapes))
    return float(shapely.area(shapes).sum() / (np.pi * circle**2)) if circle > 0 else 0.0


def measure_zones(
    graph: UnitGraph,
    zone: NDArray[np.integer],
    counts: UnitCounts,
    *,
    band: Band,
    zones: Iterable[int] | None = None,
    shapes: NDArray[np.object_] | None = None,
) -> list[ZoneMeasures]:
    """Figures of zones.

    Parameters
    ----------
    graph
        The units; those in `NOWHERE` are left out of everything.
    zone
        (n,): number of each unit's zone.
    counts
        What else each unit carries, and where it was.
    band
        Households a zone should have.
    zones
        Numbers of the zones asked about, also of such as have no unit; None: all that have one.
    shapes
        (n,): the units' polygons in the metric zone, for `reock`; None: without it.
    """
    now = np.asarray(zone, dtype=np.int64)
    asked = (
        np.unique(np.asarray(list(zones), dtype=np.int64)) if zones is not None else np.unique(now[now > 0])
    )
    if not len(asked):
        return []
    size = int(max(now.max(initial=0), counts.base.max(initial=0), asked.max())) + 1
    base = np.where(now > 0, counts.base, NOWHERE).astype(np.int64)

    def total(values: NDArray[np.generic], by: NDArray[np.int64] = now) -> NDArray[np.float64]:
        found = np.bincount(by, weights=np.asarray(values, dtype=np.float64), minlength=size)
        return np.asarray(found, dtype=np.float64)

    homes = graph.households
    inside, border, followed = _borders(graph, now, size)
    moved = now != base
    perimeter = total(graph.perimeter_m) - 2 * inside
    area = total(graph.area_m2)
    sums = {
        "units": total(np.ones(len(now))),
        "households": total(homes),
        "residents": total(graph.residents),
        "buildings": total(graph.buildings),
        "incidents_year": total(counts.incidents_year),
        "facilities": total(counts.facilities),
        "households_before": total(homes, base),
        "moved_in": total(homes * moved),
        "moved_out": total(homes * moved, base),
    }
    pieces = _pieces(graph, now, size)
    communities = np.bincount(
        np.unique(now * (int(graph.community.max(initial=0)) + 1) + graph.community)
        // (int(graph.community.max(initial=0)) + 1),
        minlength=size,
    )
    rows = _rows_of(now, asked) if shapes is not None else {}
    return [
        ZoneMeasures(
            number=number,
            **{name: int(values[number]) for name, values in sums.items()},
            in_band=bool(sums["units"][number]) and band.holds(int(sums["households"][number])),
            connected=bool(pieces[number] <= 1),
            inside_community=bool(communities[number] <= 1),
            area_m2=float(area[number]),
            perimeter_m=float(max(0.0, perimeter[number])),
            polsby_popper=polsby_popper(float(area[number]), float(perimeter[number])),
            reock=reock(shapes[rows[number]]) if shapes is not None and len(rows[number]) else None,
            barrier_share=float(followed[number] / border[number]) if border[number] > 0 else None,
        )
        for number in asked.tolist()
    ]


def _borders(
    graph: UnitGraph, now: NDArray[np.int64], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Per zone, in metres: borders inside, with other zones, and of these what runs along something."""
    a, b = now[graph.ends[:, 0]], now[graph.ends[:, 1]]
    there = (a > 0) & (b > 0)
    same, length = there & (a == b), graph.length_m
    other = there & (a != b)
    along = other & (graph.barrier >= Barrier.STREET)

    def total(rows: NDArray[np.bool_], ends: tuple[NDArray[np.int64], ...]) -> NDArray[np.float64]:
        found = np.zeros(size)
        for end in ends:
            found += np.bincount(end[rows], weights=length[rows], minlength=size)
        return found

    return total(same, (a,)), total(other, (a, b)), total(along, (a, b))


def _pieces(graph: UnitGraph, now: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """How many connected parts each zone has."""
    _, part = graph.parts(now)
    there = now > 0
    pairs = np.unique(np.column_stack([now[there], part[there]]), axis=0)
    return np.asarray(np.bincount(pairs[:, 0], minlength=size), dtype=np.int64)


def _rows_of(now: NDArray[np.int64], asked: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Rows of the units of each zone."""
    order = np.argsort(now, kind="stable")
    low = np.searchsorted(now[order], asked)
    high = np.searchsorted(now[order], asked, side="right")
    return {number: order[start:end] for number, start, end in zip(asked.tolist(), low, high, strict=True)}
