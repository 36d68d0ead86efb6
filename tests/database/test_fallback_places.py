"""Fallback coordinates in the database: found, withdrawn, confirmed, refuted; nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gis.crs import from_wgs84
from gis.fallback_places import Rule
from governance.access import NIGHTLY, OPERATOR, VISITOR
from governance.errors import InvalidValue, PlaceNotBelieved
from governance.incidents.answers import Incident
from governance.incidents.fallback_places import check_places, decide_place, list_places
from governance.incidents.intake import Report, report
from governance.incidents.locating import Location, locate
from governance.incidents.place_answers import PlaceCheck
from governance.incidents.stored import get_incident
from grid_data.database import Connection, Database
from tests.support.toy_city import GARBAGE, STREET

RULE = Rule(min_incidents=10, min_share=0)
DEFAULT = (120.4275, 36.1325)
BUSY = (120.4112, 36.1034)


async def send(database: Database, point: tuple[float, float], address: str, **more: Any) -> str:
    sent = Report(GARBAGE, "垃圾无人清理", "hotline", lon=point[0], lat=point[1], address=address)
    async with database.transaction(VISITOR) as connection:
        return (await report(connection, VISITOR, replace(sent, **more))).incident.number


async def read(database: Database, number: str) -> Incident:
    async with database.transaction(VISITOR) as connection:
        incident = await get_incident(connection, number)
    assert incident is not None
    return incident


async def check(database: Database, *, apply: bool) -> PlaceCheck:
    async with database.transaction(NIGHTLY) as connection:
        return await check_places(connection, NIGHTLY, RULE, apply=apply)


async def decide(database: Database, state: Any, point: tuple[float, float] = DEFAULT) -> Any:
    async with database.transaction(OPERATOR) as connection:
        return await decide_place(connection, OPERATOR, *point, state, "核实过")


async def counts(connection: Connection) -> dict[str, int]:
    cursor = await connection.execute(
        """SELECT (SELECT count(*) FROM incident) AS incident, (SELECT count(*) FROM routing) AS routing,
                  (SELECT count(*) FROM history) AS history,
                  (SELECT count(*) FROM history_incident) AS named,
                  (SELECT count(*) FROM fallback_place) AS places,
                  (SELECT coalesce(sum(total), 0) FROM incident_cell) AS cells"""
    )
    row = await cursor.fetchone()
    assert row is not None
    return dict(row)


@pytest.fixture
async def planted(toy_database: Database) -> list[str]:
    """Twelve incidents of twelve addresses on one point, twenty of one address on another."""
    for n in range(20):
        await send(toy_database, BUSY, f"海尔路59号{n % 3 + 1}号楼")
    return [await send(toy_database, DEFAULT, f"香港东路{n}号") for n in range(1, 13)]


async def test_a_dry_run_tells_and_changes_nothing(toy_database: Database, planted: list[str]) -> None:
    async with toy_database.transaction(VISITOR) as connection:
        before = await counts(connection)
    found = await check(toy_database, apply=False)
    (suspect,) = found.suspects
    assert suspect.place.coordinates == list(DEFAULT)
    assert (suspect.incidents, suspect.share, suspect.state) == (12, 12 / 32, "suspected")
    assert suspect.addresses is not None
    assert (suspect.addresses.different, suspect.addresses.effective) == (12, 12.0)
    assert suspect.examples[0] == "香港东路10号"
    assert (found.incidents, found.coordinates, found.applied, found.withdrawn) == (32, 2, False, 0)
    async with toy_database.transaction(VISITOR) as connection:
        assert await counts(connection) == before


async def test_marked_incidents_are_kept_without_a_place_and_say_why(
    toy_database: Database, planted: list[str]
) -> None:
    assert (await check(toy_database, apply=True)).withdrawn == 12
    for number in planted:
        incident = await read(toy_database, number)
        assert incident.place is None
        assert incident.place_problem is not None
        assert incident.place_problem.code == "shared_fallback"
        assert incident.original is not None
        assert incident.original.coordinates == list(DEFAULT)
        assert incident.responsible is None
        assert incident.routing.zones == []
        assert "place:shared_fallback" in incident.routing.reason_codes
        assert [(entry.actor, entry.action) for entry in incident.history] == [
            ("visitor", "incident.report"),
            ("nightly", "incident.unlocate"),
        ]
    async with toy_database.transaction(VISITOR) as connection:
        # One action, one entry, however many incidents; the counts of the map follow.
        assert await counts(connection) == {
            "incident": 32, "routing": 44, "history": 33, "named": 12, "places": 1, "cells": 20,
        }  # fmt: skip


async def test_a_second_check_changes_nothing(toy_database: Database, planted: list[str]) -> None:
    await check(toy_database, apply=True)
    async with toy_database.transaction(VISITOR) as connection:
        before = await counts(connection)
    again = await check(toy_database, apply=True)
    assert (again.suspects, again.withdrawn, again.incidents) == ([], 0, 20)
    async with toy_database.transaction(VISITOR) as connection:
        assert await counts(connection) == before


async def test_later_incidents_at_a_suspected_place_are_withdrawn_however_few(
    toy_database: Database, planted: list[str]
) -> None:
    await check(toy_database, apply=True)
    number = await send(toy_database, DEFAULT, "苗岭路1号")
    assert (await read(toy_database, number)).place is not None
    assert (await check(toy_database, apply=True)).withdrawn == 1
    assert (await read(toy_database, number)).place is None


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
async def test_a_confirmed_place_is_not_believed_at_intake_in_any_system(
    toy_database: Database, crs: str
) -> None:
    number = await send(toy_database, DEFAULT, "香港东路1号")
    place = await decide(toy_database, "confirmed")
    assert (place.state, place.waiting, place.decided_by, place.incidents) == (
        "confirmed",
        1,
        "operator",
        None,
    )
    assert (await read(toy_database, number)).place is None
    x, y = from_wgs84(*DEFAULT, crs)
    caught = await read(toy_database, await send(toy_database, (float(x), float(y)), "苗岭路1号", crs=crs))
    assert caught.place_problem is not None
    assert caught.place_problem.code == "shared_fallback"
    near = await read(toy_database, await send(toy_database, (DEFAULT[0] + 2e-7, DEFAULT[1]), "苗岭路1号"))
    assert near.place is not None


async def test_a_refuted_place_gives_places_back_and_is_never_flagged_again(
    toy_database: Database, planted: list[str]
) -> None:
    before = [await read(toy_database, number) for number in planted]
    await check(toy_database, apply=True)
    caught = await send(toy_database, DEFAULT, "苗岭路1号")
    await decide(toy_database, "confirmed")
    place = await decide(toy_database, "refuted")
    assert (place.state, place.waiting, place.reason) == ("refuted", 0, "核实过")
    for old in before:
        new = await read(toy_database, old.number)
        assert (new.place, new.responsible, new.base_grid) == (old.place, old.responsible, old.base_grid)
        assert [zone.zone for zone in new.routing.zones] == [zone.zone for zone in old.routing.zones]
        assert [entry.action for entry in new.history] == [
            "incident.report",
            "incident.unlocate",
            "fallback_place.refute",
        ]
        assert new.history[-1].reason == "核实过"
    assert (await read(toy_database, caught)).place is not None
    assert (await check(toy_database, apply=True)).suspects == []
    assert (await read(toy_database, planted[0])).place is not None


async def test_deciding_the_same_again_changes_nothing(toy_database: Database, planted: list[str]) -> None:
    await decide(toy_database, "confirmed")
    async with toy_database.transaction(VISITOR) as connection:
        before = await counts(connection)
    await decide(toy_database, "confirmed")
    async with toy_database.transaction(VISITOR) as connection:
        assert await counts(connection) == before
        assert [place.key for place in await list_places(connection, ["confirmed"])] == [
            "120.4275000,36.1325000"
        ]
        assert await list_places(connection, ["suspected"]) == []


async def test_closed_work_keeps_who_did_it(toy_database: Database, planted: list[str]) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("UPDATE incident SET state = 'closed' WHERE number = %s", (planted[0],))
    await check(toy_database, apply=True)
    closed, still_open = await read(toy_database, planted[0]), await read(toy_database, planted[1])
    assert closed.responsible is not None
    assert closed.place is None
    assert still_open.responsible is None


async def test_addresses_of_another_area_contradict_a_place(toy_database: Database) -> None:
    """Six addresses are too few to be many, but the community they name is not here."""
    for n in range(12):
        await send(toy_database, BUSY, f"西社区海尔路{n % 6}号")
    assert (await check(toy_database, apply=False)).suspects == []
    far = (120.4395, 36.1395)  # 1.8 km from the western community
    for n in range(12):
        await send(toy_database, far, f"西社区香港东路{n % 6}号")
    (suspect,) = (await check(toy_database, apply=False)).suspects
    assert suspect.place.coordinates == list(far)
    assert suspect.grounds == ["contradicting_addresses"]
    assert suspect.addresses is not None
    assert (suspect.addresses.checked, suspect.addresses.contradicting) == (12, 12)


@pytest.mark.parametrize(
    ("point", "reason", "field"),
    [((200.0, 36.0), "x", "key"), ((36.0, 120.0), "x", "key"), (DEFAULT, "  ", "reason")],
)
async def test_a_decision_that_says_nothing_is_refused(
    connection: Connection, point: tuple[float, float], reason: str, field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        await decide_place(connection, OPERATOR, *point, "confirmed", reason)
    assert refused.value.field == field


async def place(database: Database, number: str, told: Location) -> Incident:
    async with database.transaction(OPERATOR) as connection:
        incident = await locate(connection, OPERATOR, number, told)
    assert incident is not None
    return incident


async def test_a_person_locates_an_incident_and_it_is_routed_anew(toy_database: Database) -> None:
    number = await send(toy_database, (0.0, 0.0), "香港东路1号", source_ref="A-1", accuracy_m=30.0)
    x, y = from_wgs84(120.435, 36.105, "gcj02")
    incident = await place(toy_database, number, Location(float(x), float(y), "电话核实", "gcj02", 10.0))
    assert incident.place_status == "located"
    assert incident.place_problem is None
    assert incident.located is not None
    assert incident.located.by == "operator"
    assert incident.base_grid is not None
    assert incident.base_grid.code == f"{STREET}002001"
    assert incident.responsible is not None
    assert incident.accuracy_m == 10.0
    assert incident.original is not None
    assert incident.original.coordinates == [0.0, 0.0]
    assert [(entry.action, entry.reason) for entry in incident.history] == [
        ("incident.report", None),
        ("incident.locate", "电话核实"),
    ]
    # The source may still repeat what it sent.
    assert number == await send(toy_database, (0.0, 0.0), "香港东路1号", source_ref="A-1", accuracy_m=30.0)


async def test_a_wrong_place_is_corrected_and_both_are_kept(toy_database: Database) -> None:
    number = await send(toy_database, BUSY, "海尔路59号")
    incident = await place(toy_database, number, Location(*DEFAULT, "现场核实"))
    assert incident.place is not None
    assert incident.place.coordinates == list(DEFAULT)
    async with toy_database.transaction(VISITOR) as connection:
        cursor = await connection.execute("SELECT before, after FROM history ORDER BY seq DESC LIMIT 1")
        row = await cursor.fetchone()
        assert row is not None
        assert row["before"]["place"] == list(BUSY)
        assert row["after"]["place"] == list(DEFAULT)
        assert row["after"]["reason"] == "现场核实"
        assert (await counts(connection))["cells"] == 1


async def test_locating_twice_is_locating_once(toy_database: Database) -> None:
    number = await send(toy_database, BUSY, "海尔路59号")
    told = Location(*DEFAULT, "现场核实", accuracy_m=5.0)
    first = await place(toy_database, number, told)
    assert await place(toy_database, number, replace(told, reason="再说一次")) == first


async def test_what_a_person_placed_no_check_doubts(toy_database: Database, planted: list[str]) -> None:
    await place(toy_database, planted[0], Location(*DEFAULT, "就在这里"))
    assert (await check(toy_database, apply=True)).withdrawn == 11
    assert (await read(toy_database, planted[0])).place is not None


@pytest.mark.parametrize(
    ("told", "code", "field"),
    [
        (Location(36.105, 120.435, "x"), "swapped", "place.coordinates"),
        (Location(116.4, 39.9, "x"), "outside-city", "place.coordinates"),
        (Location(120.4205, 36.1195, "x"), "default-start", "place.coordinates"),
        (Location(*DEFAULT, "x"), "shared-fallback", "place.coordinates"),
        (Location(120.435, 36.105, "x", accuracy_m=900.0), "inaccurate", "accuracy_m"),
    ],
)
async def test_a_place_that_is_not_believed_is_refused_and_changes_nothing(
    toy_database: Database, told: Location, code: str, field: str
) -> None:
    await decide(toy_database, "confirmed")
    number = await send(toy_database, (0.0, 0.0), "香港东路1号")
    before = await read(toy_database, number)
    with pytest.raises(PlaceNotBelieved) as refused:
        await place(toy_database, number, told)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert await read(toy_database, number) == before


async def test_an_unknown_incident_is_not_located(connection: Connection) -> None:
    assert await locate(connection, OPERATOR, "37021220260101000001", Location(*DEFAULT, "x")) is None


async def test_a_bulk_import_knows_confirmed_places(toy_database: Database) -> None:
    import numpy as np
    import pandas as pd

    from grid_data.bulk.routing import route_points

    await decide(toy_database, "confirmed")
    async with toy_database.transaction(OPERATOR) as connection:
        routed = await route_points(
            connection,
            lon=np.array([DEFAULT[0], BUSY[0]]),
            lat=np.array([DEFAULT[1], BUSY[1]]),
            accuracy_m=np.full(2, np.nan),
            crs=["wgs84"] * 2,
            at=pd.Series(pd.to_datetime(["2026-01-01T00:00:00Z"] * 2)),
            category_id=np.ones(2, dtype=np.int64),
        )
    assert list(routed.problem) == ["shared_fallback", None]
