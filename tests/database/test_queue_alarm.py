"""The alarm of the queue is raised and lowered once for each crossing, however many watch."""

from __future__ import annotations

import asyncio

from governance.access import OPERATOR, VISITOR
from governance.incidents.intake import Report, report
from governance.settings import Settings
from governance.supervision.alarm_limits import AlarmLimits
from governance.supervision.queue_alarm import watch_queue
from governance.task_plan import TaskPlan
from governance.tasks import BackgroundWorker
from grid_data.database import Database
from grid_data.dispatch import queue_counts
from tests.support.toy_city import GARBAGE

Told = list[tuple[str, int]]


async def fill(database: Database, count: int) -> None:
    """Report so many incidents; nobody is given them."""
    for _ in range(count):
        async with database.transaction(OPERATOR) as connection:
            await report(connection, VISITOR, Report(GARBAGE, "垃圾", "hotline", lon=120.415, lat=36.125))


async def finish(database: Database, count: int) -> None:
    """Let so many leave the queue."""
    async with database.transaction(OPERATOR) as connection:
        await connection.execute(
            """UPDATE incident SET state = 'dispatched'
               WHERE id IN (SELECT id FROM incident WHERE state = 'reported' ORDER BY id LIMIT %s)""",
            [count],
        )


async def told(database: Database) -> Told:
    """Entries about the alarm, with the count they name."""
    async with database.transaction(OPERATOR) as connection:
        cursor = await connection.execute(
            """SELECT action, (after ->> 'count')::int AS n FROM history
               WHERE starts_with(action, 'queue.') ORDER BY seq"""
        )
        return [(row["action"], row["n"]) for row in await cursor.fetchall()]


async def test_each_crossing_is_told_once_however_many_watch(toy_database: Database) -> None:
    limits = AlarmLimits(unassigned=10, near_due=1_000)

    async def watched() -> list[str]:
        found = await asyncio.gather(*(watch_queue(toy_database, limits) for _ in range(4)))
        return [crossing for each in found for crossing in each]

    await fill(toy_database, 9)
    assert await watched() == []
    await fill(toy_database, 1)
    assert await watched() == ["unassigned raised"]
    assert await watched() == []
    # Wavering round the limit is one alarm.
    await finish(toy_database, 1)
    assert await watched() == []
    await fill(toy_database, 1)
    assert await watched() == []
    await finish(toy_database, 2)
    assert await watched() == ["unassigned lowered"]
    assert await told(toy_database) == [("queue.alarm", 10), ("queue.calm", 8)]


async def test_what_is_due_soon_raises_an_alarm_of_its_own(toy_database: Database) -> None:
    await fill(toy_database, 3)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            """INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at)
               SELECT id, 'urgent_hour', now(), now() + interval '1 hour', now() - interval '1 hour'
               FROM incident
               ON CONFLICT (incident_id) DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at,
                   soon_at = excluded.soon_at, paused_at = NULL"""
        )
        assert (await queue_counts(connection)).near_due == 3
    assert await watch_queue(toy_database, AlarmLimits(unassigned=100, near_due=3)) == ["near_due raised"]
    assert await told(toy_database) == [("queue.alarm", 3)]


def test_a_worker_watches_with_the_limits_that_are_set(toy_url: str) -> None:
    async def wait_until_told() -> Told:
        database = Database(toy_url, size=1)
        await database.open()
        try:
            await fill(database, 2)
            async with asyncio.timeout(60):
                while not (found := await told(database)):
                    await asyncio.sleep(0.1)
            return found
        finally:
            await database.close()

    limits = Settings(alarm_unassigned=2, alarm_near_due=50).task_plan.alarm_limits
    assert limits == AlarmLimits(unassigned=2, near_due=50)
    # Seconds come sixth.
    worker = BackgroundWorker(toy_url, TaskPlan(alarm_limits=limits, watch_queue_at="* * * * * */1"))
    worker.start()
    try:
        assert asyncio.run(wait_until_told()) == [("queue.alarm", 2)]
    finally:
        worker.stop()
