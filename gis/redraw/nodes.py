"""Vertices that neighbours in a coverage have not both: put where they are missing.

Units are cut in plans of several layers, and in each a neighbour receives the ends of a cut as vertices.
Where pieces of one layer meet units that another layer has cut, either side may lack a vertex of the other.
Such a vertex lies on the edge or is the lattice point nearest to a place on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.redraw.cut import insert_vertices

__all__ = ["common_vertices"]

NEAREST = 0.75
"""Lattice steps: the lattice point nearest to a place on an edge is at most half a diagonal away from it."""
GAP = 2.0
"""Lattice steps: where one side lacks a vertex, the two overlap or leave a gap no wider than this."""
ROUNDS = 3
"""An edge that received a vertex has become two, and either may want another one."""


def common_vertices(shapes: NDArray[np.object_]) -> dict[int, Any]:
    """Polygons (lattice geometry) that lacked vertices of their neighbours, with them; by position.

    Polygons whose edges match those of their neighbours already stay as they are, and so does one that would
    not be valid any more.

    >>> east = shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 4)])
    >>> list(common_vertices(np.array([shapely.box(0, 0, 10, 10), east])))
    [0]
    """
    work = np.array(shapes, dtype=object)
    for _ in range(ROUNDS):
        unmatched = shapely.coverage_invalid_edges(work, gap_width=GAP)
        changed = False
        for at in np.flatnonzero(shapely.length(unmatched) > 0).tolist():
            moved = _with_vertices(work, at, unmatched[at])
            if moved is not work[at] and moved.is_valid:
                work[at], changed = moved, True
        if not changed:
            break
    return {at: shape for at, shape in enumerate(work.tolist()) if shape is not shapes[at]}


def _with_vertices(shapes: NDArray[np.object_], at: int, unmatched: Any) -> Any:
    """One of the polygons with the vertices of others that lie on its unmatched edges."""
    west, south, east, north = unmatched.bounds
    box = shapely.box(west - 1, south - 1, east + 1, north + 1)
    near = shapely.intersects(shapely.envelope(shapes), box)
    near[at] = False
    own = set(map(tuple, shapely.get_coordinates(shapes[at]).tolist()))
    others = np.unique(shapely.get_coordinates(shapes[near]), axis=0)
    free = [place for place in map(tuple, others.tolist()) if place not in own]
    if not free:
        return shapes[at]
    places = shapely.points(free)
    edges = _edges(unmatched)
    lines = shapely.linestrings(edges)
    vertices: dict[Any, list[Any]] = {}
    for place, (x, y) in zip(places, free, strict=True):
        away = shapely.distance(place, lines)
        nearest = int(np.argmin(away))
        if away[nearest] <= NEAREST:
            a, b = (tuple(end) for end in edges[nearest].tolist())
            vertices.setdefault((min(a, b), max(a, b)), []).append((x, y))
    return insert_vertices(shapes[at], vertices) if vertices else shapes[at]


def _edges(lines: Any) -> NDArray[np.float64]:
    """Edges of lines: (n, 2, 2)."""
    found = []
    for line in shapely.get_parts(lines):
        coordinates = shapely.get_coordinates(line)
        found.append(np.stack([coordinates[:-1], coordinates[1:]], axis=1))
    return np.concatenate(found)
