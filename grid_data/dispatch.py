"""What dispatchers ask about open incidents: counts, times, the map, what waits at a desk, what is near."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from grid_data.city import city_timezone
from grid_data.database import Connection, ask, one, rows
from grid_data.incidents import IncidentFilter
from grid_data.statements import numbered_with
from grid_data.telephones import ToldWhole
from grid_data.tiles import CLUSTERS_UP_TO, Address

__all__ = [
    "IncidentPlace",
    "QueueCounts",
    "histogram",
    "history_edition",
    "incident_place",
    "incidents_near",
    "open_tile",
    "posts_of",
    "queue_counts",
    "summary",
]

TOP = 20
"""Organisations that a summary names."""
NEAR = 100
"""Most incidents that are told as near."""
FILTER = ("filter", "incidents/filter")


@dataclass(frozen=True)
class QueueCounts:
    """How many open incidents wait for somebody at a desk, by what for; and how many are due soon."""

    unrouted: int
    distrusted: int
    direct_report: int
    objection: int
    unassigned: int
    near_due: int


async def summary(connection: Connection, wanted: IncidentFilter) -> str:
    """Open incidents that a filter means, counted, as JSON text."""
    return await _document(connection, "dispatch/summary", wanted.parameters() | {"top": TOP})


async def queue_counts(connection: Connection) -> QueueCounts:
    """What waits at the desks of the whole city."""
    row = await one(connection, "dispatch/queue")
    assert row is not None
    return QueueCounts(**row)


async def histogram(
    connection: Connection,
    wanted: IncidentFilter,
    bucket: Literal["hour", "day"],
    since: datetime,
    until: datetime,
) -> str:
    """Open incidents that a filter means, by when they were reported, as a JSON list."""
    zone = await city_timezone(connection)
    parameters = {"bucket": bucket, "timezone": zone, "from_time": since, "to_time": until}
    return await _document(connection, "dispatch/histogram", wanted.parameters() | parameters)


async def _document(connection: Connection, key: str, parameters: Mapping[str, Any]) -> str:
    # One generic plan cannot serve all combinations of filters.
    row = await (await ask(connection, numbered_with(key, FILTER), parameters)).fetchone()
    assert row is not None
    document: str = row["document"]
    return document


async def open_tile(connection: Connection, wanted: IncidentFilter, address: Address) -> bytes:
    """Open incidents that a filter means, as a vector tile; empty when there are none."""
    parameters = wanted.parameters() | address.parameters()
    key = "dispatch/points"
    if address.z <= CLUSTERS_UP_TO:
        key, parameters = "dispatch/clusters", parameters | address.cells()
    row = await (await ask(connection, numbered_with(key, FILTER), parameters)).fetchone()
    return bytes(row["tile"]) if row is not None and row["tile"] is not None else b""


async def history_edition(connection: Connection) -> str:
    """Changes with everything that is recorded."""
    row = await one(connection, "tiles/history_edition")
    assert row is not None
    edition: str = row["edition"]
    return edition


@dataclass(frozen=True)
class IncidentPlace:
    """Key and zones of an incident; without a believed place it is in none."""

    id: int
    base_grid_id: int | None
    zone_ids: list[int]
    located: bool


async def incident_place(connection: Connection, number: str) -> IncidentPlace | None:
    """Where the incident of this number is."""
    row = await one(connection, "dispatch/incident_place", {"number": number})
    return None if row is None else IncidentPlace(**row)


async def incidents_near(connection: Connection, incident_id: int, metres: float) -> list[str]:
    """Open incidents within so many metres of one, nearest first, as JSON texts; at most `NEAR`."""
    parameters = {"incident_id": incident_id, "metres": metres, "limit": NEAR}
    return [row["item"] for row in await rows(connection, "dispatch/near", parameters)]


async def posts_of(connection: Connection, place: IncidentPlace, *, whole: ToldWhole) -> list[str]:
    """Who has a post where an incident is, its base grid first, as JSON texts; telephones whole or masked."""
    found = await rows(connection, "dispatch/posts", {"zone_ids": place.zone_ids, **whole.parameters()})
    return [row["item"] for row in found]
