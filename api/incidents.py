"""Incidents: report, read, list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request

from api.dependencies import (
    Bbox,
    Limit,
    PlaceTransaction,
    Transaction,
    area_of,
    known_parameters,
    moment,
    report_turn,
)
from api.formats import IncidentNumber, PlainText, ZoneKey
from api.incident_filters import (
    InCategory,
    InState,
    ReportedFrom,
    ReportedTo,
    ResponsibleIs,
    categories_of,
    organisations_of,
    states_of,
    unknown,
)
from api.openapi import problems
from api.paging import AfterIncident, read_incident_token, token
from api.problems import Problem
from api.rendering import JsonText, answer_json, json_page
from api.reports import IncidentReport, Source
from api.schemas import IncidentPage
from governance.access import VISITOR
from governance.answers import Incident, Name, PlaceProblemCode
from governance.incidents import get_incident
from governance.intake import report
from governance.reasons import place_problem_words
from grid_data.incidents import IncidentFilter, incidents_page
from grid_data.zones import zone_id

router = APIRouter(tags=["incidents"], dependencies=[Depends(known_parameters)])


@router.post(
    "/api/incidents",
    status_code=201,
    response_model=Incident,
    summary="Report an incident",
    responses={
        200: {
            "model": Incident,
            "description": "The source sent this reference before: the stored incident.",
        },
        201: {
            "description": "Stored and routed.",
            "headers": {
                "Location": {"description": "Address of the incident.", "schema": {"type": "string"}}
            },
        },
        **problems(
            "bad-parameter",
            "unknown-parameter",
            "unknown-category",
            "unknown-coordinate-system",
            "conflicting-report",
            "attachment-not-free",
            "too-large",
            "city-missing",
            "database-away",
            "too-slow",
        ),
    },
)
async def report_incident(request: Request, body: IncidentReport) -> JsonText:
    """Store a report and route it, in one transaction; the answer says who is responsible and why.

    A place outside the city, with swapped coordinates or absurdly inaccurate is not believed: the incident is
    accepted without a place and `place_problem` says why. The same `source` and `source_ref` again gives the
    stored incident (200), or 409 when the content differs.
    """
    sent = body.report()
    async with report_turn(request, sent) as (connection, asked):
        outcome = await report(connection, VISITOR, sent, asked)
    address = f"/api/incidents/{quote(outcome.incident.number)}"
    return JsonText(
        answer_json(outcome.incident),
        status_code=201 if outcome.created else 200,
        headers={"Location": address},
    )


@router.get(
    "/api/incidents/{number}",
    summary="One incident",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def read_incident(
    connection: PlaceTransaction,
    number: IncidentNumber,
) -> Incident:
    """An incident with its routing, the reason, and its history. Reporters are not part of it."""
    incident = await get_incident(connection, number)
    if incident is None:
        raise Problem("not-found", Name(zh=f"没有事件 {number}", en=f"no incident {number}"))
    return incident


@router.get(
    "/api/incidents",
    summary="List incidents",
    responses={
        200: {"model": IncidentPage},
        **problems(
            "bad-parameter",
            "unknown-parameter",
            "unknown-category",
            "unknown-zone",
            "unknown-organisation",
            "database-away",
            "too-slow",
        ),
    },
    response_class=JsonText,
)
async def list_incidents(
    connection: Transaction,
    zone: Annotated[
        ZoneKey | None,
        Query(
            description="In this zone: `<layer>:<code>`.",
            examples=["district:370212"],
        ),
    ] = None,
    organisation: ResponsibleIs = None,
    state: InState = None,
    category: InCategory = None,
    source: Annotated[list[Source] | None, Query(description="From one of these sources.")] = None,
    from_: ReportedFrom = None,
    to: ReportedTo = None,
    bbox: Bbox = None,
    place_status: Annotated[
        Literal["located", "unlocated"] | None, Query(description="With or without a believed place.")
    ] = None,
    place_problem: Annotated[
        list[PlaceProblemCode] | None,
        Query(description="Waiting for locating for one of these reasons."),
    ] = None,
    q: Annotated[
        PlainText | None,
        Query(
            description="Beginning of a number (six digits or more), or part of an address.",
        ),
    ] = None,
    limit: Limit = 50,
    after: AfterIncident = None,
) -> JsonText:
    """Newest reports first.

    Every filter narrows the list; repeated `state`, `source` or `place_problem` widens that one.
    """
    wanted = IncidentFilter(
        zone_id=await _zone(connection, zone),
        organisation_ids=await organisations_of(connection, organisation),
        category_ids=await categories_of(connection, category),
        states=states_of(state),
        sources=source or None,
        from_time=await moment(connection, from_, "from"),
        to_time=await moment(connection, to, "to"),
        area=area_of(bbox),
        located=None if place_status is None else place_status == "located",
        problems=place_problem or None,
        text=q.strip() if q else None,
    )
    page = await incidents_page(
        connection, wanted, place_problem_words(), after=read_incident_token(after), limit=limit
    )
    following = token("incidents", _exact(page.last[0]), page.last[1]) if page.last else None
    return json_page(page.items, following)


def _exact(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


async def _zone(connection: Transaction, key: str | None) -> int | None:
    if key is None:
        return None
    layer, _, code = key.partition(":")
    found = await zone_id(connection, layer, code)
    if found is None:
        raise unknown("unknown-zone", "zone", key, "没有这个网格或区域", "no such zone")
    return found
