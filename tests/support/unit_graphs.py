"""Small graphs of land units: square cells side by side, as a graph and as polygons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.unit_graph import Barrier, UnitGraph


def cells(width: int, height: int, side_m: float = 100.0) -> NDArray[np.object_]:
    """Squares row by row, as polygons in metres."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    west, south = x.ravel() * side_m, y.ravel() * side_m
    return np.asarray(shapely.box(west, south, west + side_m, south + side_m), dtype=object)


def lattice(
    width: int,
    height: int,
    households: ArrayLike,
    *,
    community: ArrayLike | None = None,
    barrier: ArrayLike | None = None,
    closed: Sequence[tuple[int, int]] = (),
    side_m: float = 100.0,
) -> UnitGraph:
    """The graph of `cells`; ``closed`` are pairs of neighbours by which no grid holds together."""
    n = width * height
    number = np.arange(n).reshape(height, width)
    ends = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))].astype(np.int32)
    shut = {(min(pair), max(pair)) for pair in closed}
    weights = np.broadcast_to(np.asarray(households, dtype=np.int32), n).copy()
    return UnitGraph(
        households=weights,
        residents=weights * 3,
        buildings=np.ones(n, dtype=np.int32),
        area_m2=np.full(n, side_m**2),
        perimeter_m=np.full(n, 4 * side_m),
        community=np.zeros(n, np.int32) if community is None else np.asarray(community, dtype=np.int32),
        ends=ends,
        length_m=np.full(len(ends), side_m),
        barrier=np.full(len(ends), Barrier.STREET, np.uint8)
        if barrier is None
        else np.asarray(barrier, dtype=np.uint8),
        joined=np.array([tuple(pair) not in shut for pair in ends.tolist()], dtype=np.bool_),
    )
