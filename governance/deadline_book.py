"""The book of deadlines of a database, kept by the process until it changes; clocks for many incidents."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from governance.deadlines.calendar import CalendarDay, WorkingCalendar
from governance.deadlines.clock import Clock, Kind, Limit, LocalCalendar
from governance.deadlines.limits import Book, Entry, Stage, stage_of
from governance.deadlines.windows import Windows
from grid_data.database import Connection
from grid_data.deadlines import StoredBook, insert_clocks, read_book, read_revision, read_to_start

__all__ = ["clock_values", "deadline_book", "start_clocks"]

KEPT = 8
"""Books a process keeps: one for each database it works with, and a few of before."""
BATCH = 20_000
"""Incidents whose clocks go to the database in one statement."""

_books: OrderedDict[str, Book] = OrderedDict()


async def deadline_book(connection: Connection, revision: str | None = None) -> Book:
    """The book as it is now: one short question, and the whole book only after a change.

    Parameters
    ----------
    revision
        Where a statement of the same transaction has read it already; then nothing is asked for.
    """
    asked = revision or await read_revision(connection)
    book = _books.get(asked)
    if book is None:
        book = made_book(await read_book(connection))
        _books[book.revision] = book
        while len(_books) > KEPT:
            _books.popitem(last=False)
    return book


def made_book(stored: StoredBook) -> Book:
    """The book of what is stored."""
    zone = ZoneInfo(stored.timezone)
    usual = WorkingCalendar.of(
        (CalendarDay(day, kind, name) for day, kind, name in stored.days), Windows.parse(stored.city_windows)
    )
    # Organisations with the same hours share what is worked out of them.
    shared = {
        text: LocalCalendar(usual.with_windows(Windows.parse(text)), zone)
        for text in {row["windows"] for row in stored.windows}
    }
    entries = [
        Entry(
            Stage(row["stage"]),
            Limit(row["amount"], Kind(row["kind"]), row["warn"]),
            row["category_id"],
            row["condition"],
            row["appeal_kind"],
            row["urgency"],
            row["since"],
            row["until"],
        )
        for row in stored.limits
    ]
    entries += [
        Entry(Stage.TOTAL, Limit.parse(limit), category, from_catalogue=True)
        for category, limit in stored.catalogue
    ]
    return Book(
        revision=stored.revision,
        entries=tuple(entries),
        parents=stored.parents,
        calendar=LocalCalendar(usual, zone),
        calendars={row["organisation_id"]: shared[row["windows"]] for row in stored.windows},
    )


def clock_values(
    book: Book,
    *,
    reported_at: datetime,
    state: str,
    state_since: datetime,
    category_id: int | None,
    appeal_kind: str | None,
    urgency: str | None,
    condition: str | None = None,
    organisation_id: int | None = None,
) -> dict[str, Any]:
    """Columns of ``incident_clock`` but for its incident: total from the report on, stage from its entry."""
    stage = stage_of(state)

    def clock(which: Stage, at: datetime) -> Clock | None:
        return book.clock_at(
            which,
            at,
            category_id=category_id,
            appeal_kind=appeal_kind,
            urgency=urgency,
            condition=condition,
            organisation_id=organisation_id,
        )

    total = clock(Stage.TOTAL, reported_at)
    part = None if stage is None else clock(stage, state_since)
    return {
        "kind": total.kind.value if total else None,
        "started_at": reported_at,
        "due_at": total.due_at if total else None,
        "soon_at": total.soon_at if total else None,
        "stage": stage.value if stage else None,
        "stage_kind": part.kind.value if part else None,
        "stage_started_at": state_since if stage else None,
        "stage_due_at": part.due_at if part else None,
        "stage_soon_at": part.soon_at if part else None,
    }


async def start_clocks(connection: Connection, incident_ids: Sequence[int]) -> int:
    """Give clocks to those of the incidents that are open and have none; returns to how many.

    The total runs from the report on, the stage from when the incident came into its state.
    """
    book = await deadline_book(connection)
    started = 0
    for begin in range(0, len(incident_ids), BATCH):
        waiting = await read_to_start(connection, incident_ids[begin : begin + BATCH])
        clocks = [_of_row(book, row) for row in waiting]
        if clocks:
            started += await insert_clocks(connection, clocks)
    return started


def _of_row(book: Book, row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: row[name] for name in (
        "reported_at", "state", "state_since", "category_id", "appeal_kind", "urgency", "organisation_id",
    )}  # fmt: skip
    return {"incident_id": row["id"], **clock_values(book, **values)}
