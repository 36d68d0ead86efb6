"""Bodies of steps of a case."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from api.actor import ActorFields
from api.formats import A_NUMBER, NOT_NUL, AnyMoment, OrganisationCode
from governance.casework.facts import Fields
from governance.casework.names import Action, Satisfaction
from governance.casework.storing import Step

__all__ = ["BatchBody", "Revision", "StepBody"]

PeopleAction = Literal[
    "accept", "reject", "verify", "file", "dispatch", "start", "feed_back", "check_pass", "check_fail",
    "evaluate", "close", "archive", "send_back", "ask_extension", "grant_extension", "refuse_extension",
    "suspend", "resume", "supervise", "object", "adjudicate", "hand_over", "cancel", "merge", "reopen",
    "escalate", "direct_report", "sort", "self_handle", "answer_directly", "transfer_110", "note",
]  # fmt: skip
Said = Annotated[str, Field(max_length=1000, pattern=NOT_NUL)]
Revision = Annotated[
    int,
    Field(ge=0, le=2_000_000_000, description="`revision` of the case as you read it.", examples=[3]),
    A_NUMBER,
]


class StepFields(ActorFields):
    """Who does it, what, and what the action needs beside; see `actions` of the case."""

    model_config = ConfigDict(extra="forbid")

    action: PeopleAction
    reason: Annotated[
        Said | None,
        Field(
            description="Why. Of a direct report `multi_department`, `outside_list` or "
            "`unclear_responsibility`."
        ),
    ] = None
    note: Said | None = None
    lead: Annotated[OrganisationCode | None, Field(description="Code of who leads.")] = None
    supporting: Annotated[list[OrganisationCode] | None, Field(max_length=20)] = None
    amount: Annotated[
        float | None,
        Field(gt=0, le=1000, allow_inf_nan=False, description="How much longer, in `unit`."),
        A_NUMBER,
    ] = None
    unit: Literal["urgent_hour", "work_hour", "work_day", "natural_day"] | None = None
    until: Annotated[AnyMoment | None, Field(description="Until when, instead of an amount.")] = None
    result: Annotated[str | None, Field(max_length=4000, pattern=NOT_NUL, description="What was done.")] = (
        None
    )
    satisfaction: Literal["satisfied", "basic", "unsatisfied"] | None = None
    into: Annotated[
        str | None,
        Field(max_length=40, pattern=NOT_NUL, description="Number of the main case."),
    ] = None
    reference: Annotated[
        str | None, Field(max_length=100, pattern=NOT_NUL, description="Reference of 110.")
    ] = None
    guidance: Annotated[
        str | None,
        Field(max_length=60, pattern=NOT_NUL, description="Guidance text that answers it."),
    ] = None
    condition: Annotated[
        str | None,
        Field(
            min_length=1, max_length=100, pattern=NOT_NUL,
            description="When filing: which of `conditions` of the case holds; time limits depend on it.",
        ),
    ] = None  # fmt: skip
    attachments: Annotated[list[UUID], Field(max_length=20, default_factory=list)]

    def fields(self) -> Fields:
        """What the step says beside the action."""
        return Fields(
            reason=self.reason,
            note=self.note,
            lead=self.lead,
            supporting=None if self.supporting is None else tuple(dict.fromkeys(self.supporting)),
            amount=self.amount,
            unit=self.unit,
            until=self.until,
            result=self.result,
            satisfaction=None if self.satisfaction is None else Satisfaction(self.satisfaction),
            into=self.into,
            reference=self.reference,
            guidance=self.guidance,
            condition=self.condition,
            attachments=tuple(dict.fromkeys(str(each) for each in self.attachments)),
        )


def _example(**more: Any) -> dict[str, Any]:
    return {
        "examples": [
            {"by": "李派遣", "role": "dispatcher", "organisation": "LS", "action": "dispatch", **more}
        ]
    }


class StepBody(StepFields):
    """One step of one case."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=_example(revision=3, lead="LS-HW", supporting=["LS-CG"])
    )

    revision: Revision

    def step(self) -> Step:
        """The step, as whoever reads the case saw it."""
        return Step(Action(self.action), self.revision, self.fields())


class BatchBody(StepFields):
    """The same step of many cases."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=_example(numbers=["3702122026112200001"], preview=True)
    )

    numbers: Annotated[
        list[Annotated[str, Field(max_length=40, pattern=NOT_NUL)]], Field(min_length=1, max_length=500)
    ]
    preview: Annotated[StrictBool, Field(description="Only say what would become of each.")] = False

    def step(self) -> Step:
        """The step, of whatever revision each case has."""
        return Step(Action(self.action), None, self.fields())
