"""Lists of incidents: filters and paging by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from grid_data.database import Connection
from grid_data.patterns import containing, starting
from grid_data.statements import sql

__all__ = ["IncidentFilter", "IncidentPage", "incidents_page"]

Item = TypeVar("Item")


@dataclass(frozen=True)
class IncidentFilter:
    """What to list; None does not filter.

    ``text`` is the beginning of an incident number or part of an address. ``area`` is EWKT in EPSG:4326.
    The time span is half open, on the time of the report.
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
    text: str | None = None


@dataclass(frozen=True)
class IncidentPage:
    """Items as JSON texts, and time and key of the last one when more follow."""

    items: list[str]
    last: tuple[datetime, int] | None


async def incidents_page(
    connection: Connection, wanted: IncidentFilter, *, after: tuple[datetime, int] | None, limit: int
) -> IncidentPage:
    """Newest first, from the one after ``after`` on."""
    cursor = await connection.execute(
        sql("incidents/page"),
        {
            "zone_id": wanted.zone_id,
            "organisation_ids": _list(wanted.organisation_ids),
            "category_ids": _list(wanted.category_ids),
            "states": _list(wanted.states),
            "sources": _list(wanted.sources),
            "from_time": wanted.from_time,
            "to_time": wanted.to_time,
            "area": wanted.area,
            "located": wanted.located,
            "prefix": starting(wanted.text) if wanted.text else None,
            "pattern": containing(wanted.text) if wanted.text else None,
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


def _list(values: Sequence[Item] | None) -> list[Item] | None:
    return None if values is None else list(values)
