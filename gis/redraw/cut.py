"""Cutting land units along a line, so that the units stay one clean coverage.

Everything happens in whole lattice steps. Where the line meets the border of a unit, a vertex is put into it:
an existing vertex close by, a lattice point exactly on the edge, or the lattice point nearest to it; the
neighbour receives the same vertex in the same step. Borders that must not move (of the community, of the
city) only receive vertices exactly on them, or none. Pieces share every vertex with each other and with their
neighbours, and together cover exactly what their unit, with these vertices, covered.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.redraw.clearance import clear_of_buildings
from gis.redraw.scale import Scale
from gis.redraw.steps import RedrawRefused

__all__ = ["Cuts", "cut_units", "insert_vertices"]

Place: TypeAlias = tuple[float, float]
Segment: TypeAlias = tuple[Place, Place]

NEAR_STEPS = 30.0
"""An existing vertex this close (some 30 cm) is taken instead of a new one."""
EXACT_STEPS = 100.0
"""So is a lattice point exactly on the edge within this distance (some metre)."""
_CLEAR_STEPS = 3.0
"""Vertices of the line nearer to a border than this are left out."""
THIN_M = 1.5
"""A unit is not cut where a piece would be narrower than this on average: the line meant its border."""


@dataclass(frozen=True)
class Cuts:
    """What a line has done to units; lattice geometry.

    Attributes
    ----------
    pieces
        New polygons by a number below zero.
    parent
        The unit each is a piece of.
    reshaped
        Other units whose border received vertices, as they are now.
    vertices
        All vertices put into edges, for units not given; edges by their two ends, the smaller first.
    """

    pieces: Mapping[int, Any] = field(default_factory=dict)
    parent: Mapping[int, int] = field(default_factory=dict)
    reshaped: Mapping[int, Any] = field(default_factory=dict)
    vertices: Mapping[Segment, Sequence[Place]] = field(default_factory=dict)


def cut_units(
    shapes: Mapping[int, Any],
    line: Any,
    units: Iterable[int],
    *,
    community: Mapping[int, int],
    scale: Scale,
    footprints: Sequence[Any] = (),
) -> Cuts:
    """Cut units along a line, wherever it runs through one from border to border.

    Parameters
    ----------
    shapes
        Polygons (lattice geometry) of the units, and of all that border on those which may be cut.
    line
        LineString or MultiLineString (lattice geometry, not rounded); it does not cross itself.
    units
        Which of them may be cut.
    community
        Community of each unit: borders between two communities, and outer ones, do not move.
    scale
        Metres per step.
    footprints
        Buildings (lattice geometry), which no piece may cut.

    Raises
    ------
    RedrawRefused
        ``cannot-cut``: the line cannot be fitted to the border of a unit without cutting a building.
    """
    work: dict[int, Any] = dict(shapes)
    home: dict[int, int] = dict(community)
    parent: dict[int, int] = {}
    changed: set[int] = set()
    chosen: list[tuple[Place, Place]] = []
    put: dict[Segment, list[Place]] = {}
    for unit in units:
        near = _touching(work[unit], work, unit)
        inner = {each for other in near if home[other] == home[unit] for each in _segments(work[other])}
        found = _cut_one(work[unit], line, inner, chosen, scale, footprints)
        if found is None:
            continue
        faces, vertices = found
        put.update(vertices)
        for other in near:
            moved = insert_vertices(work[other], vertices)
            if moved is not work[other]:
                if not moved.is_valid:
                    raise _refused(unit)
                work[other] = moved
                changed.add(other)
        del work[unit]
        for face in faces:
            number = -len(parent) - 1
            work[number], parent[number], home[number] = face, unit, home[unit]
    pieces = {number: work[number] for number in parent}
    reshaped = {unit: work[unit] for unit in changed - set(parent) if unit in work}
    _check(pieces, reshaped, work, parent)
    return Cuts(pieces, parent, reshaped, put)


def _cut_one(
    shape: Any,
    line: Any,
    inner: set[Segment],
    chosen: list[tuple[Place, Place]],
    scale: Scale,
    footprints: Sequence[Any],
) -> tuple[list[Any], dict[Segment, list[Place]]] | None:
    """The faces a line cuts a polygon into, and the vertices put into its edges; None: it is left whole."""
    vertices: dict[Segment, list[Place]] = {}
    taken: list[tuple[Place, Place]] = []
    lines = []
    standing = [each for each in footprints if each.intersects(shape)]
    for part in _parts_inside(shape, line):
        coordinates = [(float(x), float(y)) for x, y in shapely.get_coordinates(part)]
        if coordinates[0] == coordinates[-1]:
            loop = _rounded(shape, coordinates, closed=True)
            if loop is not None:
                lines.append(loop)
            continue
        ends = []
        for place in (coordinates[0], coordinates[-1]):
            # Where the neighbour was cut already, its vertex is ours.
            known = next(
                (q for p, q in chosen if _distance(p, place) < NEAR_STEPS / 2 and _is_vertex(shape, q)),
                None,
            )
            vertex, segment = _vertex(shape, place, inner, known)
            if segment is not None and vertex not in vertices.get(segment, []):
                vertices.setdefault(segment, []).append(vertex)
            taken.append((place, vertex))
            ends.append(vertex)
        drawn = _rounded(shape, coordinates, ends=(ends[0], ends[1]))
        if drawn is not None:
            # Its ends have moved to vertices: it may have come too near to a building.
            lines.append(_on_lattice(clear_of_buildings(drawn, standing)))
    if not lines:
        return None
    whole = insert_vertices(shape, vertices)
    if not whole.is_valid:
        raise _refused(None)
    faces = _faces(whole, lines)
    if len(faces) < 2:
        return None
    if any((shapely.area(shapely.intersection(each, faces)) > 0).sum() > 1 for each in standing):
        raise _refused(None)
    metric = [scale.metres(face) for face in faces]
    if min(2 * face.area / face.length for face in metric) < THIN_M:
        return None
    chosen.extend(taken)
    return faces, vertices


def _parts_inside(shape: Any, line: Any) -> list[Any]:
    """Stretches of a line inside a polygon that run from border to border, or in a ring."""
    inside = shapely.intersection(line, shape)
    # What runs along the border divides nothing.
    inside = shapely.difference(inside, shape.boundary)
    lines = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString" and part.length > 1]
    if not lines:
        return []
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    found = []
    for part in merged:
        coordinates = shapely.get_coordinates(part)
        ends = shapely.points(coordinates[[0, -1]])
        ring = bool((coordinates[0] == coordinates[-1]).all())
        if ring or (shapely.distance(ends, shape.boundary) < 1).all():
            found.append(part)
    return found


def _vertex(
    shape: Any, place: Place, inner: set[Segment], known: Place | None
) -> tuple[Place, Segment | None]:
    """The vertex of a border for a place on it, and the edge to put it into; None: it is there already."""
    segments = _segments(shape)
    ends = np.array([[*a, *b] for a, b in segments])
    along = ends[:, 2:] - ends[:, :2]
    length2 = (along**2).sum(axis=1)
    share = np.clip(((np.array(place) - ends[:, :2]) * along).sum(axis=1) / length2, 0, 1)
    foot = ends[:, :2] + share[:, None] * along
    which = int(np.argmin(np.hypot(*(foot - place).T)))
    segment = segments[which]
    if known is not None:
        return known, None
    for end in segment:
        if _distance(end, place) < NEAR_STEPS:
            return end, None
    free = segment in inner
    exact = _exact(segment, float(share[which]))
    if _distance(exact, place) < EXACT_STEPS or not free:
        return exact, None if exact in segment else segment
    rounded = (float(np.round(place[0])), float(np.round(place[1])))
    return rounded, None if rounded in segment else segment


def _exact(segment: Segment, share: float) -> Place:
    """The lattice point exactly on an edge nearest to a share of its length; maybe one of its ends."""
    (ax, ay), (bx, by) = segment
    parts = gcd(int(abs(bx - ax)), int(abs(by - ay)))
    step = round(share * parts)
    return ax + (bx - ax) / parts * step, ay + (by - ay) / parts * step


def _rounded(
    shape: Any, coordinates: Sequence[Place], *, ends: tuple[Place, Place] | None = None, closed: bool = False
) -> Any | None:
    """A line on the lattice between two vertices of a border (or a ring), clear of the border otherwise."""
    inside = np.round(np.array(coordinates if closed else coordinates[1:-1], dtype=float)).reshape(-1, 2)
    clear = shapely.distance(shapely.points(inside), shape.boundary) > _CLEAR_STEPS if len(inside) else []
    middle = [(float(x), float(y)) for (x, y), good in zip(inside, clear, strict=True) if good]
    places = [*middle] if ends is None else [ends[0], *middle, ends[1]]
    kept = [place for at, place in enumerate(places) if at == 0 or place != places[at - 1]]
    if closed and kept and kept[0] != kept[-1]:
        kept.append(kept[0])
    if len(kept) < (4 if closed else 2) or (not closed and kept[0] == kept[-1]):
        return None
    return shapely.linestrings(kept)


def _on_lattice(line: Any) -> Any:
    """A line with its vertices rounded to the lattice."""
    return shapely.remove_repeated_points(shapely.transform(line, np.round))


def _faces(whole: Any, lines: Sequence[Any]) -> list[Any]:
    """Polygons that lines cut a polygon into; the lines meet its border only in common vertices.

    Raises
    ------
    RedrawRefused
        They do not.
    """
    border = whole.boundary
    vertices = set(map(tuple, shapely.get_coordinates(border).tolist()))
    kept = []
    for line in lines:
        if not line.is_simple or not whole.covers(line):
            raise _refused(None)
        common = shapely.intersection(line, border)
        if shapely.length(common) > 0:
            # Two vertices that are neighbours already: nothing is divided.
            if len(shapely.get_coordinates(line)) == 2:
                continue
            raise _refused(None)
        own = set(map(tuple, shapely.get_coordinates(line).tolist()))
        if not {tuple(place) for place in shapely.get_coordinates(common).tolist()} <= vertices & own:
            raise _refused(None)
        kept.append(line)
    if not kept:
        return [whole]
    if not shapely.multilinestrings(kept).is_simple:
        raise _refused(None)
    noded = shapely.union_all([border, *kept])
    faces = [
        face
        for face in shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
        if whole.covers(shapely.point_on_surface(face))
    ]
    coordinates = shapely.get_coordinates(faces)
    total = sum(face.area for face in faces)
    if not np.array_equal(coordinates, np.round(coordinates)) or abs(total - whole.area) > 0.5:
        raise _refused(None)
    return faces


def insert_vertices(shape: Any, vertices: Mapping[Segment, Sequence[Place]]) -> Any:
    """A polygon with vertices put into its edges; itself, if none of the edges is its own.

    Edges are keyed by their two ends, the smaller first.
    """
    mine = vertices.keys() & set(_segments(shape))
    if not mine:
        return shape

    def ring(coordinates: NDArray[np.float64]) -> list[Place]:
        places = [(float(x), float(y)) for x, y in coordinates]
        found = [places[0]]
        for here, there in itertools.pairwise(places):
            key = (min(here, there), max(here, there))
            new = sorted(vertices.get(key, ()), key=lambda place: _distance(here, place))
            found += [place for place in new if place not in (here, there)]
            found.append(there)
        return found

    return shapely.Polygon(
        ring(shapely.get_coordinates(shape.exterior)),
        [ring(shapely.get_coordinates(hole)) for hole in shape.interiors],
    )


def _segments(shape: Any) -> list[Segment]:
    """Edges of a polygon by their ends, the smaller first."""
    found: list[Segment] = []
    for ring in (shape.exterior, *shape.interiors):
        places = [(float(x), float(y)) for x, y in shapely.get_coordinates(ring)]
        found += [(min(a, b), max(a, b)) for a, b in itertools.pairwise(places) if a != b]
    return found


def _is_vertex(shape: Any, place: Place) -> bool:
    return bool((shapely.get_coordinates(shape) == place).all(axis=1).any())


def _distance(a: Place, b: Place) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def _touching(shape: Any, shapes: Mapping[int, Any], unit: int) -> list[int]:
    """Units whose box touches that of a shape."""
    numbers = [number for number in shapes if number != unit]
    if not numbers:
        return []
    west, south, east, north = shape.bounds
    boxes = shapely.bounds([shapes[number] for number in numbers])
    meets = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    return [number for number, does in zip(numbers, meets, strict=True) if does]


def _check(
    pieces: Mapping[int, Any], reshaped: Mapping[int, Any], work: Mapping[int, Any], parent: Mapping[int, int]
) -> None:
    """The pieces and those that received vertices still share every edge with what they touch."""
    if not pieces:
        return
    mine = {**pieces, **reshaped}
    near = {number for shape in mine.values() for number in _touching(shape, work, 0)} | set(mine)
    numbers = sorted(near)
    shapes = np.array([work[number] for number in numbers], dtype=object)
    wrong = shapely.length(shapely.coverage_invalid_edges(shapes)) > 0
    bad = [number for number, is_wrong in zip(numbers, wrong, strict=True) if is_wrong and number in mine]
    if bad or not shapely.is_valid(shapes).all():
        raise _refused(parent.get(bad[0]) if bad else None)


def _refused(unit: int | None) -> RedrawRefused:
    return RedrawRefused(
        "cannot-cut",
        "划线无法与地块边界衔接，请稍微移动划线",
        "the line cannot be fitted to the border of a unit; draw it a little elsewhere",
        unit=unit,
    )
