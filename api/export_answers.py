"""Exports of answers: a ranking, and the incidents of any area."""

from __future__ import annotations

import json
from dataclasses import replace

import shapely
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.dependencies import Transaction, known_parameters, request_transaction
from api.download import MEDIA_TYPES, Download
from api.export_filters import Question, words_of
from api.exports import ANSWER, AsFile, begun, export_response
from api.gate import StillIn
from api.incident_filters import InCategory, SourceIs
from api.principal import Me
from api.rankings import ComparedWith, DayAfter, FirstDay, OfLevel, Within, read_rankings
from api.zone_query import ZoneQuestion, area_problem, wanted_of
from gis.words import Words
from governance.department.zone_query import AreaFault, find_ground
from governance.exports import INCIDENTS, Exports
from governance.exports.answers import ranking_table
from governance.exports.filter_words import filters_in_words

router = APIRouter(tags=["exports"], dependencies=[Depends(known_parameters)])

RANKING_FILTERS = ("level", "within", "from", "to", "category", "source", "compare")
LONGEST = 4_000
"""Characters of a question that are kept with its export."""


@router.get(
    "/api/exports/rankings.{format}",
    summary="A ranking as a file",
    response_class=Response,
    responses=ANSWER,
)
async def export_rankings(
    request: Request,
    me: Me,
    file: AsFile,
    level: OfLevel,
    from_: FirstDay,
    to: DayAfter,
    within: Within = None,
    category: InCategory = None,
    source: SourceIs = None,
    compare: ComparedWith = "none",
) -> Response:
    """What `GET /api/rankings` answers: every figure and rate of every zone, with the zones' shapes."""
    answer = await read_rankings(request, me, level, from_, to, within, category, source, compare)
    async with request_transaction(request) as connection:
        subject, rows = await ranking_table(connection, answer, file.language)
    query, filters = words_of(request, RANKING_FILTERS)
    wanted = file.of(subject, Question({}, query, filters))
    exports: Exports = request.app.state.exports
    return Download(begun(exports.table(me, wanted, rows)), MEDIA_TYPES[file.format], StillIn(request, me))


@router.post(
    "/api/exports/zone-query.{format}",
    summary="Incidents of any area as a file",
    response_class=Response,
    responses=ANSWER,
)
async def export_zone_query(
    request: Request,
    connection: Transaction,
    me: Me,
    file: AsFile,
    body: ZoneQuestion,
) -> Response:
    """The incidents that `POST /api/zone-query` counts for the same body."""
    wanted = await wanted_of(connection, body)
    try:
        ground = await find_ground(connection, body.area.asked())
    except AreaFault as fault:
        raise area_problem(fault) from fault
    if ground.shape is None:
        wanted = replace(wanted, zone_ids=list(ground.area.zones))
    else:
        wanted = replace(wanted, area=f"SRID=4326;{shapely.to_wkt(ground.shape, rounding_precision=7)}")
    query, filters = _said(body)
    return export_response(request, me, INCIDENTS, file, Question(wanted.parameters(), query, filters))


def _said(body: ZoneQuestion) -> tuple[str, list[tuple[Words, Words]]]:
    """The question as text and in words; of a drawn area how many corners it has."""
    given = body.model_dump(mode="json", by_alias=True, exclude_none=True)
    area = given["area"]
    if "polygon" in area:
        corners = len(shapely.get_coordinates(shapely.from_geojson(json.dumps(area["polygon"]))))
        what = Words(f"绘制的范围（{corners} 点）", f"a drawn area ({corners} points)")
    elif "zones" in area:
        named = ", ".join(f"{zone['layer']}:{zone['code']}" for zone in area["zones"])
        what = Words(named, named)
    else:
        kind = "road" if "road" in area else "facility"
        what = Words(
            f"{'道路' if kind == 'road' else '部件'} {area[kind]} 周边 {area['buffer_m']:g} 米",
            f"{area['buffer_m']:g} m round {kind} {area[kind]}",
        )
    pairs = [("from", given.get("from")), ("to", given.get("to"))]
    pairs += [("category", each) for each in given.get("categories", ())]
    pairs += [("source", each) for each in given.get("sources", ())]
    pairs += [("state", each) for each in given.get("states", ())]
    listed = filters_in_words([(name, str(value)) for name, value in pairs if value is not None])
    return json.dumps(given, ensure_ascii=False)[:LONGEST], [(Words("范围", "area"), what), *listed]
