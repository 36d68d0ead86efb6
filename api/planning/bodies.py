"""Bodies of the plan routes: a new plan, and moves as they are drawn."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import shapely
from pydantic import ConfigDict, Field, StrictBool, StrictFloat
from pydantic.config import JsonDict

from api.formats import A_NUMBER, NOT_NUL, AnyMoment, LayerKey
from api.planning.problems import PLAN_CODE, By
from api.reports import SAYS_SOMETHING, Body
from gis.redraw.steps import Lock
from governance.planning.requests import (
    Assign,
    Border,
    ChangeZone,
    Dissolve,
    Merge,
    NewZone,
    Paint,
    SplitLine,
    SplitParts,
    TransferBuilding,
)

__all__ = ["AnyMove", "NewPlan", "TakeBody"]

NEW_PLAN: JsonDict = {
    "layer": "base_grid",
    "name": {"zh": "2027 年网格调整", "en": "Redraw 2027"},
    "area": {"layer": "community", "code": "370212001001"},
    "band": {"min": 300, "max": 500},
    "by": "王规划",
}

Revision = Annotated[
    int,
    Field(
        ge=0,
        le=2_000_000_000,
        description="`revision` of the plan as you read it.",
        examples=[0],
    ),
    A_NUMBER,
]
UnitId = Annotated[
    int, Field(ge=1, le=9_000_000_000_000_000_000, json_schema_extra={"format": "unit-id"}), A_NUMBER
]
ZoneNumber = Annotated[
    int, Field(ge=1, le=2_000_000_000, description="Number of a zone in the plan."), A_NUMBER
]
Units = Annotated[list[UnitId], Field(min_length=1, max_length=20_000)]
Said = Annotated[str, Field(min_length=1, max_length=100, pattern=SAYS_SOMETHING)]


Degrees = Annotated[StrictFloat, Field(ge=-180, le=180, allow_inf_nan=False)]
Line = Annotated[
    list[Annotated[list[Degrees], Field(min_length=2, max_length=2)]],
    Field(min_length=2, max_length=2000, description="Places, longitude first, EPSG:4326."),
]
Cut = Annotated[StrictBool, Field(description="False: no unit is cut; each goes where most of it is.")]
Along = Annotated[
    StrictBool,
    Field(description="True: the points are joined by the shortest way along roads, rivers and banks."),
]


class GivenName(Body):
    """A name as a person gives it."""

    zh: Said
    en: Annotated[str | None, Field(max_length=100, pattern=NOT_NUL)] = None

    def plain(self) -> tuple[str, str | None]:
        """Chinese, and English or None."""
        return self.zh.strip(), (self.en or "").strip() or None


class GivenNote(Body):
    """What a plan is for."""

    zh: Annotated[str, Field(min_length=1, max_length=2000, pattern=NOT_NUL)]
    en: Annotated[str | None, Field(max_length=2000, pattern=NOT_NUL)] = None


class GivenArea(Body):
    """A region by its layer's code and its own."""

    layer: LayerKey
    code: Annotated[str, Field(max_length=60, pattern=NOT_NUL)]


class GivenBand(Body):
    """Households a zone should have, both ends inclusive."""

    min: Annotated[int, Field(ge=0, le=1_000_000), A_NUMBER]
    max: Annotated[int, Field(ge=0, le=1_000_000), A_NUMBER]


class NewPlan(Body):
    """A draft to be started."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [NEW_PLAN]})

    layer: LayerKey
    name: GivenName
    area: Annotated[GivenArea | None, Field(description="The region it may change; null: the layer.")] = None
    base: Annotated[
        AnyMoment | None, Field(description="Moment whose edition it starts from; default now.")
    ] = None
    band: GivenBand | None = None
    code: Annotated[
        str | None, Field(pattern=PLAN_CODE, description="Default: the next of today, `P20261127-01`.")
    ] = None
    note: Annotated[GivenNote | None, Field(description="What it is for; English is optional.")] = None
    by: By = None


class TakeBody(Body):
    """A step to be taken back, or made again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"revision": 3, "by": "王规划"}]}
    )

    revision: Revision
    by: By = None
    seq: Annotated[
        int | None,
        Field(ge=1, le=2_000_000_000, description="Which step; null: the next of this person."),
        A_NUMBER,
    ] = None


class _Move(Body):
    """Base of moves."""

    revision: Revision
    known: Annotated[
        list[Revision],
        Field(
            default_factory=list,
            max_length=1000,
            description="Revisions since then of your own steps: what they changed is not compared.",
        ),
    ]
    by: By = None


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"revision": 0, "by": "王规划", **values}]}
    )


class PaintBody(_Move):
    """Units to a zone."""

    model_config = _example(kind="paint", units=[101, 102], zone=4)

    kind: Literal["paint"]
    units: Units
    zone: ZoneNumber

    def plain(self) -> Paint:
        """The move as a plain value."""
        return Paint(self.units, self.zone)


class NewZoneBody(_Move):
    """Units to a zone of their own."""

    model_config = _example(kind="new_zone", units=[101], name={"zh": "东区新网格"})

    kind: Literal["new_zone"]
    units: Units
    name: GivenName

    def plain(self) -> NewZone:
        """The move as a plain value."""
        return NewZone(self.units, self.name.plain())


class MergeBody(_Move):
    """Zones into one."""

    model_config = _example(kind="merge", zones=[3, 4], into=3)

    kind: Literal["merge"]
    zones: Annotated[list[ZoneNumber], Field(min_length=1, max_length=100)]
    into: ZoneNumber

    def plain(self) -> Merge:
        """The move as a plain value."""
        return Merge(self.zones, self.into)


class DissolveBody(_Move):
    """A zone among its neighbours."""

    model_config = _example(kind="dissolve", zone=4)

    kind: Literal["dissolve"]
    zone: ZoneNumber

    def plain(self) -> Dissolve:
        """The move as a plain value."""
        return Dissolve(self.zone)


class RenameBody(_Move):
    """Another name for a zone."""

    model_config = _example(kind="rename", zone=4, name={"zh": "海尔路东网格"})

    kind: Literal["rename"]
    zone: ZoneNumber
    name: GivenName

    def plain(self) -> ChangeZone:
        """The move as a plain value."""
        return ChangeZone("rename", self.zone, name=self.name.plain())


class LockBody(_Move):
    """What may not happen to a zone's units: leave (`out`), enter (`in`), either (`both`)."""

    model_config = _example(kind="lock", zone=4, lock="both")

    kind: Literal["lock"]
    zone: ZoneNumber
    lock: Lock

    def plain(self) -> ChangeZone:
        """The move as a plain value."""
        return ChangeZone("lock", self.zone, lock=self.lock)


class ExemptBody(_Move):
    """Whether a zone is held to the band."""

    model_config = _example(kind="exempt", zone=4, exempt=True)

    kind: Literal["exempt"]
    zone: ZoneNumber
    exempt: StrictBool

    def plain(self) -> ChangeZone:
        """The move as a plain value."""
        return ChangeZone("exempt", self.zone, exempt=self.exempt)


class AssignBody(_Move):
    """Many units to many zones: a proposal taken over. Numbers that no zone has stand for new zones."""

    model_config = _example(kind="assign", units=[101, 102], zones=[3, 4])

    kind: Literal["assign"]
    units: Units
    zones: Annotated[list[ZoneNumber], Field(min_length=1, max_length=20_000)]

    def plain(self) -> Assign:
        """The move as a plain value."""
        return Assign(self.units, self.zones)


class SplitPartsBody(_Move):
    """A zone into parts with nearly equal households, each connected."""

    model_config = _example(kind="split_parts", zone=4, parts=2)

    kind: Literal["split_parts"]
    zone: ZoneNumber
    parts: Annotated[int, Field(ge=2, le=50), A_NUMBER]
    seed: Annotated[
        int, Field(ge=0, le=1_000_000, description="The same seed, the same parts."), A_NUMBER
    ] = 1

    def plain(self) -> SplitParts:
        """The move as a plain value."""
        return SplitParts(self.zone, self.parts, self.seed)


class SplitLineBody(_Move):
    """A zone in two along a line: the part with more households keeps the number."""

    model_config = _example(kind="split_line", zone=4, line=[[120.466, 36.105], [120.472, 36.106]])

    kind: Literal["split_line"]
    zone: ZoneNumber
    line: Line
    new_name: GivenName | None = None
    cut: Cut = True
    along: Along = False

    def plain(self) -> SplitLine:
        """The move as a plain value."""
        name = None if self.new_name is None else self.new_name.plain()
        return SplitLine(self.zone, shapely.LineString(self.line), name, self.cut, self.along)


class BorderBody(_Move):
    """The common border of two zones on a new course; from its ends on, the present border stays."""

    model_config = _example(kind="border", zones=[4, 5], line=[[120.466, 36.105], [120.472, 36.106]])

    kind: Literal["border"]
    zones: Annotated[list[ZoneNumber], Field(min_length=2, max_length=2)]
    line: Line
    cut: Cut = True
    along: Along = False

    def plain(self) -> Border:
        """The move as a plain value."""
        pair = self.zones[0], self.zones[1]
        return Border(pair, shapely.LineString(self.line), self.cut, self.along)


class TransferBody(_Move):
    """A building to a zone, with its unit; where others stand on that, with the ground nearest to it."""

    model_config = _example(kind="transfer_building", building="B000123", zone=4)

    kind: Literal["transfer_building"]
    building: Annotated[str, Field(min_length=1, max_length=100, pattern=NOT_NUL)]
    zone: ZoneNumber

    def plain(self) -> TransferBuilding:
        """The move as a plain value."""
        return TransferBuilding(self.building, self.zone)


class RenumberBody(_Move):
    """New codes, in each community from west to east and north to south; old codes stay known for ever."""

    model_config = _example(kind="renumber", preview=True)

    kind: Literal["renumber"]
    preview: Annotated[StrictBool, Field(description="Only tell which codes would be given.")] = False
    communities: Annotated[
        list[Annotated[str, Field(max_length=60, pattern=NOT_NUL)]] | None,
        Field(max_length=1000, description="Codes of communities; null: all of the plan."),
    ] = None


AnyMove = Annotated[
    PaintBody
    | NewZoneBody
    | MergeBody
    | DissolveBody
    | RenameBody
    | LockBody
    | ExemptBody
    | AssignBody
    | SplitPartsBody
    | RenumberBody
    | SplitLineBody
    | BorderBody
    | TransferBody,
    Field(discriminator="kind"),
]
