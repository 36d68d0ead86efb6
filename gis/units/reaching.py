"""Links between units of a community that do not touch: over a street that is no unit, to an island."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["nearest_links", "within_reach"]

Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]


def within_reach(polygons: Shapes, ends: Ints, community: NDArray[np.int32], reach_m: float) -> Ints:
    """Pairs of units of one community with nothing but ground of nobody between them.

    Parameters
    ----------
    polygons
        The units, in metres.
    ends
        (m, 2) pairs that share a border: not told again.
    community
        (n,) number of each unit's community.
    reach_m
        How far apart they may be.

    Returns
    -------
    int64 (k, 2), the smaller number first, sorted.
    """
    none = np.empty((0, 2), dtype=np.int64)
    if reach_m <= 0:
        return none
    tree = shapely.STRtree(polygons)
    one, two = tree.query(polygons, predicate="dwithin", distance=reach_m)
    size = len(polygons)
    apart = (one < two) & (community[one] == community[two])
    apart &= ~np.isin(one * size + two, ends[:, 0].astype(np.int64) * size + ends[:, 1])
    one, two = one[apart], two[apart]
    way = shapely.shortest_line(polygons[one], polygons[two])
    # Units that meet in a corner are apart: it is no way from one to the other.
    open_way = shapely.length(way) > 0
    # Where it begins and ends, units beside it may touch it with a corner.
    ends_of = shapely.get_coordinates(way).reshape(-1, 2, 2)
    inner = ends_of + 0.01 * (ends_of[:, ::-1] - ends_of)
    at, unit = tree.query(shapely.linestrings(inner), predicate="intersects")
    between = (unit != one[at]) & (unit != two[at])
    open_way[at[between]] = False
    pairs = np.column_stack([one, two])[open_way].astype(np.int64)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))] if len(pairs) else none


def nearest_links(polygons: Shapes, members: Ints, part: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Links that make one of a community's parts: the smallest to its nearest unit, again and again."""
    label = part[members].copy()
    links = []
    while len(np.unique(label)) > 1:
        names, sizes = np.unique(label, return_counts=True)
        lone = label == names[np.argmin(sizes)]
        mine, others = members[lone], members[~lone]
        near, distance = shapely.STRtree(polygons[others]).query_nearest(
            polygons[mine], all_matches=False, return_distance=True
        )
        best = np.lexsort((others[near[1]], mine[near[0]], distance))[0]
        a, b = int(mine[near[0][best]]), int(others[near[1][best]])
        links.append((min(a, b), max(a, b)))
        label[lone] = label[~lone][near[1][best]]
    return links
