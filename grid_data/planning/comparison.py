"""Editions of a layer as they were, are, or are planned: which unit is in which zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from grid_data.bulk.copying_out import copy_out
from grid_data.database import Connection, all_rows, one, rows

__all__ = ["Side", "ZoneName", "read_layer", "read_side", "shapes_of", "unit_homes"]

_UNITS = {
    "id": pa.int64(),
    "code": pa.string(),
    "cut_from": pa.int64(),
    "area_m2": pa.float64(),
    "zone": pa.string(),
}


@dataclass(frozen=True)
class ZoneName:
    """A zone of an edition. ``version``: 0 where it is only planned."""

    name_zh: str
    name_en: str | None
    version: int


@dataclass(frozen=True, eq=False)
class Side:
    """One edition: zones by code, and the zone of each unit; no units where a layer is not made of them.

    ``shapes`` are those (EPSG:4326, by code) of zones that are only planned.
    """

    zones: Mapping[str, ZoneName]
    unit_zone: Mapping[int, str]
    unit_code: Mapping[int, str]
    unit_area: Mapping[int, float]
    shapes: Mapping[str, Any] = field(default_factory=dict)


async def read_layer(connection: Connection, code: str) -> dict[str, Any] | None:
    """A layer: id, code, kind; None if there is none."""
    return await one(connection, "comparison/layer", {"code": code})


async def read_side(connection: Connection, layer_id: int, at: datetime, plan_id: int | None = None) -> Side:
    """The edition of a moment; with a plan, what it would be if the plan took effect then."""
    asked = {"layer": layer_id, "at": at}
    zones = {
        row["code"]: ZoneName(row["name_zh"], row["name_en"], row["id"])
        for row in await rows(connection, "comparison/zones", asked)
    }
    units = (await copy_out(connection, "comparison/units", asked, _UNITS)).to_pydict()
    if plan_id is not None:
        zones, units = await _planned(connection, plan_id, zones, units)
    return Side(
        zones,
        dict(zip(units["id"], units["zone"], strict=True)),
        dict(zip(units["id"], units["code"], strict=True)),
        dict(zip(units["id"], units["area_m2"], strict=True)),
    )


async def _planned(
    connection: Connection, plan_id: int, zones: dict[str, ZoneName], units: dict[str, list[Any]]
) -> tuple[dict[str, ZoneName], dict[str, list[Any]]]:
    """The edition with a plan put over it; what the plan does not name stays."""
    wanted = (await copy_out(connection, "comparison/plan_units", {"plan": plan_id}, _UNITS)).to_pydict()
    named = await rows(connection, "comparison/plan_zones", {"plan": plan_id})
    used = set(wanted["zone"])
    result = dict(zones)
    for row in named:
        if row["base"] is not None:
            result.pop(row["base"], None)
    for row in named:
        if not row["dissolved"] and (row["base"] is not None or row["code"] in used):
            result[row["code"]] = ZoneName(row["name_zh"], row["name_en"], 0)
    bases = {row["base"] for row in named}
    # Units in zones that the plan does not have are left as they are.
    kept = [k for k, zone in enumerate(units["zone"]) if zone not in bases]
    return result, {name: [units[name][k] for k in kept] + wanted[name] for name in units}


async def ancestors(connection: Connection) -> dict[int, int]:
    """The unit that each piece is cut from."""
    return {row["id"]: row["cut_from"] for row in await rows(connection, "comparison/ancestors")}


async def shapes_of(connection: Connection, ids: Sequence[int], *, versions: bool = False) -> dict[int, Any]:
    """Shapes of land units, or of versions of zones, by id; EPSG:4326."""
    found = await (
        rows(connection, "comparison/version_shapes", {"versions": list(ids)})
        if versions
        else rows(connection, "comparison/unit_shapes", {"units": list(ids)})
    )
    return {row["id"]: shapely.from_wkb(row["shape"]) for row in found}


async def unit_homes(
    connection: Connection, bounds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Buildings with households in a box (west, south, east, north).

    Places (n, 2), and households and residents (n, 2).
    """
    west, south, east, north = (float(side) for side in bounds)
    box = {"west": west, "south": south, "east": east, "north": north}
    # Told as sums over what a border moves, to who reads plans.
    async with all_rows(connection):
        found = await rows(connection, "comparison/homes", box)
    places = np.array([(row["x"], row["y"]) for row in found], dtype=np.float64).reshape(-1, 2)
    people = np.array([(row["households"], row["residents"]) for row in found], dtype=np.int64)
    return places, people.reshape(-1, 2)
