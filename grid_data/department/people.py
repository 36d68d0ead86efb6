"""Posts and people of a department or a zone, and what grids and people bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import DictRow

from grid_data.database import Connection, ask, rows
from grid_data.incidents import IncidentFilter
from grid_data.statements import numbered_with
from grid_data.telephones import ToldWhole

__all__ = [
    "grids_of",
    "handled_by",
    "open_by_grid",
    "posts_now",
    "regions_of",
    "reported_by_grid",
    "zones_below",
]

FILTER = ("filter", "incidents/filter")
Ids = Sequence[int] | None


def _list(ids: Ids) -> list[int] | None:
    return None if ids is None else list(ids)


async def posts_now(
    connection: Connection, *, organisation_ids: Ids, grid_ids: Ids, zone_ids: Ids, whole: ToldWhole
) -> list[DictRow]:
    """Posts of today with their zones and who holds them.

    Parameters
    ----------
    organisation_ids, grid_ids
        Posts of these organisations, and all posts in these grids; None for the first: all that are seen.
    zone_ids
        Only in these zones.
    whole
        Whose telephones are told whole.
    """
    asked = {
        "organisation_ids": _list(organisation_ids),
        "grid_ids": _list(grid_ids) or [],
        "zone_ids": _list(zone_ids),
        **whole.parameters(),
    }
    return list(await rows(connection, "department_people/posts", asked))


async def grids_of(connection: Connection, zone_ids: Ids) -> list[DictRow]:
    """Base grids of today that are, or lie below, some zones by nesting; None: all."""
    return list(await rows(connection, "department_people/grids", {"zone_ids": _list(zone_ids)}))


async def zones_below(connection: Connection, zone_ids: Sequence[int]) -> list[int]:
    """Zones and all that lie below them today by nesting."""
    found = await rows(connection, "department_people/below", {"zone_ids": list(zone_ids)})
    return [row["id"] for row in found]


async def regions_of(connection: Connection, organisation_ids: Sequence[int]) -> list[int]:
    """Regions that organisations govern, and base grids they answer for."""
    asked = {"organisation_ids": list(organisation_ids)}
    return [row["id"] for row in await rows(connection, "department_people/regions", asked)]


async def open_by_grid(connection: Connection, wanted: IncidentFilter) -> list[DictRow]:
    """Open incidents by base grid: grid_id, open, overdue."""
    return await _counted(connection, "open_by_grid", wanted.parameters())


async def reported_by_grid(connection: Connection, wanted: IncidentFilter) -> list[DictRow]:
    """Incidents by base grid: grid_id, n."""
    return await _counted(connection, "reported_by_grid", wanted.parameters())


async def handled_by(connection: Connection, wanted: IncidentFilter) -> list[DictRow]:
    """Incidents by base grid and handler: grid_id, handler, organisation, n."""
    return await _counted(connection, "handled_by", wanted.parameters())


async def _counted(connection: Connection, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
    # One generic plan cannot serve all combinations of filters.
    statement = numbered_with(f"department_people/{name}", FILTER)
    return await (await ask(connection, statement, parameters)).fetchall()
