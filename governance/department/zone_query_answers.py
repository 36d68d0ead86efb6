"""What is told about an area."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from governance.department.answers import RepeatPlace
from governance.incidents.answers import Answer, CategoryName, Name

__all__ = [
    "AreaFacilities",
    "AreaGrid",
    "AreaHouseholds",
    "AreaIncidents",
    "AreaStep",
    "CategoryCount",
    "ClassCount",
    "ZoneAnswer",
]


class CategoryCount(Answer):
    """A family of categories."""

    category: CategoryName
    count: int


class AreaStep(Answer):
    """A stretch of time; ``from`` is its beginning by the city's clock."""

    from_: Annotated[datetime, Field(alias="from")]
    count: int


class AreaIncidents(Answer):
    """Incidents of an area, as far as who asks sees them."""

    total: int
    open: int
    overdue: int
    by_category: Annotated[list[CategoryCount], Field(description="By family, most first.")]
    by_state: dict[str, int]
    by_source: dict[str, int]
    trend: Annotated[
        list[AreaStep], Field(description="Days up to 45 days, weeks up to 200, then months; empty ones too.")
    ]
    hours: Annotated[
        list[list[int]],
        Field(
            min_length=7, max_length=7, description="By weekday (Monday first) and hour of the city's clock."
        ),
    ]


class ClassCount(Answer):
    """A class of facilities: its code and the catalogue it is of."""

    class_: Annotated[str, Field(alias="class")]
    standard_ref: str
    name: Name
    count: int


class AreaFacilities(Answer):
    """Facilities of an area that are not removed; each is where a point on it is."""

    total: int
    by_class: list[ClassCount]


class AreaHouseholds(Answer):
    """Households of an area."""

    count: Annotated[
        int | None,
        Field(
            description="For who may not see households one by one: of the base grids, by share of area, and "
            "null under ten."
        ),
    ]
    suppressed: Annotated[bool, Field(description="Something was left out because it is too small a number.")]
    estimated: Annotated[bool, Field(description="From the numbers of base grids, by share of area.")]


class AreaGrid(Answer):
    """A base grid that shares ground with the area."""

    code: str
    name: Name
    share: Annotated[float, Field(description="Of the grid.")]
    incidents: Annotated[int, Field(description="Of the area's incidents, those that were routed to it.")]


class ZoneAnswer(Answer):
    """What is in an area."""

    edition: Annotated[str | None, Field(description="Of the layer of base grids.")]
    at: datetime
    area: Annotated[
        dict[str, Any] | None, Field(description="GeoJSON of the ground; null for zones, which are known.")
    ]
    area_m2: float
    incidents: AreaIncidents
    facilities: AreaFacilities
    households: AreaHouseholds
    repeat_places: Annotated[
        list[RepeatPlace],
        Field(
            description="At least three of one category within 30 m, of the last 90 days asked about; "
            "at most 20."
        ),
    ]
    grids: Annotated[list[AreaGrid], Field(description="The ones with most ground in it first.")]
