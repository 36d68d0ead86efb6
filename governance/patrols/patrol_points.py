"""Patrol points: listed, added, given up; each is in the grid of the land unit it stands on."""

from __future__ import annotations

from datetime import datetime

from gis.lattice import snap_degree
from gis.words import Words
from governance.incidents.answers import Answer, Name, Named
from governance.planning.errors import PlanExists, PlanMissing
from governance.planning.plans import planned
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.patrol_points import add_point, moving_points, point_rows, remove_point

__all__ = [
    "MovingPoint",
    "MovingPoints",
    "PatrolPoint",
    "PatrolPoints",
    "add_patrol_point",
    "list_moving_points",
    "list_patrol_points",
    "remove_patrol_point",
]

MOST = 500
"""Points that a plan moves and that are told."""


class PatrolPoint(Answer):
    """A place that is visited on rounds; ``grid`` is today's, null out of the city."""

    code: str
    name: Name
    lon: float
    lat: float
    grid: Named | None
    added_at: datetime


class PatrolPoints(Answer):
    """Points by code; ``next`` is the code to go on after, null at the end."""

    items: list[PatrolPoint]
    next: str | None


class MovingPoint(Answer):
    """A point that goes to another grid; grids by the plan's own number, null for none."""

    code: str
    name: Name
    lon: float
    lat: float
    before: int | None
    after: int | None


class MovingPoints(Answer):
    """What a plan moves, as of a revision, by code; at most 500."""

    revision: int
    items: list[MovingPoint]


async def list_moving_points(connection: Connection, code: str) -> MovingPoints:
    """Points that a plan takes to another grid.

    Raises
    ------
    PlanMissing
    """
    plan = await planned(connection, code)
    found = await moving_points(connection, plan["id"], MOST)
    items = [
        MovingPoint(
            code=row["code"], name=Name(zh=row["name_zh"], en=row["name_en"]), lon=row["lon"], lat=row["lat"],
            before=row["base_number"], after=row["number"],
        )
        for row in found
    ]  # fmt: skip
    return MovingPoints(revision=plan["revision"], items=items)


async def list_patrol_points(
    connection: Connection, *, grid: str | None = None, after: str | None = None, limit: int = 100
) -> PatrolPoints:
    """Points that are visited, of a grid if one is named."""
    found = await point_rows(connection, grid=grid, after=after, limit=limit + 1)
    items = [_point(row) for row in found[:limit]]
    return PatrolPoints(items=items, next=items[-1].code if len(found) > limit else None)


async def add_patrol_point(
    connection: Connection, code: str, name: Words, lon: float, lat: float, by: str
) -> PatrolPoint:
    """Add a point.

    Raises
    ------
    PlanExists
        The code is, or was, in use.
    """
    if not await add_point(connection, code, name.zh, name.en or None, snap_degree(lon), snap_degree(lat)):
        raise PlanExists(f"there is a patrol point {code} already", field="code")
    (row,) = await point_rows(connection, code=code)
    made = _point(row)
    await add_history(connection, by, "patrol_point.add", after=made.model_dump(mode="json"))
    return made


async def remove_patrol_point(connection: Connection, code: str, by: str) -> None:
    """Give a point up.

    Raises
    ------
    PlanMissing
        There is none.
    """
    if not await remove_point(connection, code):
        raise PlanMissing(Words(f"没有巡查点 {code}", f"no patrol point {code}"))
    await add_history(connection, by, "patrol_point.remove", before={"code": code})


def _point(row: dict[str, object]) -> PatrolPoint:
    grid = None
    if row["grid"] is not None:
        name = Name(zh=str(row["grid_zh"]), en=row["grid_en"] and str(row["grid_en"]))
        grid = Named(code=str(row["grid"]), name=name)
    return PatrolPoint.model_validate(
        {
            "code": row["code"], "name": {"zh": row["name_zh"], "en": row["name_en"]}, "lon": row["lon"],
            "lat": row["lat"], "grid": grid, "added_at": row["added_at"],
        }
    )  # fmt: skip
