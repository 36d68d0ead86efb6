"""Watching the clocks: those that are missing are started, who must know of due ones is told.

Whether a case is late is never stored: it follows from its due moment and the clock of the database. What is
stored is that somebody was told, once for each due moment. Pages follow the due moments to the end, so that
no case waits because there are many; each page is a transaction: a worker that dies loses at most one, which
another does again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from governance.access import NIGHTLY, Actor, Role
from governance.casework.clocks import Subject, fresh_clocks
from governance.casework.errors import CaseChanged, StepRefused
from governance.casework.facts import Fields
from governance.casework.names import Action, Flow, State
from governance.casework.storing import Step, take_in
from governance.deadlines.book import deadline_book
from governance.deadlines.limits import Book
from grid_data.database import Connection, Database
from grid_data.deadlines import add_notices, insert_clocks, read_to_start, stop_ended_clocks

__all__ = ["NOTICES", "Watched", "start_clocks", "start_missing_clocks", "watch_clocks"]

NOTICES = ("overdue", "due_soon", "stage_overdue", "stage_due_soon")
"""What somebody is told of: the level above of a late case; who holds it of the rest."""
PROGRAM = Actor(NIGHTLY.name, Role.PROGRAM)
RISE = Step(Action.ESCALATE, fields=Fields(note="超过时限，自动升级 / past its limit: raised by the program"))
TRIES = 5
PAGE = 500
"""Cases of one transaction."""
BATCH = 10_000
"""Clocks started in one statement."""
BEGINNING = (datetime(1, 1, 2, tzinfo=UTC), 0)


@dataclass(frozen=True)
class Watched:
    """How many clocks were started, and how often somebody was told, by kind of notice."""

    started: int
    noticed: Mapping[str, int]


async def start_clocks(connection: Connection, incident_ids: Sequence[int]) -> int:
    """Give clocks to those of the incidents that are open and have none; returns to how many.

    The total runs from the report on, the stage from when the incident came into its state.
    """
    book = await deadline_book(connection)
    started = 0
    for begin in range(0, len(incident_ids), BATCH):
        waiting = await read_to_start(connection, incident_ids[begin : begin + BATCH])
        started += await _start(connection, book, waiting)
    return started


async def start_missing_clocks(connection: Connection) -> int:
    """Give clocks to all open incidents that have none; returns to how many."""
    book = await deadline_book(connection)
    started, after = 0, 0
    while waiting := await read_to_start(connection, after=after, limit=BATCH):
        started += await _start(connection, book, waiting)
        after = waiting[-1]["id"]
    return started


async def _start(connection: Connection, book: Book, waiting: Sequence[Mapping[str, Any]]) -> int:
    clocks = [{"incident_id": row["id"], **_clocks(book, row)} for row in waiting]
    return await insert_clocks(connection, clocks) if clocks else 0


def _clocks(book: Book, row: Mapping[str, Any]) -> dict[str, Any]:
    subject = Subject(
        row["category_id"], Flow(row["appeal_kind"]), row["urgency"], row["source"], row["organisation_id"]
    )
    began, entered = row["reported_at"], row["state_since"]
    values = fresh_clocks(book, subject, State(row["state"]), began=began, entered=entered).values()
    return {**values, "paused_at": row["suspended_at"]}


async def watch_clocks(database: Database, *, escalate: bool = True) -> Watched:
    """Start missing clocks and tell of every due moment nobody was told of; many may do so at once.

    Parameters
    ----------
    escalate
        A late case rises a level, too: community, street, district. Otherwise the level above is told only.
    """
    async with database.transaction(NIGHTLY) as connection:
        started = await start_missing_clocks(connection)
        # A clock may have been started for an incident just when somebody closed it.
        await stop_ended_clocks(connection)
    return Watched(started, {kind: await _tell(database, kind, escalate) for kind in NOTICES})


async def _tell(database: Database, kind: str, escalate: bool) -> int:
    new, after = 0, BEGINNING
    while True:
        async with database.transaction(NIGHTLY) as connection:
            page = await add_notices(connection, kind, NIGHTLY.name, after, PAGE)
            if escalate and page is not None:
                for number in page.rising:
                    await _rise(connection, number)
        if page is None:
            return new
        new, after = new + page.new, page.last


async def _rise(connection: Connection, number: str) -> None:
    """Raise a late case one level, with its notice or not at all; one that ended or stands is left alone.

    Whoever changes it at the same moment goes first: it is read again.
    """
    for attempt in range(1, TRIES + 1):
        try:
            await take_in(connection, PROGRAM, number, RISE)
            return
        except StepRefused:
            return
        except CaseChanged:
            if attempt == TRIES:
                raise
