"""Incidents: report, read, list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response

from api.dependencies import Bbox, Limit, PlaceTransaction, Transaction, area_of, known_parameters, moment
from api.field_errors import FieldError
from api.formats import NOT_NUL, CategoryKey, Moment, OrganisationCode, PlainText, ZoneKey
from api.openapi import problems
from api.paging import AfterIncident, read_incident_token, token
from api.problems import Problem
from api.rendering import JsonText, json_page
from api.reports import IncidentReport, Source
from api.schemas import IncidentPage
from governance.access import VISITOR
from governance.answers import Incident, Name
from governance.errors import UnknownCategory
from governance.incidents import get_incident
from governance.intake import report
from grid_data.categories import category_subtree
from grid_data.incidents import IncidentFilter, incidents_page
from grid_data.organisations import organisation_subtree
from grid_data.tables.incidents import OPEN_STATES
from grid_data.zones import zone_id

router = APIRouter(tags=["incidents"], dependencies=[Depends(known_parameters)])

State = Literal[
    "open", "reported", "accepted", "filed", "dispatched", "handling", "fed_back", "checked", "evaluated",
    "closed", "archived", "rejected", "cancelled",
]  # fmt: skip


@router.post(
    "/api/incidents",
    status_code=201,
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
            "too-large",
            "city-missing",
            "database-away",
            "too-slow",
        ),
    },
)
async def report_incident(connection: PlaceTransaction, body: IncidentReport, response: Response) -> Incident:
    """Store a report and route it, in one transaction; the answer says who is responsible and why.

    A place outside the city, with swapped coordinates or absurdly inaccurate is not believed: the incident is
    accepted without a place and `place_problem` says why. The same `source` and `source_ref` again gives the
    stored incident (200), or 409 when the content differs.
    """
    outcome = await report(connection, VISITOR, body.report())
    response.headers["Location"] = f"/api/incidents/{quote(outcome.incident.number)}"
    response.status_code = 201 if outcome.created else 200
    return outcome.incident


@router.get(
    "/api/incidents/{number}",
    summary="One incident",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def read_incident(
    connection: PlaceTransaction,
    number: Annotated[str, Path(max_length=40, pattern=NOT_NUL, examples=["3702122026112200001"])],
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
    organisation: Annotated[
        OrganisationCode | None,
        Query(description="This organisation, or one below it, is responsible.", examples=["LS-CG"]),
    ] = None,
    state: Annotated[
        list[State] | None, Query(description="In one of these states; `open`: not yet closed.")
    ] = None,
    category: Annotated[
        CategoryKey | None,
        Query(
            description="Of this category or one below it.",
            examples=["GB/T 47678.5-2026:matter:06"],
        ),
    ] = None,
    source: Annotated[list[Source] | None, Query(description="From one of these sources.")] = None,
    from_: Annotated[
        Moment | None,
        Query(
            alias="from",
            description="Reported at this moment or later.",
            examples=["2026-01-01"],
        ),
    ] = None,
    to: Annotated[
        Moment | None,
        Query(
            description="Reported before this moment.",
            examples=["2026-02-01T00:00:00+08:00"],
        ),
    ] = None,
    bbox: Bbox = None,
    place_status: Annotated[
        Literal["located", "unlocated"] | None, Query(description="With or without a believed place.")
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
    """Newest reports first. Every filter narrows the list; repeated `state` or `source` widens that one."""
    wanted = IncidentFilter(
        zone_id=await _zone(connection, zone),
        organisation_ids=await _organisations(connection, organisation),
        category_ids=await _categories(connection, category),
        states=_states(state),
        sources=source or None,
        from_time=await moment(connection, from_, "from"),
        to_time=await moment(connection, to, "to"),
        area=area_of(bbox),
        located=None if place_status is None else place_status == "located",
        text=q.strip() if q else None,
    )
    page = await incidents_page(connection, wanted, after=read_incident_token(after), limit=limit)
    following = token("incidents", _exact(page.last[0]), page.last[1]) if page.last else None
    return json_page(page.items, following)


def _exact(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _states(wanted: list[State] | None) -> list[str] | None:
    if not wanted:
        return None
    given = set(wanted)
    return sorted((given - {"open"}) | (set(OPEN_STATES) if "open" in given else set()))


def _unknown(code: str, field: str, given: str, zh: str, en: str) -> Problem:
    return Problem(
        code,
        Name(zh=f"{zh}：{given}", en=f"{en}: {given}"),
        FieldError(field=field, message=Name(zh=zh, en=en), code=code),
    )


async def _zone(connection: Transaction, key: str | None) -> int | None:
    if key is None:
        return None
    layer, _, code = key.partition(":")
    found = await zone_id(connection, layer, code)
    if found is None:
        raise _unknown("unknown-zone", "zone", key, "没有这个网格或区域", "no such zone")
    return found


async def _organisations(connection: Transaction, code: str | None) -> list[int] | None:
    if code is None:
        return None
    found = await organisation_subtree(connection, code)
    if not found:
        raise _unknown("unknown-organisation", "organisation", code, "没有这个部门", "no such organisation")
    return found


async def _categories(connection: Transaction, key: str | None) -> list[int] | None:
    if key is None:
        return None
    found = await category_subtree(connection, key)
    if not found:
        raise UnknownCategory(f"{key!r} is no category of this city", field="category")
    return found
