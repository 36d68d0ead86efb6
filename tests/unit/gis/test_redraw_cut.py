"""Lines that are drawn: what is cut, what is not, and that the units stay one coverage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.coverage import is_valid_coverage
from gis.lattice import from_lattice, is_on_lattice, to_lattice
from gis.measures import NOWHERE
from gis.redraw.draft import Draft
from gis.redraw.ground import move_border, split_by_line, transfer_building
from gis.redraw.pieces import Contents, Division, completed
from gis.redraw.steps import RedrawRefused, Step
from tests.support.redraw_city import SIDE, SOUTH, SRID, WEST, footprints, polygons, town


def degrees(*places: tuple[float, float]) -> shapely.LineString:
    """A line by places counted in sides from the south-west corner, off the lattice."""
    line: shapely.LineString = shapely.LineString(
        [((WEST + x * SIDE) / 1e7, (SOUTH + y * SIDE) / 1e7) for x, y in places]
    )
    return line


def carried_out(draft: Draft, division: Division, contents: Mapping[int, Contents]) -> tuple[Draft, Step]:
    wider, step, _ = completed(draft, division, contents, SRID)
    return wider.made(step), step


def living(draft: Draft) -> np.ndarray:
    return np.flatnonzero(draft.zone != NOWHERE)


def check_whole(before: Draft, after: Draft, contents: Mapping[int, Contents]) -> None:
    """One coverage of the same ground, the same sums, no building cut."""
    rows = living(after)
    assert after.shapes is not None
    assert before.shapes is not None
    shapes = after.shapes[rows]
    assert is_on_lattice(shapes)
    assert is_valid_coverage(shapes)
    old, new = (
        shapely.coverage_union_all(to_lattice(each)) for each in (before.shapes[living(before)], shapes)
    )
    assert shapely.equals(shapely.normalize(old), shapely.normalize(new))
    for name in ("households", "residents", "buildings"):
        assert getattr(after.graph, name)[rows].sum() == getattr(before.graph, name)[living(before)].sum()
    for name in ("incidents_year", "facilities"):
        assert getattr(after.counts, name)[rows].sum() == getattr(before.counts, name)[living(before)].sum()
    # A neighbour's area is not taken anew for a centimetre of border.
    was = before.graph.area_m2[living(before)].sum()
    assert after.graph.area_m2[rows].sum() == pytest.approx(was, rel=1e-5)
    lattice = to_lattice(shapes)
    for one in contents.values():
        for building in one.buildings:
            shared = shapely.area(shapely.intersection(building.shape, lattice))
            assert (shared > 0).sum() == 1, "a building is cut"


def test_a_line_splits_a_zone_and_cuts_the_units_it_runs_through() -> None:
    draft, contents = town()
    division = split_by_line(draft, 1, degrees((1.02, -0.5), (0.98, 2.5)), footprints(contents))
    after, step = carried_out(draft, division, contents)
    check_whole(draft, after, contents)
    assert step.kind == "split_line"
    assert set(after.zone[living(after)]) == {1, 2, 3, 4, 5}
    assert after.zones[5].community == 1000


def test_a_line_inside_the_zone_is_prolonged_to_its_border() -> None:
    draft, contents = town()
    division = split_by_line(draft, 1, degrees((0.45, 0.9), (1.5, 1.05)), footprints(contents))
    after, _ = carried_out(draft, division, contents)
    check_whole(draft, after, contents)
    assert {1, 5} <= set(after.zone[living(after)])


def test_without_cutting_units_go_where_most_of_them_lies() -> None:
    draft, contents = town()
    line = degrees((-0.5, 0.7), (2.5, 0.7))
    division = split_by_line(draft, 1, line, footprints(contents), cut=False)
    after, step = carried_out(draft, division, contents)
    assert len(after.ids) == len(draft.ids)
    # The southern row lies south of the line for the greater part.
    assert set(step.units) in ({100, 101}, {104, 105})


def test_a_neighbour_receives_the_vertex() -> None:
    draft, contents = town()
    # Through the two units in the west of zone 1, ending on the border with zone 2 in the north.
    division = split_by_line(draft, 1, degrees((0.4, -0.5), (0.45, 1.2), (0.4, 2.6)), footprints(contents))
    after, step = carried_out(draft, division, contents)
    check_whole(draft, after, contents)
    assert 108 in step.shapes
    before, now = step.shapes[108]
    assert len(now.exterior.coords) == len(before.exterior.coords) + 1


def test_the_border_of_a_community_does_not_move() -> None:
    draft, contents = town()
    division = split_by_line(draft, 1, degrees((-0.5, 0.63), (2.5, 0.58)), footprints(contents))
    after, _ = carried_out(draft, division, contents)
    assert draft.shapes is not None
    assert after.shapes is not None
    for community in (0, 1):
        was = shapely.coverage_union_all(to_lattice(draft.shapes[draft.graph.community == community]))
        rows = [row for row in living(after) if after.graph.community[row] == community]
        assert shapely.equals(was, shapely.coverage_union_all(to_lattice(after.shapes[rows])))


def test_a_border_on_a_new_course() -> None:
    draft, contents = town()
    line = degrees((-0.3, 1.6), (1.0, 1.7), (2.3, 1.65))
    after, step = carried_out(draft, move_border(draft, (1, 2), line, footprints(contents)), contents)
    check_whole(draft, after, contents)
    assert set(after.zone[living(after)]) == {1, 2, 3, 4}
    assert after.graph.area_m2[after.zone == 1].sum() < draft.graph.area_m2[draft.zone == 1].sum() - 10_000
    assert step.kind == "border"


def test_a_part_of_a_border_drawn_anew_leaves_the_rest() -> None:
    draft, contents = town()
    # From the border of zones 1 and 2 down into the south-western unit and back to the border.
    line = degrees((0.15, 2.0), (0.3, 1.55), (0.6, 1.55), (0.8, 2.0))
    after, step = carried_out(draft, move_border(draft, (1, 2), line, footprints(contents)), contents)
    check_whole(draft, after, contents)
    assert {unit for unit, now in zip(step.units, step.after, strict=True) if now is None} == {104}


def test_a_building_goes_to_another_zone_with_the_ground_round_it() -> None:
    draft, contents = town()
    division = transfer_building(draft, "B5-1", 2, footprints(contents))
    after, step = carried_out(draft, division, contents)
    check_whole(draft, after, contents)
    moved = [unit for unit, now in zip(step.units, step.after, strict=True) if now == 2]
    (row,) = [after.row[unit] for unit in moved]
    assert after.graph.buildings[row] == 1
    assert after.graph.households[row] == contents[105].buildings[1].households


def test_the_only_building_takes_its_unit_along() -> None:
    draft, contents = town()
    alone = {**contents, 105: Contents(contents[105].buildings[:1])}
    assert transfer_building(draft, "B5-0", 2, footprints(alone)).targets == {105: 2}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (degrees((0.2, 0.2), (0.2000001, 0.2000001)), "line-misses"),
        (degrees((-2, -2), (-2, 3)), "line-misses"),
        (degrees((-0.5, 1), (1, 0.2), (1, 1.5), (0.5, -0.5)), "cannot-cut"),
    ],
)
def test_lines_that_divide_nothing_are_refused(line: shapely.LineString, code: str) -> None:
    draft, contents = town()
    with pytest.raises(RedrawRefused) as refused:
        split_by_line(draft, 1, line, footprints(contents))
    assert refused.value.code == code


def test_zones_without_a_common_border_have_none_to_move() -> None:
    draft, contents = town()
    with pytest.raises(RedrawRefused) as refused:
        move_border(draft, (1, 3), degrees((2, -1), (2, 3)), footprints(contents))
    assert refused.value.code == "not-adjacent"


places = st.tuples(st.floats(-0.4, 2.6), st.floats(-0.4, 3.4))


@settings(max_examples=60)
@given(st.lists(places, min_size=2, max_size=5), st.sampled_from([1, 2]), st.booleans())
def test_whatever_is_drawn_the_units_stay_one_coverage(
    drawn: list[tuple[float, float]], number: int, border: bool
) -> None:
    draft, contents = town()
    try:
        if border:
            division = move_border(draft, (1, 2), degrees(*drawn), footprints(contents))
        else:
            division = split_by_line(draft, number, degrees(*drawn), footprints(contents))
        after, _ = carried_out(draft, division, contents)
    except RedrawRefused:
        return
    check_whole(draft, after, contents)


def test_the_town_is_a_coverage() -> None:
    assert is_valid_coverage(from_lattice(polygons()))
