"""What tests of webhooks do: let things happen, hang a webhook up, deliver, read what was heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from governance.access import NIGHTLY, VISITOR, Principal
from governance.incidents.intake import Report, report
from governance.webhooks.delivering import Deliverer
from governance.webhooks.managing import (
    add_webhook,
    deliveries_of,
)
from governance.webhooks.plan import WebhookPlan
from grid_data.database import Database
from grid_data.history import add_history
from tests.support import toy_city
from tests.support.receiver import Heard

FAST = WebhookPlan(private=True, patience_s=60, backoff_s=(0.05,) * 4, lease_s=120, look_s=0.02)
"""Tries follow each other at once; who is slow because the machine is has answered all the same."""
WEST, EAST = (120.405, 36.105), (120.435, 36.105)


async def reported(database: Database, at: tuple[float, float] = WEST) -> int:
    """An incident that was just reported: its key."""
    async with database.transaction(VISITOR) as connection:
        sent = Report(toy_city.GARBAGE, "垃圾堆积 13900000000", "hotline", lon=at[0], lat=at[1])
        number = (await report(connection, VISITOR, sent)).incident.number
        row = await (
            await connection.execute("SELECT id FROM incident WHERE number = %s", (number,))
        ).fetchone()
    assert row is not None
    return int(row["id"])


async def happens(database: Database, incident_id: int, *actions: str) -> None:
    """Entries of the history, each in a transaction of its own."""
    for action in actions:
        async with database.transaction(VISITOR) as connection:
            await add_history(connection, "王调度", f"incident.{action}", incident_id=incident_id)


async def hook(
    database: Database, url: str, events: Sequence[str] = ("incident.*",), me: Principal = VISITOR
) -> tuple[int, str]:
    """A webhook: key and secret."""
    async with database.transaction(me) as connection:
        made = await add_webhook(connection, me, name="测试", url=url, events=events, private=True)
    return made.id, made.secret


async def run_until(deliverer: Deliverer, enough: Any, patience_s: float = 120.0) -> None:
    """Let a deliverer work until something holds."""
    until = time.monotonic() + patience_s
    while not enough():
        assert time.monotonic() < until, "waited in vain"
        if not await deliverer.step():
            await asyncio.sleep(0.02)
    await deliverer.settled()


async def states(database: Database, key: int) -> list[tuple[str, str, int]]:
    """Event, state and tries of a webhook's deliveries, in their order."""
    async with database.transaction(NIGHTLY) as connection:
        found, _ = await deliveries_of(connection, key, state=None, before=None, limit=100)
    return [(each.event, each.state, each.attempts) for each in reversed(found)]


def told(heard: Sequence[Heard]) -> list[str]:
    """What happened, in the order in which it was heard."""
    return [each.document["event"] for each in heard]


def assert_in_order(heard: Sequence[Heard]) -> None:
    """What was heard first of each entry came in the order of the history, incident by incident."""
    order: dict[str, list[int]] = {}
    for each in heard:
        seqs = order.setdefault(each.document["incident"]["number"], [])
        if each.document["seq"] not in seqs:
            seqs.append(each.document["seq"])
    assert all(seqs == sorted(seqs) for seqs in order.values())


async def person(database: Database, name: str, role: str, zone: str | None) -> int:
    """An account with a role in a zone, or everywhere."""
    async with database.maintenance() as connection:
        made = await (
            await connection.execute(
                "INSERT INTO account (name, display_zh) VALUES (%s, %s) RETURNING id", (name, name)
            )
        ).fetchone()
        assert made is not None
        await connection.execute(
            "INSERT INTO account_grant (account_id, role, everything, region_zone_id) VALUES (%s, %s, %s,"
            " (SELECT zone.id FROM zone JOIN layer ON layer.id = layer_id"
            " WHERE layer.code || ':' || zone.code = %s))",
            (made["id"], role, zone is None, zone),
        )
    return int(made["id"])
