"""What GridGov answers about incidents and their routing: the shapes the API, the CLI and exports share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["inside", "on_border", "nearest", "outside"]
PlaceProblemCode = Literal[
    "none_given", "not_a_number", "null_island", "swapped", "outside_city", "default_start",
    "shared_fallback", "inaccurate",
]  # fmt: skip


class Answer(BaseModel):
    """Base of all answers: immutable, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(Answer):
    """A name in Chinese and, where there is one, in English."""

    zh: str
    en: str | None = None


class Named(Answer):
    """A thing known by a code."""

    code: str
    name: Name


class Point(Answer):
    """A GeoJSON point, longitude first, EPSG:4326, at most seven decimals."""

    type: Literal["Point"] = "Point"
    coordinates: Annotated[list[float], Field(min_length=2, max_length=2, examples=[[120.4691, 36.1075]])]


class PlaceProblem(Answer):
    """Why a place was not believed; nothing is guessed in its stead."""

    code: PlaceProblemCode
    message: Name


class ZoneFound(Answer):
    """What one layer says about a place.

    ``distance_m`` is the distance to the zone's border, told when it is under 30 m (0 on the border), or to
    the zone itself when the method is ``nearest``. ``near_border`` says that the border is closer than the
    place is accurate.
    """

    layer: str
    layer_name: Name
    kind: Literal["region", "base_grid", "specialist", "jurisdiction", "context"]
    zone: Named | None
    version: int | None
    valid_from: datetime | None
    method: Method
    on_border: bool
    near_border: bool
    distance_m: float | None
    candidates: list[Named]
    organisation: Named | None


class FacilityFound(Answer):
    """The facility an incident concerns: the nearest one of its class within the place's accuracy."""

    code: str
    name: Name
    category: str
    distance_m: float
    owner: Named | None


class RuleFound(Answer):
    """The assignment rule that decided; ``category`` and ``layer`` say how specific it is."""

    code: str
    note: Name | None
    category: str | None
    layer: str | None


class RunnerUp(Answer):
    """A rule that also fitted, and what it lost by."""

    rule: str
    organisation: Named | None
    lost_by: Literal["no_organisation", "category_depth", "zone", "layer_depth", "priority", "code"]


class EscalationStep(Answer):
    """One level an unsolved incident rises to."""

    level: str
    zone: Named
    organisation: Named | None


class Routing(Answer):
    """Where a place lies, who is responsible, and why."""

    at: datetime
    place: Point | None
    place_status: Literal["located", "unlocated"]
    place_problem: PlaceProblem | None
    method: Literal["sql", "memory", "manual"]
    land_unit: str | None
    zones: list[ZoneFound]
    facility: FacilityFound | None
    responsible: Named | None
    supporting: list[Named]
    rule: RuleFound | None
    reason: Name
    reason_codes: list[str]
    runners_up: list[RunnerUp]
    escalation: list[EscalationStep]
    fallback: Annotated[
        bool, Field(description="Only a rule for any category fitted: the territorial fallback.")
    ]


class CategoryName(Answer):
    """A category by its key `standard_ref:kind:code`."""

    key: str
    name: Name


class ClockBrief(Answer):
    """How an incident stands against its time limit, by the clock of the database when it answered.

    Attributes
    ----------
    remaining_s
        Seconds of natural time until it is due, negative when late; of a clock that stands, what was left.
    """

    state: Literal["none", "running", "due_soon", "overdue", "paused", "stopped"]
    due_at: datetime | None
    soon_at: datetime | None
    remaining_s: int | None


class IncidentSummary(Answer):
    """An incident as lists show it. Reporters are never part of it."""

    number: str
    category: CategoryName
    state: str
    urgency: str
    text: str
    address: str | None
    place: Point | None
    place_status: Literal["located", "unlocated"]
    place_problem: PlaceProblem | None
    reported_at: datetime
    base_grid: Named | None
    responsible: Named | None
    source: str


class IncidentInList(IncidentSummary):
    """With who holds the case, and how it stands against its time limit."""

    level: Literal["community", "street", "district"] | None
    clock: ClockBrief


class Original(Answer):
    """The coordinates as they were sent, in the system they were declared in."""

    coordinates: Annotated[list[float], Field(min_length=2, max_length=2)]
    crs: str


class Located(Answer):
    """Who put the incident where it is, when its place is not the reported one."""

    at: datetime
    by: str


class HistoryEntry(Answer):
    """One action on the incident, alone or among others; ``reason`` where the action needs one."""

    seq: int
    at: datetime
    actor: str
    action: str
    reason: str | None


class Override(Answer):
    """A person's choice, which goes before the computed routing until it is lifted."""

    organisation: Named
    supporting: list[Named]
    by: str
    reason: str
    at: datetime


class Incident(IncidentSummary):
    """An incident with its routing and history.

    `responsible` is who works on it; `routing` is what was computed, also where a person chose otherwise.
    """

    appeal_kind: str
    source_ref: str | None
    accuracy_m: float | None
    original: Original | None
    located: Located | None
    state_since: datetime
    recorded_at: datetime
    routing: Routing
    override: Override | None = None
    history: list[HistoryEntry]
