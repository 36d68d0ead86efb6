"""Moves that are drawn: a zone split by a line, a border on a new course, a building given to another zone.

Units on one side of the line go together. A unit the line runs through is cut, round the buildings on it: no
building is ever cut. Without cutting, such a unit goes where most of its ground lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from gis.lattice import to_lattice
from gis.measures import NOWHERE
from gis.redraw.clearance import clear_of_buildings
from gis.redraw.cut import Cuts, cut_units
from gis.redraw.draft import Draft, fresh_zone
from gis.redraw.lines import completed_border, left_side, prolonged
from gis.redraw.pieces import Division, Footprint
from gis.redraw.scale import Scale
from gis.redraw.steps import DraftZone, RedrawRefused

__all__ = ["move_border", "split_by_line", "transfer_building"]

Buildings = Mapping[int, Sequence[Footprint]]
"""Buildings by the unit they stand on."""


def split_by_line(
    draft: Draft,
    number: int,
    line: Any,
    buildings: Buildings,
    *,
    name: tuple[str, str | None] | None = None,
    cut: bool = True,
) -> Division:
    """Split a zone along a line: the part with more households keeps the number, the other is a new zone.

    Parameters
    ----------
    draft
        With shapes.
    line
        LineString, EPSG:4326. An end inside the zone goes straight on to its border.
    buildings
        Of the zone's units.

    Raises
    ------
    RedrawRefused
        The line does not divide the zone.
    """
    draft.living(number)
    rows = draft.members(number)
    if not len(rows):
        raise RedrawRefused("line-misses", "网格没有地块", "the zone has no unit", zone=number)
    ground = _ground(draft, rows)
    drawn = prolonged(_lattice_line(line), ground)
    parts = _Sides(draft, rows, drawn, ground, buildings, cut=cut)
    homes = parts.households()
    made = fresh_zone(draft, draft.next_number, int(rows[0]), *(name or (None, None)))
    keeps = (
        {True: number, False: made.number}
        if homes[True] >= homes[False]
        else {True: made.number, False: number}
    )
    return parts.division("split_line", keeps, {made.number: (None, made)})


def move_border(
    draft: Draft, zones: tuple[int, int], line: Any, buildings: Buildings, *, cut: bool = True
) -> Division:
    """Put the common border of two zones on a new course.

    Where an end of the line lies on the present border, the border stays as it is from there on.

    Raises
    ------
    RedrawRefused
        ``not-adjacent``: they have no common border.
    """
    one, other = (draft.living(number) for number in zones)
    if one.number == other.number or (draft.nested and one.community != other.community):
        raise RedrawRefused(
            "not-adjacent", "两个网格不在同一社区内相邻", "the two zones are no neighbours in one community",
            zone=other.number,
        )  # fmt: skip
    first, second = draft.members(one.number), draft.members(other.number)
    border = None
    if len(first) and len(second):
        border = shapely.intersection(_ground(draft, first), _ground(draft, second))
    lines = [part for part in shapely.get_parts(border) if part.geom_type == "LineString"] if border else []
    if not lines:
        raise RedrawRefused(
            "not-adjacent", "两个网格没有公共边界", "the two zones have no common border", zone=other.number
        )
    rows = np.concatenate([first, second])
    ground = _ground(draft, rows)
    common = shapely.line_merge(shapely.multilinestrings(lines))
    drawn = completed_border(_lattice_line(line), common, ground, _scale(draft, rows))
    parts = _Sides(draft, rows, drawn, ground, buildings, cut=cut)
    mine = _ground(draft, first)
    left = float(shapely.area(shapely.intersection(parts.left, mine)))
    theirs = float(parts.left.area) - left
    # Of the two ways round, the one that leaves more where it is.
    stays = left + float(_ground(draft, second).area) - theirs
    goes = theirs + float(mine.area) - left
    keeps = (
        {True: one.number, False: other.number} if stays >= goes else {True: other.number, False: one.number}
    )
    return parts.division("border", keeps, {})


def transfer_building(draft: Draft, code: str, number: int, buildings: Buildings) -> Division:
    """Give a building to another zone: its unit, or where others stand on that, the ground nearest to it.

    Raises
    ------
    RedrawRefused
        ``unknown-building``: no such building on a unit of the draft.
    """
    draft.living(number)
    found = next(
        ((unit, each) for unit, many in buildings.items() for each in many if each.code == code), None
    )
    if found is None or draft.zone[draft.row[found[0]]] == NOWHERE:
        raise RedrawRefused(
            "unknown-building", f"没有楼栋 {code}", f"there is no building {code} in the plan"
        )
    unit, building = found
    row = draft.row[unit]
    if draft.zone[row] == number:
        raise RedrawRefused(
            "nothing-to-do", "楼栋已在该网格内", "the building is in this zone already", zone=number
        )
    others = [each for each in buildings[unit] if each.code != code]
    if not others:
        return Division("transfer_building", {unit: number})
    shape = to_lattice(draft.shapes[row]) if draft.shapes is not None else None
    assert shape is not None
    cell = _cell(shape, building, others)
    loops = [cell.exterior, *cell.interiors]
    line = shapely.line_merge(shapely.multilinestrings([shapely.get_coordinates(loop) for loop in loops]))
    cuts = _cut(draft, line, np.array([row]), [each.shape for each in buildings[unit]])
    if not cuts.pieces:
        raise RedrawRefused(
            "cannot-cut",
            f"地块无法在楼栋 {code} 周围切开",
            f"the unit cannot be cut round the building {code}",
            unit=unit,
        )
    here = _largest(building.shape, cuts)
    targets = {piece: number if piece == here else int(draft.zone[row]) for piece in cuts.pieces}
    return Division("transfer_building", targets, cuts)


def _largest(shape: Any, cuts: Cuts) -> int:
    """The piece most of a building stands on."""
    numbers = list(cuts.pieces)
    pieces = np.array([cuts.pieces[number] for number in numbers], dtype=object)
    shared, away = shapely.area(shapely.intersection(shape, pieces)), shapely.distance(shape, pieces)
    return numbers[int(np.argmax(shared) if shared.any() else np.argmin(away))]


def _cell(shape: Any, building: Footprint, others: Sequence[Footprint]) -> Any:
    """The ground of a unit that is nearer to one building than to the others, clear of all of them."""
    spread = 200.0
    places, mine = [], []
    for each in (building, *others):
        outline = (
            each.shape if each.shape.geom_type == "Point" else shapely.segmentize(each.shape.boundary, spread)
        )
        coordinates = shapely.get_coordinates(outline)
        places.append(coordinates)
        mine.append(np.full(len(coordinates), each is building))
    everything = np.concatenate(places)
    where, first = np.unique(everything, axis=0, return_index=True)
    is_mine = np.concatenate(mine)[first]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(where), extend_to=shape, ordered=True)
    )
    ground = shapely.union_all(cells[is_mine])
    ground = shapely.simplify(
        shapely.intersection(ground, shapely.envelope(shapely.buffer(shape, 2000.0))), 50.0
    )
    # Simpler lines may have come too near: buildings have their own ground, and the others theirs.
    keep = shapely.buffer(building.shape, 30.0, quad_segs=2)
    lose = shapely.buffer(np.array([each.shape for each in others], dtype=object), 30.0, quad_segs=2)
    ground = shapely.difference(
        shapely.union(ground, keep), shapely.difference(shapely.union_all(lose), keep)
    )
    parts = shapely.get_parts(ground)
    return max(parts, key=lambda part: float(shapely.area(shapely.intersection(part, building.shape)))) if (
        building.shape.area
    ) else min(parts, key=lambda part: float(shapely.distance(part, building.shape)))  # fmt: skip


class _Sides:
    """A line through the ground of some units: which of them, and which pieces, are to its left."""

    def __init__(
        self, draft: Draft, rows: Any, line: Any, ground: Any, buildings: Buildings, *, cut: bool
    ) -> None:
        footprints = [each.shape for row in rows.tolist() for each in buildings.get(int(draft.ids[row]), ())]
        self.draft = draft
        self.rows = rows
        if cut:
            line = clear_of_buildings(line, footprints)
        self.left = left_side(line, ground)
        self.cuts = _cut(draft, line, rows, footprints) if cut else Cuts()
        whole = [int(unit) for unit in draft.ids[rows] if unit not in set(self.cuts.parent.values())]
        lattice = to_lattice(np.array([self._shape(unit) for unit in whole], dtype=object))
        shapes = dict(zip(whole, lattice, strict=True)) | dict(self.cuts.pieces)
        names = list(shapes)
        areas = shapely.area(shapely.intersection(np.array(list(shapes.values()), dtype=object), self.left))
        self.on_left = {
            unit: bool(2 * inside > shapes[unit].area)
            for unit, inside in zip(names, areas.tolist(), strict=True)
        }
        self.buildings = buildings
        if len(set(self.on_left.values())) < 2:
            raise RedrawRefused(
                "line-misses", "划线一侧没有任何地块", "there is no unit on one side of the line"
            )

    def _shape(self, unit: int) -> Any:
        assert self.draft.shapes is not None
        return self.draft.shapes[self.draft.row[unit]]

    def households(self) -> dict[bool, int]:
        """Households left (True) and right of the line."""
        found = {True: 0, False: 0}
        for unit, left in self.on_left.items():
            if unit >= 0:
                found[left] += int(self.draft.graph.households[self.draft.row[unit]])
        for parent in set(self.cuts.parent.values()):
            for each in self.buildings.get(parent, ()):
                mine = {
                    number: shape
                    for number, shape in self.cuts.pieces.items()
                    if self.cuts.parent[number] == parent
                }
                found[self.on_left[_largest(each.shape, Cuts(mine))]] += each.households
        return found

    def division(
        self, kind: str, keeps: Mapping[bool, int], zones: Mapping[int, tuple[DraftZone | None, DraftZone]]
    ) -> Division:
        """The move that puts both sides into their zones."""
        return Division(kind, {unit: keeps[left] for unit, left in self.on_left.items()}, self.cuts, zones)


def _cut(draft: Draft, line: Any, rows: Any, footprints: Sequence[Any]) -> Cuts:
    assert draft.shapes is not None
    there = np.flatnonzero(draft.zone != NOWHERE)
    lattice = to_lattice(draft.shapes[there])
    shapes = dict(zip(draft.ids[there].tolist(), lattice, strict=True))
    community = dict(zip(draft.ids[there].tolist(), draft.graph.community[there].tolist(), strict=True))
    met = [int(unit) for unit in draft.ids[rows] if shapes[int(unit)].intersects(line)]
    scale = _scale(draft, rows)
    return cut_units(shapes, line, met, community=community, scale=scale, footprints=footprints)


def _ground(draft: Draft, rows: Any) -> Any:
    """Units together, lattice geometry."""
    assert draft.shapes is not None
    return shapely.coverage_union_all(to_lattice(draft.shapes[rows]))


def _scale(draft: Draft, rows: Any) -> Scale:
    assert draft.shapes is not None
    return Scale.at(float(shapely.bounds(draft.shapes[int(rows[0])])[1]))


def _lattice_line(line: Any) -> Any:
    """A drawn line in lattice geometry, without repeated vertices."""
    found = shapely.remove_repeated_points(to_lattice(shapely.force_2d(line)), 1.0)
    if found.length < 10:
        raise RedrawRefused("line-misses", "划线过短", "the line is too short")
    return found
