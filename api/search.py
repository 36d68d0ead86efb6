"""Search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.dependencies import Transaction, known_parameters
from api.openapi import problems
from api.principal import Me
from api.rendering import JsonText
from api.schemas import Hits
from governance.access import Permission
from grid_data.database import go_on_as
from grid_data.search import incidents_found, search_document

router = APIRouter(tags=["search"], dependencies=[Depends(known_parameters)])


@router.get(
    "/api/search",
    summary="Find a zone, an incident, a road, an address or a facility",
    responses={
        200: {"model": Hits},
        **problems("bad-parameter", "unknown-parameter", "database-away", "too-slow"),
    },
    response_class=JsonText,
)
async def search(
    connection: Transaction,
    me: Me,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=100,
            pattern=r"^[^\x00]*[^\x00\s][^\x00]*$",
            description="Beginning of a code or number, or part of a name or address.",
            examples=["370212", "香港东路", "Zhonghan"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=50, description="Most hits to return.")] = 12,
) -> JsonText:
    """Best hits first: exact codes, names, beginnings of codes, then parts of names and addresses.

    Incidents are found by who may read them.
    """
    text, incidents, among = q.strip(), me.may(Permission.INCIDENTS_READ), None
    if incidents and (reading := me.asking(Permission.INCIDENTS_READ)).sight != me.sight:
        # Other grants show facilities, but no incidents.
        await go_on_as(connection, reading)
        among = await incidents_found(connection, text, limit)
        await go_on_as(connection, me)
    return JsonText(await search_document(connection, text, limit, incidents=incidents, among=among))
