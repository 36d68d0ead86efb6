"""The queue for locating: a person says where an incident is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Field

from api.dependencies import Transaction, known_parameters
from api.formats import CoordinateSystem, IncidentNumber
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.reports import SAYS_SOMETHING, Body, ReportedPlace
from governance.incidents.answers import Incident, Name
from governance.incidents.locating import Location, locate

router = APIRouter(tags=["places"], dependencies=[Depends(known_parameters)])


class IncidentPlace(Body):
    """Where an incident is, and how the person knows."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "place": {"type": "Point", "coordinates": [120.4691, 36.1075]},
                    "crs": "wgs84",
                    "accuracy_m": 5,
                    "reason": "电话核实",
                }
            ]
        },
    )

    place: ReportedPlace
    crs: Annotated[
        CoordinateSystem,
        Field(description="System of the coordinates: `wgs84`, `cgcs2000`, `gcj02`, `bd09` or `EPSG:nnnn`."),
    ] = "wgs84"
    accuracy_m: Annotated[
        float | None,
        Field(
            ge=0, le=1e7, allow_inf_nan=False, description="Radius the place is certain within, in metres."
        ),
    ] = None
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=SAYS_SOMETHING)]


@router.put(
    "/api/incidents/{number}/place",
    summary="Locate an incident",
    responses=problems(
        "bad-parameter",
        "unknown-parameter",
        "unknown-coordinate-system",
        "not-found",
        "place-not-believed",
        "too-large",
        "database-away",
        "too-slow",
    ),
)
async def locate_incident(
    connection: Transaction,
    me: Me,
    number: IncidentNumber,
    body: IncidentPlace,
) -> Incident:
    """Put an incident at a place, or correct its place, and route it anew in the same transaction.

    The place is judged as at intake; one that is not believed is refused (`place-not-believed`, the
    field's code says why) and nothing changes. The same place again changes nothing.
    """
    lon, lat = body.place.coordinates
    incident = await locate(
        connection, me, number, Location(lon, lat, body.reason, body.crs, body.accuracy_m)
    )
    if incident is None:
        raise Problem("not-found", Name(zh=f"没有事件 {number}", en=f"no incident {number}"))
    return incident
