"""Webhooks against a real receiver that fails, hangs and comes back, with workers that are killed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import psycopg
import pytest

from governance.access import NIGHTLY, VISITOR, Permission, Principal
from governance.errors import InvalidValue
from governance.intake import Report, report
from governance.owners import Owners
from governance.webhooks.addresses import AddressRefused, target_of
from governance.webhooks.delivering import Deliverer, spread
from governance.webhooks.managing import (
    add_webhook,
    change_webhook,
    deliveries_of,
    drop_delivery,
    list_webhooks,
    remove_webhook,
    send_delivery_again,
)
from governance.webhooks.plan import WebhookPlan
from grid_data.database import Database
from grid_data.history import add_history
from tests.support import toy_city
from tests.support.databases import ROOT
from tests.support.receiver import Heard, Receiver, receiving

FAST = WebhookPlan(private=True, patience_s=0.4, backoff_s=(0.05,) * 4, lease_s=5, look_s=0.02)
WEST, EAST = (120.405, 36.105), (120.435, 36.105)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


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


async def run_until(deliverer: Deliverer, enough: Any, patience_s: float = 20.0) -> None:
    """Let a deliverer work until something holds."""
    until = time.monotonic() + patience_s
    while not enough():
        assert time.monotonic() < until, "waited in vain"
        if not await deliverer.step():
            await asyncio.sleep(0.02)
    await deliverer.settled()


@pytest.fixture
async def deliverer(toy_database: Database) -> AsyncIterator[Deliverer]:
    made = Deliverer(toy_database, Owners(toy_database, open=True), FAST)
    yield made
    await made.settled()
    await made._sender.close()


async def states(database: Database, key: int) -> list[tuple[str, str, int]]:
    """Event, state and tries of a webhook's deliveries, in their order."""
    async with database.transaction(NIGHTLY) as connection:
        found, _ = await deliveries_of(connection, key, state=None, before=None, limit=100)
    return [(each.event, each.state, each.attempts) for each in reversed(found)]


def told(heard: Sequence[Heard]) -> list[str]:
    return [each.document["event"] for each in heard]


async def test_every_event_is_delivered_once_signed_and_in_order(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    key, secret = await hook(toy_database, receiver.url)
    incident = await reported(toy_database)
    await happens(toy_database, incident, "accept", "file", "dispatch")
    await run_until(deliverer, lambda: len(receiver.taken()) == 4)
    assert told(receiver.heard) == [
        "incident.report",
        "incident.accept",
        "incident.file",
        "incident.dispatch",
    ]
    for each in receiver.heard:
        assert each.signed_with(secret)
        assert not each.signed_with(secret + "x")
        assert each.headers["gridgov-delivery"] == each.document["id"]
        assert abs(int(each.headers["gridgov-timestamp"]) - time.time()) < 60
        assert each.headers["gridgov-event"] == each.document["event"]
        assert "13900000000" not in each.body.decode()
    assert receiver.heard[0].document["incident"]["place"] == [WEST[0], WEST[1]]
    assert [state for _, state, _ in await states(toy_database, key)] == ["delivered"] * 4
    assert not await deliverer.step()


async def test_only_events_that_were_chosen_since_it_exists(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    before = await reported(toy_database)
    key, _ = await hook(toy_database, receiver.url, ["incident.dispatch", "incident.close"])
    await happens(toy_database, before, "accept", "dispatch", "note", "close")
    await run_until(deliverer, lambda: len(receiver.taken()) == 2)
    assert told(receiver.heard) == ["incident.dispatch", "incident.close"]
    async with toy_database.transaction(VISITOR) as connection:
        (listed,) = await list_webhooks(connection)
        assert (listed.waiting, listed.dead) == (0, 0)
        await change_webhook(
            connection,
            VISITOR,
            key,
            name="停",
            url=receiver.url,
            events=["incident.*"],
            active=False,
            private=True,
        )
    await happens(toy_database, before, "dispatch")
    assert await spread(toy_database, Owners(toy_database, open=True)) == 0


async def test_what_is_rolled_back_is_not_told(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    await hook(toy_database, receiver.url)
    incident = await reported(toy_database)
    with pytest.raises(ZeroDivisionError):
        async with toy_database.transaction(VISITOR) as connection:
            await add_history(connection, "x", "incident.cancel", incident_id=incident)
            raise ZeroDivisionError
    await run_until(deliverer, lambda: receiver.taken())
    assert not await deliverer.step()
    assert told(receiver.heard) == ["incident.report"]


async def test_a_receiver_that_fails_is_tried_again_in_order_under_the_same_id(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    receiver.answer = 500
    key, secret = await hook(toy_database, receiver.url)
    first, second = await reported(toy_database), await reported(toy_database, EAST)
    await happens(toy_database, first, "accept", "file")
    await happens(toy_database, second, "accept")
    await run_until(deliverer, lambda: len(receiver.heard) >= 4)
    # Of each incident only the first one is tried.
    assert set(told(receiver.heard)) == {"incident.report"}
    receiver.answer = 204
    await run_until(deliverer, lambda: len(receiver.taken()) == 5)
    assert sorted(told(receiver.taken())) == [
        "incident.accept", "incident.accept", "incident.file", "incident.report", "incident.report",
    ]  # fmt: skip
    assert_in_order(receiver.heard)
    ids: dict[int, set[str]] = {}
    for each in receiver.heard:
        ids.setdefault(each.document["seq"], set()).add(each.headers["gridgov-delivery"])
        assert each.signed_with(secret)
    assert all(len(found) == 1 for found in ids.values())
    assert max(tries for _, _, tries in await states(toy_database, key)) > 1


async def test_a_receiver_that_hangs_holds_up_nobody_else(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    with receiving() as hanging:
        hanging.answer = "hang"
        slow, _ = await hook(toy_database, hanging.url)
        await hook(toy_database, receiver.url)
        for _ in range(8):
            await reported(toy_database)
        await run_until(deliverer, lambda: len(receiver.taken()) == 8)
        # At most so many at once, so that the receiver is not buried.
        assert len(hanging.heard) <= 8
    found = await states(toy_database, slow)
    assert {state for _, state, _ in found} <= {"waiting", "dead"}


async def test_what_nobody_takes_is_dead_holds_the_rest_and_can_be_sent_again(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    receiver.answer = 503
    key, _ = await hook(toy_database, receiver.url)
    incident = await reported(toy_database)
    await happens(toy_database, incident, "accept", "file")
    await run_until(deliverer, lambda: len(receiver.heard) == 1 + len(FAST.backoff_s))
    await deliverer.step()
    await deliverer.settled()
    assert await states(toy_database, key) == [
        ("incident.report", "dead", 5), ("incident.accept", "waiting", 0), ("incident.file", "waiting", 0),
    ]  # fmt: skip
    receiver.answer = 200
    await deliverer.step()
    await deliverer.settled()
    assert receiver.taken() == []
    async with toy_database.transaction(VISITOR) as connection:
        (dead,), _ = await deliveries_of(connection, key, state="dead", before=None, limit=10)
        assert (dead.last_status, dead.next_at) == (503, None)
        assert await send_delivery_again(connection, VISITOR, key, dead.id)
        assert not await send_delivery_again(connection, VISITOR, key, dead.id)
    await run_until(deliverer, lambda: len(receiver.taken()) == 3)
    assert told(receiver.taken()) == ["incident.report", "incident.accept", "incident.file"]


async def test_a_dead_one_that_is_given_up_lets_the_others_go(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    receiver.answer = 400
    key, _ = await hook(toy_database, receiver.url)
    await happens(toy_database, await reported(toy_database), "accept")
    await run_until(deliverer, lambda: len(receiver.heard) == 1 + len(FAST.backoff_s))
    receiver.answer = 200
    async with toy_database.transaction(VISITOR) as connection:
        (dead,), _ = await deliveries_of(connection, key, state="dead", before=None, limit=10)
        assert await drop_delivery(connection, VISITOR, key, dead.id)
    await run_until(deliverer, lambda: receiver.taken())
    assert told(receiver.taken()) == ["incident.accept"]


async def test_redirects_are_not_followed(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    with receiving() as elsewhere:
        receiver.answer, receiver.headers = 302, {"Location": elsewhere.url}
        key, _ = await hook(toy_database, receiver.url)
        await reported(toy_database)
        await run_until(deliverer, lambda: len(receiver.heard) >= 2)
        assert elsewhere.heard == []
    async with toy_database.transaction(VISITOR) as connection:
        (one,), _ = await deliveries_of(connection, key, state=None, before=None, limit=10)
        assert one.last_error is not None
        assert "redirects are not followed" in one.last_error


async def test_a_removed_webhook_is_sent_nothing_more(
    toy_database: Database, deliverer: Deliverer, receiver: Receiver
) -> None:
    receiver.answer = 500
    key, _ = await hook(toy_database, receiver.url)
    await reported(toy_database)
    await run_until(deliverer, lambda: receiver.heard)
    async with toy_database.transaction(VISITOR) as connection:
        assert await remove_webhook(connection, VISITOR, key)
        assert not await remove_webhook(connection, VISITOR, key)
        assert await list_webhooks(connection) == []
    receiver.answer = 200
    await asyncio.sleep(0.1)
    await deliverer.step()
    await deliverer.settled()
    assert receiver.taken() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/",
        "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://user:word@example.org/", "ftp://example.org/",
        "https://0.0.0.0/", "https://100.64.0.1/", "https:///x", "https://example.org:99999/", "file:///etc/passwd",
    ],
)  # fmt: skip
async def test_nothing_is_sent_into_the_house(toy_database: Database, url: str) -> None:
    async with toy_database.transaction(VISITOR) as connection:
        with pytest.raises(InvalidValue) as refused:
            await add_webhook(connection, VISITOR, name="x", url=url, events=["incident.*"], private=False)
        assert refused.value.field == "url"


async def test_a_name_that_means_this_machine_is_refused_when_it_is_sent(
    toy_database: Database, receiver: Receiver
) -> None:
    port = receiver.url.rsplit(":", 1)[1].split("/")[0]
    with pytest.raises(AddressRefused):
        await target_of(f"https://localhost:{port}/", private=False)
    found = await target_of(f"http://localhost:{port}/a?b=c", private=True)
    assert found.host == f"localhost:{port}"
    assert found.url in (f"http://127.0.0.1:{port}/a?b=c", f"http://[::1]:{port}/a?b=c")
    # An address that was allowed when the webhook was made is looked up again for each try.
    async with toy_database.transaction(VISITOR) as connection:
        made = await add_webhook(
            connection,
            VISITOR,
            name="x",
            url=f"https://localhost:{port}/",
            events=["incident.*"],
            private=True,
        )
    await reported(toy_database)
    strict = Deliverer(
        toy_database,
        Owners(toy_database, open=True),
        WebhookPlan(private=False, backoff_s=(60.0,), look_s=0.02),
    )
    await strict.step()
    await strict.settled()
    await strict._sender.close()
    assert await states(toy_database, made.id) == [("incident.report", "waiting", 1)]
    assert receiver.heard == []


# --- the sight of the owner ------------------------------------------------------------------------------


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


async def own_hook(database: Database, url: str, account_id: int) -> int:
    owners = Owners(database)
    me = await owners.principal(account_id, Permission.INCIDENTS_READ)
    assert me is not None
    key, _ = await hook(database, url, me=me)
    return key


async def test_only_what_its_owner_sees_is_told(toy_database: Database, receiver: Receiver) -> None:
    account = await person(toy_database, "west", "community_lead", "community:370212001001")
    await own_hook(toy_database, receiver.url, account)
    # What nobody's account made is told nothing where people sign in.
    with receiving() as nobodys:
        await hook(toy_database, nobodys.url)
        west, east = await reported(toy_database, WEST), await reported(toy_database, EAST)
        await happens(toy_database, east, "accept")
        await happens(toy_database, west, "accept")
        strict = Deliverer(toy_database, Owners(toy_database), FAST)
        await run_until(strict, lambda: len(receiver.taken()) == 2)
        assert not await strict.step()
        await strict._sender.close()
        assert nobodys.heard == []
    numbers = {each.document["incident"]["number"] for each in receiver.taken()}
    async with toy_database.transaction(VISITOR) as connection:
        row = await (
            await connection.execute("SELECT number FROM incident WHERE id = %s", (west,))
        ).fetchone()
    assert row is not None
    assert numbers == {row["number"]}


@pytest.mark.parametrize("change", ["disabled", "moved"])
async def test_what_is_out_of_sight_by_the_time_it_is_sent_is_withheld(
    toy_database: Database, receiver: Receiver, change: str
) -> None:
    account = await person(toy_database, "west", "community_lead", "community:370212001001")
    key = await own_hook(toy_database, receiver.url, account)
    incident = await reported(toy_database, WEST)
    assert await spread(toy_database, Owners(toy_database)) > 0
    async with toy_database.maintenance() as connection:
        if change == "disabled":
            await connection.execute("UPDATE account SET disabled_at = now() WHERE id = %s", (account,))
        else:
            await connection.execute(
                "UPDATE incident SET zone_ids = '{}', organisation_id = NULL, base_grid_id = NULL"
                " WHERE id = %s",
                (incident,),
            )
    strict = Deliverer(toy_database, Owners(toy_database), FAST)
    await strict.step()
    await strict.settled()
    await strict._sender.close()
    assert receiver.heard == []
    assert await states(toy_database, key) == [("incident.report", "withheld", 1)]


# --- workers ---------------------------------------------------------------------------------------------


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


def assert_in_order(heard: Sequence[Heard]) -> None:
    """What was heard first of each entry came in the order of the history, incident by incident."""
    order: dict[str, list[int]] = {}
    for each in heard:
        seqs = order.setdefault(each.document["incident"]["number"], [])
        if each.document["seq"] not in seqs:
            seqs.append(each.document["seq"])
    assert all(seqs == sorted(seqs) for seqs in order.values())


PROGRAM = """
import asyncio, sys
from governance.task_plan import TaskPlan
from governance.tasks import TaskWorker
from governance.webhooks.plan import WebhookPlan
hooks = WebhookPlan(private=True, patience_s=1.0, backoff_s=(0.1,) * 50, lease_s=1.5, look_s=0.05)
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
    until = time.monotonic() + 40
    while not receiver.heard:
        assert time.monotonic() < until
        time.sleep(0.05)
    # In the middle of sending: it never says what came of it.
    first.kill()
    first.wait(20)
    receiver.answer = 200
    second = worker(toy_url)
    receiver.wait(events // 2, 40)
    second.kill()
    second.wait(20)
    third = worker(toy_url)
    try:
        deadline = time.monotonic() + 40
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
        third.wait(20)
    taken = receiver.taken()
    assert len({each.headers["gridgov-delivery"] for each in taken}) == events
    assert_in_order(taken)
