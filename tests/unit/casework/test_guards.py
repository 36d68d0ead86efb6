"""What must hold beside state and role: each guard and each bond bites, and only where it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from governance.access import Role
from governance.casework.facts import Main
from governance.casework.names import (
    Action,
    DirectReason,
    Flow,
    Level,
    Outcome,
    Satisfaction,
    State,
)
from governance.casework.table import Effect
from tests.unit.casework.cases import (
    HELPER,
    LEAD,
    NOW,
    OFFICE,
    SAID,
    WAS,
    by,
    favourable,
    refused,
    taken,
    with_fields,
    with_standing,
)

CHECK = favourable(Action.CHECK_PASS, State.FED_BACK, Role.SUPERVISOR)


@pytest.mark.parametrize(
    ("name", "organisation"),
    [("赵处置", OFFICE), (" 赵处置 ", OFFICE), ("钱某", LEAD), ("钱某", HELPER), ("赵处置", None)],
)
@pytest.mark.parametrize("action", [Action.CHECK_PASS, Action.CHECK_FAIL])
def test_who_worked_on_it_does_not_check_it(action: Action, name: str, organisation: str | None) -> None:
    assert refused(action, by(CHECK, name, organisation)) == [("person", None)]


def test_a_latin_name_in_other_letters_is_the_same_handler() -> None:
    assert refused(Action.CHECK_PASS, by(with_standing(CHECK, handler="Zhao"), "ZHAO", OFFICE)) == [
        ("person", None)
    ]


def test_a_failed_check_is_counted_and_the_work_goes_on() -> None:
    row = taken(Action.CHECK_FAIL, CHECK)
    assert {Effect.REWORK, Effect.AGAIN} <= set(row.effects)
    assert refused(Action.CHECK_FAIL, with_fields(CHECK, reason=" ")) == [("field", "reason")]


def test_what_was_handled_on_the_spot_and_fails_the_check_is_filed() -> None:
    facts = with_standing(CHECK, outcome=Outcome.SELF_HANDLED, lead=None, supporting=())
    assert taken(Action.CHECK_FAIL, facts).target is State.FILED


@pytest.mark.parametrize("organisation", [None, "SQ-elsewhere"])
def test_only_the_supervisor_of_the_area_verifies(organisation: str | None) -> None:
    facts = favourable(Action.VERIFY, State.ACCEPTED, Role.SUPERVISOR)
    assert refused(Action.VERIFY, by(facts, "钱某", organisation)) == [("person", None)]


def test_what_the_public_reports_is_not_filed_unverified() -> None:
    facts = favourable(Action.FILE, State.ACCEPTED, Role.ACCEPTOR, source="app")
    assert refused(Action.FILE, facts) == [("guard", None)]
    assert taken(Action.FILE, replace(facts, source="video")).target is State.FILED


def test_another_organisation_does_not_work_on_it() -> None:
    for action in (Action.START, Action.SEND_BACK, Action.ASK_EXTENSION):
        facts = favourable(action, State.DISPATCHED, Role.OFFICER)
        for organisation in (None, "LS-SZ", HELPER):
            assert refused(action, by(facts, "钱某", organisation)) == [("person", None)]


def test_a_supporting_organisation_feeds_back_for_itself() -> None:
    facts = by(favourable(Action.FEED_BACK, State.HANDLING, Role.OFFICER), "孙协办", HELPER)
    row = taken(Action.FEED_BACK, facts)
    assert (row.target, row.effects) == (State.HANDLING, (Effect.FINISH_OWN_ORDER,))


def test_nobody_grants_their_own_extension() -> None:
    facts = favourable(Action.GRANT_EXTENSION, State.HANDLING, Role.DISPATCHER)
    for name, organisation in (("赵处置", "LS"), ("钱某", LEAD)):
        assert refused(Action.GRANT_EXTENSION, by(facts, name, organisation)) == [("person", None)]
        assert refused(Action.REFUSE_EXTENSION, by(facts, name, organisation)) == [("person", None)]
    assert refused(Action.GRANT_EXTENSION, with_standing(facts, extension=None)) == [("guard", None)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": None, "unit": None}, "amount"),
        ({"amount": 2.0, "unit": None}, "amount"),
        ({"amount": 0.0, "unit": "work_day"}, "amount"),
        ({"amount": None, "unit": None, "until": NOW}, "until"),
        ({"amount": 1.0, "unit": "work_day", "until": NOW + timedelta(days=1)}, "until"),
    ],
)
def test_an_extension_says_how_long(fields: dict[str, Any], field: str) -> None:
    facts = with_fields(favourable(Action.ASK_EXTENSION, State.HANDLING, Role.OFFICER), **fields)
    assert refused(Action.ASK_EXTENSION, facts) == [("guard", field)]


def test_one_extension_waits_at_a_time() -> None:
    facts = with_standing(favourable(Action.ASK_EXTENSION, State.HANDLING, Role.OFFICER), extension=SAID)
    assert refused(Action.ASK_EXTENSION, facts) == [("guard", None)]


def test_an_objection_stops_the_work_until_another_person_adjudicates() -> None:
    for action, state in ((Action.START, State.DISPATCHED), (Action.FEED_BACK, State.HANDLING),
                          (Action.SEND_BACK, State.HANDLING), (Action.OBJECT, State.HANDLING)):  # fmt: skip
        facts = with_standing(favourable(action, state, Role.OFFICER), objection=SAID)
        assert refused(action, facts) == [("guard", None)]
    facts = favourable(Action.ADJUDICATE, State.HANDLING, Role.DISPATCHER)
    assert refused(Action.ADJUDICATE, by(facts, "赵处置", "LS")) == [("person", None)]
    assert refused(Action.ADJUDICATE, by(facts, "钱某", LEAD)) == [("person", None)]
    assert refused(Action.ADJUDICATE, with_standing(facts, objection=None))[0] == ("guard", None)


def test_an_objection_that_is_turned_down_leaves_everything_where_it_is() -> None:
    facts = favourable(Action.ADJUDICATE, State.HANDLING, Role.DISPATCHER)
    row = taken(Action.ADJUDICATE, with_fields(facts, lead=None))
    assert (row.target, row.effects) == (State.HANDLING, (Effect.NO_OBJECTION,))


def test_handing_over_needs_another_organisation() -> None:
    facts = favourable(Action.HAND_OVER, State.HANDLING, Role.DISPATCHER)
    assert refused(Action.HAND_OVER, with_fields(facts, lead=LEAD)) == [("guard", "lead")]


@pytest.mark.parametrize("action", [Action.DISPATCH, Action.SORT])
def test_a_grid_workers_report_returns_to_its_grid_only_with_a_reason(action: Action) -> None:
    role = Role.DISPATCHER if action is Action.DISPATCH else Role.SORTER
    facts = favourable(action, State.FILED, role, source="grid_worker")
    facts = replace(facts, reporter_grid=frozenset((OFFICE,)))
    back = with_fields(facts, lead=OFFICE, reason=None)
    assert refused(action, back) == [("guard", "reason")]
    assert refused(action, with_fields(facts, supporting=(OFFICE,), reason="")) == [("guard", "reason")]
    assert taken(action, with_fields(back, reason="经研究由社区办理")).target is State.DISPATCHED
    assert taken(action, with_fields(facts, reason=None)).target is State.DISPATCHED


def test_the_same_holds_for_hand_over_and_adjudication_and_for_whom_routing_proposes() -> None:
    for action in (Action.HAND_OVER, Action.ADJUDICATE):
        facts = favourable(action, State.HANDLING, Role.DISPATCHER, source="patrol")
        facts = replace(with_fields(facts, lead=OFFICE, reason=None), reporter_grid=frozenset((OFFICE,)))
        assert ("guard", "reason") in refused(action, facts)
    facts = favourable(Action.DISPATCH, State.FILED, Role.DISPATCHER, source="patrol")
    facts = replace(
        with_fields(facts, lead=None, reason=None), proposed=OFFICE, reporter_grid=frozenset((OFFICE,))
    )
    assert refused(Action.DISPATCH, facts) == [("guard", "reason")]


def test_dispatch_asks_for_a_lead_when_routing_proposes_nobody() -> None:
    facts = with_fields(favourable(Action.DISPATCH, State.FILED, Role.DISPATCHER), lead=None)
    assert refused(Action.DISPATCH, facts) == [("guard", "lead")]
    assert taken(Action.DISPATCH, replace(facts, proposed=LEAD)).target is State.DISPATCHED


def test_what_lies_at_the_sorting_desk_is_sorted_not_dispatched() -> None:
    facts = favourable(Action.DISPATCH, State.FILED, Role.DISPATCHER)
    assert refused(Action.DISPATCH, with_standing(facts, direct_reason=DirectReason.MULTI_DEPARTMENT)) == [
        ("guard", None)
    ]
    not_there = with_standing(favourable(Action.SORT, State.ACCEPTED, Role.SORTER), direct_reason=None)
    assert refused(Action.SORT, not_there) == [("guard", None)]


@pytest.mark.parametrize("reason", ["其他", "", None, "multi department"])
def test_a_direct_report_has_one_of_three_reasons(reason: str | None) -> None:
    facts = favourable(Action.DIRECT_REPORT, State.FILED, Role.COMMUNITY_LEAD)
    assert ("guard", "reason") in refused(Action.DIRECT_REPORT, with_fields(facts, reason=reason))
    for known in DirectReason:
        assert taken(Action.DIRECT_REPORT, with_fields(facts, reason=known.value))


@pytest.mark.parametrize(
    ("level", "role"),
    [
        (Level.STREET, Role.COMMUNITY_LEAD), (Level.COMMUNITY, Role.STREET_LEAD),
        (Level.DISTRICT, Role.COMMUNITY_LEAD), (Level.DISTRICT, Role.STREET_LEAD),
    ],
)  # fmt: skip
def test_a_case_rises_from_the_level_that_holds_it(level: Level, role: Role) -> None:
    facts = with_standing(favourable(Action.ESCALATE, State.FILED, role), level=level)
    assert refused(Action.ESCALATE, facts) == [("person", None)]


def test_a_case_rises_only_in_its_own_area_and_with_a_note() -> None:
    facts = favourable(Action.ESCALATE, State.FILED, Role.COMMUNITY_LEAD)
    assert refused(Action.ESCALATE, by(facts, "钱某", "SQ-elsewhere")) == [("person", None)]
    assert refused(Action.ESCALATE, with_fields(facts, note=None)) == [("field", "note")]


@pytest.mark.parametrize("due", [None, NOW, NOW + timedelta(hours=1)])
def test_the_program_raises_no_case_that_is_not_late(due: datetime | None) -> None:
    facts = favourable(Action.ESCALATE, State.HANDLING, Role.PROGRAM)
    assert refused(Action.ESCALATE, replace(facts, due_at=due)) == [("guard", None)]


def test_the_program_raises_no_case_above_the_district() -> None:
    facts = favourable(Action.ESCALATE, State.HANDLING, Role.PROGRAM)
    assert refused(Action.ESCALATE, with_standing(facts, level=Level.DISTRICT)) == [("guard", None)]


def test_handling_on_the_spot_needs_photos_of_before_and_after() -> None:
    facts = favourable(Action.SELF_HANDLE, State.REPORTED, Role.GRID_WORKER, source="patrol")
    for evidence in ((), ("before",), ("after", "scene")):
        told = refused(Action.SELF_HANDLE, replace(facts, evidence=frozenset(evidence)))
        assert told == [("guard", "attachments")]
    gone = replace(facts, missing=("b",))
    assert refused(Action.SELF_HANDLE, gone) == [("field", "attachments")]


def test_merging_needs_another_open_case_that_is_no_duplicate() -> None:
    facts = favourable(Action.MERGE, State.FILED, Role.ACCEPTOR)
    for main in (
        None,
        Main(facts.number, State.FILED),
        Main("37021220260901000003", State.CLOSED),
        Main("37021220260901000003", State.MERGED, "37021220260901000004"),
    ):
        assert refused(Action.MERGE, replace(facts, main=main)) == [("guard", "into")]


def test_an_unsatisfied_appellant_is_heard() -> None:
    close = favourable(Action.CLOSE, State.EVALUATED, Role.ACCEPTOR)
    unsatisfied = with_standing(close, satisfaction=Satisfaction.UNSATISFIED)
    assert refused(Action.CLOSE, with_fields(unsatisfied, reason=None)) == [("guard", "reason")]
    assert taken(Action.CLOSE, unsatisfied).target is State.CLOSED
    again = favourable(Action.CHECK_FAIL, State.EVALUATED, Role.SUPERVISOR)
    assert taken(Action.CHECK_FAIL, again).target is State.HANDLING
    content = with_standing(again, satisfaction=Satisfaction.SATISFIED)
    assert refused(Action.CHECK_FAIL, content) == [("guard", None)]


def test_silence_lapses_when_its_time_is_over_and_not_before() -> None:
    facts = favourable(Action.LAPSE, State.CHECKED, Role.PROGRAM)
    for moment in (None, NOW + timedelta(seconds=1)):
        assert refused(Action.LAPSE, with_standing(facts, lapses_at=moment)) == [("guard", None)]
    assert taken(Action.LAPSE, with_standing(facts, lapses_at=NOW)).target is State.EVALUATED


def test_an_enterprise_is_asked_before_the_archive_unless_nothing_was_handled() -> None:
    facts = favourable(Action.ARCHIVE, State.CLOSED, Role.ACCEPTOR, Flow.ENTERPRISE)
    assert refused(Action.ARCHIVE, with_standing(facts, satisfaction=None)) == [("guard", None)]
    answered = with_standing(facts, satisfaction=None, outcome=Outcome.DIRECT_ANSWER)
    assert taken(Action.ARCHIVE, answered).target is State.ARCHIVED
    rated = favourable(Action.EVALUATE, State.CLOSED, Role.ACCEPTOR, Flow.ENTERPRISE)
    assert refused(Action.EVALUATE, with_standing(rated, satisfaction=Satisfaction.BASIC)) == [
        ("guard", None)
    ]


def test_what_was_answered_directly_is_reopened_to_be_accepted() -> None:
    for outcome in (Outcome.DIRECT_ANSWER, Outcome.TRANSFERRED_110):
        facts = with_standing(favourable(Action.REOPEN, State.CLOSED, Role.ACCEPTOR), outcome=outcome)
        assert taken(Action.REOPEN, facts).target is State.ACCEPTED


def test_a_case_is_supervised_once() -> None:
    facts = with_standing(favourable(Action.SUPERVISE, State.HANDLING, Role.SUPERVISOR), supervised_at=WAS)
    assert refused(Action.SUPERVISE, facts) == [("guard", None)]
