"""The way along lines from place to place: a cut or a border that follows a road or a river.

Where lines cross or touch they are joined; each place is taken to the nearest line within reach; from each to
the next the shortest way along the lines is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from gis.redraw.steps import RedrawRefused

__all__ = ["REACH_M", "way_along"]

REACH_M: Final = 60.0
"""A place farther from every line is on none."""
_DEGREE_M: Final = 111_320.0

Floats = NDArray[np.float64]


def way_along(lines: Sequence[Any], places: Sequence[tuple[float, float]], reach_m: float = REACH_M) -> Any:
    """The line from place to place along lines.

    Parameters
    ----------
    lines
        Lines and polygons (their borders count), EPSG:4326.
    places
        Two or more, longitude and latitude.
    reach_m
        How far a place may be from the nearest line, in metres.

    Returns
    -------
    shapely.LineString
        EPSG:4326, from the first place's nearest point on a line to the last's.

    Raises
    ------
    RedrawRefused
        ``off-the-way``: a place is on no line. ``no-way``: the lines do not lead from one to the next.
    """
    scale = np.array([_DEGREE_M * np.cos(np.radians(np.mean([lat for _, lat in places]))), _DEGREE_M])
    ends = _segments(lines, scale)
    at = np.asarray(places, dtype=np.float64) * scale
    found = [_nearest(ends, place, reach_m, number) for number, place in enumerate(at)]
    # A segment on which places are is divided there; its whole length stays as another way of equal length.
    extra = []
    for segment, place in found:
        extra += [(ends[segment, 0], place), (place, ends[segment, 1])]
        extra += [(place, other) for mate, other in found if mate == segment]
    every = np.concatenate([ends, np.array(extra)])
    corners, number = np.unique(np.round(every.reshape(-1, 2), 3), axis=0, return_inverse=True)
    pairs = number.reshape(-1, 2)
    length = np.maximum(np.hypot(*(every[:, 1] - every[:, 0]).T), 1e-6)
    pairs, first = np.unique(np.sort(pairs, axis=1), axis=0, return_index=True)
    n = len(corners)
    graph = scipy.sparse.coo_array((length[first], (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
    stops = [_corner(corners, place) for _, place in found]
    path: list[int] = [stops[0]]
    for leg, (begin, end) in enumerate(pairwise(stops)):
        if begin != end:
            path += _leg(graph, begin, end, leg)
    coordinates = corners[path] / scale
    if len(path) < 2:
        raise _no_way(0)
    return shapely.LineString(coordinates)


def _segments(lines: Sequence[Any], scale: Floats) -> Floats:
    """(n, 2, 2) straight pieces in metres, joined where lines cross or touch."""
    borders = [shapely.boundary(each) if shapely.get_dimensions(each) == 2 else each for each in lines]
    whole = shapely.union_all(shapely.transform(np.array(borders, dtype=object), lambda xy: xy * scale))
    pieces = []
    for part in shapely.get_parts(whole):
        xy = shapely.get_coordinates(part)
        pieces.append(np.stack([xy[:-1], xy[1:]], axis=1))
    return np.concatenate(pieces) if pieces else np.empty((0, 2, 2))


def _nearest(ends: Floats, place: Floats, reach_m: float, number: int) -> tuple[int, Floats]:
    """The nearest segment to a place, and the point on it."""
    if len(ends):
        along = ends[:, 1] - ends[:, 0]
        squared = np.maximum((along**2).sum(axis=1), 1e-12)
        share = np.clip(((place - ends[:, 0]) * along).sum(axis=1) / squared, 0.0, 1.0)
        points = ends[:, 0] + share[:, None] * along
        away = np.hypot(*(points - place).T)
        best = int(np.argmin(away))
        if away[best] <= reach_m:
            return best, points[best]
    raise RedrawRefused(
        "off-the-way",
        f"第 {number + 1} 个点 {reach_m:g} 米内没有道路或河流",
        f"no road or river within {reach_m:g} m of place {number + 1}",
    )


def _corner(corners: Floats, place: Floats) -> int:
    return int(np.argmin(np.hypot(*(corners - place).T)))


def _leg(graph: Any, begin: int, end: int, leg: int) -> list[int]:
    """Corners after the first, on the shortest way."""
    length, before = scipy.sparse.csgraph.dijkstra(
        graph, directed=False, indices=begin, return_predecessors=True
    )
    if not np.isfinite(length[end]):
        raise _no_way(leg)
    path = [end]
    while path[-1] != begin:
        path.append(int(before[path[-1]]))
    return path[-2::-1]


def _no_way(leg: int) -> RedrawRefused:
    return RedrawRefused(
        "no-way",
        f"第 {leg + 1} 个点与下一个点之间没有道路或河流相连",
        f"roads and rivers do not lead from place {leg + 1} to the next",
    )
