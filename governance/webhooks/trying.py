"""A delivery about nothing, so that whoever links two systems sees at once whether they hear each other."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import orjson

from governance.access import NIGHTLY, Permission, Principal
from governance.incidents.answers import Answer
from governance.webhooks.managing import webhook_by_id
from grid_data import webhooks as stored
from grid_data.database import Database
from grid_data.history import add_history

__all__ = ["TEST_EVENT", "Tried", "try_webhook"]

TEST_EVENT = "webhook.test"


class Tried(Answer):
    """What came of it: the receiver's status, null if there was none; why it failed, else null."""

    delivered: bool
    status: int | None
    error: str | None


async def try_webhook(database: Database, me: Principal, key: int, *, private: bool) -> Tried | None:
    """Send one signed test to a webhook in sight, paused ones too; it is neither kept nor tried again.

    None: there is none in sight. No transaction is open while the receiver is waited for.
    """
    async with database.transaction(me) as connection:
        if not me.may(Permission.INCIDENTS_READ) or await webhook_by_id(connection, key) is None:
            return None
        await add_history(connection, me.name, "webhook.test", after={"webhook": key})
    async with database.transaction(NIGHTLY) as connection:
        found = await stored.signed_by(connection, key)
    if found is None:
        return None
    delivery = uuid4()
    body = orjson.dumps(
        {"id": str(delivery), "event": TEST_EVENT, "at": datetime.now(UTC), "by": me.name, "incident": None},
        option=orjson.OPT_UTC_Z,
    )
    # Loaded when somebody tries: its HTTP client.
    from governance.webhooks.sending import Sender

    sender = Sender(private=private)
    try:
        sent = await sender.send(
            stored.Claimed(delivery, key, 0, TEST_EVENT, body.decode(), 1, *found, me.name, me.sight.account)
        )
    finally:
        await sender.close()
    return Tried(delivered=sent.error is None, status=sent.status, error=sent.error)
