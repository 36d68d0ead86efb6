"""Coordinates that geocoders fall back to: known ones, and a person's decision on them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from api.dependencies import Transaction, known_parameters
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.reports import SAYS_SOMETHING, Body
from governance.incidents.answers import Name
from governance.incidents.fallback_places import decide_place, list_places
from governance.incidents.place_answers import FallbackPlace, FallbackPlaces, FallbackState

router = APIRouter(tags=["places"], dependencies=[Depends(known_parameters)])

_DEGREES = r"-?\d{1,3}([.]\d{1,15})?"


class FallbackDecision(Body):
    """What a person found out about a coordinate."""

    state: Annotated[
        Literal["confirmed", "refuted"],
        Field(description="`confirmed`: a fallback; `refuted`: a real place with many incidents."),
    ]
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=SAYS_SOMETHING)]


@router.get(
    "/api/fallback-places",
    summary="List fallback places",
    responses=problems("bad-parameter", "unknown-parameter", "database-away", "too-slow"),
)
async def read_fallback_places(
    connection: Transaction,
    state: Annotated[list[FallbackState] | None, Query(description="In one of these states.")] = None,
) -> FallbackPlaces:
    """Coordinates that incidents of many different addresses share, with the evidence."""
    return FallbackPlaces(items=await list_places(connection, state or None))


@router.put(
    "/api/fallback-places/{key}",
    summary="Confirm or refute a fallback place",
    responses=problems(
        "bad-parameter",
        "unknown-parameter",
        "not-found",
        "too-large",
        "city-missing",
        "database-away",
        "too-slow",
    ),
)
async def decide_fallback_place(
    connection: Transaction,
    me: Me,
    key: Annotated[
        str,
        Path(
            pattern=f"^{_DEGREES},{_DEGREES}$",
            description="Longitude and latitude, EPSG:4326.",
            examples=["120.4690000,36.1075000"],
        ),
    ],
    body: FallbackDecision,
) -> FallbackPlace:
    """Confirm: its incidents wait for locating, and new reports there are not believed.

    Refute: its incidents get the place back and are routed anew, and it is never suspected again. A
    coordinate nobody found yet can be named, too.
    """
    lon, lat = map(float, key.split(","))
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise Problem("not-found", Name(zh=f"地球上没有 {key}", en=f"nowhere on Earth is {key}"))
    return await decide_place(connection, me, lon, lat, body.state, body.reason)
