"""The way to the database: one pool, one door.

Every statement of a request runs inside :meth:`Database.transaction`, under a role that owns no table.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from grid_data.statements import sql

Connection = AsyncConnection[DictRow]

SERVING = "-c max_parallel_workers_per_gather=0 -c jit=off"
"""Planner settings for serving: the cost PostGIS states for its functions makes the planner pick a parallel
sequential scan for a small tile, some 25 times slower than the index; jit costs more than it gains."""


class HasClaims(Protocol):
    """Somebody a transaction can run for."""

    def claims(self) -> Mapping[str, str]:
        """Transaction settings that say who it is."""
        ...


class Database:
    """A pool of connections to one GridGov database.

    Parameters
    ----------
    url
        libpq URL or key/value string.
    size
        Most connections to open; about twice the number of cores is enough.
    statement_timeout_s
        A single statement is cancelled after this many seconds.
    """

    def __init__(self, url: str, *, size: int = 8, statement_timeout_s: float = 15.0) -> None:
        timeout_ms = int(statement_timeout_s * 1000)
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs={
                "row_factory": dict_row,
                "options": f"{SERVING} -c statement_timeout={timeout_ms} -c timezone=UTC",
                # Plans pay off at once: the same few statements run all day.
                "prepare_threshold": 1,
            },
            min_size=1,
            max_size=size,
            open=False,
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        """Open the pool; the first connection is made in the background."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self, principal: HasClaims) -> AsyncIterator[Connection]:
        """One transaction for a principal: committed on leaving, rolled back on an exception.

        Raises
        ------
        psycopg_pool.PoolTimeout
            No connection became free in time.
        """
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(sql("session/enter"), {"claims": Jsonb(dict(principal.claims()))})
            yield connection


async def one(
    connection: Connection, key: str, parameters: Mapping[str, Any] | None = None
) -> DictRow | None:
    """First row of a named statement, or None."""
    cursor = await connection.execute(sql(key), parameters)
    return await cursor.fetchone()


async def rows(
    connection: Connection, key: str, parameters: Mapping[str, Any] | None = None
) -> list[DictRow]:
    """All rows of a named statement."""
    cursor = await connection.execute(sql(key), parameters)
    return await cursor.fetchall()


async def run(connection: Connection, key: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Execute a named statement that answers no rows; returns how many rows it changed."""
    cursor = await connection.execute(sql(key), parameters)
    return cursor.rowcount
