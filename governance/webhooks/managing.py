"""Webhooks as their owners see and change them; every change is an entry of the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from governance.access import Permission, Principal
from governance.casework.names import Action
from governance.errors import InvalidValue
from governance.incidents.answers import Answer
from governance.webhooks.addresses import AddressRefused, check_url
from governance.webhooks.signing import new_secret
from grid_data import webhooks as stored
from grid_data.database import Connection
from grid_data.history import add_history

__all__ = [
    "EVENTS",
    "Delivery",
    "Webhook",
    "WebhookWithSecret",
    "add_webhook",
    "change_webhook",
    "deliveries_of",
    "drop_delivery",
    "list_webhooks",
    "new_webhook_secret",
    "remove_webhook",
    "send_delivery_again",
    "webhook_by_id",
]

EVENTS = (
    "incident.*",
    "incident.report",
    *(f"incident.{action}" for action in Action),
    "incident.override",
    "incident.lift_override",
    "incident.locate",
    "incident.unlocate",
    "routing.again",
)
"""What a webhook can be told of; ``incident.*`` is everything."""
DeliveryState = Literal["waiting", "sending", "delivered", "dead", "withheld", "dropped"]


class Webhook(Answer):
    """A webhook; ``waiting`` and ``dead`` count its deliveries."""

    id: int
    name: str
    url: str
    events: list[str]
    owner: str
    active: bool
    created_at: datetime
    waiting: int
    dead: int
    last_delivered_at: datetime | None


class WebhookWithSecret(Webhook):
    """The same with what it is signed with: shown this once."""

    secret: Annotated[str, Field(examples=["whsec_5n0v…"])]


class Delivery(Answer):
    """One thing a webhook was, or is to be, told."""

    id: UUID
    seq: int
    event: str
    incident: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    last_status: int | None
    last_error: str | None


async def list_webhooks(connection: Connection) -> list[Webhook]:
    """The webhooks in sight."""
    return [Webhook(**row) for row in await stored.webhook_rows(connection)]


async def webhook_by_id(connection: Connection, key: int) -> Webhook | None:
    """A webhook; None: there is none in sight."""
    found = await stored.webhook_rows(connection, key)
    return Webhook(**found[0]) if found else None


def _checked(url: str, events: Sequence[str], *, private: bool) -> None:
    try:
        check_url(url, private=private)
    except AddressRefused as refused:
        raise InvalidValue(f"{refused.words.zh} / {refused.words.en}", field="url") from None
    if unknown := sorted(set(events) - set(EVENTS)):
        raise InvalidValue(f"no such event: {', '.join(unknown)}", field="events")


async def add_webhook(
    connection: Connection, me: Principal, *, name: str, url: str, events: Sequence[str], private: bool
) -> WebhookWithSecret:
    """Make a webhook.

    Raises
    ------
    InvalidValue
        The address may not be sent to, or an event does not exist.
    """
    _checked(url, events, private=private)
    if not me.may(Permission.INCIDENTS_READ):
        raise InvalidValue("whoever makes a webhook must be allowed to read incidents", field="events")
    secret = new_secret()
    key = await stored.add_webhook(
        connection,
        name=name,
        url=url,
        secret=secret,
        events=sorted(set(events)),
        owner=me.name,
        account_id=me.sight.account,
    )
    await _told(connection, me, "webhook.add", key, {"name": name, "url": url, "events": sorted(set(events))})
    made = await webhook_by_id(connection, key)
    assert made is not None
    return WebhookWithSecret(**vars(made), secret=secret)


async def change_webhook(
    connection: Connection,
    me: Principal,
    key: int,
    *,
    name: str,
    url: str,
    events: Sequence[str],
    active: bool,
    private: bool,
) -> Webhook | None:
    """Change a webhook; None: there is none in sight.

    Raises
    ------
    InvalidValue
        As `add_webhook`.
    """
    _checked(url, events, private=private)
    values = {"name": name, "url": url, "events": sorted(set(events)), "active": active}
    if not await stored.change_webhook(connection, key, **values):
        return None
    await _told(connection, me, "webhook.change", key, values)
    return await webhook_by_id(connection, key)


async def new_webhook_secret(connection: Connection, me: Principal, key: int) -> WebhookWithSecret | None:
    """Give a webhook another secret; what was made before is signed with it, too."""
    secret = new_secret()
    if not await stored.set_secret(connection, key, secret):
        return None
    await _told(connection, me, "webhook.secret", key, {})
    found = await webhook_by_id(connection, key)
    return None if found is None else WebhookWithSecret(**vars(found), secret=secret)


async def remove_webhook(connection: Connection, me: Principal, key: int) -> bool:
    """Take a webhook away; False: there is none in sight."""
    if not await stored.remove_webhook(connection, key):
        return False
    await _told(connection, me, "webhook.remove", key, {})
    return True


async def deliveries_of(
    connection: Connection, key: int, *, state: str | None, before: int | None, limit: int
) -> tuple[list[Delivery], int | None]:
    """Deliveries, the newest first, and the number to go on below; None at the end."""
    found = await stored.deliveries(connection, key, state=state, before=before, limit=limit + 1)
    listed = [Delivery(**row) for row in found[:limit]]
    return listed, listed[-1].seq if len(found) > limit else None


async def send_delivery_again(connection: Connection, me: Principal, key: int, delivery: UUID) -> bool:
    """Give a dead delivery back to the senders; False: there is no such dead one."""
    if not await stored.send_again(connection, key, delivery):
        return False
    await _told(connection, me, "webhook.resend", key, {"delivery": str(delivery)})
    return True


async def drop_delivery(connection: Connection, me: Principal, key: int, delivery: UUID) -> bool:
    """Give a dead delivery up, so that what waits behind it goes on; False: there is no such dead one."""
    if not await stored.drop_delivery(connection, key, delivery):
        return False
    await _told(connection, me, "webhook.drop", key, {"delivery": str(delivery)})
    return True


async def _told(
    connection: Connection, me: Principal, action: str, key: int, after: dict[str, object]
) -> None:
    await add_history(connection, me.name, action, after={"webhook": key, **after})
