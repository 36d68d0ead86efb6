"""What other limits or calendars would have meant: tried on cases that have ended, nothing is kept.

Each case is due by the limits that hold now, and by those that would hold after the changes; both are counted
from its report on. A case whose due moment was not the one its limit gave, because it was extended or had
stood still, tells nothing about limits and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field

from governance.access import Principal
from governance.casework.clocks import Subject
from governance.casework.names import Flow
from governance.deadlines.book import deadline_book, made_book
from governance.deadlines.changes import Changes, change_deadlines
from governance.deadlines.limits import Book, Stage
from governance.incidents.answers import Name
from grid_data.database import Connection
from grid_data.deadlines import read_book, read_ended

__all__ = ["MOST", "CategoryTrial", "Trial", "TrialExample", "try_deadlines"]

MOST = 5_000
"""Cases that are tried: the newest."""
LISTED = 12
CLOSE = timedelta(minutes=1)


class CategoryTrial(BaseModel):
    """Cases of a category."""

    category: str
    name: Name
    cases: int
    late_now: int
    late_then: int


class TrialExample(BaseModel):
    """A case that would be late, or on time, only then."""

    number: str
    closed_at: datetime
    due_now: datetime | None
    due_then: datetime | None


class Trial(BaseModel):
    """What the changes would have meant."""

    cases: int
    left_out: Annotated[int, Field(description="Extended, or had stood still.")]
    late_now: Annotated[int, Field(description="By the limits and calendars that hold.")]
    late_then: Annotated[int, Field(description="By those that would hold.")]
    earlier: Annotated[int, Field(description="Would have been due earlier.")]
    later: Annotated[int, Field(description="Would have been due later.")]
    categories: Annotated[list[CategoryTrial], Field(description="Where it makes a difference.")]
    examples: list[TrialExample]


async def try_deadlines(
    connection: Connection, principal: Principal, changes: Changes, *, days: int, seen: str | None = None
) -> Trial:
    """Try changes on the cases that were reported in the last days and have been handled since.

    Raises
    ------
    DeadlinesChanged, DeadlinesRefused
    """
    kept = await deadline_book(connection)
    async with connection.transaction(force_rollback=True):
        await change_deadlines(connection, principal, changes, seen=seen)
        then = _from_now_on(made_book(await read_book(connection)))
    now = _from_now_on(kept)
    counted: list[tuple[Mapping[str, Any], datetime | None, datetime | None]] = []
    left_out = 0
    for row in await read_ended(connection, days, MOST):
        subject = Subject(
            row["category_id"], Flow(row["appeal_kind"]), row["urgency"], row["source"], row["lead_id"],
            row["condition"],
        )  # fmt: skip
        was = _due(kept, subject, row["reported_at"])
        if was is not None and row["due_at"] is not None and abs(row["due_at"] - was) > CLOSE:
            left_out += 1
            continue
        counted.append((row, _due(now, subject, row["reported_at"]), _due(then, subject, row["reported_at"])))
    return _told(counted, left_out)


def _from_now_on(book: Book) -> Book:
    """A book whose present limits have always held."""
    lasting = tuple(replace(entry, since=None) for entry in book.entries if entry.until is None)
    return Book(book.revision, lasting, book.parents, book.calendar, book.calendars)


def _due(book: Book, subject: Subject, began: datetime) -> datetime | None:
    clock = subject.clock(book, Stage.TOTAL, began)
    return clock.due_at if clock else None


def _told(
    counted: Sequence[tuple[Mapping[str, Any], datetime | None, datetime | None]], left_out: int
) -> Trial:
    total = {"late_now": 0, "late_then": 0, "earlier": 0, "later": 0}
    by_category: dict[str, CategoryTrial] = {}
    examples: list[TrialExample] = []
    for row, now, then in counted:
        late_now = now is not None and row["closed_at"] > now
        late_then = then is not None and row["closed_at"] > then
        total["late_now"] += late_now
        total["late_then"] += late_then
        total["earlier"] += then is not None and (now is None or then < now)
        total["later"] += now is not None and (then is None or then > now)
        if now == then:
            continue
        key = row["category"]
        if key not in by_category:
            name = Name(zh=row["name_zh"], en=row["name_en"])
            by_category[key] = CategoryTrial(category=key, name=name, cases=0, late_now=0, late_then=0)
        mine = by_category[key]
        mine.cases += 1
        mine.late_now += late_now
        mine.late_then += late_then
        if late_now != late_then and len(examples) < LISTED:
            examples.append(
                TrialExample(number=row["number"], closed_at=row["closed_at"], due_now=now, due_then=then)
            )
    categories = sorted(
        by_category.values(),
        key=lambda each: (-abs(each.late_then - each.late_now), -each.cases, each.category),
    )
    return Trial(
        cases=len(counted), left_out=left_out, categories=categories[:LISTED], examples=examples, **total
    )
