"""Incidents: report, read, list."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request

from api.dependencies import (
    Limit,
    PlaceTransaction,
    Transaction,
    known_parameters,
    report_turn,
)
from api.formats import IncidentNumber
from api.hot_route import HotRoute, hot
from api.list_filter import ListFilter
from api.openapi import problems
from api.paging import AfterIncident, incident_token, read_incident_token
from api.principal import Me
from api.problems import Problem
from api.rendering import JsonText, answer_json, json_page
from api.reports import IncidentReport
from api.schemas import IncidentPage
from governance.incidents.answers import Incident, Name
from governance.incidents.intake import report
from governance.incidents.reasons import place_problem_words
from governance.incidents.stored import get_incident
from grid_data.incidents import Order, incidents_page

router = APIRouter(tags=["incidents"], dependencies=[Depends(known_parameters)], route_class=HotRoute)


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
@hot
async def report_incident(request: Request, me: Me, body: IncidentReport) -> JsonText:
    """Store a report and route it, in one transaction; the answer says who is responsible and why.

    A place outside the city, with swapped coordinates or absurdly inaccurate is not believed: the incident is
    accepted without a place and `place_problem` says why. The same `source` and `source_ref` again gives the
    stored incident (200), or 409 when the content differs.
    """
    sent = body.report()
    async with report_turn(request, sent) as (connection, asked):
        outcome = await report(connection, me, sent, asked)
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
    wanted: ListFilter,
    order: Annotated[
        Order,
        Query(
            description="`newest`: by the time of the report. `due`: open ones only, in the order in which "
            "they are due; those without a limit, or with a clock that stands, at the end. A page goes on in "
            "the order of the one before."
        ),
    ] = "newest",
    limit: Limit = 50,
    after: AfterIncident = None,
) -> JsonText:
    """Newest reports first, or what is due first.

    Every filter narrows the list; repeated `state`, `source`, `clock`, `level` or `place_problem` widens it.
    """
    page = await incidents_page(
        connection,
        wanted,
        place_problem_words(),
        order=order,
        after=read_incident_token(after),
        limit=limit,
    )
    return json_page(page.items, incident_token(page.last))
