"""Bodies of the rule routes: a rule as it is written, changes, a draft set to save or to try."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.formats import NOT_NUL, AnyMoment, CategoryKey, OrganisationCode
from api.reports import Body
from gis.rules.assignment import AssignTo
from gis.rules.rule import MOST_PRIORITY, RULE_CODE, Rule
from gis.words import Words
from governance.rules.drafts import Change, Remove, Save

__all__ = ["ChangeFile", "DraftSet", "NewRule", "RuleEdit", "RuleInput", "TrialBody"]

EXAMPLE: JsonDict = {
    "code": "R101",
    "category": "GB/T 47678.5-2026:matter:06010",
    "layer": "subdistrict",
    "zone": "370212002",
    "assign_to": "organisation",
    "organisation": "LS-CG",
    "supporting": ["LS-HW"],
    "priority": 100,
    "note": {
        "zh": "沙子口暴露垃圾由城管局牵头",
        "en": "Exposed rubbish in Shazikou: the city management bureau",
    },
    "valid_to": None,
}
CHANGES: JsonDict = {
    "changes": [
        {"action": "save", "rule": EXAMPLE},
        {"action": "remove", "code": "R093", "version": "93"},
    ]
}

Begins = Annotated[
    AnyMoment | None,
    Field(alias="from", description="When it begins to hold, with an offset; default now."),
]
Version = Annotated[
    str | None,
    Field(
        max_length=200, pattern=NOT_NUL, description="`version` of the rule as you read it; null: a new rule."
    ),
]


class Note(Body):
    """What a rule says, for people."""

    zh: Annotated[str, Field(min_length=1, max_length=500, pattern=NOT_NUL)]
    en: Annotated[str | None, Field(max_length=500, pattern=NOT_NUL)] = None


class RuleInput(Body):
    """A rule as it is written; everything it names is a code."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    code: Annotated[str, Field(pattern=RULE_CODE)]
    category: Annotated[CategoryKey | None, Field(description="Root of a category subtree; null: any.")] = (
        None
    )
    layer: Annotated[
        str | None, Field(max_length=41, pattern=NOT_NUL, description="Only in this layer's zones.")
    ] = None
    zone: Annotated[
        str | None, Field(max_length=60, pattern=NOT_NUL, description="Only in this zone of the layer.")
    ] = None
    assign_to: AssignTo
    organisation: Annotated[
        OrganisationCode | None, Field(description="Exactly when `assign_to` is `organisation`.")
    ] = None
    supporting: Annotated[list[OrganisationCode], Field(max_length=20, default_factory=list)]
    priority: Annotated[int, Field(ge=-MOST_PRIORITY, le=MOST_PRIORITY, description="The higher wins.")] = 0
    note: Note | None = None
    valid_to: Annotated[AnyMoment | None, Field(description="When it ends; null: until changed.")] = None

    def rule(self) -> Rule:
        """The rule as a plain value."""
        return Rule(
            code=self.code,
            assign_to=self.assign_to,
            organisation=self.organisation,
            category=self.category,
            layer=self.layer,
            zone=self.zone,
            supporting=tuple(dict.fromkeys(self.supporting)),
            priority=self.priority,
            note=Words(self.note.zh, self.note.en or "") if self.note else None,
            valid_to=self.valid_to,
        )


class SaveChange(Body):
    """Add a rule, or let another version follow the one you read."""

    action: Literal["save"]
    rule: RuleInput
    version: Version = None

    def change(self) -> Change:
        """The change as a plain value."""
        return Save(self.rule.rule(), self.version)


class RemoveChange(Body):
    """End a rule."""

    action: Literal["remove"]
    code: Annotated[str, Field(pattern=RULE_CODE)]
    version: Annotated[
        str, Field(max_length=200, pattern=NOT_NUL, description="`version` of the rule as you read it.")
    ]

    def change(self) -> Change:
        """The change as a plain value."""
        return Remove(self.code, self.version)


OneChange = Annotated[SaveChange | RemoveChange, Field(discriminator="action")]
Changes = Annotated[
    list[OneChange],
    Field(
        max_length=500,
        description="At most one change per rule.",
    ),
]


class NewRule(Body):
    """A rule to be added."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"rule": EXAMPLE}]})

    rule: RuleInput
    begins: Begins = None


class RuleEdit(Body):
    """A version to follow the one read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"rule": EXAMPLE, "version": "95"}]}
    )

    rule: RuleInput
    version: Annotated[
        str, Field(max_length=200, pattern=NOT_NUL, description="`version` of the rule as you read it.")
    ]
    begins: Begins = None


class DraftSet(Body):
    """Changes that belong together."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHANGES]})

    changes: Changes
    begins: Begins = None

    def plain(self) -> list[Change]:
        """The changes as plain values."""
        return [each.change() for each in self.changes]


class ChangeFile(Body):
    """A file of changes for the command line; what lacks a version takes the present one."""

    changes: list[OneChange]

    def plain(self) -> list[Change]:
        """The changes as plain values."""
        return [each.change() for each in self.changes]


class TrialBody(Body):
    """Changes to be tried on incidents of the past."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{**CHANGES, "last": 10_000}]})

    changes: Annotated[Changes, Field(default_factory=list)]
    last: Annotated[
        int, Field(ge=1, le=1_000_000, description="So many of the newest incidents with a place.")
    ] = 10_000
    reported_from: Annotated[
        AnyMoment | None, Field(alias="from", description="Only those reported at this moment or later.")
    ] = None
    reported_to: Annotated[
        AnyMoment | None, Field(alias="to", description="Only those reported before this moment.")
    ] = None
    sample: Annotated[int, Field(ge=0, le=500, description="Incidents to be told one by one.")] = 100
    points: Annotated[int, Field(ge=0, le=20_000, description="Most points for the map.")] = 2_000

    def plain(self) -> list[Change]:
        """The changes as plain values."""
        return [each.change() for each in self.changes]
