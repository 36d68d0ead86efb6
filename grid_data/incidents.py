"""Lists of incidents: filters and paging by key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from psycopg.types.json import Json

from grid_data.database import Connection
from grid_data.patterns import containing, starting
from grid_data.statements import sql
from grid_data.tables.incidents import OPEN_STATES

__all__ = ["IncidentFilter", "IncidentPage", "incidents_page"]

Item = TypeVar("Item")
NUMBER = re.compile(r"[0-9]{6,}")


@dataclass(frozen=True)
class IncidentFilter:
    """What to list; None does not filter.

    ``text`` is the beginning of an incident number (six digits or more) or else part of an address.
    ``area`` is EWKT in EPSG:4326. The time span is half open, on the time of the report.
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


@dataclass(frozen=True)
class IncidentPage:
    """Items as JSON texts, and time and key of the last one when more follow."""

    items: list[str]
    last: tuple[datetime, int] | None


async def incidents_page(
    connection: Connection,
    wanted: IncidentFilter,
    problem_words: Mapping[str, Mapping[str, str]],
    *,
    after: tuple[datetime, int] | None,
    limit: int,
) -> IncidentPage:
    """Newest first, from the one after ``after`` on; place problems are put into words per code."""
    # Two questions, never both at once: together no index answers them well.
    is_number = wanted.text is not None and NUMBER.fullmatch(wanted.text) is not None
    # Most of what is looked for has no capitals; comparing without them in mind takes a third of the time.
    within = containing(wanted.text) if wanted.text and not is_number else None
    has_case = within is not None and within.lower() != within.upper()
    first, last_day = days_of_number(wanted.text) if wanted.text and is_number else (None, None)
    cursor = await connection.execute(
        sql("incidents/page"),
        {
            "zone_id": wanted.zone_id,
            "organisation_ids": _list(wanted.organisation_ids),
            "category_ids": _list(wanted.category_ids),
            "states": _list(wanted.states),
            "only_open": wanted.states is not None and set(wanted.states) <= set(OPEN_STATES),
            "sources": _list(wanted.sources),
            "from_time": wanted.from_time,
            "to_time": wanted.to_time,
            "area": wanted.area,
            "located": wanted.located,
            "problems": _list(wanted.problems),
            "problem_words": Json(dict(problem_words)),
            "number": starting(wanted.text) if wanted.text and is_number else None,
            "number_from": first,
            "number_to": last_day,
            "address": containing(wanted.text) if wanted.text and not is_number and has_case else None,
            "address_as_told": containing(wanted.text)
            if wanted.text and not is_number and not has_case
            else None,
            "after_at": after[0] if after else None,
            "after_id": after[1] if after else None,
            "limit": limit,
        },
        # One generic plan cannot serve all combinations of filters.
        prepare=False,
    )
    found = await cursor.fetchall()
    shown = found[:limit]
    last = (shown[-1]["reported_at"], shown[-1]["id"]) if len(found) > limit else None
    return IncidentPage([row["item"] for row in shown], last)


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
