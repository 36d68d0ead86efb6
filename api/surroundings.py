"""What is around an incident: other open ones, and who has a post there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.dependencies import PlaceTransaction, known_parameters
from api.dispatch_schemas import NearIncidents, PlacePosts
from api.formats import NOT_NUL, IncidentNumber
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.rendering import JsonText
from governance.access import Role, sees_telephones
from governance.incidents.answers import Name
from grid_data.dispatch import IncidentPlace, incident_place, incidents_near, posts_of
from grid_data.telephones import ToldWhole

router = APIRouter(tags=["dispatch"], dependencies=[Depends(known_parameters)])

ANSWERS = problems("bad-parameter", "unknown-parameter", "not-found", "database-away")


@router.get(
    "/api/incidents/{number}/nearby",
    summary="Open incidents around one",
    responses={200: {"model": NearIncidents}, **ANSWERS},
    response_class=JsonText,
)
async def read_nearby(
    connection: PlaceTransaction,
    number: IncidentNumber,
    metres: Annotated[float, Query(gt=0, le=5_000, description="How far around, in metres.")] = 300,
) -> JsonText:
    """Open incidents around an incident, nearest first, at most 100; none around one without a place."""
    place = await _place(connection, number)
    items = await incidents_near(connection, place.id, metres) if place.located else []
    return JsonText(f'{{"items":[{",".join(items)}]}}')


@router.get(
    "/api/posts",
    summary="Who has a post where an incident is",
    responses={200: {"model": PlacePosts}, **ANSWERS},
    response_class=JsonText,
)
async def read_posts(
    connection: PlaceTransaction,
    me: Me,
    incident: Annotated[
        str,
        Query(
            pattern=NOT_NUL,
            json_schema_extra={"format": "incident-number"},
            description="Number of an incident.",
            examples=["3702122026112200001"],
        ),
    ],
    role: Annotated[
        Role | None,
        Query(description="What the one who asks works as, where nobody signs in."),
    ] = None,
) -> JsonText:
    """Posts of the base grid an incident lies in, then those of specialist zones; a post without a person is
    vacant. Telephones are whole for who coordinates the work, and masked for everybody else.
    """
    place = await _place(connection, incident)
    if me.on_behalf:
        whole = ToldWhole(everything=sees_telephones(role))
    else:
        # Whoever is signed in is what their account says, not what they ask as.
        told = me.telephones
        whole = ToldWhole(told.everything, told.zones, told.organisations)
    posts = await posts_of(connection, place, whole=whole)
    return JsonText(f'{{"items":[{",".join(posts)}]}}')


async def _place(connection: PlaceTransaction, number: str) -> IncidentPlace:
    place = await incident_place(connection, number)
    if place is None:
        raise Problem("not-found", Name(zh=f"没有事件 {number}", en=f"no incident {number}"))
    return place
