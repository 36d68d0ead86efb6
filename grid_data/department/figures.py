"""What departments ask about their incidents: counts, course, hours, places that come again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow

from grid_data.database import Connection, ask
from grid_data.incidents import IncidentFilter
from grid_data.statements import numbered_with

__all__ = [
    "by_category",
    "by_class",
    "by_hour",
    "by_step",
    "done_by_step",
    "open_by_class",
    "repeat_places",
]

FILTER = ("filter", "incidents/filter")
ANYWHERE = ("within", "zone_query/anywhere")


async def _rows(connection: Connection, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
    # One generic plan cannot serve all combinations of filters.
    cursor = await ask(connection, numbered_with(f"department/{name}", ANYWHERE, FILTER), parameters)
    return await cursor.fetchall()


async def open_by_class(connection: Connection, wanted: IncidentFilter) -> list[DictRow]:
    """Open incidents by family (``part`` 1), by urgency (2) and all (3), with what is due soon or late."""
    return await _rows(connection, "summary", wanted.parameters())


async def by_class(connection: Connection, wanted: IncidentFilter) -> list[DictRow]:
    """Incidents by family of categories: key, names, n."""
    return await _rows(connection, "by_class", wanted.parameters())


async def by_step(
    connection: Connection, wanted: IncidentFilter, bounds: Sequence[datetime]
) -> list[DictRow]:
    """Incidents by the step in which they were reported: step (1 is from the first bound on), n, late."""
    return await _rows(connection, "trend", wanted.parameters() | {"bounds": list(bounds)})


async def done_by_step(
    connection: Connection, wanted: IncidentFilter, bounds: Sequence[datetime], until: datetime
) -> list[DictRow]:
    """What was reported done or closed, by the step in which that was: step, handled, closed.

    When they were reported does not matter here.
    """
    whenever = replace(wanted, from_time=None, to_time=None)
    asked = {"bounds": list(bounds), "since": bounds[0], "until": until}
    return await _rows(connection, "trend_done", whenever.parameters() | asked)


async def by_category(connection: Connection, wanted: IncidentFilter, since: datetime) -> list[DictRow]:
    """Incidents by category since a moment (n, open, overdue) and before it (before), most first."""
    return await _rows(connection, "categories", wanted.parameters() | {"since": since})


async def by_hour(connection: Connection, wanted: IncidentFilter, timezone: str) -> list[DictRow]:
    """Incidents by weekday (Monday is 0) and hour of a time zone: day, hour, n; empty hours are left out."""
    return await _rows(connection, "hours", wanted.parameters() | {"timezone": timezone})


async def repeat_places(
    connection: Connection, wanted: IncidentFilter, *, least: int, metres: float, limit: int
) -> list[DictRow]:
    """Places with at least so many incidents of one category, most first.

    Two incidents are of one place when they lie within ``metres`` of each other in the metric system, or are
    linked by others that do.
    """
    asked = {"least": least, "metres": metres, "limit": limit}
    return await _rows(connection, "repeat_places", wanted.parameters() | asked)
