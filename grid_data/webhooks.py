"""Webhooks and their deliveries as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from grid_data.database import Connection, one, rows, run

__all__ = [
    "ActiveWebhook",
    "Claimed",
    "HistoryEvent",
    "NewDelivery",
    "active_webhooks",
    "add_deliveries",
    "add_webhook",
    "change_webhook",
    "claim",
    "deliveries",
    "drop_delivery",
    "events_to_spread",
    "finish",
    "forget_events",
    "forget_old",
    "in_sight",
    "incidents_seen",
    "remove_webhook",
    "send_again",
    "set_secret",
    "signed_by",
    "webhook_rows",
]


@dataclass(frozen=True)
class HistoryEvent:
    """An entry of the history about one incident; ``incident_id`` is None where it is about none."""

    seq: int
    at: datetime
    actor: str
    action: str
    incident_id: int | None


@dataclass(frozen=True)
class ActiveWebhook:
    """A webhook events may concern."""

    id: int
    events: Sequence[str]
    owner: str
    account_id: int | None
    created_at: datetime


@dataclass(frozen=True)
class NewDelivery:
    """Something to be sent."""

    id: UUID
    webhook_id: int
    seq: int
    incident_id: int
    event: str
    body: str


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours to send until its lease ends."""

    id: UUID
    webhook_id: int
    incident_id: int
    event: str
    body: str
    attempts: int
    url: str
    secret: str
    owner: str
    account_id: int | None


async def add_webhook(connection: Connection, **values: Any) -> int:
    """Store a webhook; returns its key."""
    row = await one(connection, "webhooks/add", values)
    assert row is not None
    return int(row["id"])


async def webhook_rows(connection: Connection, key: int | None = None) -> list[dict[str, Any]]:
    """The webhooks in sight, or one of them."""
    return await rows(connection, "webhooks/listed", {"id": key})


async def signed_by(connection: Connection, key: int) -> tuple[str, str] | None:
    """Address and secret of a webhook; None: it was removed."""
    row = await one(connection, "webhooks/signed_by", {"id": key})
    return None if row is None else (row["url"], row["secret"])


async def change_webhook(connection: Connection, key: int, **values: Any) -> bool:
    """Change a webhook; False: there is none in sight."""
    return await run(connection, "webhooks/change", {"id": key, **values}) > 0


async def set_secret(connection: Connection, key: int, secret: str) -> bool:
    """Give a webhook another secret."""
    return await run(connection, "webhooks/set_secret", {"id": key, "secret": secret}) > 0


async def remove_webhook(connection: Connection, key: int) -> bool:
    """Take a webhook away."""
    return await run(connection, "webhooks/remove", {"id": key}) > 0


async def deliveries(
    connection: Connection, webhook_id: int, *, state: str | None, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """Deliveries of a webhook, the newest first."""
    asked = {"webhook_id": webhook_id, "state": state, "before": before, "limit": limit}
    return await rows(connection, "webhooks/deliveries", asked)


async def send_again(connection: Connection, webhook_id: int, key: UUID) -> bool:
    """Give a dead delivery back to the senders; False: there is no such dead one."""
    return await run(connection, "webhooks/send_again", {"id": key, "webhook_id": webhook_id}) > 0


async def drop_delivery(connection: Connection, webhook_id: int, key: UUID) -> bool:
    """Give a dead delivery up; False: there is no such dead one."""
    return await run(connection, "webhooks/drop", {"id": key, "webhook_id": webhook_id}) > 0


async def events_to_spread(connection: Connection, limit: int) -> list[HistoryEvent] | None:
    """The first events that are not spread yet; None: somebody else is at it."""
    turn = await one(connection, "webhooks/one_spreads")
    assert turn is not None
    if not turn["mine"]:
        return None
    return [HistoryEvent(**row) for row in await rows(connection, "webhooks/events", {"limit": limit})]


async def active_webhooks(connection: Connection) -> list[ActiveWebhook]:
    """Webhooks events may concern."""
    return [ActiveWebhook(**row) for row in await rows(connection, "webhooks/active")]


async def incidents_seen(connection: Connection, ids: Sequence[int]) -> Mapping[int, str]:
    """What is told of those of some incidents that are in sight, as JSON texts."""
    found = await rows(connection, "webhooks/incidents_seen", {"ids": list(ids)})
    return {row["id"]: row["document"] for row in found}


async def add_deliveries(connection: Connection, made: Sequence[NewDelivery]) -> None:
    """Store what is to be sent."""
    values = {
        "ids": [each.id for each in made],
        "webhooks": [each.webhook_id for each in made],
        "seqs": [each.seq for each in made],
        "incidents": [each.incident_id for each in made],
        "events": [each.event for each in made],
        "bodies": [each.body for each in made],
    }
    await run(connection, "webhooks/add_deliveries", values)


async def forget_events(connection: Connection, seqs: Sequence[int]) -> None:
    """These are spread."""
    await run(connection, "webhooks/forget_events", {"seqs": list(seqs)})


async def claim(connection: Connection, *, limit: int, per_webhook: int, lease_s: float) -> list[Claimed]:
    """Take deliveries that are due, in order, for as long as the lease."""
    await one(connection, "webhooks/one_claims")
    asked = {"limit": limit, "per_webhook": per_webhook, "lease_s": lease_s}
    return [Claimed(**row) for row in await rows(connection, "webhooks/claim", asked)]


async def in_sight(connection: Connection, incident_id: int) -> bool:
    """Whether an incident is in sight."""
    row = await one(connection, "webhooks/in_sight", {"incident_id": incident_id})
    return row is not None and bool(row["seen"])


async def finish(
    connection: Connection,
    taken: Claimed,
    state: str,
    *,
    status: int | None = None,
    error: str | None = None,
    wait_s: float = 0.0,
) -> bool:
    """Say what became of a delivery; False: another sender took it over."""
    values = {
        "id": taken.id, "attempts": taken.attempts, "state": state, "status": status, "error": error,
        "wait_s": wait_s,
    }  # fmt: skip
    return await run(connection, "webhooks/finish", values) > 0


async def forget_old(connection: Connection, days: int) -> int:
    """Remove deliveries that ended so many days ago; returns how many."""
    return await run(connection, "webhooks/forget_old", {"days": days})
