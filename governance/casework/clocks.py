"""What a step does to the clocks of a case. They start when a state is entered, never with an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from governance.casework.facts import Facts, Standing
from governance.casework.names import PUBLIC, Flow, State
from governance.casework.table import Effect, Transition
from governance.deadlines.calendar import OutOfCalendar
from governance.deadlines.clock import Clock, Kind, Limit, LocalCalendar, extend, pause, resume
from governance.deadlines.limits import Book, Stage

__all__ = ["Clocks", "Subject", "clocks_after", "clocks_of", "fresh_clocks", "reported_clocks", "stage_for"]

_STAGES: Mapping[State, Stage] = {
    State.REPORTED: Stage.ACCEPT,
    State.VERIFIED: Stage.FILE,
    State.FILED: Stage.DISPATCH,
    State.DISPATCHED: Stage.HANDLE,
    State.HANDLING: Stage.HANDLE,
    State.FED_BACK: Stage.CHECK,
}


def stage_for(state: State, flow: Flow, source: str) -> Stage | None:
    """The stage whose limit holds in a state: named by the step that is to follow in this flow."""
    if state is State.ACCEPTED:
        if flow is Flow.ENTERPRISE:
            return Stage.DISPATCH
        return Stage.VERIFY if flow is Flow.ENFORCEMENT or source in PUBLIC else Stage.FILE
    if state is State.CHECKED:
        return Stage.EVALUATE if flow is Flow.LIVELIHOOD and source in PUBLIC else None
    return _STAGES.get(state)


@dataclass(frozen=True)
class Clocks:
    """The clock of the whole case and the one of its stage; None where there is no limit.

    Attributes
    ----------
    started_at
        When the whole began, limit or not.
    """

    started_at: datetime
    total: Clock | None
    stage: Stage | None
    stage_started_at: datetime | None
    part: Clock | None
    paused_at: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Columns of ``incident_clock`` but for its incident."""
        total, part = self.total, self.part
        return {
            "kind": total and total.kind.value,
            "started_at": self.started_at,
            "due_at": total and total.due_at,
            "soon_at": total and total.soon_at,
            "stage": self.stage and self.stage.value,
            "stage_kind": part and part.kind.value,
            "stage_started_at": self.stage_started_at,
            "stage_due_at": part and part.due_at,
            "stage_soon_at": part and part.soon_at,
            "paused_at": self.paused_at,
        }


def clocks_of(row: Mapping[str, Any]) -> Clocks | None:
    """The clocks as they are stored; None: the case has none."""
    if row["clock_started_at"] is None:
        return None

    def clock(kind: str, began: str, due: str, soon: str) -> Clock | None:
        if row[kind] is None:
            return None
        return Clock(Kind(row[kind]), row[began], row[due], row[soon], row["clock_paused_at"])

    return Clocks(
        row["clock_started_at"],
        clock("clock_kind", "clock_started_at", "clock_due_at", "clock_soon_at"),
        Stage(row["clock_stage"]) if row["clock_stage"] else None,
        row["stage_started_at"],
        clock("stage_kind", "stage_started_at", "stage_due_at", "stage_soon_at"),
        row["clock_paused_at"],
    )


@dataclass(frozen=True)
class Subject:
    """What the limits of a case depend on beside stage and moment."""

    category_id: int
    flow: Flow
    urgency: str
    source: str
    organisation_id: int | None
    condition: str | None = None

    def clock(self, book: Book, stage: Stage, at: datetime) -> Clock | None:
        """The clock of a stage entered at a moment; None without a limit, or beyond all calendars."""
        try:
            return book.clock_at(
                stage,
                at,
                category_id=self.category_id,
                appeal_kind=self.flow.value,
                urgency=self.urgency,
                condition=self.condition,
                organisation_id=self.organisation_id,
            )
        except OutOfCalendar:
            return None


def fresh_clocks(book: Book, subject: Subject, state: State, *, began: datetime, entered: datetime) -> Clocks:
    """Clocks of a case that has none: the whole from its report, the stage from its state's entry."""
    stage = stage_for(state, subject.flow, subject.source)
    return Clocks(
        began,
        subject.clock(book, Stage.TOTAL, began),
        stage,
        entered if stage else None,
        subject.clock(book, stage, entered) if stage else None,
    )


def reported_clocks(book: Book, subject: Subject, *, reported_at: datetime, now: datetime) -> dict[str, Any]:
    """Columns of ``incident_clock`` of a report: the whole runs from the report on, the stage from now on."""
    clocks = fresh_clocks(book, subject, State.REPORTED, began=reported_at, entered=now)
    return {name: value for name, value in clocks.values().items() if name != "paused_at"}


def clocks_after(
    row: Transition, facts: Facts, standing: Standing, clocks: Clocks, book: Book, subject: Subject
) -> Clocks:
    """The clocks after a step that leaves the case open.

    Parameters
    ----------
    standing
        Where the case stands after the step.
    """
    now, calendar = facts.now, book.calendar_of(subject.organisation_id)
    if standing.condition != subject.condition:
        # Another limit of the whole holds, from where the whole began; what was added to the other is kept.
        other = subject.clock(book, Stage.TOTAL, clocks.started_at)
        subject = replace(subject, condition=standing.condition)
        total = subject.clock(book, Stage.TOTAL, clocks.started_at)
        if total and other and clocks.total:
            added = clocks.total.due_at - other.due_at
            total = replace(total, due_at=total.due_at + added, soon_at=total.soon_at + added)
        clocks = replace(clocks, total=total)
    if Effect.REOPEN in row.effects:
        return fresh_clocks(book, subject, standing.state, began=now, entered=now)
    stage = stage_for(standing.state, subject.flow, subject.source)
    if row.moves and (stage is not clocks.stage or Effect.ORDERS in row.effects):
        part = subject.clock(book, stage, now) if stage else None
        clocks = replace(clocks, stage=stage, stage_started_at=now if stage else None, part=part)
    if Effect.SUSPEND in row.effects:
        return replace(
            clocks,
            total=clocks.total and pause(clocks.total, now),
            part=clocks.part and pause(clocks.part, now),
            paused_at=now,
        )
    if Effect.RESUME in row.effects:
        return replace(
            clocks,
            total=clocks.total and resume(clocks.total, now, calendar),
            part=clocks.part and resume(clocks.part, now, calendar),
            paused_at=None,
        )
    if Effect.EXTEND in row.effects:
        asked = facts.standing.extension or {}
        return replace(
            clocks,
            total=clocks.total and _extended(clocks.total, asked, calendar),
            part=clocks.part and _extended(clocks.part, asked, calendar),
        )
    return clocks


def _extended(clock: Clock, asked: Mapping[str, Any], calendar: LocalCalendar) -> Clock:
    """Later by an amount of a kind, or due at a moment if that is later than it is due now."""
    if asked.get("until"):
        until = datetime.fromisoformat(asked["until"])
        if until <= clock.due_at:
            return clock
        return replace(clock, due_at=until, soon_at=until - (clock.due_at - clock.soon_at))
    return extend(clock, Limit(float(asked["amount"]), Kind(asked["unit"])), calendar)
