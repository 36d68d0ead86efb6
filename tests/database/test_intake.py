"""Intake: a report becomes one stored, routed incident, or nothing; whatever it says about its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from api.rendering import answer_json
from gis.crs import from_wgs84
from governance.access import VISITOR
from governance.errors import ConflictingReport, InvalidValue, UnknownCategory, UnknownSystem
from governance.incidents.intake import Report, Reporter, ReportOutcome, report, report_transaction
from governance.incidents.routing import Question, explain
from governance.incidents.stored import get_incident
from grid_data.database import Connection, Database
from tests.support.toy_city import GARBAGE, LAMP_BROKEN, PARKING, STREET

CALL = Report(category=GARBAGE, text="垃圾无人清理", source="hotline", lon=120.435, lat=36.105)


async def send(database: Database, sent: Report) -> ReportOutcome:
    async with database.transaction(VISITOR) as connection:
        outcome = await report(connection, VISITOR, sent)
    # What is told at once is what is read back, field by field, whatever was sent.
    async with database.transaction(VISITOR) as connection:
        read_back = await get_incident(connection, outcome.incident.number)
    assert read_back is not None
    assert outcome.incident.model_dump() == read_back.model_dump()
    assert outcome.incident.model_dump_json() == read_back.model_dump_json()
    assert answer_json(outcome.incident).decode() == read_back.model_dump_json()
    return outcome


async def counts(connection: Connection) -> dict[str, int]:
    # Who asks for a count here may read what requests may not.
    await connection.execute("RESET ROLE")
    cursor = await connection.execute(
        """SELECT (SELECT count(*) FROM incident) AS incident, (SELECT count(*) FROM routing) AS routing,
                  (SELECT count(*) FROM history) AS history, (SELECT count(*) FROM reporter) AS reporter,
                  (SELECT coalesce(sum(total), 0) FROM incident_cell) AS cells"""
    )
    row = await cursor.fetchone()
    assert row is not None
    return dict(row)


async def test_a_report_is_stored_routed_and_written_into_the_history(toy_database: Database) -> None:
    outcome = await send(toy_database, replace(CALL, reporter=Reporter(name="张三")))
    incident = outcome.incident
    assert outcome.created
    assert incident.number.startswith("370212")
    assert incident.state == "reported"
    assert incident.base_grid is not None
    assert incident.base_grid.code == f"{STREET}002001"
    assert incident.responsible is not None
    assert incident.responsible.code == "MKT"
    assert [entry.action for entry in incident.history] == ["incident.report"]
    async with toy_database.transaction(VISITOR) as connection:
        assert await counts(connection) == {
            "incident": 1,
            "routing": 1,
            "history": 1,
            "reporter": 1,
            "cells": 1,
        }


async def test_what_is_read_back_is_what_the_dry_run_says(toy_database: Database) -> None:
    for sent in (
        CALL,
        replace(CALL, category=PARKING, lon=120.42, lat=36.12),
        replace(CALL, category=LAMP_BROKEN, lon=120.4051, lat=36.105),
        replace(CALL, lon=120.3998, lat=36.105),
        replace(CALL, lon=120.405, lat=36.12001, accuracy_m=30.0),
        replace(CALL, lon=120.39, lat=36.105),
    ):
        incident = (await send(toy_database, sent)).incident
        async with toy_database.transaction(VISITOR) as connection:
            question = Question(
                sent.lon, sent.lat, sent.crs, sent.accuracy_m, sent.category, incident.reported_at
            )
            dry = await explain(connection, question)
        stored = incident.routing
        assert stored.model_dump(exclude={"zones"}) == dry.model_dump(exclude={"zones"})
        assert [zone.model_dump() for zone in stored.zones] == [zone.model_dump() for zone in dry.zones]


async def test_the_reason_names_rule_zone_and_organisation_in_both_languages(toy_database: Database) -> None:
    incident = (await send(toy_database, replace(CALL, category=PARKING))).incident
    reason = incident.routing.reason
    for words in (reason.zh, reason.en or ""):
        assert "R-PARKING" in words
    assert "南派出所" in reason.zh
    assert "South Police Station" in (reason.en or "")
    assert [step.zone.code for step in incident.routing.escalation] == [f"{STREET}002", STREET, "370212"]
    assert [runner.lost_by for runner in incident.routing.runners_up] == ["category_depth", "category_depth"]


async def test_on_an_edge_the_incident_keeps_both_sides(toy_database: Database) -> None:
    incident = (await send(toy_database, replace(CALL, lon=120.42, lat=36.105))).incident
    (base,) = [zone for zone in incident.routing.zones if zone.layer == "base_grid"]
    assert base.on_border
    assert base.zone is not None
    assert base.zone.code == f"{STREET}001001"
    assert [other.code for other in base.candidates] == [f"{STREET}002001"]
    assert "共用边界" in incident.routing.reason.zh


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ({"lon": None, "lat": None}, "none_given"),
        ({"lon": 0.0, "lat": 0.0}, "null_island"),
        ({"lon": 36.105, "lat": 120.435}, "swapped"),
        ({"lon": 116.4, "lat": 39.9}, "outside_city"),
        ({"lon": 120.38, "lat": 36.0799}, "outside_city"),  # in the box's margin, but 2.8 km from the corner
        ({"lon": 120.4205, "lat": 36.1195}, "default_start"),
        ({"lon": 120.435, "lat": 36.105, "accuracy_m": 5000.0}, "inaccurate"),
    ],
)
async def test_an_impossible_place_is_kept_without_a_place_and_says_why(
    toy_database: Database, place: dict[str, Any], problem: str
) -> None:
    incident = (await send(toy_database, replace(CALL, **place))).incident
    assert incident.place is None
    assert incident.place_status == "unlocated"
    assert incident.place_problem is not None
    assert incident.place_problem.code == problem
    assert incident.routing.zones == []
    assert incident.responsible is None
    if place["lon"] is not None:
        assert incident.original is not None
        assert incident.original.coordinates == [place["lon"], place["lat"]]


async def test_near_the_city_but_outside_is_believed_and_left_for_sorting(toy_database: Database) -> None:
    incident = (await send(toy_database, replace(CALL, category=PARKING, lon=120.39, lat=36.105))).incident
    assert incident.place_status == "located"
    assert {zone.method for zone in incident.routing.zones} == {"outside"}
    assert incident.responsible is None
    assert "unassigned" in incident.routing.reason_codes


async def test_gcj02_is_converted_and_the_original_kept(toy_database: Database) -> None:
    lon, lat = (float(value) for value in from_wgs84(120.435, 36.105, "gcj02"))
    incident = (await send(toy_database, replace(CALL, lon=lon, lat=lat, crs="gcj02"))).incident
    assert incident.place is not None
    assert incident.place.coordinates == pytest.approx([120.435, 36.105], abs=1.1e-7)
    assert incident.original is not None
    assert (incident.original.coordinates, incident.original.crs) == ([lon, lat], "gcj02")


async def test_near_border_depends_on_how_accurate_the_place_is(toy_database: Database) -> None:
    async def near(accuracy_m: float | None, crs: str = "wgs84") -> bool:
        lon, lat = (float(value) for value in from_wgs84(120.405, 36.12001, crs))  # 1.1 m from the border
        async with toy_database.transaction(VISITOR) as connection:
            answer = await explain(connection, Question(lon, lat, crs, accuracy_m))
        return next(zone.near_border for zone in answer.zones if zone.layer == "base_grid")

    assert await near(None)
    assert await near(30.0)
    assert not await near(0.5)


async def test_the_same_reference_again_is_the_same_incident(toy_database: Database) -> None:
    call = replace(CALL, source_ref="12345-0001", reported_at=datetime(2026, 5, 1, tzinfo=UTC))
    first, second = await send(toy_database, call), await send(toy_database, call)
    assert (first.created, second.created) == (True, False)
    assert second.incident == first.incident
    async with toy_database.transaction(VISITOR) as connection:
        assert (await counts(connection))["incident"] == 1


async def test_the_same_reference_with_other_content_is_a_conflict_and_changes_nothing(
    toy_database: Database,
) -> None:
    call = replace(CALL, source_ref="12345-0002")
    await send(toy_database, call)
    with pytest.raises(ConflictingReport) as conflict:
        await send(toy_database, replace(call, text="别的内容"))
    assert conflict.value.field == "text"
    async with toy_database.transaction(VISITOR) as connection:
        assert (await counts(connection))["incident"] == 1


async def test_the_same_reference_at_once_is_stored_once(toy_database: Database) -> None:
    outcomes: list[ReportOutcome] = []

    async def one_call() -> None:
        outcomes.append(await send(toy_database, replace(CALL, source_ref="12345-0003")))

    async with anyio.create_task_group() as calls:
        for _ in range(4):
            calls.start_soon(one_call)
    assert len({outcome.incident.number for outcome in outcomes}) == 1
    assert sum(outcome.created for outcome in outcomes) == 1


async def test_numbers_run_per_day_of_the_citys_clock(toy_database: Database) -> None:
    late = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)  # 23:59 in Qingdao
    numbers = [
        (await send(toy_database, replace(CALL, reported_at=when))).incident.number
        for when in (late, late, late + timedelta(minutes=1))
    ]
    assert numbers == ["3702122026050100001", "3702122026050100002", "3702122026050200001"]


@pytest.mark.parametrize(
    ("change", "problem", "field"),
    [
        ({"category": "GB/T 47678.5-2026:matter:99999"}, UnknownCategory, "category"),
        ({"category": "06010"}, UnknownCategory, "category"),
        ({"crs": "EPSG:999999"}, UnknownSystem, "crs"),
        ({"crs": "mars"}, UnknownSystem, "crs"),
        ({"reported_at": datetime.now(UTC) + timedelta(days=1)}, InvalidValue, "reported_at"),
    ],
)
async def test_bad_input_names_the_field_and_changes_nothing(
    toy_database: Database, change: dict[str, Any], problem: type[Exception], field: str
) -> None:
    with pytest.raises(problem) as refused:
        await send(toy_database, replace(CALL, **change))
    assert refused.value.field == field  # type: ignore[attr-defined]
    async with toy_database.transaction(VISITOR) as connection:
        assert set((await counts(connection)).values()) == {0}


async def test_an_unknown_number_is_none(connection: Connection) -> None:
    assert await get_incident(connection, "3702122020010100001") is None


async def test_cells_follow_state_and_place_exactly(toy_database: Database) -> None:
    for i in range(5):
        await send(
            toy_database, replace(CALL, lon=120.405 + i * 0.006, urgency="urgent" if i % 2 else "normal")
        )
    async with toy_database.transaction(VISITOR) as connection:
        await connection.execute("UPDATE incident SET state = 'closed' WHERE id % 2 = 0")
        await connection.execute("UPDATE incident SET place = ST_Point(120.41, 36.11, 4326) WHERE id % 3 = 0")
        kept = await connection.execute(
            "SELECT x, y, class_id, open, open_urgent, total, total_urgent, open_lon, total_lat"
            " FROM incident_cell WHERE total <> 0 ORDER BY 1, 2"
        )
        counted = await connection.execute(
            """SELECT cell_x(ST_X(place)) AS x, cell_y(ST_Y(place)) AS y, category.parent_id AS class_id,
                      count(*) FILTER (WHERE is_open_state(state)) AS open,
                      count(*) FILTER (WHERE is_open_state(state) AND incident.urgency = 'urgent')
                          AS open_urgent,
                      count(*) AS total, count(*) FILTER (WHERE incident.urgency = 'urgent') AS total_urgent,
                      coalesce(sum(round(ST_X(place) * 1e7)::bigint) FILTER (WHERE is_open_state(state)), 0)
                          AS open_lon,
                      sum(round(ST_Y(place) * 1e7)::bigint) AS total_lat
               FROM incident JOIN category ON category.id = incident.category_id
               GROUP BY 1, 2, 3 ORDER BY 1, 2"""
        )
        assert await kept.fetchall() == await counted.fetchall()


async def test_a_report_in_a_turn_of_its_own_survives_what_rollbacks_make_the_server_forget(
    toy_database: Database,
) -> None:
    async def in_turn(sent: Report) -> ReportOutcome:
        async with report_transaction(toy_database, VISITOR, sent) as (connection, asked):
            return await report(connection, VISITOR, sent, asked)

    first = await in_turn(replace(CALL, source_ref="1", text='it\'s \\ "quoted" 100% {x} $1'))
    # A rollback of another transaction on the same connection, then one of a report.
    with pytest.raises(RuntimeError):
        async with toy_database.transaction(VISITOR):
            raise RuntimeError
    with pytest.raises(ConflictingReport):
        await in_turn(replace(CALL, source_ref="1"))
    again = await in_turn(replace(CALL, source_ref="1", text=first.incident.text))
    assert (again.created, again.incident.number) == (False, first.incident.number)
    assert (await in_turn(replace(CALL, source_ref="2"))).created


async def test_reports_waiting_for_their_turn_leave_connections_to_readers(toy_database: Database) -> None:
    async with (
        report_transaction(toy_database, VISITOR, CALL),
        report_transaction(toy_database, VISITOR, CALL),
        report_transaction(toy_database, VISITOR, CALL),
        anyio.create_task_group() as group,
    ):

        async def wait() -> None:
            async with report_transaction(toy_database, VISITOR, CALL) as (connection, asked):
                await report(connection, VISITOR, CALL, asked)

        for _ in range(8):
            group.start_soon(wait)
        await anyio.sleep(0.05)
        with anyio.fail_after(60):
            async with toy_database.transaction(VISITOR) as connection:
                assert (await counts(connection))["incident"] == 0
        group.cancel_scope.cancel()
