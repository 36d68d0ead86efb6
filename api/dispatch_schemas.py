"""Shapes of the dispatcher's desk as the API description shows them; the documents come from SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from api.schemas import Document
from governance.incidents.answers import CategoryName, Name, Named, Point

Counts = Annotated[dict[str, int], Field(description="How many, by value; those that are none are left out.")]


class OrganisationCount(Document):
    """Open incidents of an organisation; without one, those of nobody."""

    code: str | None
    name: Name | None
    count: int


class CategoryCount(CategoryName):
    """Open incidents of a class."""

    count: int


class Sorting(Document):
    """What waits at the sorting desk, and for somebody to give it to."""

    unrouted: int
    distrusted: int
    direct_report: int
    objection: int
    unassigned: int


class Thresholds(Document):
    """Counts from which on the alarm is raised."""

    unassigned: int
    near_due: int


class QueueAlarm(Document):
    """Whether too much waits or is due soon."""

    unassigned: int
    near_due: int
    thresholds: Thresholds
    alarm: bool


class DeskSummary(Document):
    """Open incidents, counted."""

    total: int
    state: Counts
    clock: Counts
    urgency: Counts
    level: Counts
    source: Counts
    organisation: Annotated[list[OrganisationCount], Field(description="The 20 with most, most first.")]
    category: Annotated[list[CategoryCount], Field(description="By class, most first.")]
    sorting: Sorting
    queue: QueueAlarm


class Bar(Document):
    """Open incidents reported in an hour or a day that begins at this moment."""

    from_: Annotated[datetime, Field(alias="from")]
    count: int
    overdue: int


class Histogram(Document):
    """Bars without a gap, oldest first."""

    items: list[Bar]


class NearIncident(Document):
    """An open incident near another one."""

    number: str
    category: CategoryName
    state: str
    urgency: str
    text: str
    address: str | None
    place: Point
    reported_at: datetime
    distance_m: float


class NearIncidents(Document):
    """Nearest first."""

    items: list[NearIncident]


class PlacePost(Document):
    """A post where an incident is; without a person it is vacant, without ``on_duty_until`` off duty now."""

    layer: str
    zone: str
    kind: Literal["grid_lead", "police", "full_time", "part_time", "trade", "window"]
    person: str | None
    phone: str | None
    organisation: Named | None
    on_duty_until: AwareDatetime | None


class PlacePosts(Document):
    """Posts of the base grid first, then those of specialist zones."""

    items: list[PlacePost]
