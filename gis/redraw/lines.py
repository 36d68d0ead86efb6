"""Drawn lines: extended to where they have to end, and which side of them is which."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.redraw.clearance import joined, stretch
from gis.redraw.scale import Scale
from gis.redraw.steps import RedrawRefused

__all__ = ["completed_border", "left_side", "prolonged"]

REACH_M = 60.0
"""An end of a new border this close to the present one is taken to begin there."""


def prolonged(line: Any, ground: Any) -> Any:
    """A line whose ends inside a polygon go straight on until they leave it.

    Parameters
    ----------
    line, ground
        LineString and (Multi)Polygon, lattice geometry.
    """
    coordinates = shapely.get_coordinates(line)
    west, south, east, north = ground.bounds
    far = float(np.hypot(east - west, north - south)) + 1

    def beyond(end: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.float64]:
        direction = end - inner
        ray = shapely.linestrings([end, end + direction / np.hypot(*direction) * far])
        hits = shapely.get_coordinates(shapely.intersection(ray, ground.boundary))
        if not len(hits):
            return end
        away = np.hypot(*(hits - end).T)
        nearest = hits[int(np.argmin(away))]
        # A little farther, so that the line crosses the border and does not end on it.
        return np.asarray(nearest + direction / np.hypot(*direction) * 50)

    found = [*coordinates]
    if ground.covers(shapely.points(coordinates[0])):
        found.insert(0, beyond(coordinates[0], coordinates[1]))
    if ground.covers(shapely.points(coordinates[-1])):
        found.append(beyond(coordinates[-1], coordinates[-2]))
    return shapely.linestrings(np.array(found))


def completed_border(line: Any, border: Any, ground: Any, scale: Scale) -> Any:
    """The whole new course of a border of which a part has been drawn.

    Where an end of the line lies on the present border (within `REACH_M`), the border keeps its course from
    there outwards; an end elsewhere inside goes straight on to the edge of the two zones.

    Parameters
    ----------
    line
        LineString as drawn.
    border
        The present common border, LineString or MultiLineString.
    ground
        Both zones together.
    """
    parts = shapely.get_parts(border)
    if not len(parts):
        return prolonged(line, ground)
    old = parts[int(np.argmax(shapely.length(parts)))]
    ends = shapely.points(shapely.get_coordinates(line)[[0, -1]])
    reach = REACH_M / scale.north
    held = shapely.distance(ends, old) < np.minimum(reach, shapely.distance(ends, ground.boundary) + 1)
    if not held.any():
        return prolonged(line, ground)
    at = shapely.line_locate_point(old, ends)
    total = float(old.length)
    course = [tuple(place) for place in shapely.get_coordinates(line).tolist()]
    if held.all():
        if at[0] > at[1]:
            course.reverse()
        first, last = sorted(at.tolist())
        before, after = stretch(old, 0, first), stretch(old, last, total)
        return joined([*before, *course, *after])
    # One end is held: of the two ways along the border, the one that leads away from the other end.
    one = 0 if held[0] else 1
    other = ends[1 - one]
    outer = shapely.points(shapely.get_coordinates(old)[[0, -1]])
    away = 0 if shapely.distance(outer[0], other) > shapely.distance(outer[1], other) else 1
    rest = stretch(old, 0, float(at[one])) if away == 0 else stretch(old, float(at[one]), total)[::-1]
    drawn = course if one == 0 else course[::-1]
    tail = shapely.get_coordinates(prolonged(shapely.linestrings(drawn), ground)).tolist()
    start = tail.index(list(drawn[0]))
    return joined([*rest, *(tuple(place) for place in tail[start:])])


def left_side(line: Any, ground: Any) -> Any:
    """The part of a polygon to the left of a line that crosses it.

    Raises
    ------
    RedrawRefused
        ``line-misses``: the line does not divide it; or it crosses itself.
    """
    if not line.is_simple:
        raise RedrawRefused("cannot-cut", "划线自相交", "the line crosses itself")
    inside = shapely.intersection(line, ground)
    parts = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString"]
    # The whole line, not its parts: these end beside the border by a rounding, and would not divide it.
    noded = shapely.union_all([ground.boundary, line])
    faces = [
        face
        for face in shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
        if ground.covers(shapely.point_on_surface(face))
    ]
    votes = np.zeros(len(faces))
    for part in parts:
        coordinates = shapely.get_coordinates(part)
        for start, end in itertools.pairwise(coordinates):
            # GEOS may hand stretches back the other way round.
            first, second = shapely.line_locate_point(line, shapely.points([start, end]))
            along = end - start if first < second else start - end
            size = float(np.hypot(*along))
            if size < 1:
                continue
            normal = np.array([-along[1], along[0]]) / size * min(5.0, size)
            middle = (start + end) / 2
            for sign in (1, -1):
                inside_face = shapely.contains_xy(faces, *(middle + sign * normal))
                votes[inside_face] += sign * size
    left = [face for face, vote in zip(faces, votes, strict=True) if vote > 0]
    if not left or len(left) == len(faces) or not (votes < 0).any():
        raise RedrawRefused(
            "line-misses",
            "划线没有从边到边穿过网格",
            "the line does not run through from border to border",
        )
    return shapely.union_all(left)
