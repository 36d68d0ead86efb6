"""The table of steps: what may be done from where by whom is just what stands here, and each guard bites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from governance.access import Role
from governance.casework.facts import Fields, Standing
from governance.casework.names import (
    ACTIONS,
    OPEN,
    STATES,
    Action,
    Flow,
    Level,
    State,
)
from governance.casework.steps import Refusal, decide, offered
from governance.casework.table import TAKES, TRANSITIONS, Effect, Guard, Transition
from tests.unit.casework.cases import (
    OFFICE,
    WAS,
    by,
    favourable,
    refused,
    with_standing,
)

PEOPLE = " ".join(role for role in Role if role is not Role.PROGRAM)
ALL = " ".join(State)
# action | flows, and which source where it matters | from>to … (a state alone stays) | roles
SAID_ONCE = f"""
accept            | L E F        | reported>accepted | acceptor dispatcher community_lead
reject            | L E F        | reported>rejected accepted>rejected verified>rejected | acceptor dispatcher
verify            | L:public F   | accepted>verified | supervisor
file              | L F          | verified>filed | acceptor dispatcher
file              | L:found      | accepted>filed | acceptor dispatcher
answer_directly   | L E F        | reported>closed accepted>closed | acceptor dispatcher
transfer_110      | L E F        | reported>closed accepted>closed verified>closed filed>closed | acceptor dispatcher
dispatch          | L F          | filed>dispatched | dispatcher district_lead
dispatch          | E            | accepted>dispatched | dispatcher district_lead
direct_report     | L E F        | accepted verified filed | community_lead
sort              | L F          | accepted verified filed>dispatched | sorter
sort              | E            | accepted>dispatched | sorter
escalate          | L E F        | reported accepted verified filed dispatched handling | community_lead street_lead
escalate          | L E F        | {" ".join(state for state in State if state in OPEN)} | program
start             | L E F        | dispatched>handling | officer grid_worker community_lead street_lead
feed_back         | L E F        | handling>fed_back | officer grid_worker community_lead street_lead
self_handle       | L:found      | reported>fed_back accepted>fed_back | grid_worker
send_back         | L F          | dispatched>filed handling>filed | officer grid_worker community_lead street_lead
send_back         | E            | dispatched>accepted handling>accepted | officer grid_worker community_lead street_lead
send_back         | L F          | filed>accepted | dispatcher
ask_extension     | L E F        | dispatched handling | officer grid_worker community_lead street_lead
grant_extension   | L E F        | dispatched handling | dispatcher district_lead supervisor approver
refuse_extension  | L E F        | dispatched handling | dispatcher district_lead supervisor approver
suspend           | L E F        | filed dispatched handling | dispatcher district_lead
resume            | L E F        | filed dispatched handling | dispatcher district_lead
supervise         | L E F        | {" ".join(state for state in State if state in OPEN)} | supervisor street_lead district_lead
object            | L E F        | dispatched handling | officer grid_worker community_lead street_lead
adjudicate        | L E F        | dispatched handling>dispatched | dispatcher sorter district_lead
hand_over         | L E F        | dispatched handling>dispatched | dispatcher sorter district_lead
hand_over         | L E F        | dispatched | program
check_pass        | L F          | fed_back>checked | supervisor
check_pass        | E            | fed_back>checked | supervisor acceptor
check_fail        | L F          | fed_back>handling | supervisor
check_fail        | E            | fed_back>handling | supervisor acceptor
check_fail        | L            | evaluated>handling | supervisor acceptor
evaluate          | L:public     | checked>evaluated | supervisor acceptor
evaluate          | E            | closed | supervisor acceptor
lapse             | L            | checked>evaluated | program
lapse             | E            | closed | program
close             | L            | evaluated>closed | acceptor dispatcher
close             | L:found E F  | checked>closed | acceptor dispatcher
archive           | L E F        | closed>archived | acceptor dispatcher administrator
cancel            | L E F        | {" ".join(f"{state}>cancelled" for state in State if state in OPEN)} | dispatcher district_lead administrator
merge             | L E F        | reported>merged accepted>merged verified>merged filed>merged dispatched>merged handling>merged | acceptor dispatcher
reopen            | L F          | closed>filed archived>filed | acceptor dispatcher supervisor district_lead
reopen            | E            | closed>accepted archived>accepted | acceptor dispatcher supervisor district_lead
reopen            | L E F        | rejected>accepted cancelled>accepted merged>accepted | acceptor dispatcher supervisor district_lead
note              | L E F        | {ALL} | {PEOPLE}
"""  # noqa: E501 - a row is a row
FLOWS = {"L": Flow.LIVELIHOOD, "E": Flow.ENTERPRISE, "F": Flow.ENFORCEMENT}
SOURCES = {"public": "hotline", "found": "grid_worker"}


def said() -> Iterator[tuple[tuple[Action, Flow, str, State, Role], State]]:
    """What the rows above say, taken apart."""
    for line in SAID_ONCE.strip().splitlines():
        action, flows, moves, roles = (part.strip() for part in line.split("|"))
        for flow in flows.split():
            letter, _, only = flow.partition(":")
            for source in SOURCES.values() if not only else [SOURCES[only]]:
                for move in moves.split():
                    begin, _, end = move.partition(">")
                    for role in roles.split():
                        key = Action(action), FLOWS[letter], source, State(begin), Role(role)
                        yield key, State(end or begin)


EXPECTED = dict(said())


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("flow", Flow)
def test_every_step_is_legal_or_illegal_as_said(action: Action, flow: Flow) -> None:
    """Each action of each flow, from each state, by each role, whoever reported it."""
    for source in SOURCES.values():
        for state in State:
            for role in Role:
                decided = decide(action, favourable(action, state, role, flow, source))
                expected = EXPECTED.get((action, flow, source, state, role))
                told = f"{action} of {flow} from {state} by {role}, reported by {source}"
                if expected is None:
                    assert isinstance(decided, Refusal), told
                    assert decided.faults, told
                    assert all(fault.words.zh and fault.words.en for fault in decided.faults)
                else:
                    assert isinstance(decided, Transition), f"{told}: {decided}"
                    assert decided.target is expected, told


def test_the_rows_above_reach_every_row_of_the_table_but_the_special_ones() -> None:
    """Rows for special facts (self-handled, answered directly, who supports) have tests of their own."""
    reached = {
        id(row)
        for (action, flow, source, state, role) in EXPECTED
        if isinstance(row := decide(action, favourable(action, state, role, flow, source)), Transition)
    }
    special = {(row.action, row.source) for row in TRANSITIONS if id(row) not in reached}
    assert special == {
        (Action.CHECK_FAIL, State.FED_BACK), (Action.REOPEN, State.CLOSED), (Action.REOPEN, State.ARCHIVED),
        (Action.FEED_BACK, State.DISPATCHED), (Action.FEED_BACK, State.HANDLING),
        (Action.ADJUDICATE, State.DISPATCHED), (Action.ADJUDICATE, State.HANDLING),
    }  # fmt: skip


def test_nothing_but_a_few_steps_is_done_while_a_case_is_suspended() -> None:
    for action, flow, source, state, role in EXPECTED:
        if state not in OPEN:
            continue
        facts = with_standing(favourable(action, state, role, flow, source), suspended_at=WAS)
        allowed = isinstance(decide(action, facts), Transition)
        still = {Action.RESUME, Action.SUPERVISE, Action.CANCEL, Action.MERGE, Action.NOTE}
        assert allowed == (action in still), (action, state)


def test_nobody_without_a_name_does_anything() -> None:
    for action, flow, source, state, role in EXPECTED:
        facts = by(favourable(action, state, role, flow, source), " ", OFFICE)
        assert refused(action, facts) == [("person", None)]


def test_fields_that_are_missing_come_together() -> None:
    facts = favourable(Action.SELF_HANDLE, State.REPORTED, Role.GRID_WORKER, source="patrol")
    facts = replace(facts, fields=Fields())
    assert refused(Action.SELF_HANDLE, facts) == [("field", "result"), ("field", "attachments")]


def test_offered_steps_are_told_with_what_stands_against_them() -> None:
    facts = replace(favourable(Action.CHECK_PASS, State.FED_BACK, Role.SUPERVISOR), fields=Fields())
    told = {action: against for action, _, against in offered(facts)}
    # What a field can mend stands against nothing.
    assert {action for action, against in told.items() if against is None} == {
        Action.CHECK_PASS, Action.CHECK_FAIL, Action.SUPERVISE, Action.NOTE,
    }  # fmt: skip
    anybody = {action for action, _, against in offered(facts, anybody=True) if against is None}
    assert anybody == {*told}
    assert Action.LAPSE not in {
        action for action, _, _ in offered(favourable(Action.LAPSE, State.CHECKED, Role.PROGRAM))
    }


def test_everything_has_words_and_every_guard_and_effect_is_used() -> None:
    assert set(ACTIONS) == set(Action)
    assert set(STATES) == set(State)
    assert {guard for row in TRANSITIONS for guard in row.guards} == set(Guard)
    assert {effect for row in TRANSITIONS for effect in row.effects} == set(Effect)
    fields = set(Fields.__dataclass_fields__)
    assert {name for row in TRANSITIONS for name in row.needs} <= fields
    assert {name for names in TAKES.values() for name in names} <= fields


def test_every_open_state_is_reached_and_every_end_is_left_by_reopening_only() -> None:
    for flow in Flow:
        rows = [row for row in TRANSITIONS if flow in row.flows]
        reached = {State.REPORTED}
        while more := {row.target for row in rows if row.source in reached} - reached:
            reached |= more
        unreachable = {
            Flow.LIVELIHOOD: set(), Flow.ENFORCEMENT: {State.EVALUATED},
            Flow.ENTERPRISE: {State.VERIFIED, State.FILED, State.EVALUATED},
        }[flow]  # fmt: skip
        assert set(State) - reached == unreachable
        leaving = {row.action for row in rows if row.source not in OPEN and row.target in OPEN}
        assert leaving == {Action.REOPEN}


def test_a_standing_of_its_own_is_the_default() -> None:
    standing = Standing(State.REPORTED)
    assert (standing.revision, standing.level, standing.lead) == (0, Level.DISTRICT, None)
