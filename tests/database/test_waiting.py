"""Who waits for the database is served in the order of coming, and who gives up holds nobody up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from governance.access import VISITOR
from grid_data import database as database_module
from grid_data.database import Connection, Database
from grid_data.messages import send


async def test_whoever_waits_is_served_in_turn(empty_database: str, anyio_backend: str) -> None:
    database = Database(empty_database, size=1)
    await database.open()
    served: list[int] = []

    async def ask(number: int) -> None:
        async with database.transaction(VISITOR):
            served.append(number)
            await asyncio.sleep(0)

    async def impatient() -> None:
        async with asyncio.timeout(0.05), database.transaction(VISITOR):
            served.append(-1)

    try:
        async with database.transaction(VISITOR):
            waiting = []
            for number in range(5):
                waiting.append(asyncio.ensure_future(ask(number)))
                await asyncio.sleep(0.01)
                if number == 2:
                    waiting.append(asyncio.ensure_future(impatient()))
            await asyncio.sleep(0.1)
        ends = await asyncio.gather(*waiting, return_exceptions=True)
    finally:
        await database.close()
    assert served == [0, 1, 2, 3, 4]
    assert [type(end) for end in ends if end is not None] == [TimeoutError]


Giving = Callable[[], Coroutine[Any, Any, None]]


async def _cancelled() -> None:
    raise asyncio.CancelledError


async def _scope_ends() -> None:
    await anyio.sleep(60)


@pytest.mark.parametrize("given_up", [_cancelled, _scope_ends])
async def test_a_transaction_given_up_as_it_begins_leaves_its_connection_in_order(
    empty_database: str,
    anyio_backend: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    given_up: Giving,
) -> None:
    """A worker is told to stop at any moment; the pool has nothing to say of it."""

    async def begun(connection: Connection, message: bytes) -> None:
        await send(connection, message)
        await given_up()

    database = Database(empty_database, size=1)
    await database.open()
    try:
        with monkeypatch.context() as patched:
            patched.setattr(database_module, "send", begun)
            with anyio.move_on_after(0.2), pytest.raises(asyncio.CancelledError):
                async with database.transaction(VISITOR):
                    pass
        async with database.transaction(VISITOR) as connection:
            await connection.execute("SELECT 1")
    finally:
        await database.close()
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []
