"""Where roads lead over rivers, motorways and railways: the borders that a crossing joins."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.units.shared_borders import SharedBorders
from gis.units.ways import WayKind, Ways

__all__ = ["bridges", "crossed"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]

_STEP_M = 8.0
"""How far along the road from the crossing its two sides are looked at."""
_CLOSE_M = 1.0
"""What is nearer than this is the same place."""
_LONGEST_BRIDGE_M = 3000.0


def crossed(
    polygons: Shapes, borders: SharedBorders, fenced: NDArray[np.bool_], ways: Ways
) -> NDArray[np.bool_]:
    """Which fenced borders a road crosses.

    A road crosses where it has ground on both sides of the fence: it may meet the border anywhere, its ends
    included, as where the road itself is a border of units. A road that ends at the fence does not.

    Parameters
    ----------
    polygons
        The units, in metres.
    borders
        Their common borders.
    fenced
        bool (m,): borders along a river, a railway or a motorway.
    ways
        All that runs there; motorways are no crossing, roads of every other kind are.

    Returns
    -------
    bool (m,)
    """
    result = np.zeros(len(borders.ends), dtype=np.bool_)
    lines, kind, _, _ = ways.parts()
    roads = lines[np.isin(kind, (WayKind.PATH, WayKind.STREET, WayKind.ARTERIAL))]
    if not len(roads) or not fenced.any():
        return result
    of_fence = fenced[borders.border]
    fence = shapely.linestrings(np.stack([borders.start[of_fence], borders.end[of_fence]], axis=1))
    tree = shapely.STRtree(fence)
    point, leg = _legs(roads, fence, tree)
    if not len(leg):
        return result
    # A road on the fence itself crosses nothing.
    off, _ = tree.query(shapely.points(leg), predicate="dwithin", distance=_CLOSE_M)
    keep = np.ones(len(leg), dtype=np.bool_)
    keep[off] = False
    point, leg = point[keep], leg[keep]
    units = shapely.STRtree(polygons)
    at, unit = units.query(shapely.points(leg), predicate="dwithin", distance=_CLOSE_M)
    # Legs of one place: every unit beside one leg is joined with every unit beside another.
    place = _places(point)
    sides: dict[int, list[tuple[int, int]]] = {}
    for one, beside in zip(at.tolist(), unit.tolist(), strict=True):
        sides.setdefault(int(place[one]), []).append((one, beside))
    number = {(a, b): i for i, (a, b) in enumerate(borders.ends.tolist())}
    for members in sides.values():
        for first, a in members:
            for second, b in members:
                found = number.get((a, b)) if first != second and a < b else None
                if found is not None:
                    result[found] = True
    return result & fenced


def _legs(roads: Shapes, fence: Shapes, tree: shapely.STRtree) -> tuple[Floats, Floats]:
    """Where roads meet fences, once for each way the road goes on from there, and a place on that way."""
    road, segment = tree.query(roads, predicate="intersects")
    meeting = shapely.intersection(roads[road], fence[segment])
    # Where the two run together the meeting is a line; its ends are where they part.
    ends = shapely.get_type_id(meeting) == 1
    meeting[ends] = shapely.boundary(meeting[ends])
    parts, of = shapely.get_parts(meeting, return_index=True)
    dots = shapely.get_type_id(parts) == 0
    parts, road = parts[dots], road[of[dots]]
    lines = roads[road]
    where = shapely.line_locate_point(lines, parts)
    length = shapely.length(lines)
    points, legs = [], []
    for step in (-_STEP_M, _STEP_M):
        goes_on = (where + step > -_STEP_M / 2) & (where + step < length + _STEP_M / 2)
        there = np.clip(where + step, 0.0, length)
        points.append(shapely.get_coordinates(parts[goes_on]))
        legs.append(shapely.get_coordinates(shapely.line_interpolate_point(lines[goes_on], there[goes_on])))
    return np.concatenate(points), np.concatenate(legs)


def _places(points: Floats) -> Ints:
    """Number of the place of each point; points within a metre share one."""
    _, number = np.unique(np.round(points / _CLOSE_M), axis=0, return_inverse=True)
    return np.asarray(number, dtype=np.int64).ravel()


def bridges(polygons: Shapes, community: Ints, ways: Ways) -> Ints:
    """Pairs of units of one community that a road joins across ground outside of the units.

    That is a bridge over a river which is no part of the city's ground, or a causeway to an island.

    Returns
    -------
    int64 (k, 2), the smaller number first, each pair once.
    """
    lines, kind, _, _ = ways.parts()
    roads = lines[np.isin(kind, (WayKind.PATH, WayKind.STREET, WayKind.ARTERIAL))]
    none = np.empty((0, 2), dtype=np.int64)
    if not len(roads):
        return none
    ground = shapely.coverage_union_all(polygons)
    edge = shapely.boundary(ground)
    shapely.prepare(edge)
    roads = roads[shapely.intersects(edge, roads)]
    if not len(roads):
        return none
    outside = shapely.get_parts(shapely.difference(shapely.line_merge(shapely.union_all(roads)), ground))
    outside = outside[(shapely.get_type_id(outside) == 1) & (shapely.length(outside) < _LONGEST_BRIDGE_M)]
    tree = shapely.STRtree(polygons)
    found = []
    ends = [shapely.get_point(outside, place) for place in (0, -1)]
    near = [tree.query(points, predicate="dwithin", distance=_CLOSE_M / 10) for points in ends]
    first, second = ({}, {})  # type: tuple[dict[int, list[int]], dict[int, list[int]]]
    for sides, (line, unit) in zip((first, second), near, strict=True):
        for number, one in zip(line.tolist(), unit.tolist(), strict=True):
            sides.setdefault(number, []).append(one)
    for number in sorted(first.keys() & second.keys()):
        found += [
            (min(a, b), max(a, b))
            for a in first[number]
            for b in second[number]
            if a != b and community[a] == community[b]
        ]
    return np.unique(np.array(found, dtype=np.int64), axis=0) if found else none
