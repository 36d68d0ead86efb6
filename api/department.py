"""A department's desk: its incidents in figures, its facilities, its grids, its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request

from api.dependencies import Limit, Transaction, known_parameters, moment
from api.formats import NOT_NUL, LayerKey
from api.incident_filters import (
    ConcernedIs,
    InCategory,
    ReportedFrom,
    ReportedTo,
    ResponsibleIs,
    SourceIs,
    UrgencyIs,
    categories_of,
    organisations_of,
    zone_of,
)
from api.openapi import problems
from api.principal import Me
from governance.access import Principal
from governance.department.answers import (
    DepartmentCategories,
    DepartmentHours,
    DepartmentLoad,
    DepartmentOverlap,
    DepartmentPeople,
    DepartmentSummary,
    DepartmentTrend,
    RepeatPlaces,
)
from governance.department.figures import categories, hours, places_again, summary, trend
from governance.department.overlap import Chosen, Overlaps, overlap
from governance.department.people import Where, load, people
from governance.supervision.spans import Bucket
from grid_data.incidents import IncidentFilter
from grid_data.telephones import ToldWhole

router = APIRouter(tags=["department"], dependencies=[Depends(known_parameters)])

ASKING = problems(
    "bad-parameter",
    "unknown-parameter",
    "unknown-zone",
    "unknown-organisation",
    "unknown-category",
    "database-away",
    "too-slow",
)
AtZone = Annotated[
    str | None,
    Query(
        pattern=NOT_NUL,
        description="In this zone: `<layer>/<code>` or `<layer>:<code>`.",
        json_schema_extra={"format": "zone-key"},
        examples=["subdistrict/370212002"],
    ),
]


def zone_key(given: str | None) -> str | None:
    """The zone as other routes write it: ``layer:code``."""
    if given is None or ":" in given:
        return given
    layer, _, code = given.partition("/")
    return f"{layer}:{code}"


@dataclass(frozen=True)
class Scope:
    """Whose desk it is, as asked and as keys; without anything: all that who asks sees."""

    organisation_ids: list[int] | None
    concerned_ids: list[int] | None
    zone_id: int | None
    query: tuple[str, ...]

    def incidents(self) -> IncidentFilter:
        """Their incidents."""
        return IncidentFilter(
            zone_id=self.zone_id,
            organisation_ids=self.organisation_ids,
            concerned_ids=self.concerned_ids,
        )

    def where(self, me: Principal) -> Where:
        """Their people."""
        mine = None if me.sight.everything else me.sight.zones
        return Where(self.organisation_ids or self.concerned_ids, self.zone_id, mine)


async def scope(
    connection: Transaction,
    organisation: ResponsibleIs = None,
    concerned: ConcernedIs = None,
    zone: AtZone = None,
) -> Scope:
    """Whose desk: of an organisation with all below it, in a zone; by default all that who asks sees."""
    key = zone_key(zone)
    given = {"organisation": organisation, "concerned": concerned, "zone": key}
    return Scope(
        await organisations_of(connection, organisation),
        await organisations_of(connection, concerned, "concerned"),
        await zone_of(connection, key),
        tuple(f"{name}={quote(value, safe=':')}" for name, value in given.items() if value is not None),
    )


Desk = Annotated[Scope, Depends(scope)]


@dataclass(frozen=True)
class Narrowed:
    """Which incidents of a desk."""

    incidents: IncidentFilter


async def narrowed(
    connection: Transaction,
    desk: Desk,
    category: InCategory = None,
    source: SourceIs = None,
    urgency: UrgencyIs = None,
    from_: ReportedFrom = None,
    to: ReportedTo = None,
) -> Narrowed:
    """The incidents of a desk, of a category, source or urgency, reported in a span."""
    return Narrowed(
        IncidentFilter(
            zone_id=desk.zone_id,
            organisation_ids=desk.organisation_ids,
            concerned_ids=desk.concerned_ids,
            category_ids=await categories_of(connection, category),
            sources=[str(each) for each in source] if source else None,
            urgency=urgency,
            from_time=await moment(connection, from_, "from"),
            to_time=await moment(connection, to, "to"),
        )
    )


Incidents = Annotated[Narrowed, Depends(narrowed)]


@router.get("/api/department/summary", summary="Where a department's incidents stand", responses=ASKING)
async def read_summary(connection: Transaction, desk: Desk) -> DepartmentSummary:
    """Open, due soon, overdue, handled lately, sent back; by family of categories and by urgency.

    `opens` has the query of `GET /api/incidents` behind each number.
    """
    return await summary(connection, desk.incidents(), desk.query)


@router.get("/api/department/trends", summary="How a department's incidents came and went", responses=ASKING)
async def read_trend(
    connection: Transaction,
    asked: Incidents,
    bucket: Annotated[
        Bucket, Query(description="Width of a step, by the city's clock; weeks begin on Monday.")
    ] = "day",
    done: Annotated[
        bool, Query(description="`true`: tell as well what was reported done and closed in each step.")
    ] = False,
) -> DepartmentTrend:
    """Reported and late, step by step, empty steps too; with `done` what was reported done and closed.

    By default the last 30 days, 26 weeks or 12 months; of more than 1,200 steps the last ones are told.
    """
    return await trend(connection, asked.incidents, bucket, done=done)


@router.get("/api/department/categories", summary="What a department's incidents are about", responses=ASKING)
async def read_categories(connection: Transaction, asked: Incidents) -> DepartmentCategories:
    """Categories of a span, by default the last 30 days, beside the equally long span before it."""
    return await categories(connection, asked.incidents)


@router.get("/api/department/hours", summary="When a department's incidents come", responses=ASKING)
async def read_hours(connection: Transaction, asked: Incidents) -> DepartmentHours:
    """Reports by weekday and hour of the city's clock; by default of the last 90 days."""
    return await hours(connection, asked.incidents)


@router.get(
    "/api/department/repeat-places",
    summary="Where a department's incidents come again and again",
    responses=ASKING,
)
async def read_places(
    connection: Transaction,
    asked: Incidents,
    least: Annotated[int, Query(ge=2, le=1_000, description="How many make a place.")] = 3,
    within: Annotated[
        float, Query(gt=0, le=500, description="Metres from one incident to the next of the same place.")
    ] = 30,
    limit: Limit = 50,
) -> RepeatPlaces:
    """Places with incidents of one category close together, most first; by default of the last 90 days.

    Two incidents are of one place when they lie within so many metres, or are linked by others that do.
    """
    return await places_again(connection, asked.incidents, least=least, metres=within, limit=limit)


@router.get("/api/department/people", summary="Who works for a department", responses=ASKING)
async def read_people(connection: Transaction, me: Me, desk: Desk) -> DepartmentPeople:
    """Posts per kind with what the template of a base grid asks for, vacancies, people with their posts.

    Telephones are whole for who coordinates the work, and masked for everybody else.
    """
    told = me.telephones
    whole = ToldWhole(told.everything, told.zones, told.organisations)
    return await people(connection, desk.where(me), whole=whole)


@router.get("/api/department/load", summary="What grids and people of a department bear", responses=ASKING)
async def read_load(connection: Transaction, me: Me, desk: Desk) -> DepartmentLoad:
    """Open, overdue, reported and handled lately: per base grid, and per person by the grids they serve."""
    return await load(connection, desk.incidents(), desk.where(me))


@router.get("/api/department/overlap", summary="Specialist zones over the base grids", responses=ASKING)
async def read_overlap(
    request: Request,
    connection: Transaction,
    me: Me,
    desk: Desk,
    layer: Annotated[LayerKey | None, Query(description="Only of this layer.", examples=["police"])] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Most zones to return.")] = 30,
    after: Annotated[
        str | None,
        Query(
            pattern=r"^[^\x00:]+:[^\x00]+$",
            description="`next` of the page before.",
            examples=["police:P-1"],
        ),
    ] = None,
) -> DepartmentOverlap:
    """Which part of a specialist zone lies in which base grid: share of area, households, open incidents.

    Zones of the organisation asked about, or in reach of the zone; by default those of who asks.
    """
    organisations = desk.organisation_ids or desk.concerned_ids
    own: list[int] | None = None
    if organisations is None and desk.zone_id is None and not me.sight.everything:
        organisations, own = sorted(me.sight.organisations), sorted(me.sight.zones)
    kept: Overlaps = request.app.state.overlaps
    last = None if after is None else after.partition(":")
    return await overlap(
        connection,
        kept,
        Chosen(organisations, own, layer, desk.zone_id),
        one_by_one=me.sight.households,
        after=None if last is None else (last[0], last[2]),
        limit=limit,
    )
