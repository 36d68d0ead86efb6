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
from grid_data.search import search_document

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
    incidents = me.may(Permission.INCIDENTS_READ)
    return JsonText(await search_document(connection, q.strip(), limit, incidents=incidents))
