"""Subscriptions of the weekly report; every change is an entry of the history."""

from __future__ import annotations

from typing import Any

from governance.access import Principal
from governance.exports.stored_query import read_query
from grid_data import reports as stored
from grid_data.database import Connection
from grid_data.history import add_history

__all__ = ["listed", "subscribe", "unsubscribe"]

LAST = ("week", "state", "attempts", "last_error", "sent_at")


async def listed(connection: Connection, key: int | None = None) -> list[dict[str, Any]]:
    """The subscriptions in sight, or one of them, each with its last report."""
    return [_with_last(row) for row in await stored.subscriptions(connection, key)]


def _with_last(row: dict[str, Any]) -> dict[str, Any]:
    last = {name: row.pop(name) for name in LAST}
    return {**row, "last": None if last["week"] is None else last}


async def subscribe(
    connection: Connection, me: Principal, *, recipient: str, language: str, query: str
) -> dict[str, Any]:
    """Subscribe somebody.

    Raises
    ------
    InvalidValue
        The query is no filter.
    """
    await read_query(connection, query)
    key = await stored.subscribe(
        connection,
        recipient=recipient,
        language=language,
        query=query,
        owner=me.name,
        account_id=me.sight.account,
    )
    after = {"subscription": key, "recipient": recipient, "query": query}
    await add_history(connection, me.name, "report.subscribe", after=after)
    (made,) = await listed(connection, key)
    return made


async def unsubscribe(connection: Connection, me: Principal, key: int) -> bool:
    """End a subscription; False: there is none in sight."""
    if not await stored.unsubscribe(connection, key):
        return False
    await add_history(connection, me.name, "report.unsubscribe", after={"subscription": key})
    return True
