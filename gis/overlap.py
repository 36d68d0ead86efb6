"""How much of one set of zones lies in which zone of another set."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

__all__ = ["Overlap", "overlaps"]


class Overlap(NamedTuple):
    """Zone ``a`` of the one set and ``b`` of the other: common area, and weight of the points in both."""

    a: int
    b: int
    area_m2: float
    weight: float


def overlaps(
    one: NDArray[np.object_],
    other: NDArray[np.object_],
    points: ArrayLike = (),
    zone_of_point: ArrayLike = (),
    weights: ArrayLike = (),
    *,
    least_m2: float = 1.0,
) -> list[Overlap]:
    """Common areas of two sets of polygons, the largest of each zone of the first set first.

    Parameters
    ----------
    one, other
        Polygons in a metric system.
    points
        (n, 2) in the same system: what is to be weighed (buildings).
    zone_of_point
        (n,): polygon of ``one`` each point belongs to.
    weights
        (n,): of each point. One on a border of ``other`` counts for the first of the zones there.
    least_m2
        Smaller areas are rounding and left out, unless points lie in them.

    >>> west, whole = shapely.box(0, 0, 10, 10), shapely.box(0, 0, 20, 10)
    >>> overlaps(np.array([whole]), np.array([west]), [(5, 5), (15, 5)], [0, 0], [3, 4])
    [Overlap(a=0, b=0, area_m2=100.0, weight=3.0)]
    """
    if not len(one) or not len(other):
        return []
    tree = shapely.STRtree(other)
    first, second = tree.query(one, predicate="intersects")
    areas = shapely.area(shapely.intersection(one[first], other[second]))
    found = {
        (a, b): [float(area), 0.0]
        for a, b, area in zip(first.tolist(), second.tolist(), areas.tolist(), strict=True)
        if area >= least_m2
    }
    places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(places):
        at, zone = tree.query(shapely.points(places), predicate="intersects")
        order = np.lexsort((zone, at))
        at, zone = at[order], zone[order]
        lowest = np.concatenate([[True], at[1:] != at[:-1]])[: len(at)]
        owner, weight = np.asarray(zone_of_point), np.asarray(weights, dtype=np.float64)
        for point, b in zip(at[lowest].tolist(), zone[lowest].tolist(), strict=True):
            found.setdefault((int(owner[point]), b), [0.0, 0.0])[1] += float(weight[point])
    rows = [Overlap(a, b, *values) for (a, b), values in found.items()]
    return sorted(rows, key=lambda row: (row.a, -row.area_m2, row.b))
