"""Incidents that may be one: suggested, and held apart by a person."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ConfigDict, Field

from api.actor import ActorFields, acting
from api.dependencies import PlaceTransaction, Transaction, known_parameters
from api.formats import CategoryKey, Coordinate, CoordinateSystem, IncidentKey, IncidentNumber
from api.openapi import problems
from api.principal import Me
from api.problems import Problem, bad_parameter
from api.rendering import JsonText, answer_json
from api.reports import SAYS_SOMETHING
from governance.incidents.answers import Name
from governance.incidents.duplicates import (
    DuplicateList,
    DuplicateRule,
    decide_duplicate,
    duplicates_of_draft,
    duplicates_of_incident,
)

router = APIRouter(tags=["incidents"], dependencies=[Depends(known_parameters)])


class DuplicateDecision(ActorFields):
    """What a person decided about two incidents."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "by": "李派遣", "role": "dispatcher", "other": "3702122026103100002",
                    "decision": "not_duplicate", "reason": "两处不同的井盖",
                }
            ]
        },
    )  # fmt: skip

    other: Annotated[IncidentKey, Field(description="Number of the other incident.")]
    decision: Annotated[
        Literal["not_duplicate", "undecided"],
        Field(description="`not_duplicate`: they are two; `undecided` takes that back."),
    ]
    reason: Annotated[str | None, Field(min_length=1, max_length=500, pattern=SAYS_SOMETHING)] = None


def _rule(request: Request) -> DuplicateRule:
    rule: DuplicateRule = request.app.state.duplicates
    return rule


def _missing(number: str) -> Problem:
    return Problem("not-found", Name(zh=f"没有事件 {number}", en=f"no incident {number}"))


@router.get(
    "/api/incidents/{number}/duplicates",
    summary="Incidents that may be about the same thing",
    response_model=DuplicateList,
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow"),
)
async def read_duplicates(request: Request, connection: PlaceTransaction, number: IncidentNumber) -> JsonText:
    """Of the same family of categories, near in place and time; each with the grounds of its score.

    Those a person has held apart are not suggested again. Without a believed place nothing is suggested.
    """
    found = await duplicates_of_incident(connection, number, _rule(request))
    if found is None:
        raise _missing(number)
    return JsonText(answer_json(DuplicateList(items=found)))


@router.get(
    "/api/duplicates",
    summary="Incidents like a report that is about to be sent",
    response_model=DuplicateList,
    responses=problems(
        "bad-parameter", "unknown-parameter", "unknown-category", "unknown-coordinate-system",
        "database-away", "too-slow",
    ),
)  # fmt: skip
async def check_draft(
    request: Request,
    connection: PlaceTransaction,
    category: Annotated[
        CategoryKey,
        Query(
            description="Key of a category, `standard_ref:kind:code`.",
            examples=["GB/T 47678.5-2026:matter:01001"],
        ),
    ],
    lon: Annotated[
        Coordinate, Query(description="Longitude, or easting in a metric system.", examples=[120.4691])
    ],
    lat: Annotated[
        Coordinate, Query(description="Latitude, or northing in a metric system.", examples=[36.1075])
    ],
    text: Annotated[
        str,
        Query(
            examples=["井盖破损，行人容易绊倒"],
            max_length=1000,
            pattern=r"^[^\x00]*$",
            description="What the report says; the longer the better.",
        ),
    ] = "",
    crs: Annotated[
        CoordinateSystem,
        Query(description="System of the coordinates: `wgs84`, `cgcs2000`, `gcj02`, `bd09` or `EPSG:nnnn`."),
    ] = "wgs84",
) -> JsonText:
    """Nothing is stored: whoever writes a report sees whether somebody told it before."""
    found = await duplicates_of_draft(
        connection, _rule(request), category=category, lon=lon, lat=lat, crs=crs, text=text
    )
    return JsonText(answer_json(DuplicateList(items=found)))


@router.post(
    "/api/incidents/{number}/duplicates",
    summary="Hold two incidents apart",
    response_model=DuplicateList,
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "too-large", "database-away"),
)
async def decide_on_duplicate(
    request: Request, me: Me, connection: Transaction, number: IncidentNumber, body: DuplicateDecision
) -> JsonText:
    """A person says that two incidents are two; they are not suggested to each other again.

    Both histories tell it. The answer is what is still suggested for the first.
    """
    if number == body.other:
        raise bad_parameter("other", "不能与自身比较", "an incident is no duplicate of itself")
    changed = await decide_duplicate(
        connection, await acting(connection, me, body), number, body.other, body.decision, body.reason
    )
    if changed is None:
        raise _missing(f"{number} / {body.other}")
    found = await duplicates_of_incident(connection, number, _rule(request))
    return JsonText(answer_json(DuplicateList(items=found or [])))
