"""Vector tiles and their TileJSON."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.dependencies import At, Transaction, known_parameters, moment
from api.doors import narrowed
from api.language import language
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.rendering import JsonText, json_bytes
from api.schemas import TileJson, VectorLayer
from api.tile_address import MVT, TILE_ANSWERS, TileAddress
from api.tile_cache import FinishedTile, TileCache
from api.tile_cache import finished as packed
from governance.access import Permission
from governance.errors import CityMissing
from governance.incidents.answers import Name
from grid_data.city import city_document
from grid_data.statements import statements
from grid_data.tile_sets import TileSet
from grid_data.tiles import Stand, find_tile_set, tile

router = APIRouter(tags=["tiles"], dependencies=[Depends(known_parameters)])

LayerCode = Annotated[
    str,
    Path(
        pattern="^[a-z][a-z0-9_]{0,40}$",
        description="A layer of zones, or one of `land`, `water`, `roads`, `buildings`, `land_units`, "
        "`facilities`, `incidents`.",
        examples=["base_grid"],
    ),
]


@router.get(
    "/tiles/{layer}.json",
    summary="TileJSON of a tile set",
    responses={200: {"model": TileJson}, **problems("unknown-parameter", "not-found", "database-away")},
    response_class=JsonText,
)
async def read_tilejson(request: Request, connection: Transaction, layer: LayerCode) -> JsonText:
    """TileJSON 3.0.0: address, zooms, extent, attribution and fields of a tile set."""
    tiles = (await _stand(connection, layer, None)).tiles
    text = await city_document(connection)
    if text is None:
        raise CityMissing("no city is set up in this database yet")
    city = orjson.loads(text)
    inside = [_vector_layer(tiles, tiles.name, tiles.fields)]
    if tiles.labels is not None:
        inside.append(_vector_layer(tiles, f"{tiles.name}_label", tiles.labels))
    document = TileJson(
        name=tiles.name,
        description=tiles.description,
        version="1.0.0",
        tiles=[f"{request.base_url}tiles/{tiles.name}/{{z}}/{{x}}/{{y}}.mvt"],
        minzoom=tiles.minzoom,
        maxzoom=tiles.maxzoom,
        bounds=[-180, -85.05, 180, 85.05] if tiles.name == "water" else city["bounds"],
        attribution=language(request).of(Name(**city["attribution"])),
        vector_layers=inside,
    )
    return JsonText(json_bytes(document.model_dump()), headers={"Vary": "Accept-Language"})


@router.get(
    "/tiles/{layer}/{z}/{x}/{y}.mvt",
    summary="One vector tile",
    response_class=Response,
    responses={
        **TILE_ANSWERS,
        **problems("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow"),
    },
)
async def read_tile(
    request: Request,
    me: Me,
    connection: Transaction,
    layer: LayerCode,
    address: TileAddress,
    at: At = None,
    state: Annotated[
        Literal["open", "all"], Query(description="`incidents` only: those still open, or all.")
    ] = "open",
) -> Response:
    """A Mapbox vector tile (version 2, extent 4096), with an ETag made from the edition of its content.

    `at` shows layers of zones as they were at a moment; other sets show today. Zooms without content give
    204; a tile outside the pyramid (zoom 0 to 22) does not exist. `incidents` ask for `incidents_read`.
    """
    instant = await moment(connection, at, "at")
    stand = await _stand(connection, layer, instant)
    tiles = stand.tiles
    if tiles.depends_on == "incidents":
        me = await narrowed(connection, me, Permission.INCIDENTS_READ)
    every = state == "all" and tiles.depends_on == "incidents"
    if tiles.differs_by_sight and not me.sight.everything:
        # What is stored at all is no secret to be told by a tag: it is made of what this tile shows.
        plain = await tile(connection, tiles, address, at=instant, all_states=every)
        tag = f'W/"{hashlib.sha256(plain).hexdigest()[:24]}"'
        headers = _headers(tag)
        if matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        return tile_answer(request, await packed(plain), headers)
    tag = _tag(tiles.name, stand.edition, str(every))
    headers = _headers(tag)
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    cache: TileCache = request.app.state.tiles
    finished = await cache.get(
        (tag, address), lambda: tile(connection, tiles, address, at=instant, all_states=every)
    )
    return tile_answer(request, finished, headers)


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}


async def _stand(connection: Transaction, name: str, at: datetime | None) -> Stand:
    stand = await find_tile_set(connection, name, at)
    if stand is None:
        raise Problem("not-found", Name(zh=f"没有图层 {name}", en=f"no tile set {name}"))
    return stand


def _vector_layer(tiles: TileSet, name: str, fields: object) -> VectorLayer:
    return VectorLayer(
        id=name,
        description=tiles.description,
        minzoom=tiles.minzoom,
        maxzoom=tiles.maxzoom,
        fields=dict(fields),  # type: ignore[call-overload]
    )


@cache
def _program() -> str:
    """A digest of the tile statements: another program version makes other tiles."""
    texts = (each.text for key, each in sorted(statements().items()) if key.startswith("tiles/"))
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _tag(*parts: str) -> str:
    # Weak: the same tile is sent gzipped and plain.
    digest = hashlib.sha256("\n".join((_program(), *parts)).encode()).hexdigest()
    return f'W/"{digest[:24]}"'


def tile_answer(request: Request, tile: FinishedTile, headers: dict[str, str]) -> Response:
    """A tile on its way out, packed if the client takes it so."""
    if not tile.plain:
        return Response(status_code=204, headers=headers)
    if tile.gzipped is not None and _takes_gzip(request):
        return Response(tile.gzipped, media_type=MVT, headers=headers | {"Content-Encoding": "gzip"})
    # Said outright, so that nothing further out compresses it again.
    return Response(tile.plain, media_type=MVT, headers=headers | {"Content-Encoding": "identity"})


def matches(given: str | None, tag: str) -> bool:
    """Weak comparison (RFC 9110, 13.1.2)."""
    if given is None:
        return False
    opaque = tag.removeprefix("W/")
    return given.strip() == "*" or opaque in (part.strip().removeprefix("W/") for part in given.split(","))


def _takes_gzip(request: Request) -> bool:
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = part.strip().partition(";")
        if coding.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
