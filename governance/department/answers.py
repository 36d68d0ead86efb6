"""What a department is told about its work, its facilities, its grids and its people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from governance.incidents.answers import Answer, CategoryName, Name, Named, Point

__all__ = [
    "CategoryFigures",
    "DepartmentCategories",
    "DepartmentFacilities",
    "DepartmentFacility",
    "DepartmentHours",
    "DepartmentLoad",
    "DepartmentOverlap",
    "DepartmentPeople",
    "DepartmentSummary",
    "DepartmentTrend",
    "GridLoad",
    "HeldPost",
    "OverlapPart",
    "PersonLoad",
    "PersonPosts",
    "PostTemplate",
    "RepeatPlace",
    "RepeatPlaces",
    "Trend",
    "TrendStep",
    "Vacancy",
    "ZoneOverlap",
]

FacilityState = Literal["intact", "damaged", "lost", "abandoned", "removed"]
PostKind = Literal["grid_lead", "police", "full_time", "part_time", "trade", "window"]


class CategoryFigures(Answer):
    """A family of categories: open incidents, and how many of them are due soon, late, or came back."""

    category: CategoryName
    count: Annotated[int, Field(description="Open.")]
    due_soon: int
    overdue: int
    handled: int


class DepartmentSummary(Answer):
    """Where a department's incidents stand."""

    open: int
    due_soon: Annotated[int, Field(description="Open, and due soon.")]
    overdue: Annotated[int, Field(description="Open, and late.")]
    handled: Annotated[int, Field(description="The work was reported done within `handled_days`.")]
    sent_back: Annotated[int, Field(description="Open, and sent back at least once (退回).")]
    reworked: Annotated[int, Field(description="Open, and done again after a check (返工).")]
    handled_days: int
    by_category: Annotated[list[CategoryFigures], Field(description="By family, most open ones first.")]
    by_urgency: dict[str, int]
    opens: Annotated[
        dict[str, str],
        Field(description="Query of `GET /api/incidents` that lists exactly the incidents of a number."),
    ]
    as_of: datetime


class TrendStep(Answer):
    """A stretch of time; ``from`` is its beginning by the city's clock."""

    from_: Annotated[datetime, Field(alias="from")]
    count: Annotated[int, Field(description="Reported in it.")]
    overdue: Annotated[int, Field(description="Of those: late now, or closed after they were due.")]


class Trend(TrendStep):
    """The same with what was done in it."""

    handled: Annotated[
        int | None, Field(description="Cases whose work was reported done in it; null unless asked.")
    ]
    closed: Annotated[int | None, Field(description="Cases that were closed in it; null unless asked.")]


class DepartmentTrend(Answer):
    """One step after the other, empty ones too."""

    bucket: Literal["day", "week", "month"]
    items: list[Trend]


class CategoryTrend(Answer):
    """A category in a span and in the equally long one before it."""

    category: CategoryName
    count: int
    open: int
    overdue: int
    before: int


class DepartmentCategories(Answer):
    """Minor classes, the most frequent first."""

    items: list[CategoryTrend]


class DepartmentHours(Answer):
    """Reports by weekday (Monday first) and hour of the city's clock."""

    counts: Annotated[
        list[list[int]], Field(min_length=7, max_length=7, description="Seven days of 24 hours.")
    ]


class RepeatPlace(Answer):
    """A place where incidents of one category come again and again."""

    place: Annotated[Point, Field(description="The middle of them.")]
    extent_m: Annotated[float, Field(description="Of the farthest one from the middle, in metres.")]
    address: str | None
    base_grid: Named | None
    category: CategoryName
    count: int
    open: int
    first: datetime
    last: datetime
    numbers: Annotated[list[str], Field(description="The newest, at most 50.")]


class RepeatPlaces(Answer):
    """The most frequent first."""

    items: list[RepeatPlace]


class DepartmentFacility(Answer):
    """A facility, and what happens around it."""

    code: str
    name: Name
    category: CategoryName
    state: FacilityState
    relation: Annotated[
        Literal["owned", "maintained", "both", "supervised", "none"],
        Field(description="How it stands to whoever asks, or to the organisation asked about."),
    ]
    owner: Named | None
    maintainer: Named | None
    place: Point
    base_grid: Named | None
    incidents: Annotated[int, Field(description="Open incidents within so many metres.")]
    overdue: Annotated[int, Field(description="Late ones among them.")]


class DepartmentFacilities(Answer):
    """A page of facilities, by code."""

    items: list[DepartmentFacility]
    next: Annotated[str | None, Field(description="`after` of the next page.")]


class OverlapPart(Answer):
    """The part of a specialist zone that lies in a base grid."""

    grid: Named
    area_m2: float
    share: Annotated[float, Field(description="Of the base grid.")]
    of_zone: Annotated[float, Field(description="Of the specialist zone.")]
    households: Annotated[
        int | None,
        Field(
            description="In this part; for who may not see households one by one the grid's number by share "
            "of area, null where the grid has fewer than ten."
        ),
    ]
    incidents: Annotated[int, Field(description="Open incidents in both.")]


class ZoneOverlap(Answer):
    """A specialist zone over the base grids, the largest part first."""

    layer: Named
    zone: Named
    organisation: Named | None
    area_m2: float
    grids: list[OverlapPart]


class DepartmentOverlap(Answer):
    """Specialist zones, by layer and code."""

    items: list[ZoneOverlap]
    next: Annotated[str | None, Field(description="`after` of the next page.")]


class PostTemplate(Answer):
    """Posts of one kind in one layer: how many there are to be, and are."""

    layer: str
    layer_name: Name
    kind: PostKind
    required: int
    filled: int
    vacant: int


class Vacancy(Answer):
    """A post nobody holds, or one that the template asks for and that is not there."""

    kind: PostKind
    layer: str
    zone: Named


class HeldPost(Answer):
    """A post somebody holds."""

    kind: PostKind
    layer: str
    zone: Named


class PersonPosts(Answer):
    """A person with their posts; the telephone whole only for who coordinates the work."""

    name: str
    organisation: Named | None
    phone: str | None
    posts: list[HeldPost]


class DepartmentPeople(Answer):
    """Who works where."""

    templates: list[PostTemplate]
    vacancies: list[Vacancy]
    people: list[PersonPosts]


class GridLoad(Answer):
    """What a base grid bears."""

    grid: Named
    open: int
    overdue: int
    reported: Annotated[int, Field(description="In the last 30 days.")]
    handled: Annotated[int, Field(description="Work reported done in the last 30 days.")]


class PersonLoad(Answer):
    """What a person bears: the open incidents of the grids they have a post in."""

    name: str
    organisation: Named | None
    grids: int
    open: int
    overdue: int
    handled: Annotated[int, Field(description="Work they reported done themselves in the last 30 days.")]


class DepartmentLoad(Answer):
    """Grids and people, who bears most first."""

    grids: list[GridLoad]
    people: list[PersonLoad]
