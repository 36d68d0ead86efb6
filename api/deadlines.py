"""Time limits, working calendars and business hours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.actor import ActorFields, acting
from api.dependencies import Transaction, known_parameters
from api.field_errors import FieldError
from api.formats import CategoryKey, OrganisationCode, PlainText
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from governance.access import Permission, Role
from governance.deadlines.answers import Deadlines, get_deadlines, this_year
from governance.deadlines.calendar import CalendarDay
from governance.deadlines.changes import (
    CalendarYear,
    Changes,
    DeadlinesChanged,
    DeadlinesRefused,
    LimitChange,
    WindowChange,
    change_deadlines,
)
from governance.deadlines.clock import Kind
from governance.deadlines.limits import Stage
from governance.deadlines.trial import Trial, try_deadlines
from governance.incidents.answers import Name

router = APIRouter(tags=["deadlines"], dependencies=[Depends(known_parameters)])

MAY = (Role.ADMINISTRATOR, Role.DISTRICT_LEAD)
"""Who changes limits and calendars."""
Year = Annotated[int, Field(ge=1970, le=2199)]
Hours = Annotated[
    PlainText,
    Field(max_length=200, examples=["08:30-12:00,14:00-18:00"], description="Business hours of a day."),
]


class DayBody(BaseModel):
    """A special day."""

    model_config = ConfigDict(extra="forbid")

    date: date
    kind: Literal["holiday", "workday"]
    name: Annotated[PlainText | None, Field(max_length=60)] = None


class CalendarBody(BaseModel):
    """All special days of a year; they replace those there are."""

    model_config = ConfigDict(extra="forbid")

    year: Year
    days: Annotated[list[DayBody], Field(max_length=366)]


class LimitBody(BaseModel):
    """A limit from now on, named by stage, category, condition, appeal kind, urgency; no amount ends it."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage
    category: CategoryKey | None = None
    condition: Annotated[PlainText | None, Field(min_length=1, max_length=100)] = None
    appeal_kind: Literal["livelihood", "enterprise", "enforcement"] | None = None
    urgency: Literal["normal", "urgent"] | None = None
    amount: Annotated[float | None, Field(ge=0, lt=100_000, allow_inf_nan=False)] = None
    kind: Kind | None = None
    warn: Annotated[float, Field(ge=0, le=1, description="Share left when it is due soon.")] = 0.25
    note_zh: Annotated[PlainText | None, Field(max_length=500)] = None
    note_en: Annotated[PlainText | None, Field(max_length=500)] = None


class WindowBody(BaseModel):
    """Business hours of an organisation, or of the city; without hours, those above hold."""

    model_config = ConfigDict(extra="forbid")

    organisation: OrganisationCode | None = None
    windows: Hours | None = None


class ChangesBody(ActorFields):
    """What changes together, on the revision you read."""

    model_config = ConfigDict(extra="forbid")

    revision: Annotated[PlainText, Field(max_length=60, description="`revision` as you read it.")]
    calendars: Annotated[list[CalendarBody], Field(default_factory=list, max_length=20)]
    limits: Annotated[list[LimitBody], Field(default_factory=list, max_length=1000)]
    windows: Annotated[list[WindowBody], Field(default_factory=list, max_length=500)]

    def changes(self) -> Changes:
        """The plain changes."""
        return Changes(
            tuple(
                CalendarYear(c.year, tuple(CalendarDay(d.date, d.kind, d.name) for d in c.days))
                for c in self.calendars
            ),
            tuple(LimitChange(**limit.model_dump(mode="json")) for limit in self.limits),
            tuple(WindowChange(each.organisation, each.windows) for each in self.windows),
        )


class TrialBody(ChangesBody):
    """The same, to be tried."""

    days: Annotated[int, Field(ge=1, le=366, description="Cases reported in the last days.")] = 90


@router.get(
    "/api/deadlines",
    summary="Limits and calendar",
    responses=problems("bad-parameter", "unknown-parameter", "database-away"),
)
async def read_deadlines(
    connection: Transaction,
    year: Annotated[
        Year | None, Query(description="Year of the calendar; this one.", examples=[2026])
    ] = None,
) -> Deadlines:
    """Limits that hold now, the special days of a year, and business hours.

    A limit names a stage and what it is for. Of those that fit an incident the nearest category wins, then
    one that names its condition, its appeal kind, its urgency.
    """
    return await get_deadlines(connection, year or await this_year(connection))


@router.post(
    "/api/deadlines",
    summary="Change limits and calendar",
    responses=problems(
        "bad-parameter", "unknown-parameter", "deadlines-changed", "deadlines-refused", "too-large",
        "database-away", "too-slow",
    ),
)  # fmt: skip
async def post_changes(connection: Transaction, me: Me, body: ChangesBody) -> Deadlines:
    """All changes or none, with one entry in the history; answers limits and calendar as they are then.

    Clocks that run keep the limit they started with. Refused when anything is wrong (409 `deadlines-refused`,
    each fault named) or when somebody changed something since you read it (409 `deadlines-changed`).
    """
    actor = await acting(connection, me, body)
    if actor.role not in MAY:
        words = Name(zh="只有管理员或区级负责人可以更改", en="only an administrator or a district lead may")
        raise Problem("deadlines-refused", words, FieldError("role", words, "role"))
    changes = body.changes()
    with _problems():
        await change_deadlines(connection, actor.principal(), changes, seen=body.revision)
    year = changes.calendars[0].year if changes.calendars else await this_year(connection)
    return await get_deadlines(connection, year)


@router.post(
    "/api/deadlines/check",
    summary="Try changes of limits and calendar",
    responses=problems(
        "bad-parameter", "unknown-parameter", "deadlines-changed", "deadlines-refused", "too-large",
        "database-away", "too-slow",
    ),
)  # fmt: skip
async def post_trial(connection: Transaction, me: Me, body: TrialBody) -> Trial:
    """What the changes would have meant for the cases of the last days; nothing is stored.

    Of at most 5,000 handled cases, the newest: when each was due by what holds now, and when it would have
    been. Cases that were extended or had stood still are left out, and counted. `examples` are told to
    who may read incidents.
    """
    principal = (await acting(connection, me, body)).principal()
    with _problems():
        trial = await try_deadlines(connection, principal, body.changes(), days=body.days, seen=body.revision)
    return (
        trial if me.may_throughout(Permission.INCIDENTS_READ) else trial.model_copy(update={"examples": []})
    )


@contextmanager
def _problems() -> Iterator[None]:
    """Refusals as problems."""
    try:
        yield
    except DeadlinesChanged:
        words = Name(zh="时限或日历已被他人更改", en="somebody changed limits or calendar meanwhile")
        raise Problem(
            "deadlines-changed", words, FieldError("revision", words, "deadlines-changed")
        ) from None
    except DeadlinesRefused as refusal:
        errors = [FieldError(field, Name(zh=zh, en=en), code) for field, code, (zh, en) in refusal.faults]
        first = Name(zh="；".join(e.message.zh for e in errors), en=str(refusal))
        raise Problem("deadlines-refused", first, *errors) from refusal
