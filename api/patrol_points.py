"""Patrol points: places that are visited on rounds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import ConfigDict, Field

from api.actor import WHO, said_by
from api.dependencies import Limit, Transaction, known_parameters
from api.formats import NOT_NUL
from api.openapi import problems
from api.planning.bodies import Degrees, GivenName
from api.planning.problems import By, plan_problems
from api.principal import Me
from api.reports import Body
from gis.words import Words
from governance.patrols.patrol_points import (
    PatrolPoint,
    PatrolPoints,
    add_patrol_point,
    list_patrol_points,
    remove_patrol_point,
)

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"
Code = Annotated[str, Path(pattern=CODE, examples=["PT-001"])]


class NewPoint(Body):
    """A place to be visited."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "PT-001",
                    "name": {"zh": "海青路泵站"},
                    "lon": 120.4605,
                    "lat": 36.0872,
                    "by": "王规划",
                }
            ]
        },
    )

    code: Annotated[str, Field(pattern=CODE)]
    name: GivenName
    lon: Degrees
    lat: Degrees
    by: By = None


@router.get(
    "/api/patrol-points",
    summary="Patrol points",
    responses=problems("bad-parameter", "unknown-parameter", "database-away"),
)
async def read_points(
    connection: Transaction,
    grid: Annotated[
        str | None,
        Query(max_length=60, pattern=NOT_NUL, description="Only in this grid.", examples=["370212001001001"]),
    ] = None,
    after: Annotated[
        str | None,
        Query(max_length=60, pattern=NOT_NUL, description="Only after this code.", examples=["PT-001"]),
    ] = None,
    limit: Limit = 100,
) -> PatrolPoints:
    """Points that are visited, by code, each with the base grid it is in today."""
    return await list_patrol_points(connection, grid=grid, after=after, limit=limit)


@router.post(
    "/api/patrol-points",
    status_code=201,
    summary="Add a patrol point",
    responses=problems("bad-parameter", "unknown-parameter", "plan-exists", "too-large", "database-away"),
)
async def add_point(connection: Transaction, me: Me, body: NewPoint) -> PatrolPoint:
    """A place to be visited, in EPSG:4326. Redraws take it along with its land unit."""
    name, english = body.name.plain()
    with plan_problems():
        return await add_patrol_point(
            connection, body.code, Words(name, english or ""), body.lon, body.lat, said_by(me, body.by)
        )


@router.delete(
    "/api/patrol-points/{code}",
    status_code=204,
    response_class=Response,
    summary="Give a patrol point up",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def remove_point(
    connection: Transaction,
    me: Me,
    code: Code,
    by: Annotated[
        str | None,
        Query(min_length=1, max_length=100, pattern=NOT_NUL, examples=["王规划"], json_schema_extra=WHO),
    ] = None,
) -> None:
    """It is visited no more; its code is not given again."""
    with plan_problems():
        await remove_patrol_point(connection, code, said_by(me, by))
