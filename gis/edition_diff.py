"""Two editions of zones made of the same ground: what is in another zone now, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Atom", "common_units", "overlaid"]


class Atom(NamedTuple):
    """A land unit that both editions know, itself or by what it is cut from; zones by code."""

    unit: int
    source: str
    target: str


def common_units(
    before: Mapping[int, str], after: Mapping[int, str], cut_from: Mapping[int, int]
) -> tuple[list[Atom], list[int], list[int]]:
    """The units that both editions have in common, and what only one has.

    Where one edition has a unit whole that the other has in pieces, the pieces are taken.

    Parameters
    ----------
    before, after
        Zone of each unit.
    cut_from
        The unit each piece is cut from.

    >>> common_units({1: "A", 2: "B"}, {3: "A", 4: "B", 2: "B"}, {3: 1, 4: 1})
    ([Atom(unit=3, source='A', target='A'), Atom(unit=4, source='A', target='B'), \
Atom(unit=2, source='B', target='B')], [], [])
    """
    atoms = []
    whole_before, whole_after = set(), set()
    lost_after = []
    for unit, zone in after.items():
        known = _known(unit, before, cut_from)
        if known is not None:
            whole_before.add(known)
            atoms.append(Atom(unit, before[known], zone))
        else:
            lost_after.append(unit)
    lost_before = []
    for unit, zone in before.items():
        if unit in whole_before:
            continue
        known = _known(unit, after, cut_from)
        if known is not None:
            whole_after.add(known)
            atoms.append(Atom(unit, zone, after[known]))
        else:
            lost_before.append(unit)
    return atoms, lost_before, [unit for unit in lost_after if unit not in whole_after]


def _known(unit: int, units: Mapping[int, str], cut_from: Mapping[int, int]) -> int | None:
    """The unit itself, or the first it is cut from, that is among some units."""
    here: int | None = unit
    while here is not None and here not in units:
        here = cut_from.get(here)
    return here


def overlaid(
    before: NDArray[np.object_], after: NDArray[np.object_], *, least: float
) -> Iterator[tuple[int | None, int | None, Any]]:
    """Pieces of two sets of polygons laid over each other: position in each (None: in none), and the polygon.

    Pieces smaller than ``least`` (in square units of the coordinates) are rounding, and left out.
    """
    if len(before) and len(after):
        first, second = shapely.STRtree(after).query(before, predicate="intersects")
        pieces = shapely.intersection(before[first], after[second])
        for a, b, piece in zip(first.tolist(), second.tolist(), pieces, strict=True):
            if piece.area > least:
                yield a, b, _areas(piece)
    for mine, others, left in ((before, after, True), (after, before, False)):
        whole = shapely.union_all(others) if len(others) else None
        for k, shape in enumerate(mine):
            rest = shape if whole is None else shapely.difference(shape, whole)
            if rest.area > least:
                yield (k, None, _areas(rest)) if left else (None, k, _areas(rest))


def _areas(shape: Any) -> Any:
    """Only the polygons of what an intersection left."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.multipolygons([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
