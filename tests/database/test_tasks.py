"""Background tasks with real workers: a due task is done once; what a dead worker began, another does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import anyio
import psycopg
import pytest

from governance.access import OPERATOR, VISITOR
from governance.incidents.intake import Report, report
from governance.task_plan import TaskPlan
from governance.tasks import BackgroundWorker, keep_time, make_app
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from tests.support import databases, toy_city
from tests.support.databases import ROOT

DEFAULT = (120.4275, 36.1325)
# A worker as a process of its own. Seconds come sixth in these cron expressions.
PROGRAM = """
import asyncio, signal, sys
from gis.fallback_places import Rule
from governance.task_plan import TaskPlan
from governance.tasks import TaskWorker
rule = Rule(min_incidents=5, min_share=0)
plan = TaskPlan(
    rule, sys.argv[2], take_over_at="* * * * * */1", heartbeat_s=0.5, stalled_s=float(sys.argv[3])
)
asyncio.run(TaskWorker(sys.argv[1], plan).run(patience_s=1, stop_on=[signal.SIGINT, signal.SIGTERM]))
"""
NEVER = "0 0 29 2 *"
PATIENCE_S = 600.0
# When a worker that is not heard of is dead: soon for who waits for its task; a slow one lives.
SOON_S, LATE_S = 2.0, 600.0


@pytest.fixture
def city(cluster: Cluster) -> Iterator[str]:
    """Address of a toy city with ten incidents of ten addresses on one point."""
    with databases.copy_of(cluster, databases.empty_template(cluster)) as url:

        async def fill() -> None:
            database = Database(url, size=1)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                await toy_city.load(connection)
                for n in range(10):
                    sent = Report(
                        toy_city.GARBAGE,
                        "垃圾",
                        "hotline",
                        lon=DEFAULT[0],
                        lat=DEFAULT[1],
                        address=f"香港东路{n}号",
                    )
                    await report(connection, VISITOR, sent)
            await database.close()

        anyio.run(fill)
        yield url


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(city: str) -> Iterator[Start]:
    """Starts workers; those left are ended."""
    started: list[subprocess.Popen[str]] = []

    def worker(check_at: str, stalled_s: float = LATE_S) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, city, check_at, str(stalled_s)],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield worker
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def wait_for(url: str, query: str, least: int = 1) -> list[tuple[object, ...]]:
    """The rows of a query, as soon as there are enough."""
    until = time.monotonic() + PATIENCE_S
    while len(found := ask(url, query)) < least:
        assert time.monotonic() < until, f"waited in vain: {query}: {found}"
        time.sleep(0.1)
    return found


def running_threads() -> list[str]:
    """Names of the threads of this process, once that of the tasks has had all the time it needs to end."""
    until = time.monotonic() + PATIENCE_S
    while "tasks" in (names := [thread.name for thread in threading.enumerate()]):
        if time.monotonic() > until:
            break
        time.sleep(0.01)
    return names


CHECKS = """SELECT args ->> 'timestamp', attempts FROM task_queue.procrastinate_jobs
            WHERE task_name = 'check_places' AND status = 'succeeded'"""
DOING = """SELECT id FROM task_queue.procrastinate_jobs
           WHERE task_name = 'check_places' AND status = 'doing'"""
MARKED = "SELECT actor FROM history WHERE action = 'incident.unlocate'"


def test_each_due_check_is_done_once_by_one_of_two_workers(city: str, start: Start) -> None:
    workers = [start("* * * * * */1") for _ in range(2)]
    wait_for(city, "SELECT id FROM task_queue.procrastinate_workers", 2)
    wait_for(city, CHECKS, 6)
    for worker in workers:
        worker.send_signal(signal.SIGINT)
    for worker in workers:
        _, complained = worker.communicate(timeout=PATIENCE_S)
        assert (worker.returncode, complained) == (0, "")
    done = ask(city, CHECKS)
    assert len({moment for moment, _ in done}) == len(done)
    assert {attempts for _, attempts in done} == {1}
    # The first check withdrew all there was; the others found nothing to do, and said nothing.
    assert ask(city, MARKED) == [("nightly",)]
    assert ask(city, "SELECT count(*) FROM incident WHERE place_problem = 'shared_fallback'") == [(10,)]
    # Both took leave.
    assert ask(city, "SELECT count(*) FROM task_queue.procrastinate_workers") == [(0,)]


def test_the_task_of_a_killed_worker_is_taken_over(city: str, start: Start) -> None:
    with psycopg.connect(city) as holding:
        # The check comes to a halt in the middle of its transaction.
        holding.execute("LOCK TABLE fallback_place IN ACCESS EXCLUSIVE MODE")
        killed = start("* * * * *")
        wait_for(
            city,
            DOING,
        )
        killed.kill()
        killed.communicate(timeout=PATIENCE_S)
        holding.rollback()
    assert ask(city, MARKED) == []
    start(NEVER, SOON_S)
    wait_for(city, CHECKS)
    assert ask(city, MARKED) == [("nightly",)]
    assert ask(city, "SELECT count(*) FROM incident WHERE place IS NULL") == [(10,)]


def test_a_check_broken_off_leaves_nothing_and_is_done_at_the_next_start(city: str, start: Start) -> None:
    with psycopg.connect(city) as holding:
        holding.execute("LOCK TABLE fallback_place IN ACCESS EXCLUSIVE MODE")
        stopped = start("* * * * *")
        wait_for(
            city,
            DOING,
        )
        stopped.send_signal(signal.SIGTERM)
        stopped.communicate(timeout=PATIENCE_S)
        assert stopped.returncode == 0
        holding.rollback()
    assert ask(city, MARKED) == []
    waiting = (
        "SELECT status::text, attempts FROM task_queue.procrastinate_jobs WHERE task_name = 'check_places'"
    )
    assert ask(city, waiting) == [("todo", 1)]


def test_a_lost_database_is_waited_for(city: str, start: Start) -> None:
    start("* * * * * */1")
    wait_for(city, CHECKS)
    with psycopg.connect(city, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    before = len(ask(city, CHECKS))
    wait_for(city, CHECKS, before + 2)


def test_a_worker_in_a_thread_stops_when_told(city: str) -> None:
    worker = BackgroundWorker(city, TaskPlan(check_places_at="* * * * *"))
    worker.start()
    wait_for(city, CHECKS)
    worker.stop()
    # It took leave, and does nothing more.
    wait_for(city, "SELECT WHERE NOT EXISTS (SELECT FROM task_queue.procrastinate_workers)")
    assert "tasks" not in running_threads()


def test_a_worker_stopped_before_it_began_stops(city: str) -> None:
    worker = BackgroundWorker(city, TaskPlan(check_places_at=NEVER))
    worker.start()
    worker.stop()
    assert "tasks" not in running_threads()


async def test_due_means_due_on_the_citys_clock(toy_database: Database) -> None:
    """At 03:10 in Qingdao it is 19:10 UTC of the day before."""
    from procrastinate.periodic import PeriodicDeferrer

    app = make_app("postgresql://", toy_database, TaskPlan())
    await keep_time(app, toy_database)
    noon = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    asked = noon + timedelta(minutes=1)
    due = {
        task.task.name: moment
        for task, moment in PeriodicDeferrer(app.periodic_registry, max_delay=24 * 3600).get_previous_tasks(
            asked.timestamp()
        )
    }
    local = datetime.fromtimestamp(due["check_places"], ZoneInfo("Asia/Shanghai"))
    assert local == datetime(2026, 6, 1, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert datetime.fromtimestamp(due["take_over"], UTC) == noon


def test_without_a_city_there_is_nothing_to_check(empty_database: str) -> None:
    worker = BackgroundWorker(empty_database, TaskPlan(check_places_at="* * * * *"))
    worker.start()
    wait_for(empty_database, CHECKS)
    worker.stop()
