"""The duty roster: who is on duty when, and who is told for being so."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from governance.access import OPERATOR
from governance.deadlines.watch import watch_clocks
from governance.patrols.duties import DutiesRefused, DutyRow, change_duties, list_duties
from governance.supervision.alarm_limits import AlarmLimits
from governance.supervision.queue_alarm import watch_queue
from grid_data.database import Database
from tests.database.test_clock_watch import report_one
from tests.database.test_import_command import Shell
from tests.support.served import english_client

GRID = "370212001001001"
CITY = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 27)
POSTS = """
INSERT INTO organisation (code, name_zh, name_en, kind) VALUES ('ST-1', '街道', 'Street office', 'street')
    ON CONFLICT DO NOTHING;
INSERT INTO person (code, name, phone) VALUES ('W1', '孙值班', '10000000001'),
    ('W2', '李轮休', '10000000002');
INSERT INTO post (zone_id, kind, person_id, organisation_id, valid)
SELECT zone.id, 'full_time', person.id, organisation.id, '[2024-01-01,)'
FROM zone CROSS JOIN person CROSS JOIN organisation
WHERE zone.code = '370212001001001' AND organisation.code = 'GOV';
"""


def row(**changes: Any) -> DutyRow:
    told: dict[str, Any] = {
        "zone": GRID, "kind": "full_time", "day": DAY, "begins": time(18), "ends": time(8), "person": "W1",
    }  # fmt: skip
    return DutyRow(**{**told, **changes})


def always() -> list[DutyRow]:
    """W1 on duty around now, whatever the clock says."""
    today = datetime.now(CITY).date()
    return [row(day=today + timedelta(days=n), begins=time(0), ends=time(0)) for n in (-1, 0, 1)]


@pytest.fixture
def staffed(toy_url: str) -> str:
    with psycopg.connect(toy_url, autocommit=True) as connection:
        connection.execute(POSTS)
    return toy_url


@pytest.fixture
async def database(staffed: str, anyio_backend: str) -> Any:
    opened = Database(staffed, size=2)
    await opened.open()
    yield opened
    await opened.close()


async def change(database: Database, *sent: DutyRow) -> Any:
    async with database.transaction(OPERATOR) as connection:
        return await change_duties(connection, OPERATOR, sent)


async def stored(database: Database, **filters: Any) -> list[tuple[Any, ...]]:
    asked = {"now": False, "zone": None, "organisation": None, "after": 0, "limit": 100} | filters
    async with database.transaction(OPERATOR) as connection:
        found = await list_duties(connection, DAY, DAY + timedelta(days=60), **asked)
    return [(each.day, each.begins_at, each.ends_at, each.person_code) for each in found.items]


async def test_a_night_belongs_to_the_day_it_begins_on(database: Database) -> None:
    await change(database, row())
    begins = datetime(2026, 11, 27, 18, tzinfo=CITY)
    assert await stored(database) == [(DAY, begins, begins + timedelta(hours=14), "W1")]


async def test_rows_replace_the_days_they_name_and_no_others(database: Database) -> None:
    next_day = DAY + timedelta(days=1)
    await change(database, row(), row(person="W2"), row(day=next_day))
    changed = await change(database, row(begins=time(20)), row(day=next_day, begins=None, ends=None))
    assert (changed.added, changed.removed, changed.posts) == (1, 2, 1)
    assert [(day, begins.astimezone(CITY).hour, who) for day, begins, _, who in await stored(database)] == [
        (DAY, 18, "W2"), (DAY, 20, "W1"),
    ]  # fmt: skip
    async with database.transaction(OPERATOR) as connection:
        entries = await connection.execute("SELECT actor, after FROM history WHERE action = 'duties.change'")
        told = [(entry["actor"], entry["after"]["added"]) for entry in await entries.fetchall()]
    assert told == [("operator", 3), ("operator", 1)]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"zone": "37021200100199"}, ("zone", "unknown-zone")),
        ({"layer": "no_layer"}, ("zone", "unknown-zone")),
        ({"person": "W3"}, ("person", "unknown-post")),
        ({"kind": "police", "person": None}, ("kind", "unknown-post")),
        ({"day": date(2023, 12, 31)}, ("person", "unknown-post")),
        ({"person": None}, ("person", "several-posts")),
        ({"begins": None}, ("from", "half-a-period")),
        ({"begins": time(7), "ends": time(9), "day": DAY + timedelta(days=1)}, ("from", "overlap")),
    ],
)
async def test_a_wrong_row_is_named_and_nothing_is_stored(
    database: Database, changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    await change(database, row())
    before = await stored(database)
    with pytest.raises(DutiesRefused) as refused:
        await change(database, row(day=DAY + timedelta(days=9)), row(**changes))
    assert [(n, column, code) for n, column, code, _ in refused.value.faults] == [(1, *fault)]
    assert await stored(database) == before


async def test_rows_that_overlap_with_each_other_are_named(database: Database) -> None:
    with pytest.raises(DutiesRefused) as refused:
        await change(database, row(), row(day=DAY + timedelta(days=1), begins=time(7)))
    assert [(n, code) for n, _, code, _ in refused.value.faults] == [(1, "overlap")]


async def test_a_notice_goes_to_who_is_on_duty_at_that_moment(database: Database) -> None:
    await report_one(database, "L2")
    await change(database, *always())
    await watch_clocks(database)
    async with database.transaction(OPERATOR) as connection:
        found = await connection.execute(
            "SELECT (SELECT array_agg(person.code) FROM post JOIN person ON person.id = person_id"
            " WHERE post.id = ANY (post_ids)) AS told, after -> 'on_duty' AS named"
            " FROM clock_notice JOIN history USING (incident_id)"
            " WHERE clock_notice.kind = 'overdue' AND action = 'incident.overdue'"
        )
        assert [tuple(each.values()) for each in await found.fetchall()] == [(["W1"], ["孙值班"])]


async def test_the_alarm_of_the_queue_names_who_is_on_duty(database: Database) -> None:
    await change(database, *always())
    await report_one(database, "L2")
    await watch_queue(database, AlarmLimits(unassigned=1, near_due=10_000))
    async with database.transaction(OPERATOR) as connection:
        found = await connection.execute(
            "SELECT after -> 'on_duty' AS named FROM history WHERE action = 'queue.alarm'"
        )
        named = [each["named"] for each in await found.fetchall()]
    assert named == [["孙值班"]]


async def test_a_redraw_that_moves_a_post_takes_nobody_off_duty(database: Database) -> None:
    await change(database, *always())
    async with database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE post SET valid = tstzrange(lower(valid), now()) FROM person"
            " WHERE person.id = person_id AND person.code = 'W1'"
        )
        await connection.execute(
            "INSERT INTO post (zone_id, kind, person_id, organisation_id, valid)"
            " SELECT zone.id, 'full_time', person.id, organisation.id, tstzrange(now(), NULL)"
            " FROM zone, person, organisation"
            " WHERE zone.code = '370212001001002' AND person.code = 'W1' AND organisation.code = 'GOV'"
        )
        found = await connection.execute(
            "SELECT zone.code FROM organisation, unnest(posts_on_duty(organisation.id, NULL)) AS told (id)"
            " JOIN post ON post.id = told.id JOIN zone ON zone.id = zone_id WHERE organisation.code = 'GOV'"
        )
        assert [each["code"] for each in await found.fetchall()] == ["370212001001002"]


def test_over_http_the_roster_is_made_and_read_and_posts_say_who_is_on_duty(staffed: str) -> None:
    with english_client(staffed) as server:
        today = datetime.now(CITY).date()
        duties = [
            {"zone": GRID, "kind": "full_time", "person": "W1", "day": each.day.isoformat(),
             "begins": "00:00", "ends": "00:00"}
            for each in always()
        ]  # fmt: skip
        body = {"by": "周管理", "role": "administrator", "duties": duties}
        made = server.post("/api/duties", json=body)
        assert (made.status_code, made.json()) == (200, {"added": 3, "removed": 0, "posts": 1})
        asked: dict[str, str | bool] = {
            "from": str(today - timedelta(days=1)),
            "to": str(today + timedelta(days=1)),
            "now": True,
        }
        (on,) = server.get("/api/duties", params=asked).json()["items"]
        assert (on["zone"], on["person"], on["now"], on["organisation"]["code"]) == (
            GRID,
            "孙值班",
            True,
            "GOV",
        )
        sent = {
            "category": "GB/T 47678.5-2026:matter:06010", "text": "垃圾", "source": "hotline",
            "place": {"type": "Point", "coordinates": [120.4051, 36.1051]},
        }  # fmt: skip
        number = server.post("/api/incidents", json=sent).json()["number"]
        posts = server.get("/api/posts", params={"incident": number}).json()["items"]
        until = {each["person"]: each["on_duty_until"] for each in posts if each["zone"] == GRID}
        assert until["李轮休"] is None
        assert datetime.fromisoformat(until["孙值班"]) > datetime.now(UTC)
        duties[0]["zone"] = "nowhere"
        wrong = server.post("/api/duties", json=body)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "duties.0.zone")
        denied = server.post("/api/duties", json={**body, "role": "officer"})
        assert denied.status_code == 403
        assert server.get("/api/duties", params={"from": "2026-02-01", "to": "2026-01-01"}).status_code == 400


def test_a_file_is_read_told_line_by_line_and_can_be_tried(
    staffed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(staffed, tmp_path / "home", monkeypatch)
    path = tmp_path / "roster.csv"
    head = "zone,kind,person,day,from,to\n"
    path.write_text(
        f"{head}{GRID},full_time,W1,2026-11-27,8:00,18:00\n{GRID},full_time,W2,2026-11-27,18:00,24:00\n"
    )
    assert shell.run("import", "duties", str(path), "--dry-run")[0] == 0
    assert shell.count("duty") == 0
    assert shell.run("import", "duties", str(path))[0] == 0
    assert shell.count("duty") == 2
    path.write_text(f"{head}{GRID},full_time,W9,2026-11-28,08:00,18:00\n")
    code, said = shell.run("import", "duties", str(path))
    assert (code, "line 2, person" in said, shell.count("duty")) == (1, True, 2)
    for wrong, column in ((f"{GRID},boss,W1,2026-11-28,,", "kind"), (f"{GRID},police,,2026-13-28,,", "day")):
        path.write_text(f"{head}{wrong}\n")
        code, said = shell.run("import", "duties", str(path))
        assert (code, f"line 2, {column}" in said.replace("\n", " ")) == (1, True)
