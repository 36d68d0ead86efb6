"""Patrol points: places that are visited on rounds, each on a land unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grid_data.database import Connection, one, rows, run
from grid_data.planning.layer_pieces import Stored

__all__ = ["add_point", "add_sample_points", "moving_points", "point_rows", "points_by_unit", "remove_point"]


async def point_rows(
    connection: Connection,
    *,
    grid: str | None = None,
    code: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Points that are visited, by code; in one grid, or those after a code."""
    asked = {"grid": grid, "code": code, "after": after, "limit": limit}
    return list(await rows(connection, "patrol_points/list", asked))


async def add_point(
    connection: Connection, code: str, name_zh: str, name_en: str | None, lon: float, lat: float
) -> bool:
    """Store a point (EPSG:4326); False when the code is in use."""
    asked = {"code": code, "name_zh": name_zh, "name_en": name_en, "lon": lon, "lat": lat}
    return await one(connection, "patrol_points/add", asked) is not None


async def remove_point(connection: Connection, code: str) -> bool:
    """A point is visited no more; False when there is none."""
    return await run(connection, "patrol_points/remove", {"code": code}) > 0


async def points_by_unit(connection: Connection, units: Sequence[int], stored: Stored) -> dict[int, int]:
    """Points per unit; ``stored`` tells where those on pieces are."""
    asked = {"units": list(units), **stored.asked()}
    return {row["unit"]: row["n"] for row in await rows(connection, "patrol_points/by_unit", asked)}


async def moving_points(connection: Connection, plan_id: int, limit: int) -> list[dict[str, Any]]:
    """Points on units that a draft moves, by code, with the numbers of the zones before and after."""
    return list(await rows(connection, "patrol_points/moving", {"plan": plan_id, "limit": limit}))


async def add_sample_points(connection: Connection) -> int:
    """A point in each base grid; returns how many."""
    return await run(connection, "patrol_points/of_sample")
