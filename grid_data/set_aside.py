"""Indexes set aside while very many incidents are stored, and built again afterwards.

Keeping the indexes of many keys and of places takes more than half of what storing a row costs; building them
from all rows at once takes far less. What is set aside is noted in a table first: whatever dies at whatever
moment, the next import, ``gridgov migrate`` or ``gridgov up`` finds the note and builds them (`restore`).

Nobody is stopped: indexes are dropped without a lock that readers would feel, and built two at a time while
nobody else is connected, else one by one beside writers. Meanwhile readers get the same answers, more slowly.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args

import anyio
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from grid_data.database import Connection, Database, HasClaims, one, rows, run
from grid_data.statements import sql

__all__ = [
    "INDEXES",
    "LEAST",
    "MAINTENANCE",
    "Choice",
    "Indexes",
    "choose",
    "is_first",
    "pays",
    "restore",
    "restore_unless_importing",
    "set_aside",
]

Indexes = Literal["auto", "keep", "aside"]
"""What becomes of the dear indexes during a load: decided by what pays, kept, or set aside."""
INDEXES: tuple[str, ...] = get_args(Indexes)

LEAST = 100_000
"""Fewer rows than this are stored in some seconds anyhow."""
_FIRST = 10
MAINTENANCE = "gridgov import"
"""Name under which an import connects, so that it does not take its own connections for somebody else's."""
_PATIENCE = "10s"
_BUILDERS = 2

Told = Callable[[str, int, float], None]
"""Called after each step with its name, how many indexes, and the seconds it took."""


@dataclass(frozen=True)
class Choice:
    """Whether indexes are set aside, and every one, for how many incidents beside how many stored ones."""

    aside: bool
    every: bool
    new: int
    stored: int


def pays(new: int, stored: int) -> bool:
    """Whether building indexes of all rows takes less than entering the new ones.

    A row costs about twice as much entered as built in; so it pays from as many new rows as stored ones.

    >>> pays(1_000_000, 0), pays(1_000_000, 900_000), pays(1_000_000, 3_000_000), pays(20_000, 0)
    (True, True, False, False)
    """
    return new >= max(LEAST, stored)


def is_first(new: int, stored: int) -> bool:
    """Whether so little is stored, beside what comes, that readers miss no index at all.

    >>> is_first(1_000_000, 60_000), is_first(1_000_000, 300_000), is_first(20_000, 0)
    (True, False, False)
    """
    return new >= max(LEAST, _FIRST * stored)


async def choose(connection: Connection, wish: Indexes, new: int) -> Choice:
    """Decide for a load of so many new incidents."""
    row = await one(connection, "set_aside/stored")
    assert row is not None
    stored = int(row["stored"])
    aside = wish == "aside" or (wish == "auto" and pays(new, stored))
    return Choice(aside, aside and is_first(new, stored), new, stored)


async def set_aside(database: Database, *, every: bool = False) -> int:
    """Note the dear indexes, or every one that keeps nothing unique, and drop them; returns how many.

    One that somebody reads with for longer than ten seconds stays, unused, and is built anew as well.
    """
    async with database.maintenance() as connection:
        dear = await rows(connection, "set_aside/dear", {"every": every})
        await run(connection, "set_aside/hold_patience", {"wait": _PATIENCE})
        try:
            for index in dear:
                await run(connection, "set_aside/note", index)
                with suppress(LockNotAvailable):
                    await _do(connection, "set_aside/drop", index["name"])
        finally:
            await run(connection, "set_aside/reset_build")
        return len(dear)


async def restore(database: Database, told: Told | None = None) -> int:
    """Build what is set aside, wherever it was left; returns how many indexes were missing.

    The caller sees to it that no import is under way.
    """
    started = time.perf_counter()
    async with database.maintenance() as connection:
        if not await _is_known(connection):
            return 0
        missing = []
        for index in await rows(connection, "set_aside/noted"):
            if index["whole"]:
                # Noted and not dropped yet, or built and not forgotten yet.
                await run(connection, "set_aside/forget", {"name": index["name"]})
                continue
            if index["there"]:
                await _do(connection, "set_aside/drop", index["name"])
            missing.append(index)
        if not missing:
            return 0
        row = await one(connection, "set_aside/others", {"own": MAINTENANCE})
        assert row is not None
        beside_writers = row["others"] > 0
    left = iter(missing)

    async def builder() -> None:
        async with database.maintenance() as connection:
            workers = "1" if beside_writers else "0"
            await run(connection, "set_aside/prepare_build", {"workers": workers})
            try:
                for index in left:
                    await _build(connection, index, beside_writers=beside_writers)
            finally:
                await run(connection, "set_aside/reset_build")

    try:
        async with anyio.create_task_group() as builders:
            # Beside writers only one index of a table can be built at a time.
            for _ in range(1 if beside_writers else min(_BUILDERS, len(missing))):
                builders.start_soon(builder)
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    if told:
        told("indexes built again", len(missing), time.perf_counter() - started)
    return len(missing)


async def restore_unless_importing(database: Database, principal: HasClaims, told: Told | None = None) -> int:
    """`restore`, unless an import is under way, which does that itself at its end; nothing is waited for."""
    async with database.maintenance() as connection:
        if not await _is_known(connection) or not await rows(connection, "set_aside/any_noted"):
            return 0
    async with database.transaction(principal) as place:
        # The simple protocol leaves no snapshot behind, for which a build beside writers would wait.
        row = await (await place.execute(sql("set_aside/try_alone"), prepare=False)).fetchone()
        assert row is not None
        return await restore(database, told) if row["alone"] else 0


async def _is_known(connection: Connection) -> bool:
    row = await one(connection, "set_aside/known")
    return row is not None and bool(row["known"])


async def _build(connection: Connection, index: dict[str, Any], *, beside_writers: bool) -> None:
    if beside_writers:
        await _do(connection, "set_aside/build_beside_writers", index["name"], index["definition"])
        await run(connection, "set_aside/forget", {"name": index["name"]})
        return
    async with connection.transaction():
        await _do(connection, "set_aside/build", index["name"], index["definition"])
        await run(connection, "set_aside/forget", {"name": index["name"]})


async def _do(connection: Connection, key: str, name: str, definition: str = "") -> None:
    """A statement about an index; the definition is the server's own text."""
    text = SQL(sql(key)).format(name=Identifier(name), definition=SQL(definition))
    await connection.execute(text, prepare=False)
