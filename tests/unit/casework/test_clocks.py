"""Steps and clocks: they start when a state is entered, stand while suspended, and no note touches them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from governance.access import Role
from governance.casework.clocks import Clocks, Subject, clocks_after, fresh_clocks, stage_for
from governance.casework.effects import after
from governance.casework.names import Action, Flow, State
from governance.casework.steps import decide
from governance.casework.table import Transition
from governance.deadlines.calendar import WorkingCalendar
from governance.deadlines.clock import Kind, Limit, LocalCalendar
from governance.deadlines.limits import Book, Entry, Stage
from governance.deadlines.windows import Windows
from tests.unit.casework.cases import LEAD, NOW, WAS, favourable

HOUR = timedelta(hours=1)
BOOK = Book(
    "r",
    (
        Entry(Stage.TOTAL, Limit(48, Kind.URGENT_HOUR)),
        *(Entry(stage, Limit(4, Kind.URGENT_HOUR)) for stage in Stage if stage is not Stage.TOTAL),
    ),
    {},
    LocalCalendar(
        WorkingCalendar.of((), Windows.parse("08:00-12:00,14:00-18:00")), ZoneInfo("Asia/Shanghai")
    ),
)


def clocks(action: Action, state: State, role: Role, *, flow: Flow = Flow.LIVELIHOOD, **said: Any) -> Clocks:
    """The clocks after a step of a case that was reported a day ago and came into its state then."""
    facts = favourable(action, state, role, flow)
    facts = replace(facts, fields=replace(facts.fields, **said))
    row = decide(action, facts)
    assert isinstance(row, Transition), row
    subject = Subject(1, flow, "normal", facts.source, None)
    before = fresh_clocks(BOOK, subject, state, began=WAS, entered=WAS)
    if facts.standing.suspended_at:
        assert before.total is not None
        assert before.part is not None
        since = NOW - 2 * HOUR
        total, part = replace(before.total, paused_at=since), replace(before.part, paused_at=since)
        before = replace(before, total=total, part=part, paused_at=since)
    return clocks_after(row, facts, after(row, facts), before, BOOK, subject)


@pytest.mark.parametrize(
    ("action", "state", "role", "stage"),
    [
        (Action.ACCEPT, State.REPORTED, Role.ACCEPTOR, Stage.VERIFY),
        (Action.FILE, State.VERIFIED, Role.ACCEPTOR, Stage.DISPATCH),
        (Action.DISPATCH, State.FILED, Role.DISPATCHER, Stage.HANDLE),
        (Action.FEED_BACK, State.HANDLING, Role.OFFICER, Stage.CHECK),
        (Action.CHECK_PASS, State.FED_BACK, Role.SUPERVISOR, Stage.EVALUATE),
        (Action.CHECK_FAIL, State.FED_BACK, Role.SUPERVISOR, Stage.HANDLE),
        (Action.HAND_OVER, State.HANDLING, Role.DISPATCHER, Stage.HANDLE),
    ],
)
def test_the_stage_starts_when_its_state_is_entered_and_the_whole_goes_on(
    action: Action, state: State, role: Role, stage: Stage
) -> None:
    told = clocks(action, state, role)
    assert (told.stage, told.stage_started_at, told.started_at) == (stage, NOW, WAS)
    assert told.part is not None
    assert told.total is not None
    assert (told.part.due_at, told.total.due_at) == (NOW + 4 * HOUR, WAS + 48 * HOUR)


def test_to_begin_is_no_new_stage() -> None:
    """Handling counts from the dispatch: beginning late gains no time."""
    told = clocks(Action.START, State.DISPATCHED, Role.OFFICER)
    assert (told.stage, told.stage_started_at) == (Stage.HANDLE, WAS)


@pytest.mark.parametrize("action", [Action.SUPERVISE, Action.OBJECT, Action.ESCALATE, Action.NOTE])
def test_what_moves_no_state_touches_no_clock(action: Action) -> None:
    role = {Action.OBJECT: Role.OFFICER, Action.ESCALATE: Role.STREET_LEAD}.get(action, Role.SUPERVISOR)
    told = clocks(action, State.HANDLING, role)
    assert told.part is not None
    assert (told.stage_started_at, told.part.due_at) == (WAS, WAS + 4 * HOUR)


def test_a_suspended_case_stands_still_and_gets_its_time_back() -> None:
    stands = clocks(Action.SUSPEND, State.HANDLING, Role.DISPATCHER)
    assert stands.paused_at == NOW
    assert stands.total is not None
    assert stands.total.paused_at == NOW
    runs = clocks(Action.RESUME, State.HANDLING, Role.DISPATCHER)
    assert runs.paused_at is None
    assert runs.total is not None
    assert runs.part is not None
    assert (runs.total.due_at, runs.part.due_at) == (WAS + 50 * HOUR, WAS + 6 * HOUR)


def test_a_granted_extension_moves_the_whole_and_the_stage() -> None:
    told = clocks(Action.GRANT_EXTENSION, State.HANDLING, Role.DISPATCHER)
    assert told.total is not None
    assert told.part is not None
    # Two work days, whichever days they are.
    assert told.total.due_at > WAS + 48 * HOUR
    assert told.part.due_at > WAS + 4 * HOUR


def test_what_is_asked_for_moves_nothing_before_it_is_granted() -> None:
    told = clocks(Action.ASK_EXTENSION, State.HANDLING, Role.OFFICER)
    assert told.total is not None
    assert told.total.due_at == WAS + 48 * HOUR


def test_another_condition_counts_from_the_start_and_keeps_the_time_added_before() -> None:
    large = Entry(Stage.TOTAL, Limit(40, Kind.URGENT_HOUR), condition="large")
    book = replace(BOOK, entries=(*BOOK.entries, large), _found={}, _by_stage={})
    facts = favourable(Action.FILE, State.VERIFIED, Role.ACCEPTOR)
    facts = replace(facts, fields=replace(facts.fields, condition="large"))
    row = decide(Action.FILE, facts)
    assert isinstance(row, Transition), row
    subject = Subject(1, Flow.LIVELIHOOD, "normal", facts.source, None)
    before = fresh_clocks(book, subject, State.VERIFIED, began=WAS, entered=WAS)
    assert before.total is not None
    longer = replace(
        before.total, due_at=before.total.due_at + 5 * HOUR, soon_at=before.total.soon_at + 5 * HOUR
    )
    told = clocks_after(row, facts, after(row, facts), replace(before, total=longer), book, subject)
    assert told.total is not None
    assert told.total.due_at == WAS + 45 * HOUR


def test_a_reopened_case_has_a_new_clock() -> None:
    told = clocks(Action.REOPEN, State.CLOSED, Role.ACCEPTOR)
    assert (told.started_at, told.stage, told.stage_started_at) == (NOW, Stage.DISPATCH, NOW)


@pytest.mark.parametrize(
    ("state", "flow", "source", "stage"),
    [
        (State.ACCEPTED, Flow.LIVELIHOOD, "hotline", Stage.VERIFY),
        (State.ACCEPTED, Flow.LIVELIHOOD, "patrol", Stage.FILE),
        (State.ACCEPTED, Flow.ENTERPRISE, "hotline", Stage.DISPATCH),
        (State.ACCEPTED, Flow.ENFORCEMENT, "video", Stage.VERIFY),
        (State.CHECKED, Flow.LIVELIHOOD, "app", Stage.EVALUATE),
        (State.CHECKED, Flow.LIVELIHOOD, "sensor", None),
        (State.EVALUATED, Flow.LIVELIHOOD, "app", None),
    ],
)
def test_a_stage_is_named_by_the_step_that_follows_in_the_flow(
    state: State, flow: Flow, source: str, stage: Stage | None
) -> None:
    assert stage_for(state, flow, source) is stage


def test_who_does_it_is_kept_as_handler() -> None:
    facts = favourable(Action.START, State.DISPATCHED, Role.OFFICER)
    row = decide(Action.START, facts)
    assert isinstance(row, Transition)
    standing = after(row, facts)
    assert (standing.handler, standing.handler_organisation) == ("钱某", LEAD)
