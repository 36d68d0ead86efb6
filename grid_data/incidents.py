"""Lists of incidents: filters and paging by key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from psycopg.rows import DictRow
from psycopg.types.json import Json

from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection, ask
from grid_data.patterns import containing, starting
from grid_data.statements import numbered_with

__all__ = [
    "QUEUES",
    "Counted",
    "IncidentFilter",
    "IncidentPage",
    "Order",
    "Position",
    "Queue",
    "incidents_page",
]

Order = Literal["newest", "due"]
Part = Literal["newest", "due", "without_clock"]
PARTS: Mapping[Order, tuple[Part, ...]] = {"newest": ("newest",), "due": ("due", "without_clock")}
Queue = Literal["unrouted", "distrusted", "direct_report", "objection", "unassigned"]
QUEUES: tuple[Queue, ...] = get_args(Queue)
Item = TypeVar("Item")
# Of a figure: the filter beside a condition that the planner may make a join of.
COUNTED = {
    False: (("filter", "incidents/filter"),),
    True: (
        ("filter", "rankings/counted"),
        ("closed_then", "rankings/closed_then"),
        ("filtered", "incidents/filter"),
    ),
}
NUMBER = re.compile(r"[0-9]{6,}")


@dataclass(frozen=True)
class Counted:
    """Those that one figure of a ranking counts: which one, of which days, and the moment at their end."""

    figure: str
    first: date
    last: date
    stop: datetime


@dataclass(frozen=True)
class IncidentFilter:
    """What to list; None does not filter.

    ``text`` is the beginning of an incident number (six digits or more) or else part of an address.
    ``area`` is EWKT in EPSG:4326. The time span is half open, on the report time. ``clocks`` are states
    of the clock now, ``levels`` who holds the case, ``queue`` what it waits for at the sorting desk,
    ``counted`` those behind a number of a ranking. ``has_duplicates``: others were merged into it.
    ``zone_ids``: in any of these zones. ``concerned_ids``:
    responsible, or has or had a work order. ``handled_from``, ``handled_to``: the work was reported done in
    this span, half open.
    """

    zone_id: int | None = None
    organisation_ids: Sequence[int] | None = None
    category_ids: Sequence[int] | None = None
    states: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None
    area: str | None = None
    located: bool | None = None
    problems: Sequence[str] | None = None
    text: str | None = None
    urgency: str | None = None
    clocks: Sequence[str] | None = None
    levels: Sequence[str] | None = None
    supervised: bool = False
    has_duplicates: bool = False
    zone_ids: Sequence[int] | None = None
    concerned_ids: Sequence[int] | None = None
    sent_back: bool = False
    reworked: bool = False
    handled_from: datetime | None = None
    handled_to: datetime | None = None
    queue: Queue | None = None
    counted: Counted | None = None

    @property
    def only_open(self) -> bool:
        """Whether nothing that is closed can be meant."""
        return (self.states is not None and set(self.states) <= set(OPEN_STATES)) or bool(
            self.clocks or self.queue
        )

    def parameters(self) -> dict[str, Any]:
        """What the statement ``incidents/filter`` wants to know."""
        # Two questions, never both at once: together no index answers them well.
        is_number = self.text is not None and NUMBER.fullmatch(self.text) is not None
        # Most of what is looked for has no capitals; comparing without them in mind takes a third of it.
        within = containing(self.text) if self.text and not is_number else None
        has_case = within is not None and within.lower() != within.upper()
        first, last_day = days_of_number(self.text) if self.text and is_number else (None, None)
        return {
            "zone_id": self.zone_id,
            "organisation_ids": _list(self.organisation_ids),
            "category_ids": _list(self.category_ids),
            # All open ones are told by one column: two conditions that mean the same mislead the planner.
            "states": None if self.states and set(self.states) == set(OPEN_STATES) else _list(self.states),
            "only_open": self.only_open,
            "sources": _list(self.sources),
            "urgency": self.urgency,
            "from_time": self.from_time,
            "to_time": self.to_time,
            "area": self.area,
            "located": self.located,
            "problems": _list(self.problems),
            "number": starting(self.text) if self.text and is_number else None,
            "number_from": first,
            "number_to": last_day,
            "address": within if has_case else None,
            "address_as_told": None if has_case else within,
            "clocks": _list(self.clocks),
            "levels": _list(self.levels),
            "supervised": self.supervised,
            "has_duplicates": self.has_duplicates,
            "zone_ids": _list(self.zone_ids),
            "concerned_ids": _list(self.concerned_ids),
            "sent_back": self.sent_back,
            "reworked": self.reworked,
            "handled_from": self.handled_from,
            "handled_to": self.handled_to,
            "queue": self.queue,
            "counted": self.counted and self.counted.figure,
            "counted_first": self.counted and self.counted.first,
            "counted_last": self.counted and self.counted.last,
            "counted_stop": self.counted and self.counted.stop,
        }


class Position(NamedTuple):
    """Where a page ended: in which part of the order, and the key there. ``at`` is a moment as text."""

    part: Part
    at: str
    id: int


@dataclass(frozen=True)
class IncidentPage:
    """Items as JSON texts, and where they ended when more follow."""

    items: list[str]
    last: Position | None


async def incidents_page(
    connection: Connection,
    wanted: IncidentFilter,
    problem_words: Mapping[str, Mapping[str, str]],
    *,
    order: Order = "newest",
    after: Position | None,
    limit: int,
) -> IncidentPage:
    """Incidents in an order, from the one after ``after`` on; place problems are put into words per code.

    Parameters
    ----------
    order
        ``newest``: by the time of the report. ``due``: open ones only, the one that is due first at the top,
        those without a limit or with a clock that stands at the end.
    """
    known = wanted.parameters() | {"problem_words": Json(dict(problem_words))}
    known["only_open"] |= order == "due" or (after is not None and after.part != "newest")
    parts = PARTS[order]
    if after is not None:
        # The order is that of the page before.
        parts = next(each for each in PARTS.values() if after.part in each)
        parts = parts[parts.index(after.part) :]
    found: list[tuple[Part, DictRow]] = []
    for part in parts:
        here = after if after is not None and after.part == part else None
        asked = {"after_at": here and here.at, "after_id": here and here.id, "limit": limit - len(found)}
        found += [(part, row) for row in await _rows(connection, part, known | asked)]
        if len(found) > limit:
            break
    last = None
    if len(found) > limit:
        part, row = found[limit - 1]
        at = row["due_order"] if part == "due" else row["reported_at"].isoformat(timespec="microseconds")
        last = Position(part, at, row["id"])
    return IncidentPage([row["item"] for _, row in found[:limit]], last)


async def _rows(connection: Connection, part: str, parameters: Mapping[str, Any]) -> list[DictRow]:
    statement = numbered_with(
        "incidents/page",
        ("chosen", f"incidents/{part}"),
        *COUNTED[parameters["counted"] is not None],
    )
    # One generic plan cannot serve all combinations of filters.
    return await (await ask(connection, statement, parameters)).fetchall()


def days_of_number(prefix: str) -> tuple[datetime | None, datetime | None]:
    """The time in which incidents were reported whose number starts like this.

    A number holds the day of the report after six digits of district: knowing the time, the list need not be
    walked from its newest end. A day is added on both sides, for every time zone.

    >>> [str(moment)[:10] for moment in days_of_number("370212202502")]
    ['2025-01-31', '2025-03-02']
    """
    day = prefix[6:14]
    try:
        if len(day) == 8:
            first = last = date.fromisoformat(day)
        elif len(day) >= 6:
            first = date(int(day[:4]), int(day[4:6]), 1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        elif len(day) >= 4:
            first, last = date(int(day[:4]), 1, 1), date(int(day[:4]), 12, 31)
        else:
            return None, None
        begin = datetime.combine(first, time(), UTC) - timedelta(days=1)
        return begin, datetime.combine(last, time(), UTC) + timedelta(days=2)
    except (ValueError, OverflowError):
        # No such day: nothing has this number, and looking for it costs little.
        return None, None


def _list(values: Sequence[Item] | None) -> list[Item] | None:
    return None if values is None else list(values)
