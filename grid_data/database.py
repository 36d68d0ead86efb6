"""The way to the database: one pool, one door.

Every statement of a request runs inside :meth:`Database.transaction`, under a role that owns no table and
with the claims of whom it runs for.
"""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from typing import Literal as OneOf
from weakref import WeakKeyDictionary, WeakSet

import orjson
from anyio import CancelScope
from psycopg import AsyncConnection, AsyncCursor, AsyncRawCursor, Error, OperationalError
from psycopg.errors import InvalidSqlStatementName
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

from grid_data.messages import Connection as Connection
from grid_data.messages import call, forget_prepared, send
from grid_data.statements import Numbered, numbered, sql

Plans = OneOf["auto", "generic"]

SERVING = {"max_parallel_workers_per_gather": "0", "jit": "off", "random_page_cost": "1.1"}
"""Planner settings of every serving connection. The cost PostGIS states for its functions makes the planner
pick a parallel sequential scan for a small tile, some 25 times slower than the index; jit costs more than it
gains; with the usual cost of a random page, indexes are turned away that lie in memory.

They are given when a connection opens: settings of a role apply to who logs in, and nobody logs in as
``gridgov_app``, which is entered by ``SET ROLE``."""

SEES_ALL = "gridgov_app"
"""The role that sees every row."""

INTAKE = 3
"""Reports stored at a time. They take turns at one counter row anyhow: more of them only make processes wait
for each other, and leave fewer connections to readers."""

STEPS = 4
"""Steps of cases taken at a time. More would queue for connections, and reports would wait behind them."""


@dataclass(frozen=True)
class Ask:
    """A named statement that goes out with the beginning of a transaction.

    ``everything``: it sees every row, as within `all_rows`.
    """

    key: str | Numbered
    parameters: Mapping[str, Any]
    everything: bool = False


class HasClaims(Protocol):
    """Somebody a transaction can run for."""

    @property
    def database_role(self) -> str:
        """The database role its statements run under; it owns nothing."""
        ...

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
    name
        What the server knows the connections by.

    Attributes
    ----------
    intake
        Held by whoever stores a report; at most `INTAKE` do at a time, in the order of their coming.
    steps
        Held by whoever takes a step of a case; at most `STEPS` do at a time.
    """

    def __init__(
        self, url: str, *, size: int = 8, statement_timeout_s: float = 15.0, name: str = "gridgov"
    ) -> None:
        timeout = {"statement_timeout": str(int(statement_timeout_s * 1000)), "timezone": "UTC"}
        settings = SERVING | timeout
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs={
                "row_factory": dict_row,
                "application_name": name,
                "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
                # Plans pay off at once: the same few statements run all day.
                "prepare_threshold": 0,
                # A transaction begins with the message that says for whom, not with one of its own.
                "autocommit": True,
            },
            min_size=1,
            max_size=size,
            open=False,
            configure=_reads_json_fast,
        )
        self._size = size
        self.intake = Semaphore(INTAKE)
        self.steps = Semaphore(STEPS)

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
        connection, _ = await self._entered(principal, plans, ())
        try:
            async with connection:
                yield connection
        finally:
            await self._pool.putconn(connection)

    @asynccontextmanager
    async def transaction_asking(
        self, principal: HasClaims, key: str, parameters: Mapping[str, Any], *, plans: Plans = "auto"
    ) -> AsyncIterator[tuple[Connection, DictRow | None]]:
        """`transaction`, and the first row of a named statement that went out with its beginning."""
        async with self.transaction_asking_all(principal, [Ask(key, parameters)], plans=plans) as opened:
            connection, (row,) = opened
            yield connection, row

    @asynccontextmanager
    async def transaction_asking_all(
        self, principal: HasClaims, asks: Sequence[Ask], *, plans: Plans = "auto"
    ) -> AsyncIterator[tuple[Connection, list[DictRow | None]]]:
        """The same with several statements, in one message with the beginning; the first row of each."""
        connection, found = await self._entered(principal, plans, asks)
        _calling.add(connection)
        try:
            async with connection:
                yield connection, found
        except BaseException:
            forget_prepared(connection)
            raise
        finally:
            _calling.discard(connection)
            await self._pool.putconn(connection)

    @asynccontextmanager
    async def maintenance(self) -> AsyncIterator[Connection]:
        """A connection with the rights of who logs in, outside of transactions: for work on the schema only.

        Raises
        ------
        psycopg_pool.PoolTimeout
            No connection became free in time.
        """
        async with self._pool.connection() as connection:
            yield connection

    async def _take_back(self, connection: Connection) -> None:
        """A connection whose transaction came to nothing, perhaps because it was told to stop."""
        with CancelScope(shield=True):
            with suppress(Error):
                await connection.rollback()
            await self._pool.putconn(connection)

    async def _entered(
        self, principal: HasClaims, plans: Plans, asks: Sequence[Ask]
    ) -> tuple[Connection, list[DictRow | None]]:
        """A connection in a new transaction; one that broke while it lay in the pool is passed over.

        The first round trip of the transaction tells, so that no other is needed to check a connection. It
        tells as well whether what was prepared is still there.
        """
        passed_over = 0
        while True:
            connection = await self._pool.getconn()
            try:
                if not asks:
                    await enter(connection, principal, plans)
                    return connection, []
                role = principal.database_role
                said = [_beginning(principal, plans)]
                for ask in asks:
                    asked = await call(connection, ask.key, ask.parameters)
                    wider = ask.everything and role != SEES_ALL
                    said += [_going_on(SEES_ALL), asked, _going_on(role)] if wider else [asked]
                _roles[connection] = role
                return connection, await send(connection, b";".join(said))
            except BaseException as problem:
                forget_prepared(connection)
                await self._take_back(connection)
                lost = isinstance(problem, OperationalError) and connection.closed
                forgotten = isinstance(problem, InvalidSqlStatementName)
                passed_over += 1
                if not (lost or forgotten) or passed_over > self._size:
                    raise


@asynccontextmanager
async def all_rows(connection: Connection) -> AsyncIterator[bool]:
    """Within: statements of this transaction see every row; afterwards what its principal sees, as before.

    For what the program itself finds out and nobody is shown as it is: which facility a report is about,
    what a plan moves. Who calls this has asked before, under the principal's own sight, whether they may.
    Yields whether that sight was narrower.
    """
    role = _roles[connection]
    if role == SEES_ALL:
        yield False
        return
    await execute(connection, "session/take_role", {"role": SEES_ALL})
    yield True
    # After an exception the transaction is over, and the role with it.
    await execute(connection, "session/take_role", {"role": role})


async def go_on_as(connection: Connection, principal: HasClaims) -> None:
    """Go on in a transaction with another sight of the same account: role and claims are stated anew."""
    claims = principal.claims()
    await send(connection, _stated("session/go_on", principal.database_role, tuple(claims.items())))
    _roles[connection] = principal.database_role


def is_scoped(connection: Connection) -> bool:
    """Whether the transaction's principal sees only what its claims say."""
    return _roles[connection] != SEES_ALL


async def _reads_json_fast(connection: Connection) -> None:
    set_json_loads(orjson.loads, connection)


async def enter(connection: Connection, principal: HasClaims, plans: Plans = "auto") -> None:
    """Begin a transaction for a principal."""
    _roles[connection] = principal.database_role
    await send(connection, _beginning(principal, plans))


def _beginning(principal: HasClaims, plans: Plans) -> bytes:
    settings = dict(principal.claims())
    if plans == "generic":
        settings["plan_cache_mode"] = "force_generic_plan"
    return _stated("session/enter", principal.database_role, tuple(settings.items()))


def _going_on(role: str) -> bytes:
    return _stated("session/go_on", role, ())


@lru_cache(maxsize=1024)
def _stated(way: str, role: str, settings: tuple[tuple[str, str], ...]) -> bytes:
    """BEGIN or going on, role and settings: statements of one message."""
    claim = SQL(sql("session/claim"))
    stated = [claim.format(name=Identifier(*name.split(".")), value=value) for name, value in settings]
    entered = SQL(sql(way)).format(role=Identifier(role))
    return SQL("; ").join([entered, *stated]).as_bytes()


_calling: WeakSet[Connection] = WeakSet()
"""Connections of which we know that what was prepared is there: their transaction began with a call."""
_roles: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()
"""The role each connection's transaction was entered under."""


async def one(
    connection: Connection, key: str | Numbered, parameters: Mapping[str, Any] | None = None
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

    In a transaction that began by asking it goes to the server in one message with COMMIT, so that what it
    locks is not held while an answer and a COMMIT travel. When this returns, everything is stored durably;
    for more, `enter` begins another transaction.
    """
    if connection not in _calling:
        cursor: AsyncCursor[DictRow] = await execute(connection, key, parameters)
        await connection.commit()
        return await cursor.fetchone()
    try:
        writing = await call(connection, key, parameters or {})
        found = await send(connection, writing + b";" + sql("session/finish").encode())
    except BaseException:
        forget_prepared(connection)
        raise
    return found[0] if found else None


async def execute(
    connection: Connection, key: str | Numbered, parameters: Mapping[str, Any] | None = None
) -> AsyncRawCursor[DictRow]:
    """Execute a named statement, or one that was put together; the answer is in the cursor."""
    statement = numbered(key) if isinstance(key, str) else key
    cursor = AsyncRawCursor(connection, row_factory=connection.row_factory)
    given = parameters or {}
    return await cursor.execute(statement.text, [given[name] for name in statement.names])


async def ask(
    connection: Connection, statement: Numbered, parameters: Mapping[str, Any]
) -> AsyncRawCursor[DictRow]:
    """Execute a statement that is planned for these parameters, and not kept.

    Right where filters that are given or not make different questions of it.
    """
    cursor = AsyncRawCursor(connection, row_factory=connection.row_factory)
    return await cursor.execute(statement.text, [parameters[name] for name in statement.names], prepare=False)
