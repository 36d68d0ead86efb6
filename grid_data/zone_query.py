"""What is in an area: incidents, facilities, households, base grids; by cells of a shape or by zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg.rows import DictRow

from gis.area_cells import AreaCells
from grid_data.database import Connection, ask, one, rows
from grid_data.incidents import IncidentFilter
from grid_data.statements import Numbered, numbered_with

__all__ = [
    "InArea",
    "category_families",
    "count_by_hour",
    "count_facilities",
    "count_households",
    "count_incidents",
    "count_overdue",
    "facility_shape",
    "first_report",
    "grids_below",
    "grids_near",
    "repeat_places_in",
    "road_shapes",
    "zones_named",
]

Objects = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class InArea:
    """Where something is asked about: a shape (EPSG:4326) cut into cells, or else zones by key."""

    shape: Any | None = None
    cells: AreaCells | None = None
    zones: Sequence[int] = ()

    @classmethod
    def of_shape(cls, shape: Any) -> InArea:
        """A polygon or multipolygon, EPSG:4326, on the lattice."""
        return cls(shape, AreaCells.of(shape))

    def parameters(self) -> dict[str, Any]:
        """What the statements want to know."""
        if self.cells is None:
            return {"zones": list(self.zones)}
        text = shapely.to_wkb(shapely.set_srid(self.shape, 4326), hex=True, include_srid=True)
        return self.cells.parameters() | {"shape": text}

    @property
    def way(self) -> str:
        """The statement that stands for the incidents in it."""
        return "zone_query/anywhere" if self.cells is None else "zone_query/in_cells"


async def _of_incidents(
    connection: Connection, name: str, area: InArea, wanted: IncidentFilter, more: Mapping[str, Any]
) -> list[DictRow]:
    statement = numbered_with(name, ("within", area.way), ("filter", "incidents/filter"))
    return await _found(connection, area, statement, {**wanted.parameters(), **area.parameters(), **more})


async def _found(
    connection: Connection, area: InArea, statement: Numbered, parameters: Mapping[str, Any]
) -> list[DictRow]:
    if area.cells is not None:
        await one(connection, "zone_query/by_place", {"bitmaps": "off"})
    # An area may be a yard or half the city: planned anew.
    found = await (await ask(connection, statement, parameters)).fetchall()
    if area.cells is not None:
        await one(connection, "zone_query/by_place", {"bitmaps": "on"})
    return found


async def count_incidents(
    connection: Connection, area: InArea, wanted: IncidentFilter, bounds: Sequence[datetime]
) -> list[DictRow]:
    """Incidents of an area by category, state and source (``part`` 3), by base grid (1) and by step (2)."""
    return await _of_incidents(connection, "zone_query/counted", area, wanted, {"bounds": list(bounds)})


async def count_overdue(connection: Connection, area: InArea, wanted: IncidentFilter) -> int:
    """Open incidents of an area that are late now."""
    (row,) = await _of_incidents(connection, "zone_query/overdue", area, wanted, {})
    return int(row["n"])


async def count_by_hour(
    connection: Connection, area: InArea, wanted: IncidentFilter, timezone: str
) -> list[DictRow]:
    """Incidents of an area by weekday (Monday is 0) and hour of a time zone: day, hour, n."""
    return await _of_incidents(connection, "department/hours", area, wanted, {"timezone": timezone})


async def repeat_places_in(
    connection: Connection, area: InArea, wanted: IncidentFilter, *, least: int, metres: float, limit: int
) -> list[DictRow]:
    """Places of an area as `grid_data.department.figures.repeat_places` finds them."""
    asked = {"least": least, "metres": metres, "limit": limit}
    return await _of_incidents(connection, "department/repeat_places", area, wanted, asked)


async def first_report(connection: Connection) -> datetime | None:
    """When the first incident was reported; None when there is none."""
    row = await one(connection, "zone_query/oldest")
    return None if row is None else row["at"]


async def _in(connection: Connection, name: str, area: InArea) -> list[DictRow]:
    way = "zones" if area.cells is None else "cells"
    return await _found(connection, area, numbered_with(f"zone_query/{name}_in_{way}"), area.parameters())


async def count_facilities(connection: Connection, area: InArea) -> list[DictRow]:
    """Facilities of an area by class, most first: class, names, standard_ref, n."""
    return await _in(connection, "facilities", area)


async def count_households(connection: Connection, area: InArea) -> int:
    """Households of an area that may be seen one by one."""
    (row,) = await _in(connection, "households", area)
    return int(row["n"])


async def grids_near(connection: Connection, shape: Any) -> tuple[list[DictRow], Objects]:
    """Base grids of today near a shape (EPSG:4326), and their shapes."""
    found = list(await rows(connection, "zone_query/grids_near", {"area": shapely.to_wkb(shape)}))
    return found, np.asarray(shapely.from_wkb([row["shape"] for row in found]), dtype=object)


async def grids_below(connection: Connection, zones: Sequence[int]) -> list[DictRow]:
    """Base grids of today that some regions or grids are, or hold, by nesting."""
    return list(await rows(connection, "zone_query/grids_below", {"zones": list(zones)}))


async def zones_named(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[int, DictRow]:
    """Zones of today by layer and code: by position in ``keys``, those that exist."""
    asked = {"layers": [layer for layer, _ in keys], "codes": [code for _, code in keys]}
    return {row["n"] - 1: row for row in await rows(connection, "zone_query/zones_named", asked)}


async def road_shapes(connection: Connection, code: str) -> Objects:
    """Pieces of the road with a piece of this code (EPSG:4326); none if there is no such road."""
    found = await rows(connection, "zone_query/road_shapes", {"code": code})
    return np.asarray(shapely.from_wkb([row["shape"] for row in found]), dtype=object)


async def facility_shape(connection: Connection, code: str) -> Any | None:
    """The shape of a facility (EPSG:4326), or None."""
    row = await one(connection, "zone_query/facility_shape", {"code": code})
    return None if row is None else shapely.from_wkb(row["shape"])


async def category_families(connection: Connection, ids: Sequence[int]) -> dict[int, DictRow]:
    """Families of categories by category: class_key, name_zh, name_en."""
    found = await rows(connection, "zone_query/categories", {"ids": list(ids)})
    return {row["id"]: row for row in found}
