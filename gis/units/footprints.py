"""Buildings as land units see them: which belong together, and in which block each stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from gis.units.faces import Plane

__all__ = ["Standing", "group_footprints", "stand"]

Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]

_OVERLAP_SHARE = 0.05
_OVERLAP_M2 = 1.0
_WALL_SHARE = 0.5
_STICKS_OUT_M2 = 1.0


def group_footprints(footprints: Shapes) -> Ints:
    """Number of the group of each footprint; a tower and its podium are one group.

    Footprints in metres belong together that overlap by a square metre or by a twentieth of the smaller one,
    or where one wraps the other: half of the smaller one's outline lies on the other's. Houses with a common
    party wall stay apart.

    >>> tower, podium = shapely.box(2, 2, 4, 4), shapely.box(0, 0, 6, 6)
    >>> group_footprints(np.array([tower, podium, shapely.box(6, 0, 9, 6)])).tolist()
    [0, 0, 1]
    """
    count = len(footprints)
    left, right = shapely.STRtree(footprints).query(footprints, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    area, around = shapely.area(footprints), shapely.length(footprints)
    overlap = shapely.area(shapely.intersection(footprints[left], footprints[right]))
    together = overlap > np.minimum(_OVERLAP_M2, _OVERLAP_SHARE * np.minimum(area[left], area[right]))
    apart = np.flatnonzero(~together)
    smaller = np.where(area[left] <= area[right], left, right)[apart]
    larger = np.where(area[left] <= area[right], right, left)[apart]
    wall = shapely.length(
        shapely.intersection(shapely.boundary(footprints[smaller]), shapely.boundary(footprints[larger]))
    )
    together[apart] = wall >= _WALL_SHARE * around[smaller]
    edges = (np.ones(int(together.sum()), dtype=np.int8), (left[together], right[together]))
    _, group = scipy.sparse.csgraph.connected_components(
        scipy.sparse.coo_array(edges, shape=(count, count)), directed=False
    )
    return np.asarray(group, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Standing:
    """Where buildings stand.

    Attributes
    ----------
    group
        int64 (n,): the group of each footprint; the groups told, where a community's border runs through one.
    block
        int64 (n,): the block that most of each footprint's group stands in; -1 for none.
    sticks_out
        bool (n,): the footprint also covers ground of another block of the same community.
    on_community_border
        bool (n,): it also covers ground of another community.
    """

    group: Ints
    block: Ints
    sticks_out: Bools
    on_community_border: Bools


def stand(footprints: Shapes, group: Ints, blocks: Shapes, community: Ints, plane: Plane) -> Standing:
    """Find the block of each group of footprints; all in lattice coordinates."""
    count = len(footprints)
    of, block = shapely.STRtree(blocks).query(footprints, predicate="intersects")
    pairs = np.bincount(of, minlength=count)
    covered = plane.area(footprints)[of]
    several = pairs[of] > 1
    covered[several] = plane.area(shapely.intersection(footprints[of[several]], blocks[block[several]]))
    own = _most(of, block, covered, count)
    own_community = np.where(own >= 0, community[own], -1)
    _, group = np.unique(np.column_stack([group, own_community]), axis=0, return_inverse=True)
    group = np.asarray(group, dtype=np.int64).ravel()
    # Only ground of the group's own community counts.
    at_home = community[block] == own_community[of]
    home = _most(group[of[at_home]], block[at_home], covered[at_home], int(group.max(initial=-1)) + 1)[group]
    away = (block != home[of]) & (covered > _STICKS_OUT_M2)
    same = community[block] == community[home[of]]
    return Standing(
        group=group,
        block=home,
        sticks_out=np.bincount(of[away & same], minlength=count) > 0,
        on_community_border=np.bincount(of[away & ~same], minlength=count) > 0,
    )


def _most(owner: Ints, block: Ints, covered: NDArray[np.float64], count: int) -> Ints:
    """The block that covers most of each owner, the lower number between equals; -1 for none."""
    key, inverse = np.unique(np.column_stack([owner, block]), axis=0, return_inverse=True)
    total = np.bincount(inverse.ravel(), weights=covered, minlength=len(key))
    order = np.lexsort((key[:, 1], -total, key[:, 0]))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = key[order][1:, 0] != key[order][:-1, 0]
    most = np.full(count, -1, dtype=np.int64)
    most[key[order[first], 0]] = key[order[first], 1]
    return most
