"""What GridGov answers about a case: the shapes the API and the command line share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from governance.incidents.answers import Answer, Name, Named

__all__ = ["BatchAnswer", "Case", "CaseStep", "ClockAnswer", "Refused", "StepDone"]

ClockStateName = Literal["none", "running", "due_soon", "overdue", "paused", "stopped"]


class StageClock(Answer):
    """The clock of the stage a case is in."""

    name: str
    started_at: datetime | None
    due_at: datetime | None
    soon_at: datetime | None
    state: ClockStateName


class ClockAnswer(Answer):
    """The clock of a case at the moment it was asked; `remaining_s`: natural seconds, negative when late."""

    kind: str | None
    started_at: datetime | None
    due_at: datetime | None
    soon_at: datetime | None
    state: ClockStateName
    remaining_s: float | None
    stage: StageClock | None


class Handler(Answer):
    """Who began or reported the work last."""

    name: str
    organisation: Named | None


class Objection(Answer):
    """An objection that waits for adjudication; ``proposes``: who should lead in the objector's view."""

    by: str
    organisation: str | None
    reason: str
    at: datetime
    proposes: str | None = None


class Extension(Answer):
    """An extension that waits for somebody else to grant it: an amount of a unit, or a moment."""

    by: str
    organisation: str | None
    reason: str
    at: datetime
    amount: float | None
    unit: str | None
    until: datetime | None


class WorkOrder(Answer):
    """One organisation's task in the case."""

    organisation: Named
    kind: Literal["lead", "supporting"]
    opened_at: datetime
    closed_at: datetime | None
    result: str | None


class CaseAction(Answer):
    """A step that state and flow know; `allowed` for who asks, without what its fields could mend."""

    action: str
    name: Name
    roles: list[str]
    needs: list[str]
    takes: list[str]
    allowed: bool
    why_not: Name | None


class CaseStep(Answer):
    """One entry of the case's history; `from` and `to` are states, null where it is no step of the table."""

    seq: int
    at: datetime
    by: str
    role: str | None
    organisation: str | None
    action: str
    name: Name
    from_: Annotated[str | None, Field(serialization_alias="from", validation_alias="from")]
    to: str | None
    reason: str | None
    note: str | None
    result: str | None
    attachments: list[str]


class Case(Answer):
    """Where a case stands, what may be done next, and all that was done."""

    number: str
    revision: int
    state: str
    level: Literal["community", "street", "district"]
    appeal_kind: str
    source: str
    urgency: str
    outcome: str | None
    satisfaction: str | None
    condition: str | None
    conditions: list[str]
    lead: Named | None
    supporting: list[Named]
    handler: Handler | None
    reworks: int
    send_backs: int
    extensions: int
    hand_overs: int
    reopens: int
    suspended_since: datetime | None
    supervised_since: datetime | None
    objection: Objection | None
    extension: Extension | None
    direct_reason: str | None
    duplicate_of: str | None
    duplicates: list[str]
    reports: Annotated[int, Field(description="How many reports it stands for, its own among them.")]
    lapses_at: datetime | None
    due_at: Annotated[
        datetime | None, Field(description="When it was due in the end; while open, its clock's.")
    ]
    closed_at: datetime | None
    clock: ClockAnswer
    work_orders: list[WorkOrder]
    actions: list[CaseAction]
    steps: list[CaseStep]


class StepDone(Answer):
    """What `Prefer: return=minimal` answers."""

    number: str
    revision: int
    state: str


class Refused(Answer):
    """A case of a batch whose step is not taken, and why."""

    number: str
    reasons: list[Name]


class BatchAnswer(Answer):
    """What became of a batch; with `preview` nothing was changed and `done` says what would be."""

    preview: bool
    done: list[StepDone]
    refused: list[Refused]
