"""What a plan will touch, counted before it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from grid_data.database import Connection, one, rows, run
from grid_data.planning.layer_pieces import Stored

__all__ = ["Home", "OtherZone", "homes", "open_by_unit", "other_zones", "posts_of", "unit_figures"]


@dataclass(frozen=True)
class OtherZone:
    """A zone of another layer than the plan's; ``shape`` in EPSG:4326."""

    layer: str
    layer_zh: str
    layer_en: str | None
    code: str
    name_zh: str
    name_en: str | None
    shape: Any


@dataclass(frozen=True)
class Home:
    """A building with households, at a point in it (EPSG:4326)."""

    unit: int
    x: float
    y: float
    households: int


async def store_report(connection: Connection, plan_id: int, report: Mapping[str, Any]) -> None:
    """Keep the impact of a plan, before any that was kept."""
    await run(connection, "plan_impact/store_report", {"plan": plan_id, "report": Jsonb(dict(report))})


async def read_report(connection: Connection, plan_id: int) -> dict[str, Any] | None:
    """The impact of a plan as it was kept; None if it was not."""
    row = await one(connection, "plan_impact/report", {"plan": plan_id})
    return None if row is None else dict(row["report"])


async def open_by_unit(connection: Connection, units: Sequence[int], stored: Stored) -> dict[int, int]:
    """Open incidents per unit; ``stored`` tells where those on pieces are."""
    asked = {"units": list(units), **stored.asked()}
    return {row["unit"]: row["n"] for row in await rows(connection, "plan_impact/open_incidents", asked)}


async def unit_figures(
    connection: Connection, plan_id: int, units: Sequence[int]
) -> dict[int, tuple[int, int, int]]:
    """Incidents of a year, facilities and buildings of each unit."""
    asked = {"plan": plan_id, "units": list(units)}
    return {
        row["id"]: (row["incidents_year"], row["facilities"], row["buildings"])
        for row in await rows(connection, "plan_impact/figures", asked)
    }


async def posts_of(connection: Connection, zones: Sequence[int]) -> dict[int, list[tuple[str, str | None]]]:
    """Posts of zones today: kind, and who holds it."""
    found: dict[int, list[tuple[str, str | None]]] = {}
    for row in await rows(connection, "plan_impact/posts", {"zones": list(zones)}):
        found.setdefault(row["zone_id"], []).append((row["kind"], row["person"]))
    return found


async def other_zones(
    connection: Connection, layer: int, bounds: NDArray[np.float64]
) -> dict[str, list[OtherZone]]:
    """Zones of other layers of grids than one that meet a box (west, south, east, north), by precedence."""
    west, south, east, north = (float(side) for side in bounds)
    box = {"layer": layer, "west": west, "south": south, "east": east, "north": north}
    found: dict[str, list[OtherZone]] = {}
    for row in await rows(connection, "plan_impact/other_zones", box):
        zone = OtherZone(**row | {"shape": shapely.from_wkb(row["shape"])})
        found.setdefault(zone.layer, []).append(zone)
    return found


async def homes(connection: Connection, units: Sequence[int]) -> list[Home]:
    """Buildings with households on some units."""
    return [Home(**row) for row in await rows(connection, "plan_impact/homes", {"units": list(units)})]
