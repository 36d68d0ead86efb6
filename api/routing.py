"""The dry run: where a place lies, who would be responsible, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.dependencies import At, PlaceTransaction, known_parameters, moment
from api.formats import CategoryKey, Coordinate, CoordinateSystem
from api.openapi import problems
from api.rendering import JsonText, answer_json
from governance.incidents.answers import Routing
from governance.incidents.routing import Question, explain

router = APIRouter(tags=["routing"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/routing",
    summary="Explain a place",
    response_model=Routing,
    responses=problems(
        "bad-parameter",
        "unknown-parameter",
        "unknown-category",
        "unknown-coordinate-system",
        "city-missing",
        "database-away",
        "too-slow",
    ),
)
async def read_routing(
    connection: PlaceTransaction,
    lon: Annotated[
        Coordinate,
        Query(description="Longitude, or easting in a metric system.", examples=[120.4691]),
    ],
    lat: Annotated[
        Coordinate,
        Query(description="Latitude, or northing in a metric system.", examples=[36.1075]),
    ],
    category: Annotated[
        CategoryKey | None,
        Query(
            description="Key of a category, `standard_ref:kind:code`.",
            examples=["GB/T 47678.5-2026:matter:06010"],
        ),
    ] = None,
    at: At = None,
    crs: Annotated[
        CoordinateSystem,
        Query(
            description="System of the coordinates: `wgs84`, `cgcs2000`, `gcj02`, `bd09` or `EPSG:nnnn`.",
            examples=["wgs84", "gcj02", "EPSG:4549"],
        ),
    ] = "wgs84",
) -> JsonText:
    """Every zone a place is in at a moment, the organisation responsible, the reason, and who came second.

    Nothing is stored. A place that cannot be meant (outside the city, swapped coordinates, the map's start)
    is answered with `place_problem` and no zones; nothing is guessed.
    """
    question = Question(lon, lat, crs, None, category, await moment(connection, at, "at"))
    return JsonText(answer_json(await explain(connection, question)))
