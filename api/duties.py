"""The duty roster: who is on duty when."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.actor import ActorFields, acting
from api.dependencies import Limit, Transaction, known_parameters
from api.field_errors import FieldError
from api.formats import OrganisationCode, PlainText
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from governance.access import Role
from governance.incidents.answers import Answer, Name
from governance.patrols.duties import Duties, DutiesRefused, DutyRow, change_duties, list_duties

router = APIRouter(tags=["dispatch"], dependencies=[Depends(known_parameters)])

MAY = (Role.ADMINISTRATOR, Role.DISTRICT_LEAD, Role.STREET_LEAD, Role.COMMUNITY_LEAD, Role.DISPATCHER)
"""Who makes the roster."""
LONGEST_DAYS = 366
MOST_ROWS = 1_000
"""In one request; files of any length are for `gridgov import duties`."""


class DutyBody(BaseModel):
    """A post on duty on a day; without hours it is off duty on that day."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    layer: Annotated[PlainText, Field(max_length=60)] = "base_grid"
    zone: Annotated[PlainText, Field(max_length=60, examples=["370212001001001"])]
    kind: Literal["grid_lead", "police", "full_time", "part_time", "trade", "window"]
    person: Annotated[
        PlainText | None,
        Field(max_length=60, description="Code of the person, where there are several such posts."),
    ] = None
    day: date
    begins: Annotated[time | None, Field(examples=["18:00"], description="On the city's clock.")] = None
    ends: Annotated[
        time | None, Field(examples=["08:00"], description="Not after the beginning: on the next day.")
    ] = None


class RosterBody(ActorFields):
    """What replaces the roster of every post and day that it names."""

    model_config = ConfigDict(extra="forbid")

    duties: Annotated[list[DutyBody], Field(min_length=1, max_length=MOST_ROWS)]


class RosterChanged(Answer):
    """How many periods came and went, of how many posts."""

    added: int
    removed: int
    posts: int


@router.get(
    "/api/duties",
    summary="Who is on duty",
    responses=problems("bad-parameter", "unknown-parameter", "database-away"),
)
async def read_roster(
    connection: Transaction,
    first: Annotated[date, Query(alias="from", description="First day.", examples=["2026-11-27"])],
    last: Annotated[date, Query(alias="to", description="Last day.", examples=["2026-11-27"])],
    now: Annotated[bool, Query(description="Only who is on duty at this moment.")] = False,
    zone: Annotated[PlainText | None, Query(description="Only in the zone of this code.")] = None,
    organisation: Annotated[OrganisationCode | None, Query(description="Only for this organisation.")] = None,
    after: Annotated[int, Query(ge=0, le=2**62, description="`next` of the page before.")] = 0,
    limit: Limit = 500,
) -> Duties:
    """The roster from one day to another, at most a year, on the city's clock. A night belongs to the day it
    begins on.
    """
    if not 0 <= (last - first).days < LONGEST_DAYS:
        words = Name(zh="须不早于 from，且不超过一年", en="not before from, and within a year of it")
        raise Problem("bad-parameter", words, FieldError("to", words, "range"))
    return await list_duties(
        connection, first, last, now=now, zone=zone, organisation=organisation, after=after, limit=limit
    )


@router.post(
    "/api/duties",
    summary="Make the roster",
    responses=problems(
        "bad-parameter", "unknown-parameter", "not-allowed", "too-large", "database-away", "too-slow"
    ),
)
async def post_roster(connection: Transaction, me: Me, body: RosterBody) -> RosterChanged:
    """Replace the roster of every post and day that is named, all or nothing, with one entry in the history.

    Each row that is wrong is named: no such post, several that fit, half a period, an overlap.
    """
    actor = await acting(connection, me, body)
    if actor.role not in MAY:
        words = Name(zh="该角色不能排班", en="this role does not make the roster")
        raise Problem("not-allowed", words, FieldError("role", words, "role"))
    rows = [DutyRow(**each.model_dump()) for each in body.duties]
    try:
        changed = await change_duties(connection, actor.principal(), rows)
    except DutiesRefused as refused:
        columns = {"from": "begins", "to": "ends"}
        errors = [
            FieldError(f"duties.{row}.{columns.get(column, column)}", Name(zh=words.zh, en=words.en), code)
            for row, column, code, words in refused.faults[:100]
        ]
        told = Name(zh=f"{len(refused.faults)} 行有误", en=f"{len(refused.faults)} rows are wrong")
        raise Problem("bad-parameter", told, *errors) from refused
    return RosterChanged(added=changed.added, removed=changed.removed, posts=changed.posts)
