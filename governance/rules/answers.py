"""What GridGov answers about assignment rules: the shapes the API and the CLI share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from gis.rules.assignment import AssignTo
from gis.rules.findings import FindingCode
from governance.incidents.answers import Answer, CategoryName, Name, Named, Point

RuleState = Literal["in_force", "scheduled", "ended"]


class RuleCategory(Answer):
    """The root of the category subtree a rule is for; level 1 is a class, 2 a minor class."""

    key: Annotated[str, Field(examples=["GB/T 47678.5-2026:matter:06010"])]
    name: Name
    level: int


class RuleLayer(Answer):
    """The layer a rule is for; a deeper layer is more specific."""

    code: Annotated[str, Field(examples=["police"])]
    name: Name
    depth: int


class RuleVersion(Answer):
    """What a rule says from `valid_from` until `valid_to`."""

    code: Annotated[str, Field(examples=["R045"])]
    version: Annotated[str, Field(description="Opaque; give it back when you change or remove the rule.")]
    state: RuleState
    category: Annotated[RuleCategory | None, Field(description="Null: any category.")]
    layer: RuleLayer | None
    zone: Annotated[Named | None, Field(description="Only in this zone of the layer.")]
    assign_to: AssignTo
    organisation: Annotated[Named | None, Field(description="Exactly when `assign_to` is `organisation`.")]
    supporting: list[Named]
    priority: int
    note: Name | None
    valid_from: datetime
    valid_to: datetime | None


class NextVersion(Answer):
    """A later version that waits for its beginning."""

    version: str
    valid_from: datetime


class Rule(RuleVersion):
    """A rule as of a moment."""

    scheduled: NextVersion | None


class Rules(Answer):
    """All rules, in the order in which they decide: the most specific first."""

    at: datetime
    items: list[Rule]


class RuleHistoryEntry(Answer):
    """One change that touched a rule."""

    seq: int
    at: datetime
    actor: str


class RuleDetail(Rule):
    """A rule with all its versions and changes, newest first."""

    versions: list[RuleVersion]
    history: list[RuleHistoryEntry]


class Example(Answer):
    """A thing a finding is about."""

    code: str
    name: Name


class Finding(Answer):
    """A fault of the rules. Only new errors refuse a change."""

    code: FindingCode
    level: Literal["error", "warning"]
    new: Annotated[bool, Field(description="This change brings it; the rules in force do not have it.")]
    rule: str | None
    others: Annotated[list[str], Field(description="Other rules concerned, best first.")]
    field: str | None
    change: Annotated[int | None, Field(description="Which of the changes, counted from 0.")]
    message: Name
    examples: list[Example]
    count: int


class Findings(Answer):
    """Faults of the rules in force."""

    at: datetime
    findings: list[Finding]


class Outcome(Answer):
    """What a change did, or would do."""

    applied: bool
    refused: Annotated[bool, Field(description="There are new errors: nothing is, or would be, stored.")]
    from_: Annotated[datetime, Field(alias="from", description="When the change begins to hold.")]
    findings: list[Finding]
    rules: Annotated[list[Rule], Field(description="The rules changed, as they are from then on.")]


class Flow(Answer):
    """Incidents that would move from one organisation to another; null: none, the sorting desk."""

    from_: Annotated[Named | None, Field(alias="from")]
    to: Named | None
    count: int


class CategoryCount(Answer):
    """Incidents of a category that would move."""

    key: str
    name: Name
    count: int


class RuleCount(Answer):
    """How many incidents a rule decides before and after."""

    code: str
    before: int
    after: int


class ZoneCount(Answer):
    """Incidents in a zone that would move; `centre` is a point on the zone."""

    code: str
    name: Name
    centre: Annotated[list[float], Field(min_length=2, max_length=2)]
    count: int


class Decided(Answer):
    """What a rule set says of an incident."""

    organisation: Named | None
    rule: str | None
    reason: Name


class TrialCase(Answer):
    """One incident that would move."""

    number: str
    category: CategoryName
    place: Annotated[list[float], Field(min_length=2, max_length=2)]
    address: str | None
    reported_at: datetime
    base_grid: Named | None
    overridden: bool
    before: Decided
    after: Decided


class TrialPointProperties(Answer):
    """Which incident a point is, and its flow (position in `flows`)."""

    number: str
    from_: Annotated[str | None, Field(alias="from")]
    to: str | None
    flow: int


class TrialPoint(Answer):
    """A GeoJSON feature."""

    type: Literal["Feature"] = "Feature"
    geometry: Point
    properties: TrialPointProperties


class TrialPoints(Answer):
    """GeoJSON of incidents that would move."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[TrialPoint]


class Trial(Answer):
    """What changed rules would move among incidents of the past.

    Before and after are both computed with the zones and the facility stored with each incident: before with
    the rules in force now, after with the changed ones.
    """

    incidents: Annotated[int, Field(description="Looked at.")]
    unlocated: Annotated[int, Field(description="Left out: incidents of that time without a place.")]
    first: datetime | None
    last: datetime | None
    stay: int
    move: Annotated[int, Field(description="Another organisation, or one instead of none, or none.")]
    lose: Annotated[int, Field(description="Of those that move: no organisation any more.")]
    gain: Annotated[int, Field(description="Of those that move: had none before.")]
    overridden: Annotated[int, Field(description="Of those that move: given by hand, so they would stay.")]
    rule_only: Annotated[int, Field(description="The same organisation by another rule.")]
    supporting: Annotated[int, Field(description="The same organisation, other supporting organisations.")]
    flows: list[Flow]
    categories: list[CategoryCount]
    rules: Annotated[list[RuleCount], Field(description="Only those that decide more or fewer.")]
    base_grids: list[ZoneCount]
    communities: list[ZoneCount]
    sample: Annotated[list[TrialCase], Field(description="Some of those that move, of every flow.")]
    points: TrialPoints
    points_left_out: int
    findings: list[Finding]
    refused: bool
    elapsed_s: float


def named(row: dict[str, Any], prefix: str) -> Named | None:
    """``<prefix>``, ``<prefix>_zh`` and ``<prefix>_en`` of a row as one thing, None without a code."""
    if row[prefix] is None:
        return None
    return Named(code=row[prefix], name=Name(zh=row[f"{prefix}_zh"], en=row[f"{prefix}_en"]))
