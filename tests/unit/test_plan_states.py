"""The states of a plan, as a table: what is allowed is exactly what the table says, and each guard bites."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.words import Words
from governance.planning.states import (
    ACTIONS,
    STATES,
    TRANSITIONS,
    Action,
    Effect,
    Facts,
    Guard,
    Refusal,
    State,
    Transition,
    Who,
    decide,
)

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
SOON, BEFORE = NOW + timedelta(days=3), NOW - timedelta(seconds=1)
FAULT = Words("有误", "a fault")
AUTHORS = frozenset({"编制人", "Zhang"})


def good(row: Transition) -> Facts:
    """Facts under which a row of the table is taken."""
    moment = None
    if Guard.FUTURE in row.guards:
        moment = SOON
    if Guard.DUE in row.guards:
        moment = BEFORE
    by = "" if row.who is Who.PROGRAM else "审批人"
    return Facts(row.source, by, AUTHORS, changes=3, now=NOW, moment=moment, announced=SOON)


def name(row: Transition) -> str:
    return f"{row.source}-{row.action}"


@pytest.mark.parametrize("row", TRANSITIONS, ids=name)
def test_each_row_is_taken_when_all_holds(row: Transition) -> None:
    assert decide(row.action, good(row)) is row


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_what_the_table_does_not_say_is_refused(action: Action, state: State) -> None:
    allowed = {(row.action, row.source) for row in TRANSITIONS}
    facts = Facts(state, "审批人", AUTHORS, 3, NOW, moment=SOON)
    decided = decide(action, facts)
    if (action, state) not in allowed:
        assert isinstance(decided, Refusal)
        assert decided.code == "plan-state"
        assert STATES[state].zh in decided.reasons[0].zh
        assert ACTIONS[action].en in decided.reasons[0].en


# What is wrong for each guard, and what the refusal is called.
BREAKING: dict[Guard, tuple[dict[str, Any], str]] = {
    Guard.CHANGES: ({"changes": 0}, "plan-empty"),
    Guard.SOUND: ({"faults": (FAULT, FAULT)}, "plan-unsound"),
    Guard.FUTURE: ({"moment": NOW}, "plan-moment"),
    Guard.NOT_PAST: ({"moment": BEFORE}, "plan-moment"),
    Guard.DUE: ({"moment": SOON}, "plan-moment"),
    Guard.AT_ONCE: ({"moment": SOON}, "plan-moment"),
    Guard.ANNOUNCED: ({"announced": None}, "plan-moment"),
    Guard.IN_PLACE: ({"elsewhere": (FAULT,)}, "plan-overtaken"),
}


@pytest.mark.parametrize(
    ("row", "guard"), [(row, guard) for row in TRANSITIONS for guard in row.guards], ids=str
)
def test_each_guard_of_each_row_refuses_what_it_is_for(row: Transition, guard: Guard) -> None:
    wrong, code = BREAKING[guard]
    decided = decide(row.action, replace(good(row), **wrong))
    assert isinstance(decided, Refusal)
    assert decided.code == code
    told = wrong.get("faults") or wrong.get("elsewhere")
    if told is not None:
        assert decided.reasons == told


@pytest.mark.parametrize("row", TRANSITIONS, ids=name)
def test_who(row: Transition) -> None:
    """The second person is nobody who worked on the plan, however written; the program has no name."""
    for by in ("", "  ", "Zhang", " zhang ", "编制人", "审批人"):
        decided = decide(row.action, replace(good(row), by=by))
        expected = {
            Who.PROGRAM: by == "",
            Who.ANYONE: bool(by.strip()),
            Who.SECOND: by == "审批人",
        }[row.who]
        assert (decided is row) == expected, by
        if not expected:
            assert isinstance(decided, Refusal)
            assert decided.code == "plan-person"


def test_every_state_can_be_reached_and_none_but_the_ends_is_a_trap() -> None:
    reached = {State.DRAFT}
    while fresh := {row.target for row in TRANSITIONS if row.source in reached} - reached:
        reached |= fresh
    assert reached == set(State)
    assert set(State) - {row.source for row in TRANSITIONS} == {
        State.SUPERSEDED, State.WITHDRAWN, State.ROLLED_BACK,
    }  # fmt: skip


def test_zones_change_only_where_the_plan_comes_into_force_or_goes() -> None:
    writing = {
        (row.source, row.target)
        for row in TRANSITIONS
        if {Effect.EDITION, Effect.RETURN_EDITION} & set(row.effects)
    }
    assert writing == {
        (State.APPROVED, State.PUBLISHED),
        (State.SCHEDULED, State.PUBLISHED),
        (State.PUBLISHED, State.ROLLED_BACK),
    }


@given(st.lists(st.sampled_from(list(Action)), max_size=12), st.sampled_from(["编制人", "审批人", ""]))
def test_nothing_comes_into_force_unapproved(actions: list[Action], by: str) -> None:
    """Whatever is tried in whatever order: published means that a second person approved the last draft."""
    state, approved_by = State.DRAFT, ""
    for action in actions:
        moment = {Action.SCHEDULE: SOON, Action.TAKE_EFFECT: BEFORE, Action.FAIL: BEFORE}.get(action)
        for who in (by, "", "审批人"):
            decided = decide(action, Facts(state, who, AUTHORS, 1, NOW, moment))
            if isinstance(decided, Transition):
                state = decided.target
                if action is Action.APPROVE:
                    approved_by = who
                if action is Action.REOPEN:
                    approved_by = ""
                break
        if state in (State.APPROVED, State.SCHEDULED, State.PUBLISHED, State.ROLLED_BACK):
            assert approved_by == "审批人"
