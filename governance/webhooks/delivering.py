"""From the history to the receivers.

Two steps, each safe against dying in the middle. Spreading turns events into deliveries, under the sight of
each webhook's owner; one process does it at a time, in the order of the history. Delivering takes what is due
for the time of a lease, sends it, and notes what came of it; of one incident nothing is sent to a webhook
while something earlier is undone, so that the receiver hears it in order. Whoever dies with a delivery is
waited for until the lease ends; then another sends it again, under the same id.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable, Sequence
from uuid import uuid4

import orjson
import psycopg

from governance.access import NIGHTLY, Permission
from governance.owners import Owners
from governance.webhooks.plan import WebhookPlan
from governance.webhooks.sending import Sender, Sent
from grid_data.database import Connection, Database
from grid_data.webhooks import (
    ActiveWebhook,
    Claimed,
    HistoryEvent,
    NewDelivery,
    active_webhooks,
    add_deliveries,
    claim,
    events_to_spread,
    finish,
    forget_events,
    in_sight,
    incidents_seen,
)

__all__ = ["Deliverer", "back_off", "concerns", "spread"]

log = logging.getLogger(__name__)

NEEDS = (Permission.WEBHOOKS_MANAGE, Permission.INCIDENTS_READ)
"""What one grant of the owner has to hold: its scope is what the webhook is told of."""
JITTER = 0.25
"""Share by which they are scattered, so that a receiver that comes back is not hit by all at once."""
SPREAD = 500
"""Events spread in one transaction."""
AT_ONCE = 16
PER_WEBHOOK = 4
"""Most deliveries under way in a process, and to one webhook in all: a slow receiver holds up no others."""


def concerns(webhook: ActiveWebhook, event: HistoryEvent) -> bool:
    """Whether a webhook wants to hear of an event: one it names, since it exists."""
    wanted = "incident.*" in webhook.events or event.action in webhook.events
    return wanted and event.at >= webhook.created_at


def back_off(attempts: int, steps: Sequence[float], chance: float) -> float | None:
    """Seconds until the next try after so many; None: there is none. ``chance`` is between 0 and 1.

    >>> back_off(1, (10.0,), 0.5), back_off(1, (10.0,), 1.0), back_off(2, (10.0,), 0.5)
    (10.0, 12.5, None)
    """
    if attempts > len(steps):
        return None
    return steps[attempts - 1] * (1 + JITTER * (2 * chance - 1))


async def spread(database: Database, owners: Owners) -> int:
    """Turn the next events into deliveries; returns how many events were taken."""
    async with database.transaction(NIGHTLY) as connection:
        events = await events_to_spread(connection, SPREAD)
        if not events:
            return 0
        for webhook in await active_webhooks(connection):
            wanted = [each for each in events if each.incident_id is not None and concerns(webhook, each)]
            if wanted:
                await add_deliveries(connection, await _seen(database, owners, webhook, wanted))
        seqs = {each.seq for each in events}
        await forget_events(connection, sorted(seqs))
        return len(seqs)


async def _seen(
    database: Database, owners: Owners, webhook: ActiveWebhook, events: Iterable[HistoryEvent]
) -> list[NewDelivery]:
    """What the owner of a webhook sees of events."""
    owner = await owners.principal(webhook.account_id, *NEEDS)
    if owner is None:
        return []
    about = [(each, each.incident_id) for each in events if each.incident_id is not None]
    async with database.transaction(owner) as connection:
        seen = await incidents_seen(connection, sorted({key for _, key in about}))
    return [_delivery(webhook, each, key, seen[key]) for each, key in about if key in seen]


def _delivery(webhook: ActiveWebhook, event: HistoryEvent, incident_id: int, document: str) -> NewDelivery:
    key = uuid4()
    body = {
        "id": str(key),
        "event": event.action,
        "seq": event.seq,
        "at": event.at,
        "by": event.actor,
        "incident": orjson.Fragment(document),
    }
    text = orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()
    return NewDelivery(key, webhook.id, event.seq, incident_id, event.action, text)


class Deliverer:
    """Spreads and delivers until it is stopped."""

    def __init__(self, database: Database, owners: Owners, plan: WebhookPlan) -> None:
        self._database, self._owners, self._plan = database, owners, plan
        self._sender = Sender(private=plan.private, patience_s=plan.patience_s)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled; what is being sent then is sent again by somebody else."""
        try:
            while True:
                try:
                    busy = await self.step()
                except psycopg.OperationalError as problem:
                    log.warning("webhooks: the database is away (%s)", problem)
                    busy = False
                except Exception:
                    log.exception("webhooks: a look failed; it is tried again")
                    busy = False
                if not busy:
                    await self._pause()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            await self._sender.close()

    async def step(self) -> bool:
        """Spread once and begin to send what is due; whether there was anything."""
        taken = await spread(self._database, self._owners)
        room = AT_ONCE - len(self._under_way)
        claimed: list[Claimed] = []
        if room > 0:
            async with self._database.transaction(NIGHTLY) as connection:
                claimed = await claim(
                    connection, limit=room, per_webhook=PER_WEBHOOK, lease_s=self._plan.lease_s
                )
        for each in claimed:
            task = asyncio.create_task(self._delivered(each))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return bool(taken or claimed)

    async def settled(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _pause(self) -> None:
        """Until it is time to look again, or something was sent: what waited behind it may go."""
        if self._under_way:
            await asyncio.wait(
                self._under_way, timeout=self._plan.look_s, return_when=asyncio.FIRST_COMPLETED
            )
        else:
            await asyncio.sleep(self._plan.look_s)

    async def _delivered(self, taken: Claimed) -> None:
        if not await self._still_seen(taken):
            async with self._database.transaction(NIGHTLY) as connection:
                await finish(connection, taken, "withheld", error="out of the owner's sight")
            return
        sent = await self._sender.send(taken)
        async with self._database.transaction(NIGHTLY) as connection:
            await self._note(connection, taken, sent)

    async def _still_seen(self, taken: Claimed) -> bool:
        owner = await self._owners.principal(taken.account_id, *NEEDS)
        if owner is None:
            return False
        async with self._database.transaction(owner) as connection:
            return await in_sight(connection, taken.incident_id)

    async def _note(self, connection: Connection, taken: Claimed, sent: Sent) -> None:
        if sent.error is None:
            await finish(connection, taken, "delivered", status=sent.status)
            return
        wait_s = back_off(taken.attempts, self._plan.backoff_s, random.random())  # noqa: S311 - scatters, hides nothing
        if wait_s is None:
            await finish(connection, taken, "dead", status=sent.status, error=sent.error)
            return
        await finish(
            connection,
            taken,
            "waiting",
            status=sent.status,
            error=sent.error,
            wait_s=max(wait_s, sent.wait_s),
        )
