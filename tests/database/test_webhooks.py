"""Webhooks against a real receiver that fails, hangs and comes back, with workers that are killed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from governance.access import VISITOR
from governance.errors import InvalidValue
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
from governance.webhooks.trying import try_webhook
from grid_data.database import Database
from grid_data.history import add_history
from tests.support.receiver import Receiver, receiving
from tests.support.webhooks import (
    EAST,
    FAST,
    WEST,
    assert_in_order,
    happens,
    hook,
    reported,
    run_until,
    states,
    told,
)


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


async def test_a_trial_is_signed_tells_of_no_incident_and_leaves_no_delivery(
    toy_database: Database, receiver: Receiver
) -> None:
    key, secret = await hook(toy_database, receiver.url)
    answered = await try_webhook(toy_database, VISITOR, key, private=True)
    assert answered is not None
    assert (answered.delivered, answered.error) == (True, None)
    (heard,) = receiver.heard
    assert heard.signed_with(secret)
    assert (heard.document["event"], heard.document["incident"]) == ("webhook.test", None)
    receiver.answer = 503
    refused = await try_webhook(toy_database, VISITOR, key, private=True)
    assert refused is not None
    assert (refused.delivered, refused.status) == (False, 503)
    inner = await try_webhook(toy_database, VISITOR, key, private=False)
    assert inner is not None
    assert (inner.delivered, inner.status) == (False, None)
    assert await states(toy_database, key) == []
    assert await try_webhook(toy_database, VISITOR, key + 1, private=True) is None


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


async def test_a_receiver_that_hangs_holds_up_nobody_else(toy_database: Database, receiver: Receiver) -> None:
    # Who hangs is tried once, however long the others take.
    impatient = replace(FAST, patience_s=0.4, backoff_s=(3600.0,) * 4)
    deliverer = Deliverer(toy_database, Owners(toy_database, open=True), impatient)
    with receiving() as hanging:
        hanging.answer = "hang"
        slow, _ = await hook(toy_database, hanging.url)
        await hook(toy_database, receiver.url)
        for _ in range(8):
            await reported(toy_database)
        await run_until(deliverer, lambda: len(receiver.taken()) == 8)
        await deliverer._sender.close()
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
