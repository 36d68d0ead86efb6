"""Checks of a plan: each fault is found, named and placed; a sound plan has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.planning.checks import PlannedUnits, PlannedZone, check_plan, next_codes

WEST, EAST = "370212001001", "370212001002"
COMMUNITIES = {1: WEST, 2: EAST}
ZONES = (
    PlannedZone(1, 11, f"{WEST}001", "西一", None, 1),
    PlannedZone(2, 12, f"{WEST}002", "西二", None, 1),
    PlannedZone(3, 13, f"{EAST}001", "东一", None, 2),
    PlannedZone(4, None, None, "东新", None, None),
)
TAKEN = {f"{WEST}001": 11, f"{WEST}002": 12, f"{EAST}001": 13, f"{EAST}009": 19}
# Units 0..7 in a row: four in the west, four in the east.
ROW = PlannedUnits(
    id=np.arange(8),
    code=np.array([f"U{k}" for k in range(8)], dtype=object),
    community=np.array([1, 1, 1, 1, 2, 2, 2, 2]),
    zone=np.array([1, 1, 2, 2, 3, 3, 4, 4]),
    households=np.full(8, 50),
    residents=np.full(8, 120),
    area_m2=np.full(8, 1000.0),
    joined=np.array([(k, k + 1) for k in range(7)]),
)


def found(units: PlannedUnits = ROW, zones: tuple[PlannedZone, ...] = ZONES) -> list[tuple[str, int | None]]:
    faults = check_plan(units, zones, taken=TAKEN, pattern="[0-9]{15}", communities=COMMUNITIES)
    assert all(fault.text.zh and fault.text.en for fault in faults)
    return [(fault.code, fault.zone) for fault in faults]


def assigned(*zones: int) -> PlannedUnits:
    return replace(ROW, zone=np.array(zones))


def changed(number: int, **values: object) -> tuple[PlannedZone, ...]:
    return tuple(replace(zone, **values) if zone.number == number else zone for zone in ZONES)  # type: ignore[arg-type]


def test_a_sound_plan_has_no_fault() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("units", "zones", "expected"),
    [
        (assigned(1, 1, 2, 2, 3, 3, 4, -1), ZONES, [("no-zone", None)]),
        (assigned(1, 1, 1, 1, 3, 3, 4, 4), ZONES, [("empty-zone", 2)]),
        (ROW, changed(2, dissolved=True), [("dissolved-zone", 2)]),
        (assigned(1, 1, 1, 1, 3, 3, 4, 4), changed(2, dissolved=True), []),
        # A new grid over the border of two communities; an old one that takes from the other community.
        (assigned(1, 1, 2, 4, 4, 3, 3, 3), ZONES, [("crosses-community", 4)]),
        (assigned(1, 1, 2, 2, 2, 3, 4, 4), ZONES, [("crosses-community", 2)]),
        (assigned(1, 2, 1, 2, 3, 3, 4, 4), ZONES, [("not-connected", 1), ("not-connected", 2)]),
        (ROW, changed(4, code=f"{EAST}009"), [("code-taken", 4)]),
        (ROW, changed(4, code=f"{EAST}001"), [("code-twice", 3), ("code-taken", 4), ("code-twice", 4)]),
        (ROW, changed(4, code="ABC"), [("code-malformed", 4)]),
        (ROW, changed(4, code=f"{EAST}010"), []),
        # Its own code is no stranger's.
        (ROW, changed(1, name_zh="改名"), []),
    ],
)
def test_each_fault_is_found(
    units: PlannedUnits, zones: tuple[PlannedZone, ...], expected: list[tuple[str, int | None]]
) -> None:
    assert found(units, zones) == expected


def test_an_explicit_link_holds_a_grid_together() -> None:
    units = assigned(1, 2, 1, 2, 3, 3, 4, 4)
    linked = replace(units, joined=np.vstack([units.joined, [(0, 2), (1, 3)]]))
    assert found(linked) == []


@given(st.lists(st.integers(1, 4), min_size=8, max_size=8), st.data())
def test_connection_is_what_walking_finds(zones: list[int], data: st.DataObject) -> None:
    edges = data.draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
    units = replace(ROW, zone=np.array(zones), joined=np.array(edges, dtype=np.int64).reshape(-1, 2))
    broken = set()
    for number in set(zones):
        members = {k for k in range(8) if zones[k] == number}
        seen, todo = set(), [min(members)]
        while todo:
            k = todo.pop()
            seen.add(k)
            near = {b for a, b in edges if a == k} | {a for a, b in edges if b == k}
            todo += (near & members) - seen
        if seen != members:
            broken.add(number)
    faults = check_plan(units, ZONES, taken={}, pattern=None, communities=COMMUNITIES)
    assert {fault.zone for fault in faults if fault.code == "not-connected"} == broken


def test_codes_go_on_after_the_highest_ever_used() -> None:
    assert next_codes(EAST, TAKEN, 2) == [f"{EAST}010", f"{EAST}011"]
    assert next_codes("370212001003", TAKEN, 1) == ["370212001003001"]
    with pytest.raises(ValueError, match="no code left"):
        next_codes(EAST, {f"{EAST}998": 1}, 2)
