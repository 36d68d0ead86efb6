"""What GridGov answers about plans: the shapes the API and the command line share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from governance.incidents.answers import Answer, Name, Named

__all__ = [
    "Band",
    "Conflict",
    "MoveAnswer",
    "Plan",
    "PlanArea",
    "PlanMeasures",
    "PlanProblem",
    "PlanShapes",
    "PlanStep",
    "PlanSteps",
    "PlanTotals",
    "PlanUnits",
    "PlanZone",
    "Plans",
    "UnitMoved",
    "ZoneFigures",
]

LockMode = Literal["none", "out", "in", "both"]
PlanState = Literal[
    "draft", "submitted", "approved", "scheduled", "published", "superseded", "withdrawn", "rolled_back"
]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class Band(Answer):
    """Households a zone should have, both ends inclusive."""

    min: int
    max: int


class PlanArea(Answer):
    """The region a plan may change."""

    layer: str
    code: str
    name: Name


class Plan(Answer):
    """A redraw of one layer. ``undo``, ``redo``: whether a step can be taken back, or made again;
    ``rollback_at``: when it is to be rolled back, if that is announced.
    """

    code: str
    name: Name
    layer: str
    state: PlanState
    revision: int
    author: str | None
    approver: str | None
    area: PlanArea | None
    base: datetime
    effective_from: datetime | None
    rollback_at: datetime | None
    rollback_by: str | None
    band: Band
    note: Name | None
    created_at: datetime
    zones: int
    units: int
    households: int
    undo: bool
    redo: bool


class Plans(Answer):
    """Plans, the newest first."""

    items: list[Plan]


class PlanZone(Answer):
    """A zone of a draft, by the plan's own number. ``base``: it is in the edition the plan starts from."""

    number: int
    code: str | None
    name: Name
    base: bool
    lock: LockMode
    exempt: bool
    dissolved: bool
    posts: int


class UnitColumns(Answer):
    """All units of a plan, column by column; position by position the same unit."""

    id: list[int]
    code: list[str]
    community: Annotated[list[int], Field(description="Position in `communities`.")]
    households: list[int]
    residents: list[int]
    buildings: list[int]
    incidents_year: list[int]
    facilities: list[int]
    area_m2: list[float]
    perimeter_m: list[float]
    zone: list[int | None]
    base_zone: list[int | None]


class BorderColumns(Answer):
    """All borders between units, column by column; ``a`` and ``b`` are positions in the columns of units."""

    a: list[int]
    b: list[int]
    length_m: list[float]
    barrier: Annotated[
        list[int],
        Field(description="0 compound, 1 open land, 2 street, 3 main road, 4 railway, 5 water."),
    ]
    joined: Annotated[list[bool], Field(description="Whether a zone may hold together by this border alone.")]


class PlanUnits(Answer):
    """A draft whole: what a browser needs to judge moves by itself."""

    revision: int
    zones: list[PlanZone]
    communities: list[Named]
    units: UnitColumns
    edges: BorderColumns


class PlanShapes(Answer):
    """Polygons of the units (feature id: the unit's), and the lines between them (feature id: position)."""

    units: dict[str, Any]
    edges: dict[str, Any]


class ZoneFigures(Answer):
    """Figures of one zone; ``moved_in`` and ``moved_out`` are households since the base edition."""

    number: int
    units: int
    households: int
    residents: int
    buildings: int
    incidents_year: int
    facilities: int
    posts: int
    households_before: int
    moved_in: int
    moved_out: int
    in_band: Annotated[bool, Field(description="Whatever is said of exempt zones.")]
    connected: bool
    inside_community: bool
    polsby_popper: float
    reock: float | None
    barrier_share: float | None
    area_m2: float


class PlanTotals(Answer):
    """Figures of the whole plan, and what it moves."""

    zones: int
    units: int
    households: int
    residents: int
    buildings: int
    incidents_year: int
    facilities: int
    posts: int
    zones_before: int
    in_band: Annotated[int, Field(description="Zones within the band; exempt ones are not counted.")]
    exempt: int
    connected: int
    moved_units: int
    moved_households: int
    buildings_cut: Annotated[int, Field(description="Buildings whose footprint lies in more than one zone.")]
    mean_polsby_popper: float | None


ProblemCode = Literal["out-of-band", "not-connected", "outside-community", "empty-zone", "building-cut"]


class PlanProblem(Answer):
    """What is not yet right: which zone or unit, where, and in words."""

    code: ProblemCode
    number: int | None
    unit: int | None
    place: Annotated[list[float], Field(min_length=2, max_length=2)] | None
    text: Name


class PlanMeasures(Answer):
    """Judgement of a plan."""

    revision: int
    totals: PlanTotals
    zones: list[ZoneFigures]
    moved_households: int
    problems: list[PlanProblem]


class UnitMoved(Answer):
    """A unit, where it was and where it is; null is nowhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    unit: int
    from_: Annotated[int | None, Field(alias="from")]
    to: int | None


class Piece(Answer):
    """A piece of a cut unit, with the columns of a unit."""

    unit: int
    code: str
    community: str
    households: int
    residents: int
    buildings: int
    incidents_year: int
    facilities: int
    area_m2: float
    perimeter_m: float
    zone: int | None
    base_zone: int | None
    geometry: dict[str, Any]


class CutUnit(Answer):
    """A unit that was cut, and its pieces."""

    unit: int
    pieces: list[Piece]


class NewBorders(Answer):
    """Borders of the pieces; ``a`` and ``b`` are identifiers of units."""

    a: list[int]
    b: list[int]
    length_m: list[float]
    barrier: list[int]
    joined: list[bool]


class Renumbered(Answer):
    """A zone that gets another code."""

    number: int
    before: str | None
    after: str


class MoveAnswer(Answer):
    """A step made. ``seq`` is null where nothing was stored: a preview."""

    revision: int
    seq: int | None
    moves: list[UnitMoved]
    zones: list[PlanZone]
    measures: list[ZoneFigures]
    cut: list[CutUnit]
    edges: NewBorders | None
    renumbered: list[Renumbered]


class PlanStep(Answer):
    """A step that was made. ``zones``: those that changed otherwise than by their units."""

    seq: int
    revision: int
    at: datetime
    author: str
    kind: str
    units: list[int]
    from_numbers: list[int | None]
    to_numbers: list[int | None]
    zones: list[int]
    undone: bool


class PlanSteps(Answer):
    """Steps, the newest first; ``next`` as `before` gives those further back."""

    items: list[PlanStep]
    next: int | None


class Conflict(Answer):
    """What two planners both changed. ``unit`` null: an attribute of the zone ``number``.

    A unit that the other one has cut is in no zone any more (``theirs`` null): ``pieces`` are what it is now.
    """

    unit: int | None
    number: int | None
    attribute: str | None
    yours: str | int | bool | None
    theirs: str | int | bool | None
    by: str
    at: datetime
    pieces: list[int] = Field(default_factory=list)
