"""The book of deadlines of a database, kept by the process until it changes."""

from __future__ import annotations

from collections import OrderedDict
from zoneinfo import ZoneInfo

from governance.deadlines.calendar import CalendarDay, WorkingCalendar
from governance.deadlines.clock import Kind, Limit, LocalCalendar
from governance.deadlines.limits import Book, Entry, Stage
from governance.deadlines.windows import Windows
from grid_data.database import Connection
from grid_data.deadlines import StoredBook, read_book, read_revision

__all__ = ["deadline_book", "made_book"]

KEPT = 8
"""Books a process keeps: one for each database it works with, and a few of before."""

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
