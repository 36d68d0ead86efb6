"""Who waits for the database is served in the order of coming, and who gives up holds nobody up."""

from __future__ import annotations

import asyncio

from governance.access import VISITOR
from grid_data.database import Database


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
