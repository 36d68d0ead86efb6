"""What is told of calendars, limits and business hours."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from governance.deadlines.clock import Kind
from governance.deadlines.limits import Stage
from governance.incidents.answers import Name
from grid_data.city import city_timezone
from grid_data.database import Connection, one, rows
from grid_data.deadlines import read_limits, read_windows

__all__ = ["Deadlines", "SpecialDay", "StoredLimit", "StoredWindow", "get_deadlines", "this_year"]


class SpecialDay(BaseModel):
    """A day that is not what its weekday says."""

    date: date
    kind: Literal["holiday", "workday"]
    name: str | None
    weekday: Annotated[int, Field(description="1 is Monday, 7 Sunday.")]


class StoredLimit(BaseModel):
    """A limit; null fits everything. The nearest category wins, then condition, appeal kind, urgency."""

    stage: Stage
    category: str | None
    category_name: Name | None
    condition: str | None
    appeal_kind: Literal["livelihood", "enterprise", "enforcement"] | None
    urgency: Literal["normal", "urgent"] | None
    amount: float
    kind: Kind
    warn: Annotated[float, Field(description="Share of the limit left when it is due soon.")]
    valid_from: datetime | None
    note: Name | None


class StoredWindow(BaseModel):
    """Business hours of an organisation."""

    organisation: str
    name: Name
    windows: str
    own: Annotated[bool, Field(description="False where they are those of the organisation above.")]


class Deadlines(BaseModel):
    """Calendars, limits and business hours as of a revision."""

    revision: str
    timezone: str
    windows: Annotated[str, Field(description="Business hours where no others are set.")]
    years: Annotated[list[int], Field(description="Years that have special days.")]
    year: int
    days: list[SpecialDay]
    limits: list[StoredLimit]
    organisations: list[StoredWindow]


async def get_deadlines(connection: Connection, year: int) -> Deadlines:
    """Limits that hold now, business hours, and the special days of a year."""
    row = await one(connection, "deadlines/present")
    assert row is not None
    return Deadlines(
        revision=row["revision"],
        timezone=await city_timezone(connection),
        windows=row["windows"],
        years=[each["year"] for each in await rows(connection, "deadlines/years")],
        year=year,
        days=[
            SpecialDay(**day, weekday=day["date"].isoweekday())
            for day in await rows(connection, "deadlines/days", {"years": [year]})
        ],
        limits=[
            StoredLimit(
                **{name: limit[name] for name in _SAME},
                category_name=Name(zh=limit["name_zh"], en=limit["name_en"]) if limit["category"] else None,
                valid_from=limit["since"],
                note=Name(zh=limit["note_zh"] or limit["note_en"], en=limit["note_en"])
                if limit["note_zh"] or limit["note_en"]
                else None,
            )
            for limit in await read_limits(connection)
        ],
        organisations=[
            StoredWindow(
                organisation=each["code"],
                name=Name(zh=each["name_zh"], en=each["name_en"]),
                windows=each["windows"],
                own=each["own"],
            )
            for each in await read_windows(connection)
        ],
    )


async def this_year(connection: Connection) -> int:
    """The year it is in the city."""
    return datetime.now(UTC).astimezone(ZoneInfo(await city_timezone(connection))).year


_SAME = ("stage", "category", "condition", "appeal_kind", "urgency", "amount", "kind", "warn")
