"""Rows of a statement in batches, of one moment: a cursor on the server, some thousand rows of it here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncRawServerCursor
from psycopg.rows import tuple_row

from grid_data.database import Connection, Database, HasClaims, ask, execute
from grid_data.exporters.columns import Row
from grid_data.statements import Numbered

__all__ = ["BATCH", "batches", "counted", "snapshot"]

BATCH = 2_000
"""Rows read at once."""


@asynccontextmanager
async def snapshot(database: Database, principal: HasClaims) -> AsyncIterator[Connection]:
    """A transaction that only reads, and sees the same rows however long it takes."""
    async with database.transaction(principal) as connection:
        await execute(connection, "exports/snapshot")
        yield connection


async def counted(
    connection: Connection, statement: Numbered, parameters: Mapping[str, Any]
) -> tuple[int, int]:
    """How many rows there are, and how many of them have a place."""
    row = await (await ask(connection, statement, parameters)).fetchone()
    assert row is not None
    return int(row["rows"]), int(row["placed"])


async def batches(
    connection: Connection, statement: Numbered, parameters: Mapping[str, Any], *, size: int = BATCH
) -> AsyncGenerator[list[Row]]:
    """The rows in batches; the next one is fetched while one is used."""
    cursor: AsyncRawServerCursor[Row] = AsyncRawServerCursor(connection, "export", row_factory=tuple_row)
    values = [parameters[name] for name in statement.names]
    following: asyncio.Task[list[Row]] | None = None
    try:
        await cursor.execute(statement.text, values, binary=True)
        following = asyncio.create_task(cursor.fetchmany(size))
        while rows := await following:
            following = asyncio.create_task(cursor.fetchmany(size))
            yield rows
    finally:
        # Whoever leaves early must not leave a fetch behind on the connection.
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await cursor.close()
