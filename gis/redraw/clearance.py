"""Lines led round buildings, which are never cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

__all__ = ["CLEAR_STEPS", "clear_of_buildings", "joined", "stretch"]

CLEAR_STEPS = 40.0
"""Distance a line keeps from buildings in lattice steps, some 40 cm."""


def stretch(line: Any, start: float, end: float) -> list[tuple[float, float]]:
    """Vertices of a part of a line by distances along it, both ends included."""
    if end - start < 1:
        return []
    coordinates = shapely.get_coordinates(line)
    away = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coordinates, axis=0).T))])
    inside = coordinates[(away > start) & (away < end)]
    places = [
        shapely.line_interpolate_point(line, start),
        *shapely.points(inside),
        shapely.line_interpolate_point(line, end),
    ]
    return [(float(place.x), float(place.y)) for place in places]


def joined(places: Sequence[tuple[float, float]]) -> Any:
    kept = [place for at, place in enumerate(places) if at == 0 or place != places[at - 1]]
    return shapely.linestrings(kept)


def clear_of_buildings(line: Any, footprints: Sequence[Any]) -> Any:
    """A line that goes round every footprint it met, the shorter way; buildings are never cut.

    Parameters
    ----------
    line
        LineString, lattice geometry.
    footprints
        Polygons or points, lattice geometry.
    """
    met = [shape for shape in footprints if shapely.distance(shape, line) < CLEAR_STEPS]
    if not met:
        return line
    blocked = shapely.union_all(shapely.buffer(np.array(met, dtype=object), CLEAR_STEPS + 5, quad_segs=2))
    for block in shapely.get_parts(blocked):
        line = _round(line, block.exterior)
    return line


def _round(line: Any, wall: Any) -> Any:
    """A line led along a ring wherever it runs inside."""
    block = shapely.Polygon(wall)
    outer = [part for part in shapely.get_parts(shapely.difference(line, block)) if part.length > 0]
    if not outer or not line.intersects(block):
        return line
    outer.sort(
        key=lambda part: shapely.line_locate_point(
            line, shapely.line_interpolate_point(part, 0.5, normalized=True)
        )
    )
    places = [tuple(place) for place in shapely.get_coordinates(outer[0]).tolist()]
    for part in outer[1:]:
        following = [tuple(place) for place in shapely.get_coordinates(part).tolist()]
        places += _shorter_way(wall, places[-1], following[0])
        places += following
    return joined(places)


def _shorter_way(
    wall: Any, start: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Vertices of a ring between two places on it, the shorter way round."""
    a, b = (float(shapely.line_locate_point(wall, shapely.points(place))) for place in (start, end))
    low, high, total = min(a, b), max(a, b), float(wall.length)
    direct = stretch(wall, low, high)[1:-1]
    round_about = [*stretch(wall, high, total)[1:], *stretch(wall, 0, low)[1:-1]]
    if high - low > total / 2:
        way = round_about if b < a else round_about[::-1]
    else:
        way = direct if a < b else direct[::-1]
    return way
