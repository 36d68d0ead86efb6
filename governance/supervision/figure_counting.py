"""Keeping figures fresh: what was marked is counted again, by the worker and by whoever asks.

Marks are written with the change they tell of, and go with the count that heeds them: whoever is killed loses
nothing and counts nothing twice.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

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
    """Count all that is marked, or leave it to another who does; how many incidents were counted.

    What is marked meanwhile waits for the next time: while reports come in there are always a few new marks,
    and a part of a few takes nearly as long as one of hundreds.
    """
    counted, more = 0, True
    while more and (part := await count_part(database, BATCH)) is not None:
        counted += part.incidents
        more = part.more
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


@dataclass(frozen=True)
class Part:
    """How many incidents were counted, and whether marks were left that had been there before."""

    incidents: int
    more: bool


async def count_part(database: Database, most: int) -> Part | None:
    """Count up to so many incidents; None: there is nothing to count, or another counts."""
    async with database.transaction(NIGHTLY) as connection:
        marks = await oldest_marks(connection, MARKS)
        if not marks or not await take_turn(connection):
            return None
        # Read again: whoever had the turn before may have counted some of them.
        runs, done = list[Run](), list[int]()
        room = most
        marks = await oldest_marks(connection, MARKS)
        more = len(marks) == MARKS
        for mark in marks:
            if mark.length > room:
                more = True
                if not runs:
                    runs.append(Run(mark.id, mark.first_id, mark.first_id + room - 1))
                    await shorten_mark(connection, mark.id, mark.first_id + room)
                break
            runs.append(mark)
            done.append(mark.id)
            room -= mark.length
        return Part(await count_again(connection, runs, done), more) if runs else None
