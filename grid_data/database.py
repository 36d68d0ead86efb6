"""The way to the database: one pool, one door.

Every statement of a request runs inside :meth:`Database.transaction`, under a role that owns no table.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, Protocol

import orjson
from psycopg import AsyncConnection, AsyncRawCursor, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb, set_json_loads
from psycopg_pool import AsyncConnectionPool

from grid_data.statements import numbered, sql

Connection = AsyncConnection[DictRow]
Plans = Literal["auto", "generic"]

SERVING = {"max_parallel_workers_per_gather": "0", "jit": "off", "random_page_cost": "1.1"}
"""Planner settings of every serving connection. The cost PostGIS states for its functions makes the planner
pick a parallel sequential scan for a small tile, some 25 times slower than the index; jit costs more than it
gains; with the usual cost of a random page, indexes are turned away that lie in memory.

They are given when a connection opens: settings of a role apply to who logs in, and nobody logs in as
``gridgov_app``, which is entered by ``SET ROLE``."""


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
        timeout = {"statement_timeout": str(int(statement_timeout_s * 1000)), "timezone": "UTC"}
        settings = SERVING | timeout
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs={
                "row_factory": dict_row,
                "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
                # Plans pay off at once: the same few statements run all day.
                "prepare_threshold": 0,
            },
            min_size=1,
            max_size=size,
            open=False,
            configure=_reads_json_fast,
        )
        self._size = size

    async def open(self) -> None:
        """Open the pool; the first connection is made in the background."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self, principal: HasClaims, *, plans: Plans = "auto") -> AsyncIterator[Connection]:
        """One transaction for a principal: committed on leaving, rolled back on an exception.

        Parameters
        ----------
        plans
            ``generic``: statements are planned once for all parameters. That is right where every question is
            alike (one place, one incident) and wrong where one may ask for a city and the next for a street.

        Raises
        ------
        psycopg_pool.PoolTimeout
            No connection became free in time.
        """
        connection = await self._entered(principal, plans)
        try:
            async with connection:
                yield connection
        finally:
            await self._pool.putconn(connection)

    async def _entered(self, principal: HasClaims, plans: Plans) -> Connection:
        """A connection in a new transaction; one that broke while it lay in the pool is passed over.

        The first round trip of the transaction tells, so that no other is needed to check a connection.
        """
        passed_over = 0
        while True:
            connection = await self._pool.getconn()
            try:
                await enter(connection, principal, plans)
            except BaseException as problem:
                await self._pool.putconn(connection)
                lost = isinstance(problem, OperationalError) and connection.closed
                passed_over += 1
                if not lost or passed_over > self._size:
                    raise
            else:
                return connection


async def _reads_json_fast(connection: Connection) -> None:
    set_json_loads(orjson.loads, connection)


async def enter(connection: Connection, principal: HasClaims, plans: Plans = "auto") -> None:
    """Begin a transaction for a principal."""
    settings = dict(principal.claims())
    if plans == "generic":
        settings["plan_cache_mode"] = "force_generic_plan"
    await connection.execute(sql("session/enter"), {"claims": Jsonb(settings)})


async def one(
    connection: Connection, key: str, parameters: Mapping[str, Any] | None = None
) -> DictRow | None:
    """First row of a named statement, or None."""
    return await (await execute(connection, key, parameters)).fetchone()


async def rows(
    connection: Connection, key: str, parameters: Mapping[str, Any] | None = None
) -> list[DictRow]:
    """All rows of a named statement."""
    return await (await execute(connection, key, parameters)).fetchall()


async def run(connection: Connection, key: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Execute a named statement that answers no rows; returns how many rows it changed."""
    return (await execute(connection, key, parameters)).rowcount


async def last(
    connection: Connection, key: str, parameters: Mapping[str, Any] | None = None
) -> DictRow | None:
    """First row of the statement that ends a transaction.

    It goes to the server together with COMMIT, so that what it locks is not held while an answer and a COMMIT
    travel. When this returns, everything is stored durably; for more, `enter` begins another transaction.
    """
    async with connection.pipeline():
        cursor = await execute(connection, key, parameters)
        await connection.commit()
    return await cursor.fetchone()


async def execute(
    connection: Connection, key: str, parameters: Mapping[str, Any] | None = None
) -> AsyncRawCursor[DictRow]:
    """Execute a named statement; the answer is in the cursor."""
    statement = numbered(key)
    cursor = AsyncRawCursor(connection, row_factory=connection.row_factory)
    given = parameters or {}
    return await cursor.execute(statement.text, [given[name] for name in statement.names])
