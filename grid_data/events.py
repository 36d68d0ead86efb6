"""The history as a stream: what was added since a cursor, and a connection that is told of additions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from grid_data.database import SERVING, Connection, HasClaims, enter, execute, one, rows
from grid_data.event_cursor import Cursor, Ledger

__all__ = [
    "LIMIT",
    "WINDOW",
    "Event",
    "Listener",
    "entries_in_sight",
    "entries_since",
    "history_stand",
    "look",
]

LIMIT = 1_000
"""Most entries read at once. Whoever is further behind reads everything anew: that is cheaper."""
WINDOW = 10_000
"""Numbers below the highest one among which a reader that begins looks for missing ones."""
KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""Seconds (the last: milliseconds) after which a connection over a dead network counts as lost."""


@dataclass(frozen=True)
class Event:
    """An entry of the history for whoever watches: no texts, no contact data.

    Attributes
    ----------
    incident, plan
        Number and code of what it is about.
    state, urgency, lead, place, category, base_grid
        Of the incident, as they are when the event is read; ``place`` is longitude and latitude (EPSG:4326).
    """

    seq: int
    at: datetime
    by: str
    action: str
    incident: str | None
    plan: str | None
    state: str | None
    urgency: str | None
    lead: str | None
    place: tuple[float, float] | None
    category: str | None
    base_grid: str | None


async def entries_since(connection: Connection, cursor: Cursor) -> list[Event] | None:
    """What the cursor does not know, in the order of numbers; None when it is more than `LIMIT`."""
    found = await rows(
        connection,
        "events/since",
        {
            "high": cursor.high,
            "firsts": [first for first, _ in cursor.missing],
            "lasts": [last for _, last in cursor.missing],
        },
    )
    return [_event(row) for row in found] if len(found) <= LIMIT else None


def _event(row: dict[str, Any]) -> Event:
    lon, lat = row.pop("lon"), row.pop("lat")
    return Event(place=None if lon is None else (lon, lat), **row)


async def entries_in_sight(connection: Connection, numbers: Sequence[int]) -> frozenset[int]:
    """Of some entries those that are about what the transaction's principal sees."""
    found = await rows(connection, "events/in_sight", {"numbers": list(numbers)})
    return frozenset(row["seq"] for row in found)


async def history_stand(connection: Connection) -> Ledger:
    """Where somebody begins who reads from now on."""
    row = await one(connection, "events/stand", {"window": WINDOW})
    assert row is not None
    return Ledger(row["high"], [(first, last) for first, last in row["missing"]])


async def look(connection: Connection, ledger: Ledger) -> list[Event] | None:
    """What the ledger has not seen yet; it knows it from now on.

    None when that is more than `LIMIT`: the ledger stays as it was, and the reader begins anew.
    """
    # In this order: see `Ledger`.
    last = await one(connection, "events/drawn")
    assert last is not None
    ledger.drawn(last["drawn"])
    if ledger.quiet:
        return []
    found = await entries_since(connection, ledger.cursor)
    if found is None:
        return None
    ledger.came(event.seq for event in found)
    if not ledger.quiet:
        row = await one(connection, "events/writers")
        assert row is not None
        ledger.open_writers(frozenset(row["writers"]))
    return found


class Listener:
    """A connection of its own that is told of every commit to the history, and reads there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str) -> AsyncIterator[Listener]:
        """Connect and listen.

        Raises
        ------
        psycopg.OperationalError
            There is no database; also later, from every method, when it goes away.
        """
        settings = SERVING | {"statement_timeout": "15000", "timezone": "UTC"}
        connection = await AsyncConnection[Any].connect(
            url,
            row_factory=dict_row,
            autocommit=True,
            prepare_threshold=0,
            connect_timeout=5,
            application_name="gridgov events",
            options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
            **KEEPALIVE,
        )
        async with connection:
            await execute(connection, "events/listen")
            yield cls(connection)

    async def told(self, patience_s: float) -> bool:
        """Wait until something was committed, at most for so many seconds; whether something was."""
        heard = False
        # Several notices of one packet are one reason to look.
        async for _ in self._connection.notifies(timeout=patience_s, stop_after=1):
            heard = True
        return heard

    @asynccontextmanager
    async def transaction(self, principal: HasClaims) -> AsyncIterator[Connection]:
        """A transaction for a principal, under the same rights as that of a request."""
        await enter(self._connection, principal)
        try:
            yield self._connection
        except BaseException:
            await self._connection.rollback()
            raise
        await self._connection.commit()
