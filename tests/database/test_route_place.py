"""The routing statement: covering, ties, borders, nearest, units, facilities, rules, and time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from grid_data.database import Connection
from grid_data.routing import RoutedPlace, read_asked, route_place
from tests.support.toy_city import GARBAGE, LAMP_BROKEN, PARKING, STREET

AT = datetime(2025, 6, 1, tzinfo=UTC)


async def routed(
    connection: Connection, lon: float, lat: float, category: str | None = None, at: datetime = AT
) -> RoutedPlace:
    category_id = None
    if category:
        asked = await read_asked(connection, category)
        assert asked.category is not None
        category_id = asked.category["category_id"]
    return await route_place(connection, lon=lon, lat=lat, at=at, category_id=category_id, accuracy_m=None)


def zone(found: RoutedPlace, layer: str) -> dict[str, Any]:
    (only,) = [zone for zone in found.zones if zone["layer"] == layer]
    return only


async def test_a_point_inside_gets_one_zone_of_every_layer(connection: Connection) -> None:
    found = await routed(connection, 120.405, 36.105)
    assert {z["layer"]: z["code"] for z in found.zones} == {
        "district": "370212",
        "subdistrict": STREET,
        "community": f"{STREET}001",
        "base_grid": f"{STREET}001001",
        "police": "P-SOUTH",
        "market": "M-WEST",
    }
    assert {z["method"] for z in found.zones} == {"inside"}
    assert found.land_unit == "U00"


async def test_layers_come_in_the_order_of_precedence(connection: Connection) -> None:
    found = await routed(connection, 120.405, 36.105)
    assert [z["layer"] for z in found.zones] == [
        "district",
        "subdistrict",
        "community",
        "base_grid",
        "police",
        "market",
    ]


@pytest.mark.parametrize(
    ("lon", "lat", "grid", "others", "unit"),
    [
        (120.42, 36.105, f"{STREET}001001", [f"{STREET}002001"], "U01"),  # edge between communities
        (
            120.405,
            36.12,
            f"{STREET}001001",
            [f"{STREET}001002"],
            "U10",
        ),  # edge between grids of one community
        (
            120.42,
            36.12,
            f"{STREET}001001",
            [f"{STREET}001002", f"{STREET}002001", f"{STREET}002002"],
            "U11",
        ),  # corner of four
        (120.41, 36.11, f"{STREET}001001", [], "U00"),  # corner of four units inside one grid
    ],
)
async def test_on_a_shared_edge_the_lowest_code_wins_and_says_so(
    connection: Connection, lon: float, lat: float, grid: str, others: list[str], unit: str
) -> None:
    found = await routed(connection, lon, lat)
    base = zone(found, "base_grid")
    assert base["code"] == grid
    assert [c["code"] for c in base["candidates"]] == others
    assert base["method"] == ("on_border" if others else "inside")
    assert found.land_unit == unit
    if others:
        assert base["border_m"] == 0


async def test_the_unit_always_belongs_to_the_grid_answered(connection: Connection) -> None:
    # U20 has the lower code west of the edge, but on the edge's north side another grid wins: never mix them.
    found = await routed(connection, 120.42, 36.13)
    assert zone(found, "base_grid")["code"] == f"{STREET}001002"
    assert found.land_unit == "U21"


async def test_the_outer_edge_is_a_border_without_candidates(connection: Connection) -> None:
    found = await routed(connection, 120.40, 36.105)
    assert zone(found, "base_grid")["method"] == "on_border"
    assert zone(found, "base_grid")["candidates"] == []


async def test_distance_to_the_border_is_in_metres(connection: Connection) -> None:
    # 0.0001 degrees of latitude north of the edge between two grids: about 11.1 m.
    found = await routed(connection, 120.405, 36.1201)
    assert zone(found, "base_grid")["border_m"] == pytest.approx(11.1, abs=0.05)


async def test_just_outside_the_nearest_zone_answers_and_says_how_far(connection: Connection) -> None:
    found = await routed(connection, 120.3998, 36.105)  # 18 m west of the city
    base = zone(found, "base_grid")
    assert (base["code"], base["method"]) == (f"{STREET}001001", "nearest")
    assert base["border_m"] == pytest.approx(18, abs=0.2)
    assert zone(found, "market")["method"] == "outside"  # demands nothing: at most one
    assert found.land_unit is None
    assert not found.covered


async def test_nearest_to_a_shared_corner_is_the_lowest_code(connection: Connection) -> None:
    found = await routed(connection, 120.3999, 36.12)
    assert zone(found, "base_grid")["code"] == f"{STREET}001001"


async def test_beyond_the_tolerance_there_is_no_zone(connection: Connection) -> None:
    found = await routed(connection, 120.39, 36.105)
    assert {z["method"] for z in found.zones} == {"outside"}
    assert found.outside_m == pytest.approx(900, rel=0.01)


async def test_before_the_first_edition_there_is_no_zone(connection: Connection) -> None:
    found = await routed(connection, 120.405, 36.105, at=datetime(2020, 1, 1, tzinfo=UTC))
    assert {z["method"] for z in found.zones} == {"outside"}
    assert found.rules == []


async def test_the_facility_concerned_is_the_nearest_of_the_class_within_reach(
    connection: Connection,
) -> None:
    near = await routed(connection, 120.40510, 36.105, LAMP_BROKEN)
    assert near.facility is not None
    assert near.facility["code"] == "37021201037000001"
    assert near.facility["distance_m"] == pytest.approx(9.0, abs=0.1)
    far = await routed(connection, 120.4055, 36.105, LAMP_BROKEN)
    assert far.facility is None
    other_class = await routed(connection, 120.405, 36.105, GARBAGE)
    assert other_class.facility is None


@pytest.mark.parametrize(
    ("lon", "lat", "category", "rule", "organisation"),
    [
        (120.405, 36.105, None, "R-FALLBACK", "CM1"),
        (120.435, 36.105, None, "R-FALLBACK", "CM2"),
        (120.405, 36.105, PARKING, "R-PARKING", "PO1"),
        (120.405, 36.135, PARKING, "R-PARKING", "PO2"),
        (120.405, 36.105, "GB/T 47678.5-2026:matter:09001", "R-STREET", "PO1"),
        (120.435, 36.105, GARBAGE, "R-GARBAGE", "MKT"),
        (120.405, 36.105, GARBAGE, "R-GARBAGE-WEST", "CM1"),  # names a zone: beats a higher priority
        (120.405, 36.105, LAMP_BROKEN, "R-LAMP", "PWR"),
        (120.435, 36.135, LAMP_BROKEN, "R-FALLBACK", "CM2"),  # no lamp there: the owner rule leads nowhere
    ],
)
async def test_the_most_specific_rule_decides(
    connection: Connection, lon: float, lat: float, category: str | None, rule: str, organisation: str
) -> None:
    found = await routed(connection, lon, lat, category)
    assert found.winner is not None
    assert (found.winner["rule"], found.winner["organisation"]) == (rule, organisation)


async def test_rules_that_lead_nowhere_are_told_last(connection: Connection) -> None:
    found = await routed(connection, 120.435, 36.135, LAMP_BROKEN)
    assert [rule["rule"] for rule in found.rules] == ["R-FALLBACK", "R-LAMP"]
    assert found.rules[-1]["organisation"] is None


async def test_supporting_organisations_come_with_the_rule(connection: Connection) -> None:
    found = await routed(connection, 120.405, 36.105, PARKING)
    assert [s["code"] for s in found.supporting_of(found.winner)] == ["CM1", "MKT"]
