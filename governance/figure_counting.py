"""Keeping figures fresh: what was marked is counted again, by the worker and by whoever asks.

Marks are written with the change they tell of, and go with the count that heeds them: whoever is killed loses
nothing and counts nothing twice.
"""

from __future__ import annotations

import asyncio
import time

from governance.access import NIGHTLY
from grid_data.database import Database
from grid_data.figures import Freshness, Run, count_again, freshness, oldest_marks, shorten_mark, take_turn

__all__ = ["BATCH", "count_all", "count_for_question", "count_part"]

BATCH = 20_000
"""Incidents counted in one transaction."""
MARKS = 5_000
QUESTION_BATCH = 2_000
PATIENCE_S = 1.0
"""How long a question waits for fresh figures; then it is told how old they are."""
TURN_S = 0.05


async def count_all(database: Database) -> int:
    """Count until no mark is left, or another does; how many incidents were counted."""
    counted = 0
    while (some := await count_part(database, BATCH)) is not None:
        counted += some
    return counted


async def count_for_question(database: Database, patience_s: float = PATIENCE_S) -> Freshness:
    """Count what waits, for a moment: what changed just now is in the answer, not all of a large import.

    Returns how fresh the figures are then.
    """
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if await count_part(database, QUESTION_BATCH) is None:
            state = await _freshness(database)
            if not state.waiting:
                return state
            await asyncio.sleep(TURN_S)
    return await _freshness(database)


async def _freshness(database: Database) -> Freshness:
    async with database.transaction(NIGHTLY) as connection:
        return await freshness(connection)


async def count_part(database: Database, most: int) -> int | None:
    """Count up to so many incidents; None: there is nothing to count, or another counts."""
    async with database.transaction(NIGHTLY) as connection:
        marks = await oldest_marks(connection, MARKS)
        if not marks or not await take_turn(connection):
            return None
        # Read again: whoever had the turn before may have counted some of them.
        runs, done = list[Run](), list[int]()
        room = most
        for mark in await oldest_marks(connection, MARKS):
            if mark.length > room:
                if not runs:
                    runs.append(Run(mark.id, mark.first_id, mark.first_id + room - 1))
                    await shorten_mark(connection, mark.id, mark.first_id + room)
                break
            runs.append(mark)
            done.append(mark.id)
            room -= mark.length
        return await count_again(connection, runs, done) if runs else None
