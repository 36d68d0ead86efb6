"""Vector tiles of open incidents, filtered as the dispatcher's list is."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.dependencies import known_parameters
from api.dispatch import FILTERED, shared
from api.incident_filters import Desk
from api.openapi import problems
from api.problems import Problem
from api.tile_cache import FinishedTile, finished
from api.tiles import MVT, matches, tile_answer
from governance.answers import Name
from grid_data.database import Connection
from grid_data.dispatch import open_tile
from grid_data.tiles import Address

router = APIRouter(tags=["tiles"], dependencies=[Depends(known_parameters)])


@router.get(
    "/tiles/open_incidents/{z}/{x}/{y}.mvt",
    summary="One tile of open incidents",
    response_class=Response,
    responses={
        200: {"content": {MVT: {"schema": {"type": "string", "format": "binary"}}}},
        204: {"description": "Nothing in this tile."},
        304: {"description": "Unchanged since the ETag given in `If-None-Match`."},
        **FILTERED,
        **problems("not-found"),
    },
)
async def read_open_tile(
    request: Request,
    desk: Desk,
    z: Annotated[int, Path(description="Zoom.", examples=[14])],
    x: Annotated[int, Path(description="Column, from the west.", examples=[13673])],
    y: Annotated[int, Path(description="Row, from the north.", examples=[6440])],
) -> Response:
    """Up to zoom 14 a layer `clusters` (count, overdue, due_soon, urgent), above a layer `incidents` with one
    point each (number, state, urgency, clock, category, class_code). The filters are those of the list.

    A tile is made at most twice a second however many look at it, and is never older than what was stored
    when it was asked for.
    """
    address = Address(z, x, y)
    if not address.exists:
        raise Problem("not-found", Name(zh=f"没有瓦片 {z}/{x}/{y}", en=f"no tile {z}/{x}/{y}"))

    async def made(connection: Connection) -> tuple[FinishedTile, str]:
        plain = await open_tile(connection, await desk.read(connection), address)
        digest = hashlib.sha256(plain).hexdigest()[:24]
        return await finished(plain), f'W/"{digest}"'

    tile, tag = await shared(request, ("tile", address, desk), made)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return tile_answer(request, tile, headers)
