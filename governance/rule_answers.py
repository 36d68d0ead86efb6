"""What GridGov answers about assignment rules: the shapes the API and the CLI share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from gis.assignment import AssignTo
from gis.rule_findings import FindingCode
from governance.answers import Answer, Name, Named

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


def named(row: dict[str, Any], prefix: str) -> Named | None:
    """``<prefix>``, ``<prefix>_zh`` and ``<prefix>_en`` of a row as one thing, None without a code."""
    if row[prefix] is None:
        return None
    return Named(code=row[prefix], name=Name(zh=row[f"{prefix}_zh"], en=row[f"{prefix}_en"]))
