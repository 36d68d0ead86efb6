"""Where a place is, in words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.dependencies import PlaceTransaction, known_parameters
from api.formats import Coordinate, CoordinateSystem
from api.openapi import problems
from api.problems import Problem
from api.rendering import JsonText, answer_json
from governance.incidents.answers import Name
from governance.incidents.nearby import Nearby, nearby

router = APIRouter(tags=["routing"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/nearby",
    summary="Nearest landmark, address and base grid of a place",
    response_model=Nearby,
    responses=problems(
        "bad-parameter",
        "unknown-parameter",
        "unknown-coordinate-system",
        "not-found",
        "database-away",
        "too-slow",
    ),
)
async def read_nearby(
    connection: PlaceTransaction,
    lon: Annotated[
        Coordinate, Query(description="Longitude, or easting in a metric system.", examples=[120.4691])
    ],
    lat: Annotated[
        Coordinate, Query(description="Latitude, or northing in a metric system.", examples=[36.1075])
    ],
    crs: Annotated[
        CoordinateSystem,
        Query(
            description="System of the coordinates: `wgs84`, `cgcs2000`, `gcj02`, `bd09` or `EPSG:nnnn`.",
            examples=["wgs84", "gcj02"],
        ),
    ] = "wgs84",
) -> JsonText:
    """How a person would say where it is: so many metres in which direction from what.

    Distances are to the outline of the thing, in metres; farther than 500 m away nothing is told.
    """
    found = await nearby(connection, lon, lat, crs)
    if found is None:
        raise Problem(
            "not-found", Name(zh="没有这样的地方：坐标超出地球", en="no such place: beyond the globe")
        )
    return JsonText(answer_json(found))
