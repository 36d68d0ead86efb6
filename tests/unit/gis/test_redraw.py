"""Moves of whole units, their figures, numbering, and steps taken back out of order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis.crs import geometry_to_metric
from gis.measures import Band, polsby_popper
from gis.redraw.draft import Draft
from gis.redraw.moves import assign, change_zone, dissolve, merge, new_zone, paint
from gis.redraw.numbering import renumber
from gis.redraw.parts import split_into_parts
from gis.redraw.steps import RedrawRefused, Step
from gis.redraw.undo import Made, turned
from tests.support.redraw_city import SRID, town

BAND = Band(300, 500)


def refused(code: str, draft: Draft, step: Step) -> None:
    with pytest.raises(RedrawRefused) as refusal:
        draft.made(step)
    assert refusal.value.code == code
    assert refusal.value.words.zh != refusal.value.words.en


def test_figures_follow_from_the_shapes() -> None:
    draft, _ = town()
    assert draft.shapes is not None
    metric = geometry_to_metric(draft.shapes, SRID)
    for zone in draft.measures(BAND, draft.zones, metric):
        shape = shapely.union_all(metric[draft.zone == zone.number])
        assert zone.area_m2 == pytest.approx(shape.area)
        assert zone.perimeter_m == pytest.approx(shape.length)
        assert zone.polsby_popper == pytest.approx(polsby_popper(shape.area, shape.length))
        circle = shapely.minimum_bounding_radius(shape)
        assert zone.reock == pytest.approx(shape.area / (np.pi * circle**2))
        assert zone.connected
        assert zone.inside_community


def test_shape_is_measured_where_angles_are_true() -> None:
    """A square is a square in the metric zone; in degrees, at this latitude, it would not be one."""
    draft, _ = town()
    side = 100.0
    graph = replace(draft.graph, area_m2=np.full(12, side**2), perimeter_m=np.full(12, 4 * side))
    one = replace(draft, graph=graph, zone=np.arange(1, 13, dtype=np.int32))
    for zone in one.measures(BAND, range(1, 13)):
        assert zone.polsby_popper == pytest.approx(np.pi / 4)


def test_pending_differences_are_told_in_households() -> None:
    draft, _ = town()
    step = paint(draft, [104], 2)
    before = {zone.number: zone for zone in draft.measures(BAND, [1, 2])}
    after = {zone.number: zone for zone in draft.made(step).measures(BAND, [1, 2])}
    homes = int(draft.graph.households[4])
    assert after[1].households == before[1].households - homes
    assert (after[2].moved_in, after[1].moved_out) == (homes, homes)
    assert after[1].households_before == before[1].households
    assert draft.made(step).measures(BAND, [9])[0].households == 0


def test_a_zone_in_two_parts_is_not_connected() -> None:
    draft, _ = town()
    # The south-western unit to the zone in the north: a row of zone 1 lies between.
    (north,) = draft.made(paint(draft, [100], 2)).measures(BAND, [2])
    assert not north.connected


@pytest.mark.parametrize(
    ("mode", "leaves", "enters"), [("out", False, True), ("in", True, False), ("both", False, False)]
)
def test_locks_have_three_modes(mode: str, leaves: bool, enters: bool) -> None:
    draft, _ = town()
    locked = draft.made(change_zone(draft, "lock", 1, lock=mode))  # type: ignore[arg-type]
    for unit, zone, allowed in ((104, 2, leaves), (108, 1, enters)):
        if allowed:
            locked.made(paint(locked, [unit], zone))
        else:
            with pytest.raises(RedrawRefused) as refusal:
                paint(locked, [unit], zone)
            assert refusal.value.code == "zone-locked"


def test_a_lock_holds_for_undo() -> None:
    draft, _ = town()
    step = paint(draft, [104], 2)
    moved = draft.made(step)
    locked = moved.made(change_zone(moved, "lock", 2, lock="out"))
    found = turned(Made(1, False, step), locked, [], again=False)
    assert not found.units
    refused("zone-locked", locked, found.step)


def test_merged_and_dissolved_zones_take_no_units() -> None:
    draft, _ = town()
    merged = draft.made(merge(draft, [1], 2))
    assert set(merged.zone[merged.graph.community == 0]) == {2}
    with pytest.raises(RedrawRefused) as refusal:
        paint(merged, [100], 1)
    assert refusal.value.code == "zone-dissolved"
    with pytest.raises(RedrawRefused) as refusal:
        dissolve(merged, 2)
    assert refusal.value.code == "last-zone"


def test_a_dissolved_zone_goes_to_its_neighbours_and_they_stay_connected() -> None:
    draft, _ = town()
    three = draft.made(new_zone(draft, [104, 105], "中间网格"))
    gone = three.made(dissolve(three, 5))
    assert set(gone.zone) == {1, 2, 3, 4}
    assert all(zone.connected for zone in gone.measures(BAND, [1, 2]))


@pytest.mark.parametrize("parts", [2, 3])
def test_parts_are_even_and_connected_and_the_same_every_time(parts: int) -> None:
    draft, _ = town()
    whole = draft.made(merge(draft, [1], 2))
    step = split_into_parts(whole, 2, parts)
    split = whole.made(step)
    figures = split.measures(BAND, step.touched_zones)
    assert len(figures) == parts
    assert all(zone.connected for zone in figures)
    homes = [zone.households for zone in figures]
    assert max(homes) < 1.5 * sum(homes) / parts
    assert split_into_parts(whole, 2, parts) == step


def test_an_assignment_ends_empty_zones_and_numbers_new_ones() -> None:
    draft, _ = town()
    west = [100, 101, 104, 105, 108, 109]
    step = assign(draft, west, [77] * 6)
    after = draft.made(step)
    assert set(after.zone[after.graph.community == 0]) == {5}
    assert after.zones[1].dissolved
    assert after.zones[2].dissolved
    again = assign(after, west, [1] * 3 + [2] * 3)
    assert not after.made(again).zones[1].dissolved
    # A zone that somebody made after the proposal was searched is not the one it means.
    assert set(assign(after, west[:2], [5, 5], unknown=[5]).after) == {6}


def test_numbers_run_as_a_page_is_read() -> None:
    draft, _ = town()
    names = {1000: "370212001001", 1001: "370212001002"}
    boxes = shapely.bounds(draft.shapes)
    step = renumber(draft, boxes, names, [])
    # Zones 2 and 4 lie north of 1 and 3, so they come first; no code is given twice.
    codes = {number: now.code for number, (_, now) in step.zones.items()}
    assert codes == {
        2: "370212001001003", 1: "370212001001004", 4: "370212001002003", 3: "370212001002004",
    }  # fmt: skip
    after = draft.made(step)
    with pytest.raises(RedrawRefused) as refusal:
        renumber(after, boxes, names, [zone.code for zone in draft.zones.values() if zone.code])
    assert refusal.value.code == "nothing-to-do"
    with pytest.raises(RedrawRefused) as refusal:
        renumber(draft, boxes, names, [], pattern="^X")
    assert refusal.value.code == "cannot-number"


def test_steps_on_other_units_are_taken_back_in_any_order() -> None:
    draft, _ = town()
    one, other = paint(draft, [104], 2), paint(draft, [106], 4)
    both = draft.made(one).made(other)
    steps = [Made(1, False, one), Made(2, False, other)]
    first = turned(steps[0], both, steps, again=False)
    assert (first.units, first.attributes) == (frozenset(), frozenset())
    assert list(both.made(first.step).zone) == list(draft.made(other).zone)


def test_what_another_has_moved_on_is_not_taken_back() -> None:
    draft, _ = town()
    one = paint(draft, [104], 2)
    moved = draft.made(one)
    other = new_zone(moved, [104], "新网格")
    found = turned(
        Made(1, False, one), moved.made(other), [Made(1, False, one), Made(2, False, other)], again=False
    )
    assert found.units == {104}
