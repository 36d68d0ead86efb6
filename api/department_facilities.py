"""The facilities of a department as a list, as GeoJSON and as vector tiles."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.department import ASKING, Desk, Scope
from api.dependencies import Bbox, Limit, Transaction, area_of, known_parameters
from api.formats import NOT_NUL
from api.incident_filters import InCategory, categories_of
from api.openapi import problems
from api.principal import Me
from api.tile_address import TILE_ANSWERS, TileAddress
from api.tile_cache import finished
from api.tiles import matches, tile_answer
from governance.access import Principal
from governance.department.answers import DepartmentFacilities, DepartmentFacility, FacilityState
from governance.incidents.answers import CategoryName, Name, Named, Point
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.department.facilities import FacilityFilter, facilities_page, facility_tile

router = APIRouter(tags=["department"], dependencies=[Depends(known_parameters)])

GEOJSON = "application/geo+json"
RelationIs = Annotated[
    Literal["owned", "maintained"] | None,
    Query(description="Only what is owned, or only what is maintained."),
]
StateIs = Annotated[list[FacilityState] | None, Query(description="In one of these states.")]
Within = Annotated[
    float, Query(gt=0, le=1_000, description="Metres around a facility in which incidents are counted.")
]
WithIncidents = Annotated[
    bool, Query(description="`true`: only facilities with open incidents within so many metres.")
]
AfterCode = Annotated[
    str | None, Query(max_length=60, pattern=NOT_NUL, description="`next` of the page before.")
]


async def _wanted(
    connection: Connection,
    me: Principal,
    desk: Scope,
    relation: Literal["owned", "maintained"] | None,
    state: list[FacilityState] | None,
    category: str | None,
    bbox: str | None,
) -> FacilityFilter:
    """Facilities of the organisation asked about, else of who asks; who has none: all that are seen."""
    asked = desk.organisation_ids or desk.concerned_ids
    organisations = asked
    if organisations is None and me.sight.organisations:
        organisations = sorted(me.sight.organisations)
    return FacilityFilter(
        organisation_ids=organisations,
        # Who asks about a zone means all that stands in it.
        only_theirs=asked is not None or desk.zone_id is None,
        relation=relation,
        zone_id=desk.zone_id,
        states=[str(each) for each in state] if state else None,
        category_ids=await categories_of(connection, category),
        area=area_of(bbox),
    )


@router.get("/api/department/facilities", summary="Facilities of a department", responses=ASKING)
async def read_facilities(
    connection: Transaction,
    me: Me,
    desk: Desk,
    relation: RelationIs = None,
    state: StateIs = None,
    category: InCategory = None,
    bbox: Bbox = None,
    within: Within = 100,
    with_incidents: WithIncidents = False,
    limit: Limit = 100,
    after: AfterCode = None,
) -> DepartmentFacilities:
    """What an organisation owns, maintains or supervises, by code, with the open incidents around each.

    Without an organisation: those of who asks, or, where none is theirs or a zone is named, all they see.
    """
    wanted = await _wanted(connection, me, desk, relation, state, category, bbox)
    rows = await _page(connection, wanted, within, with_incidents, limit, after)
    return DepartmentFacilities(
        items=[_facility(row) for row in rows[:limit]],
        next=rows[limit - 1]["code"] if len(rows) > limit else None,
    )


@router.get(
    "/api/department/facilities.geojson",
    summary="Facilities of a department as GeoJSON",
    response_class=Response,
    responses={200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}, **ASKING},
)
async def read_geojson(
    connection: Transaction,
    me: Me,
    desk: Desk,
    relation: RelationIs = None,
    state: StateIs = None,
    category: InCategory = None,
    bbox: Bbox = None,
    within: Within = 100,
    with_incidents: WithIncidents = False,
    limit: Annotated[int, Query(ge=1, le=5_000, description="Most features.")] = 1_000,
    after: AfterCode = None,
) -> Response:
    """The same as a FeatureCollection (EPSG:4326), with whole shapes; `next` is there when more follow."""
    wanted = await _wanted(connection, me, desk, relation, state, category, bbox)
    rows = await _page(connection, wanted, within, with_incidents, limit, after)
    features = []
    for row in rows[:limit]:
        properties = _facility(row).model_dump(mode="json", exclude={"place"})
        features.append(
            {
                "type": "Feature",
                "id": row["code"],
                "geometry": orjson.Fragment(row["geometry"]),
                "properties": properties,
            }
        )
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if len(rows) > limit:
        collection["next"] = rows[limit - 1]["code"]
    return Response(orjson.dumps(collection), media_type=GEOJSON)


@router.get(
    "/api/department/facilities/{z}/{x}/{y}.mvt",
    summary="One tile of a department's facilities",
    response_class=Response,
    responses={
        **TILE_ANSWERS,
        **ASKING,
        **problems("not-found"),
    },
)
async def read_tile(
    request: Request,
    connection: Transaction,
    me: Me,
    desk: Desk,
    address: TileAddress,
    relation: RelationIs = None,
    state: StateIs = None,
    category: InCategory = None,
) -> Response:
    """A layer `facilities` (code, category, class_code, name_zh, name_en, state) with the list's filters."""
    wanted = await _wanted(connection, me, desk, relation, state, category, None)
    plain = await facility_tile(connection, wanted, address) if address.z >= LEAST_ZOOM else b""
    tag = f'W/"{hashlib.sha256(plain).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return tile_answer(request, await finished(plain), headers)


LEAST_ZOOM = 12
"""Farther out there are too many facilities to tell apart."""


async def _page(
    connection: Connection,
    wanted: FacilityFilter,
    within: float,
    with_incidents: bool,
    limit: int,
    after: str | None,
) -> list[dict[str, Any]]:
    try:
        latitude = (await read_city(connection)).frame.centre[1]
    except LookupError:
        return []
    return await facilities_page(
        connection,
        wanted,
        within_m=within,
        with_incidents=with_incidents,
        latitude=latitude,
        after=after,
        limit=limit,
    )


def _facility(row: dict[str, Any]) -> DepartmentFacility:
    relation = (
        "both"
        if row["owned"] and row["maintained"]
        else "owned"
        if row["owned"]
        else "maintained"
        if row["maintained"]
        else "supervised"
        if row["supervised"]
        else "none"
    )
    return DepartmentFacility.model_validate(
        {
            "code": row["code"],
            "name": Name(zh=row["name_zh"], en=row["name_en"]),
            "category": CategoryName(key=row["key"], name=Name(zh=row["category_zh"], en=row["category_en"])),
            "state": row["state"],
            "relation": relation,
            "owner": _named(row, "owner"),
            "maintainer": _named(row, "keeper"),
            "place": Point(coordinates=[round(row["lon"], 7), round(row["lat"], 7)]),
            "base_grid": _named(row, "grid"),
            "incidents": row["incidents"],
            "overdue": row["overdue"],
        }
    )


def _named(row: dict[str, Any], name: str) -> Named | None:
    if row[name] is None:
        return None
    return Named(code=row[name], name=Name(zh=row[f"{name}_zh"] or row[name], en=row[f"{name}_en"]))
