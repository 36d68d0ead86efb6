"""Vector tiles of open incidents, filtered as the dispatcher's list is."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Depends, Request, Response

from api.dependencies import known_parameters
from api.dispatch import FILTERED, shared
from api.incident_filters import Desk
from api.openapi import problems
from api.tile_address import TILE_ANSWERS, TileAddress
from api.tile_cache import FinishedTile, finished
from api.tiles import matches, tile_answer
from grid_data.database import Connection
from grid_data.dispatch import open_tile

router = APIRouter(tags=["tiles"], dependencies=[Depends(known_parameters)])


@router.get(
    "/tiles/open_incidents/{z}/{x}/{y}.mvt",
    summary="One tile of open incidents",
    response_class=Response,
    responses={
        **TILE_ANSWERS,
        **FILTERED,
        **problems("not-found"),
    },
)
async def read_open_tile(
    request: Request,
    desk: Desk,
    address: TileAddress,
) -> Response:
    """Up to zoom 14 a layer `clusters` (count, overdue, due_soon, urgent), above a layer `incidents` with one
    point each (number, state, urgency, clock, category, class_code). The filters are those of the list.

    A tile is made at most twice a second however many look at it, and is never older than what was stored
    when it was asked for.
    """

    async def made(connection: Connection) -> tuple[FinishedTile, str]:
        plain = await open_tile(connection, await desk.read(connection), address)
        digest = hashlib.sha256(plain).hexdigest()[:24]
        return await finished(plain), f'W/"{digest}"'

    tile, tag = await shared(request, ("tile", address, desk), made)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return tile_answer(request, tile, headers)
