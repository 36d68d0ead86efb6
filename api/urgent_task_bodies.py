"""The bodies of requests about urgent tasks."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from api.actor import ActorFields
from api.formats import A_NUMBER, NOT_NUL, AnyMoment, ZoneKey
from api.reports import SAYS_SOMETHING, Body
from governance.patrols.urgent_task_rules import ReceiptAction
from governance.patrols.urgent_tasks import Area, Given, Text

__all__ = ["AreaBody", "CancelBody", "ReceiptBody", "RemindBody", "TaskBody"]

Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Position = Annotated[list[Degrees], Field(min_length=2, max_length=3)]
Ring = Annotated[list[Position], Field(min_length=4, max_length=10_000)]
Rings = Annotated[list[Ring], Field(min_length=1)]


class Drawing(Body):
    """A GeoJSON polygon or multipolygon, EPSG:4326, longitude first."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: Annotated[
        Rings | Annotated[list[Rings], Field(min_length=1)],
        Field(description="Rings of a polygon; of a multipolygon a list of such lists."),
    ]


def _one_of(*names: str) -> Any:
    """Says in the description what the check below does: exactly one of some fields, none of them null."""

    def told(schema: dict[str, Any]) -> None:
        for name in names:
            kinds = schema["properties"][name].pop("anyOf", None)
            if kinds is not None:
                (kind,) = [each for each in kinds if each != {"type": "null"}]
                schema["properties"][name].update(kind)
            schema["properties"][name].pop("default", None)
        schema["oneOf"] = [{"required": [name]} for name in names]

    return told


def _exactly_one(given: Any, *names: str) -> Any:
    if isinstance(given, dict):
        there = [name for name in names if name in given]
        if len(there) != 1 or given[there[0]] is None:
            raise ValueError(f"give exactly one of {', '.join(names)}")
    return given


class Buffer(Body):
    """So many metres round a point or a line, or round the place of an incident."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_of("line", "incident"))

    radius_m: Annotated[float, Field(gt=0, le=50_000, allow_inf_nan=False), A_NUMBER]
    line: Annotated[
        list[Annotated[list[Degrees], Field(min_length=2, max_length=2)]] | None,
        Field(min_length=1, max_length=1000, description="One point, or the points of a line."),
    ] = None
    incident: Annotated[
        str | None, Field(max_length=40, pattern=NOT_NUL, json_schema_extra={"format": "incident-number"})
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _one_centre(cls, given: Any) -> Any:
        return _exactly_one(given, "line", "incident")


class TaskArea(Body):
    """Where a task applies: exactly one of the three."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_of("polygon", "zones", "buffer"))

    polygon: Drawing | None = None
    zones: Annotated[
        list[ZoneKey] | None,
        Field(
            min_length=1,
            max_length=2000,
            description="`layer:code` of regions, base grids or specialist zones.",
        ),
    ] = None
    buffer: Buffer | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, given: Any) -> Any:
        return _exactly_one(given, "polygon", "zones", "buffer")

    def area(self) -> Area:
        """The area as the floor below takes it."""
        if self.polygon is not None:
            shape: dict[str, Any] = {"type": self.polygon.type, "coordinates": self.polygon.coordinates}
            return Area(polygon=shape)
        if self.buffer is not None:
            line = [(point[0], point[1]) for point in self.buffer.line or ()]
            return Area(line=line, incident=self.buffer.incident, radius_m=self.buffer.radius_m)
        keys = [key.partition(":") for key in self.zones or ()]
        return Area(zones=[(layer, code) for layer, _, code in keys])


class AreaBody(Body):
    """Only the area."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"area": {"zones": ["subdistrict:370212002"]}}]}
    )

    area: TaskArea


def _words(longest: int) -> Any:
    return Field(min_length=1, max_length=longest, pattern=SAYS_SOMETHING)


class ShortText(Body):
    """A title, Chinese and if need be English."""

    zh: Annotated[str, _words(100)]
    en: Annotated[str | None, _words(200)] = None

    def words(self) -> Text:
        """As the floor below takes it."""
        return Text(self.zh.strip(), self.en.strip() if self.en else None)


class LongText(Body):
    """A text, Chinese and if need be English."""

    zh: Annotated[str, _words(4000)]
    en: Annotated[str | None, _words(8000)] = None

    def words(self) -> Text:
        """As the floor below takes it."""
        return Text(self.zh.strip(), self.en.strip() if self.en else None)


class TaskBody(ActorFields, Body):
    """An urgent task as it is issued."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "by": "周指挥",
                    "role": "district_lead",
                    "organisation": "LS",
                    "title": {"zh": "台风前转移低洼处居民"},
                    "text": {"zh": "今晚 20 时前逐户通知，登记需要转移的人数。"},
                    "forward": {"zh": "台风将至，请关好门窗，低洼处居民请到社区安置点。"},
                    "due_at": "2030-08-09T20:00:00+08:00",
                    "area": {"zones": ["subdistrict:370212002"]},
                }
            ]
        },
    )

    title: ShortText
    text: LongText
    forward: Annotated[LongText | None, Field(description="To be passed on to residents, word by word.")] = (
        None
    )
    due_at: Annotated[AnyMoment, Field(description="In the future.")]
    area: TaskArea

    def given(self) -> Given:
        """The task as the floor below takes it."""
        return Given(
            title=self.title.words(),
            text=self.text.words(),
            due_at=self.due_at,
            area=self.area.area(),
            forward=self.forward.words() if self.forward else None,
        )


class ReceiptBody(ActorFields, Body):
    """What a grid answers."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "by": "王网格",
                    "role": "grid_worker",
                    "grid": "370212002001001",
                    "action": "done",
                    "note": "已逐户通知",
                    "count": 412,
                }
            ]
        },
    )

    grid: Annotated[
        str, Field(min_length=1, max_length=60, pattern=NOT_NUL, description="Code of the base grid.")
    ]
    action: Annotated[ReceiptAction, Field(description="`undo`: not done after all.")]
    note: Annotated[str | None, _words(1000)] = None
    count: Annotated[
        int | None, Field(ge=0, le=1_000_000, description="What the task asks to be counted."), A_NUMBER
    ] = None
    attachments: Annotated[
        list[UUID], Field(default_factory=list, max_length=12, description="Photos and files sent before.")
    ]


class RemindBody(ActorFields, Body):
    """Who reminds."""


class CancelBody(ActorFields, Body):
    """Who calls a task off, and why."""

    reason: Annotated[str, _words(500)]
