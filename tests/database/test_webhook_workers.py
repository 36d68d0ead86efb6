"""Webhooks with several workers, and workers that are killed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time

import psycopg

from governance.owners import Owners
from governance.webhooks.delivering import Deliverer
from grid_data.database import Database
from tests.support.databases import ROOT
from tests.support.receiver import Receiver
from tests.support.webhooks import (
    FAST,
    assert_in_order,
    happens,
    hook,
    reported,
    run_until,
)


async def test_two_at_once_send_nothing_twice(toy_database: Database, receiver: Receiver) -> None:
    await hook(toy_database, receiver.url)
    incidents = [await reported(toy_database) for _ in range(6)]
    for action in ("accept", "file", "dispatch"):
        for incident in incidents:
            await happens(toy_database, incident, action)
    both = [Deliverer(toy_database, Owners(toy_database, open=True), FAST) for _ in range(2)]
    await asyncio.gather(*(run_until(each, lambda: len(receiver.taken()) >= 24) for each in both))
    for each in both:
        await each._sender.close()
    assert len({each.headers["gridgov-delivery"] for each in receiver.heard}) == len(receiver.heard) == 24
    assert_in_order(receiver.heard)


PROGRAM = """
import asyncio, sys
from governance.task_plan import TaskPlan
from governance.tasks import TaskWorker
from governance.webhooks.plan import WebhookPlan
hooks = WebhookPlan(private=True, patience_s=5.0, backoff_s=(0.1,) * 500, lease_s=1.5, look_s=0.05)
never = "0 0 29 2 *"
plan = TaskPlan(check_places_at=never, webhooks=hooks, open_access=True)
asyncio.run(TaskWorker(sys.argv[1], plan).run(patience_s=1))
"""


def worker(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )


def test_nothing_is_lost_or_turned_round_though_workers_are_killed(toy_url: str, receiver: Receiver) -> None:
    async def prepare() -> int:
        database = Database(toy_url, size=2)
        await database.open()
        await hook(database, receiver.url)
        for _ in range(4):
            await happens(database, await reported(database), "accept", "file", "dispatch", "start")
        await database.close()
        return 4 * 5

    events = asyncio.run(prepare())
    receiver.answer = "hang"
    first = worker(toy_url)
    until = time.monotonic() + 120
    while not receiver.heard:
        assert time.monotonic() < until
        time.sleep(0.05)
    # In the middle of sending: it never says what came of it.
    first.kill()
    first.wait()
    receiver.answer = 200
    second = worker(toy_url)
    receiver.wait(events // 2)
    second.kill()
    second.wait()
    third = worker(toy_url)
    try:
        deadline = time.monotonic() + 120
        while True:
            with psycopg.connect(toy_url) as connection:
                row = connection.execute(
                    "SELECT count(*) FILTER (WHERE state = 'delivered'), count(*) FROM webhook_delivery"
                ).fetchone()
            if row == (events, events):
                break
            assert time.monotonic() < deadline, row
            time.sleep(0.1)
    finally:
        third.kill()
        third.wait()
    taken = receiver.taken()
    assert len({each.headers["gridgov-delivery"] for each in taken}) == events
    assert_in_order(taken)
