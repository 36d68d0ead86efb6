"""Zones: regions, base grids, specialist grids."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.dependencies import At, Limit, Transaction, known_parameters, moment
from api.formats import NOT_NUL
from api.openapi import problems
from api.paging import AfterZone, read_zone_token, token
from api.problems import Problem
from api.rendering import JsonText, json_bytes, json_page
from api.schemas import Zone, ZonePage
from governance.incidents.answers import Name
from grid_data.zones import zone_detail, zones_page

router = APIRouter(tags=["zones"], dependencies=[Depends(known_parameters)])

LayerCode = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,40}$", examples=["district"])]


@router.get(
    "/api/zones",
    summary="List zones",
    responses={
        200: {"model": ZonePage},
        **problems("bad-parameter", "unknown-parameter", "database-away", "too-slow"),
    },
    response_class=JsonText,
)
async def list_zones(
    connection: Transaction,
    layer: Annotated[
        str | None,
        Query(max_length=41, pattern=NOT_NUL, description="Code of a layer.", examples=["community"]),
    ] = None,
    q: Annotated[
        str | None,
        Query(max_length=100, pattern=NOT_NUL, description="Beginning of a code or part of a name."),
    ] = None,
    parent: Annotated[
        str | None,
        Query(
            max_length=60, pattern=NOT_NUL, description="Code of the zone around it.", examples=["370212001"]
        ),
    ] = None,
    at: At = None,
    limit: Limit = 50,
    after: AfterZone = None,
) -> JsonText:
    """Zones valid at a moment, by layer and code."""
    page = await zones_page(
        connection,
        layer=layer,
        text=q,
        parent=parent,
        at=await moment(connection, at, "at"),
        after=read_zone_token(after),
        limit=limit,
    )
    return json_page(page.items, token("zones", *page.last) if page.last else None)


@router.get(
    "/api/zones/{layer}/{code}",
    summary="One zone",
    responses={
        200: {"model": Zone},
        **problems("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow"),
    },
    response_class=JsonText,
)
async def read_zone(
    connection: Transaction,
    layer: LayerCode,
    code: Annotated[str, Path(max_length=60, pattern=NOT_NUL, examples=["370212"])],
    at: At = None,
    geometry: Annotated[bool, Query(description="Add the shape as GeoJSON.")] = False,
) -> JsonText:
    """A zone with its people, homes, versions and lineage.

    A moment at which the zone did not exist shows its nearest version; `valid_from` and `valid_to` say when
    that was.
    """
    document = await zone_detail(
        connection, layer, code, await moment(connection, at, "at"), geometry=geometry
    )
    if document is None:
        raise Problem("not-found", Name(zh=f"没有网格 {layer}/{code}", en=f"no zone {layer}/{code}"))
    return JsonText(json_bytes(document))
