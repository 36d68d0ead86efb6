"""Any area asked about: what is in it, and what happened there."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Field, model_validator

from api.dependencies import Transaction, known_parameters, moment
from api.field_errors import FieldError
from api.formats import A_NUMBER, NOT_NUL, CategoryKey, Moment
from api.incident_filters import State, categories_of, states_of
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.reports import Body, Source
from api.urgent_task_bodies import Drawing
from governance.access import Permission
from governance.department.zone_query import AreaAsked, AreaFault, query_zone
from governance.department.zone_query_answers import ZoneAnswer
from governance.errors import UnknownCategory
from governance.incidents.answers import Name
from grid_data.incidents import IncidentFilter

router = APIRouter(tags=["department"], dependencies=[Depends(known_parameters)])

WAYS = ("polygon", "road", "facility", "zones")
Code = Annotated[str, Field(min_length=1, max_length=60, pattern=NOT_NUL)]


class ZoneNamed(Body):
    """A zone of today."""

    layer: Code
    code: Code


def _one_way(schema: dict[str, Any]) -> None:
    """Says in the description what the check below does."""
    for name in WAYS:
        kinds = schema["properties"][name].pop("anyOf", None)
        if kinds is not None:
            (kind,) = [each for each in kinds if each != {"type": "null"}]
            schema["properties"][name].update(kind)
        schema["properties"][name].pop("default", None)
    schema["oneOf"] = [{"required": [name]} for name in WAYS]


class QueryArea(Body):
    """The area: exactly one of the four; `buffer_m` counts with a road or a facility."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_way)

    polygon: Drawing | None = None
    road: Annotated[
        Code | None, Field(description="Code of a piece of the road; all of its name is meant.")
    ] = None
    facility: Annotated[Code | None, Field(description="Code of a facility.")] = None
    zones: Annotated[list[ZoneNamed] | None, Field(min_length=1, max_length=1_000)] = None
    buffer_m: Annotated[
        float,
        Field(gt=0, le=5_000, allow_inf_nan=False, description="Metres round a road or facility."),
        A_NUMBER,
    ] = 100

    @model_validator(mode="before")
    @classmethod
    def _exactly_one(cls, given: Any) -> Any:
        if isinstance(given, dict):
            there = [name for name in WAYS if name in given]
            if len(there) != 1 or given[there[0]] is None:
                raise ValueError(f"give exactly one of {', '.join(WAYS)}")
        return given

    def asked(self) -> AreaAsked:
        """The area as the floor below takes it."""
        polygon: dict[str, Any] | None = None
        if self.polygon is not None:
            polygon = {"type": self.polygon.type, "coordinates": self.polygon.coordinates}
        zones = [(zone.layer, zone.code) for zone in self.zones or ()]
        return AreaAsked(polygon, self.road, self.facility, self.buffer_m, zones)


class ZoneQuestion(Body):
    """An area, and which incidents are to be counted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"area": {"zones": [{"layer": "subdistrict", "code": "370212002"}]}, "from": "2026-01-01"},
                {
                    "area": {
                        "polygon": {
                            "type": "Polygon",
                            "coordinates": [
                                [
                                    [120.46, 36.1],
                                    [120.48, 36.1],
                                    [120.48, 36.12],
                                    [120.46, 36.12],
                                    [120.46, 36.1],
                                ]
                            ],
                        }
                    }
                },
            ]
        },
    )

    area: QueryArea
    from_: Annotated[
        Moment | None,
        Field(alias="from", description="Reported at this moment or later.", examples=["2026-01-01"]),
    ] = None
    to: Annotated[
        Moment | None, Field(description="Reported before this moment.", examples=["2026-07-01"])
    ] = None
    categories: Annotated[
        list[Annotated[CategoryKey, Field(examples=["GB/T 47678.5-2026:matter:06"])]] | None,
        Field(max_length=200, description="Of these, or below them; none: all."),
    ] = None
    sources: Annotated[list[Source] | None, Field(max_length=20, description="From one of these.")] = None
    states: Annotated[list[State] | None, Field(max_length=20, description="`open`: not yet closed.")] = None


@router.post(
    "/api/zone-query",
    summary="What is in an area",
    responses=problems(
        "bad-parameter", "unknown-parameter", "unknown-category", "too-large", "city-missing",
        "database-away", "too-slow",
    ),
)  # fmt: skip
async def ask_about(connection: Transaction, me: Me, body: ZoneQuestion) -> ZoneAnswer:
    """Incidents, facilities, households, base grids of an area: drawn, round a road or facility, or of zones.

    Incidents are in a drawn area by their place, in zones by their routing. What who asks does not see is not
    counted. `repeat_places` are told to who may read incidents.
    """
    wanted = await wanted_of(connection, body)
    try:
        answer = await query_zone(connection, body.area.asked(), wanted, one_by_one=me.sight.households)
    except AreaFault as fault:
        raise area_problem(fault) from fault
    return (
        answer
        if me.may_throughout(Permission.INCIDENTS_READ)
        else answer.model_copy(update={"repeat_places": []})
    )


async def wanted_of(connection: Transaction, body: ZoneQuestion) -> IncidentFilter:
    """Which incidents are meant, wherever they are."""
    return IncidentFilter(
        category_ids=await _categories(connection, body.categories),
        sources=[str(each) for each in body.sources] if body.sources else None,
        states=states_of(body.states),
        from_time=await moment(connection, body.from_, "from"),
        to_time=await moment(connection, body.to, "to"),
    )


def area_problem(fault: AreaFault) -> Problem:
    """The problem that an area cannot be asked about."""
    words = Name(zh=fault.words.zh, en=fault.words.en)
    return Problem("bad-parameter", words, FieldError(fault.field, words, "invalid-value"))


async def _categories(connection: Transaction, keys: list[str] | None) -> list[int] | None:
    if not keys:
        return None
    found: set[int] = set()
    for position, key in enumerate(keys):
        try:
            found |= set(await categories_of(connection, key) or ())
        except UnknownCategory as problem:
            raise UnknownCategory(problem.message, field=f"categories.{position}") from problem
    return sorted(found)
