"""Reminders and escalation: who must know is told once of each due moment, whatever happens to workers."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from governance.access import OPERATOR, VISITOR
from governance.deadlines.watch import watch_clocks
from governance.incidents.intake import Report, report
from grid_data.database import Database
from tests.support import toy_city
from tests.support.databases import ROOT

PATIENCE_S = 600.0
# Seconds come sixth in this cron expression; pages are small, so that a kill hits the middle of the work.
PROGRAM = """
import asyncio, signal, sys
from governance.deadlines import watch as clock_watch
from governance.task_plan import TaskPlan
from governance.tasks import TaskWorker
clock_watch.PAGE = 20
add_notices, pages = clock_watch.add_notices, int(sys.argv[2])

async def some(*words):
    global pages
    pages -= 1
    while pages == 0:
        await asyncio.sleep(0.1)  # whoever kills it has all the time they need
    return await add_notices(*words)

clock_watch.add_notices = some
never = "0 0 29 2 *"
plan = TaskPlan(check_places_at=never, publish_plans_at=never, watch_clocks_at="* * * * * */1",
                take_over_at="* * * * * */1", heartbeat_s=0.5, stalled_s=2)
asyncio.run(TaskWorker(sys.argv[1], plan).run(patience_s=1, stop_on=[signal.SIGTERM]))
"""
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def ask(toy_url: str) -> Iterator[Ask]:
    with psycopg.connect(toy_url, autocommit=True) as connection:
        yield lambda text: connection.execute(text).fetchall()


async def report_one(database: Database, ref: str, source: str = "hotline") -> None:
    sent = Report(
        toy_city.GARBAGE,
        "垃圾",
        source,
        ref,
        120.4051,
        36.1051,
        reported_at=datetime.now(UTC) - timedelta(days=30),
    )
    async with database.transaction(VISITOR) as connection:
        await report(connection, VISITOR, sent)


async def told(database: Database) -> list[tuple[Any, ...]]:
    """Notices with what the history says of each."""
    async with database.transaction(OPERATOR) as connection:
        found = await connection.execute(
            "SELECT clock_notice.kind, clock_notice.stage, clock_notice.level, organisation.code,"
            " count(history.seq) AS entries"
            " FROM clock_notice LEFT JOIN organisation ON organisation.id = organisation_id"
            " LEFT JOIN history ON history.incident_id = clock_notice.incident_id"
            " AND history.action = 'incident.' || clock_notice.kind"
            " AND (history.after ->> 'due_at')::timestamptz = clock_notice.due_at"
            " GROUP BY clock_notice.id, organisation.code ORDER BY clock_notice.id"
        )
        return [tuple(row.values()) for row in await found.fetchall()]


async def test_a_late_case_is_told_one_level_up_once(toy_database: Database) -> None:
    await report_one(toy_database, "L1", source="patrol")
    await report_one(toy_database, "L2")
    first = await watch_clocks(toy_database)
    again = await watch_clocks(toy_database)
    assert (first.noticed["overdue"], again.noticed["overdue"]) == (2, 0)
    levels = [
        (kind, level, entries) for kind, _, level, _, entries in await told(toy_database) if kind == "overdue"
    ]
    # What a patrol reported is held by the community, a call by the district.
    assert levels == [("overdue", "street", 1), ("overdue", "district", 1)]


async def levels(database: Database) -> list[tuple[Any, ...]]:
    """Level and revision of every case, and what its history says of rising."""
    async with database.transaction(OPERATOR) as connection:
        found = await connection.execute(
            "SELECT source_ref, level, revision,"
            " (SELECT array_agg(ARRAY[before ->> 'level', after ->> 'level', actor, after ->> 'role'])"
            "  FROM history WHERE history.incident_id = incident.id"
            "  AND action = 'incident.escalate') AS rises"
            " FROM case_state JOIN incident ON incident.id = incident_id ORDER BY source_ref"
        )
        return [tuple(row.values()) for row in await found.fetchall()]


async def test_a_late_case_rises_one_level_once_and_the_history_says_so(toy_database: Database) -> None:
    await report_one(toy_database, "L1", source="patrol")
    await report_one(toy_database, "L2")
    await watch_clocks(toy_database)
    raised = [
        ("L1", "street", 1, [["community", "street", "nightly", "program"]]),
        ("L2", "district", 0, None),
    ]
    assert await levels(toy_database) == raised
    await watch_clocks(toy_database)
    assert await levels(toy_database) == raised


async def test_a_case_that_is_late_again_rises_again(toy_database: Database) -> None:
    await report_one(toy_database, "L1", source="patrol")
    for _ in range(3):
        await watch_clocks(toy_database)
        async with toy_database.transaction(OPERATOR) as connection:
            await connection.execute("UPDATE incident_clock SET due_at = due_at + interval '1 hour'")
    ((_, level, _, rises),) = await levels(toy_database)
    assert (level, len(rises)) == ("district", 2)


async def test_a_late_case_can_be_told_of_without_rising(toy_database: Database) -> None:
    await report_one(toy_database, "L1", source="patrol")
    found = await watch_clocks(toy_database, escalate=False)
    assert found.noticed["overdue"] == 1
    assert await levels(toy_database) == [("L1", "community", 0, None)]


async def test_a_stage_due_soon_is_told_once_to_who_holds_the_case(toy_database: Database) -> None:
    await report_one(toy_database, "S1")
    await report_one(toy_database, "S2")
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE incident_clock SET stage_kind = 'work_hour', stage_due_at = now() + interval '1 h',"
            " stage_soon_at = now() - interval '1 h', due_at = now() + interval '1 day',"
            " soon_at = now() + interval '1 h'"
        )
        # Where stage and whole end together, one reminder is enough.
        await connection.execute(
            "UPDATE incident_clock SET due_at = stage_due_at, soon_at = stage_soon_at"
            " WHERE incident_id = (SELECT id FROM incident WHERE source_ref = 'S2')"
        )
    first, again = await watch_clocks(toy_database), await watch_clocks(toy_database)
    assert (first.noticed["stage_due_soon"], again.noticed["stage_due_soon"]) == (1, 0)
    assert [row[:3] + row[4:] for row in await told(toy_database) if row[0] == "stage_due_soon"] == [
        ("stage_due_soon", "accept", "district", 1)
    ]


async def test_a_case_due_soon_is_told_to_who_holds_it(toy_database: Database) -> None:
    await report_one(toy_database, "S1")
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE incident_clock SET due_at = now() + interval '1 h', soon_at = now() - interval '1 h'"
        )
    await watch_clocks(toy_database)
    (kind, stage, level, organisation, entries), *_ = await told(toy_database)
    assert (kind, stage, level, entries) == ("due_soon", "total", "district", 1)
    async with toy_database.transaction(OPERATOR) as connection:
        found = await connection.execute(
            "SELECT code FROM incident JOIN organisation ON organisation.id = incident.organisation_id"
        )
        assert [row["code"] for row in await found.fetchall()] == [organisation]


async def test_a_paused_case_is_left_alone(toy_database: Database) -> None:
    await report_one(toy_database, "P1")
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("UPDATE incident_clock SET paused_at = now()")
    assert set((await watch_clocks(toy_database)).noticed.values()) == {0}


async def test_a_new_due_moment_is_told_of_again(toy_database: Database) -> None:
    await report_one(toy_database, "N1")
    await watch_clocks(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("UPDATE incident_clock SET due_at = due_at + interval '1 day'")
    assert (await watch_clocks(toy_database)).noticed["overdue"] == 1


async def test_no_case_starves_behind_many(toy_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages go on to the end, in due order, past cases that were told of and cases due at the same moment."""
    monkeypatch.setattr("governance.deadlines.watch.PAGE", 2)
    for n in range(7):
        await report_one(toy_database, f"Q{n}")
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE incident_clock SET due_at = now() - interval '1 day', soon_at = '-infinity'"
        )
    assert (await watch_clocks(toy_database)).noticed["overdue"] == 7


async def test_open_incidents_without_a_clock_get_one(toy_database: Database) -> None:
    await report_one(toy_database, "M1")
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("DELETE FROM incident_clock")
    assert (await watch_clocks(toy_database)).started == 1
    assert (await watch_clocks(toy_database)).started == 0


async def test_the_clock_of_an_ended_incident_is_taken_away_untold(toy_database: Database) -> None:
    await report_one(toy_database, "E1")
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("UPDATE incident SET state = 'closed'")
    assert set((await watch_clocks(toy_database)).noticed.values()) == {0}
    async with toy_database.transaction(OPERATOR) as connection:
        found = await connection.execute("SELECT FROM incident_clock")
        assert await found.fetchall() == []


CASES = 1500
MANY = f"""
INSERT INTO incident (number, source, appeal_kind, category_id, text, place, state, state_since, reported_at)
SELECT '370212' || '20260101' || lpad(n::text, 5, '0'), 'hotline', 'livelihood',
       (SELECT id FROM category WHERE code = '06010' AND kind = 'matter'), '垃圾',
       ST_Point(120.4051, 36.1051, 4326), 'dispatched', '2026-01-02+08', '2026-01-02+08'
FROM generate_series(1, {CASES}) AS n
"""
TWICE = """
SELECT (SELECT count(*) FROM clock_notice WHERE kind = 'overdue'),
       (SELECT count(*) FROM history WHERE action = 'incident.overdue'),
       (SELECT count(DISTINCT incident_id) FROM history WHERE action = 'incident.overdue')
"""


def test_every_late_case_is_told_once_though_workers_are_killed(toy_url: str, ask: Ask) -> None:
    with psycopg.connect(toy_url) as connection:
        connection.execute(MANY)
    workers: list[subprocess.Popen[bytes]] = []

    def start(pages: int) -> None:
        workers.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, toy_url, str(pages)],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    draw = random.Random(7)
    # These come to a halt in the middle of the work: it cannot be done before they were killed.
    for pages in (5, 10, 15):
        start(pages)
    held = list(workers)
    try:
        ends = time.monotonic() + PATIENCE_S
        while (noticed := ask(TWICE)[0][0]) < CASES:
            assert time.monotonic() < ends, ask(TWICE)
            if held and noticed > 0:
                time.sleep(draw.random() / 4)
                victim = held.pop(draw.randrange(len(held)))
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                start(0)
            time.sleep(0.02)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert held == []
    assert ask(TWICE) == [(CASES, CASES, CASES)]
