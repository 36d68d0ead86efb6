"""Ground that goes from one zone to another where zones are shapes, not sets of land units.

The zones of a specialist layer are drawn as imported; their borders may run beside those of the units. Moving
a unit moves its ground, and nothing else: all borders concerned are noded once on the lattice, each face
keeps or changes its owner, and the zones are put together again. So no step can open a gap or an overlap,
whatever the borders are like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.lattice import SCALE
from gis.redraw.scale import Scale

__all__ = ["SLIVER_M", "Ground", "hand_over", "touching"]

SLIVER_M = 10.0
"""A strip narrower than this (on average) lies beside a unit's border because two drawings differ."""

ROUNDS = 4
"""How often parts that are cut off are looked for: one may border only another one."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """A land unit in whole lattice steps, and the zone it goes to.

    Attributes
    ----------
    shape
        Polygon, lattice geometry.
    sources
        Zones whose ground in it moves, however wide.
    target
        The zone that has it now. Slivers of other zones that may change go there, too.
    """

    shape: Any
    sources: frozenset[int]
    target: int


def hand_over(
    zones: Mapping[int, Any],
    units: Mapping[int, NDArray[np.object_]],
    grounds: Sequence[Ground],
    heirs: Mapping[int, int],
) -> dict[int, Any]:
    """Zones after ground has changed hands; those that stay exactly as they are, are left out.

    Parameters
    ----------
    zones
        (Multi)polygon of each zone near the ground (lattice geometry), by number; they may overlap and leave
        gaps.
    units
        Units (lattice polygons) of the zones that may lose and gain ground, as they will be. Other zones keep
        theirs to the last step; they may get a vertex where a border now meets theirs. A part of a zone that
        is cut off from all its units goes to the one of these zones that it borders most.
    grounds
        What moves. Where two overlap the first one counts.
    heirs
        Zone that takes what is left of one that ends.

    Returns
    -------
    dict
        MultiPolygon (lattice geometry) by number, empty for a zone of which nothing is left; zones that have
        ended are not among them.

    >>> west, east = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
    >>> strip = Ground(shapely.box(8, 0, 10, 10), frozenset({1}), 2)
    >>> units = {1: np.array([shapely.box(0, 0, 8, 10)]), 2: np.array([east])}
    >>> after = hand_over({1: west, 2: east}, units, [strip], {})
    >>> after[1].bounds, after[2].bounds
    ((0.0, 0.0, 8.0, 10.0), (8.0, 0.0, 20.0, 10.0))
    """
    numbers = list(zones)
    shapes = np.array([zones[number] for number in numbers], dtype=object)
    faces = _faces([*shapes, *(ground.shape for ground in grounds)])
    inside = shapely.point_on_surface(faces)
    owned = _containing(shapes, inside)
    owners: list[set[int]] = [set() for _ in range(len(faces))]
    for zone, face in owned.tolist():
        owners[face].add(numbers[zone])
    may_change = {*units, *heirs, *(zone for ground in grounds for zone in ground.sources)}
    taken = np.zeros(len(faces), dtype=np.bool_)
    under: list[Ints] = [np.empty(0, dtype=np.int64)] * len(grounds)
    order = _containing(np.array([ground.shape for ground in grounds], dtype=object), inside)
    for at, mine in _grouped(order):
        under[at] = mine[~taken[mine]]
        taken[under[at]] = True
    for ground, mine in zip(grounds, under, strict=True):
        for zone in sorted({zone for face in mine.tolist() for zone in owners[face]} & may_change):
            if zone == ground.target:
                continue
            held = [face for face in mine.tolist() if zone in owners[face]]
            moved = held if zone in ground.sources else _slivers(faces, held)
            for face in moved:
                owners[face] = (owners[face] - {zone}) | {ground.target}
    for face, mine_of in enumerate(owners):
        if mine_of & heirs.keys():
            owners[face] = {heirs.get(zone, zone) for zone in mine_of}
    for _ in range(ROUNDS):
        if not _join_cut_off(faces, owners, zones, units):
            break
    after = _put_together(faces, owners, zones)
    left = {zone for mine_of in owners for zone in mine_of}
    return after | {zone: shapely.MultiPolygon() for zone in zones.keys() - left - heirs.keys()}


def _join_cut_off(
    faces: NDArray[np.object_],
    owners: list[set[int]],
    zones: Mapping[int, Any],
    units: Mapping[int, NDArray[np.object_]],
) -> bool:
    """Give parts that are cut off from all units of their zone to a neighbour; whether there was one."""
    members = _members(owners)
    shapes = {zone: shapely.coverage_union_all(faces[members[zone]]) for zone in units if zone in members}
    found = False
    for zone, shape in shapes.items():
        parts = shapely.get_parts(shape)
        if len(parts) == 1:
            continue
        before = {part.normalize().wkb for part in shapely.get_parts(zones[zone])} if zone in zones else set()
        tree = shapely.STRtree(units[zone])
        for part in parts:
            near = units[zone][tree.query(part, predicate="intersects")]
            if shapely.relate_pattern(part, near, "T********").any() or part.normalize().wkb in before:
                continue
            lengths = {
                other: shapely.intersection(part.boundary, against).length
                for other, against in shapes.items()
                if other != zone and len(shapely.STRtree([against]).query(part))
            }
            heir = max(lengths, key=lambda other: (lengths[other], -other), default=None)
            if heir is None or not lengths[heir]:
                continue
            mine = np.array(members[zone])
            inside = _containing(np.array([part], dtype=object), shapely.point_on_surface(faces[mine]))[:, 1]
            for face in mine[inside].tolist():
                owners[face] = (owners[face] - {zone}) | {heir}
            found = True
    return found


def _members(owners: Sequence[set[int]]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for face, mine in enumerate(owners):
        for zone in mine:
            members.setdefault(zone, []).append(face)
    return members


def touching(shapes: NDArray[np.object_], some: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Polygons that meet some of them, these left out: pairs of positions, and whether they share an edge.

    The first of each pair is one of ``some``; a corner is enough to meet.
    """
    first, second = shapely.STRtree(shapes).query(shapes[some], predicate="intersects")
    other = ~np.isin(second, some)
    mine, found = some[first[other]], second[other]
    return mine, found, np.asarray(shapely.relate_pattern(shapes[mine], shapes[found], "****1****"))


def _faces(shapes: Sequence[Any]) -> NDArray[np.object_]:
    """What all borders together enclose; every vertex on the lattice."""
    lines = shapely.union_all(shapely.boundary(np.array(shapes, dtype=object)), grid_size=1.0)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))), dtype=object)


def _containing(shapes: NDArray[np.object_], points: NDArray[np.object_]) -> Ints:
    """Pairs (shape, point) of points inside of shapes, int64 (m, 2), by shape."""
    if not len(shapes) or not len(points):
        return np.empty((0, 2), dtype=np.int64)
    shapely.prepare(shapes)
    pairs = shapely.STRtree(points).query(shapes, predicate="intersects")
    return np.asarray(pairs.T[np.lexsort(pairs[::-1])], dtype=np.int64)


def _grouped(pairs: Ints) -> list[tuple[int, Ints]]:
    """Second members by the first, ascending."""
    first, start = np.unique(pairs[:, 0], return_index=True)
    return list(zip(first.tolist(), np.split(pairs[:, 1], start[1:]), strict=True)) if len(pairs) else []


def _slivers(faces: NDArray[np.object_], held: Sequence[int]) -> list[int]:
    """Faces that belong to strips narrower than `SLIVER_M`."""
    whole = shapely.get_parts(shapely.union_all(faces[list(held)]))
    scale = Scale.at(float(whole[0].centroid.y) / SCALE)
    metric = [scale.metres(part) for part in whole]
    narrow = [part for part, drawn in zip(whole, metric, strict=True) if _narrow(drawn)]
    if not narrow:
        return []
    found = _containing(np.array(narrow, dtype=object), shapely.point_on_surface(faces[list(held)]))
    return [held[at] for at in sorted(set(found[:, 1].tolist()))]


def _narrow(drawn: Any) -> bool:
    return bool(2 * drawn.area < SLIVER_M * drawn.length)


def _put_together(
    faces: NDArray[np.object_], owners: Sequence[set[int]], zones: Mapping[int, Any]
) -> dict[int, Any]:
    found = {}
    for zone, mine_of in _members(owners).items():
        shape = shapely.coverage_union_all(faces[mine_of])
        if shape.geom_type != "MultiPolygon":
            shape = shapely.multipolygons([shape])
        before = zones.get(zone)
        if before is None or not shapely.equals_exact(
            shapely.normalize(shape), shapely.normalize(before), 0.0
        ):
            found[zone] = shape
    return found
