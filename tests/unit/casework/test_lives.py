"""Whole lives of cases, drawn at random over the pure table: what holds whatever people do, in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.access import Actor, Role
from governance.casework.clocks import Clocks, Subject, clocks_after, fresh_clocks
from governance.casework.effects import after
from governance.casework.facts import Facts, Fields, Main, Standing
from governance.casework.names import (
    OPEN,
    PUBLIC,
    SELF_FOUND,
    Action,
    DirectReason,
    Flow,
    Level,
    Outcome,
    Satisfaction,
    State,
)
from governance.casework.steps import Refusal, decide
from governance.casework.table import Effect, Transition
from governance.deadlines.calendar import WorkingCalendar
from governance.deadlines.clock import Kind, Limit, LocalCalendar
from governance.deadlines.limits import Book, Entry, Stage
from governance.deadlines.windows import Windows
from tests.unit.casework.cases import NOW

NAMES = ("王", "李", "赵", "钱")
ORGANISATIONS = ("A", "B", "C", None)
COUNTERS = ("revision", "reworks", "send_backs", "extensions", "hand_overs", "reopens")
BOOK = Book(
    "r",
    tuple(Entry(stage, Limit(2, Kind.URGENT_HOUR)) for stage in Stage),
    {},
    LocalCalendar(
        WorkingCalendar.of((), Windows.parse("08:00-12:00,14:00-18:00")), ZoneInfo("Asia/Shanghai")
    ),
)
texts = st.sampled_from((None, "", "说明", "outside_list"))
fields = st.builds(
    Fields,
    reason=texts,
    note=texts,
    lead=st.sampled_from(ORGANISATIONS),
    supporting=st.sampled_from((None, (), ("B",), ("C", "A"))),
    amount=st.sampled_from((None, 1.0)),
    unit=st.sampled_from((None, "work_day")),
    result=texts,
    satisfaction=st.sampled_from((None, Satisfaction.SATISFIED, Satisfaction.UNSATISFIED)),
    into=st.sampled_from((None, "2")),
    reference=texts,
    guidance=texts,
    attachments=st.sampled_from(((), ("a", "b"))),
)
actors = st.builds(Actor, st.sampled_from(NAMES), st.sampled_from(list(Role)), st.sampled_from(ORGANISATIONS))


class CaseLife(RuleBasedStateMachine):
    """One case and all that people ask of it; most of it is refused."""

    @initialize(flow=st.sampled_from(list(Flow)), source=st.sampled_from(("hotline", "grid_worker", "video")))
    def report(self, flow: Flow, source: str) -> None:
        self.flow, self.source, self.now = flow, source, NOW
        level = Level.COMMUNITY if source in SELF_FOUND else Level.DISTRICT
        self.standing = Standing(State.REPORTED, level=level)
        self.subject = Subject(1, flow, "normal", source, None)
        self.clocks: Clocks | None = fresh_clocks(BOOK, self.subject, State.REPORTED, began=NOW, entered=NOW)
        self.taken: list[tuple[Transition, Facts, Standing]] = []
        self.workers: set[str] = set()
        self.entered: datetime = NOW

    @rule(action=st.sampled_from(list(Action)), actor=actors, said=fields, minutes=st.integers(0, 20_000))
    def ask(self, action: Action, actor: Actor, said: Fields, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.try_step(action, actor, said)

    @rule(actor=actors, said=fields, data=st.data())
    def go_on(self, actor: Actor, said: Fields, data: st.DataObject) -> None:
        """Something that some row allows from here: lives get longer than with chance alone."""
        self.now += timedelta(minutes=5)
        facts = self.facts(actor, said)
        willing = [
            (action, role)
            for action in Action
            for role in Role
            if isinstance(decide(action, replace(facts, actor=replace(actor, role=role))), Transition)
        ]
        if willing:
            action, role = data.draw(st.sampled_from(willing))
            self.try_step(action, replace(actor, role=role), said)

    @precondition(lambda self: hasattr(self, "standing") and self.standing.lapses_at is not None)
    @rule()
    def wait(self) -> None:
        self.now += timedelta(days=8)
        self.try_step(Action.LAPSE, Actor("nightly", Role.PROGRAM), Fields())

    def facts(self, actor: Actor, said: Fields) -> Facts:
        return Facts(
            number="1", standing=self.standing, flow=self.flow, source=self.source, actor=actor, now=self.now,
            fields=said, proposed="A", proposed_supporting=("C",), area=frozenset("ABC"),
            reporter_grid=frozenset("B") if self.source in SELF_FOUND else frozenset(),
            main=Main("2", State.FILED),
            evidence=frozenset(("before", "after")) if said.attachments else frozenset(),
        )  # fmt: skip

    def try_step(self, action: Action, actor: Actor, said: Fields) -> None:
        facts, was = self.facts(actor, said), self.standing
        row = decide(action, facts)
        if isinstance(row, Refusal):
            assert row.faults
            return
        self.standing = after(row, facts)
        if self.standing.state not in OPEN:
            self.clocks = None
        elif row.moves or row.effects:
            clocks = self.clocks or fresh_clocks(
                BOOK, self.subject, was.state, began=NOW, entered=self.entered
            )
            self.clocks = clocks_after(row, facts, self.standing, clocks, BOOK, self.subject)
        self.taken.append((row, facts, self.standing))
        self.check_step(row, facts, was)
        if row.moves:
            self.entered = self.now

    def check_step(self, row: Transition, facts: Facts, was: Standing) -> None:
        actor, now = facts.actor, self.standing
        # Counters only grow, by one; a note is no step.
        for name in COUNTERS:
            assert getattr(was, name) <= getattr(now, name) <= getattr(was, name) + 1
        assert (now.revision == was.revision) == (row.action is Action.NOTE)
        if row.action is Action.NOTE:
            assert now == was
        if row.action in (Action.CHECK_PASS, Action.CHECK_FAIL):
            assert actor.name != was.handler
            assert actor.organisation is None or actor.organisation not in (
                was.handler_organisation, was.lead, *was.supporting,
            )  # fmt: skip
        if row.action is Action.GRANT_EXTENSION:
            assert was.extension is not None
            assert actor.name != was.extension["by"]
        if row.action is Action.ADJUDICATE:
            assert was.objection is not None
            assert actor.name != was.objection["by"]
        # A case that is given to the reporter's grid is given there with a reason.
        if {Effect.ORDERS, Effect.ASSIGN} & set(row.effects) and self.source in SELF_FOUND:
            given = {now.lead, *(facts.fields.supporting or ())}
            assert "B" not in given or facts.fields.reason
        if row.action is Action.ESCALATE:
            assert list(Level).index(now.level) == list(Level).index(was.level) + 1
            assert facts.fields.note or actor.role is Role.PROGRAM
        if row.action is Action.DIRECT_REPORT:
            assert (was.level, now.level) == (Level.COMMUNITY, Level.DISTRICT)
            assert now.direct_reason in set(DirectReason)
        if now.state is State.FILED and was.state is State.ACCEPTED and self.source in PUBLIC:
            raise AssertionError("filed without being verified")

    @invariant()
    def the_case_is_sound(self) -> None:
        if not hasattr(self, "standing"):
            return
        case = self.standing
        is_open = case.state in OPEN
        # A closed case has no running clock, and says when it was closed.
        assert (self.clocks is not None) == is_open
        assert (case.closed_at is None) == is_open
        if not is_open:
            waiting = (case.suspended_at, case.extension, case.objection, case.direct_reason)
            assert waiting == (None, None, None, None)
        if case.state in (State.DISPATCHED, State.HANDLING):
            assert case.lead is not None
        assert case.lead not in case.supporting
        assert (case.state is State.MERGED) == (case.duplicate_of is not None)
        if case.outcome in (Outcome.DIRECT_ANSWER, Outcome.TRANSFERRED_110):
            assert not is_open
        if case.lapses_at is not None:
            assert case.state is (State.CLOSED if self.flow is Flow.ENTERPRISE else State.CHECKED)
        if self.clocks is not None:
            assert (self.clocks.paused_at is not None) == (case.suspended_at is not None)
            if case.suspended_at is not None:
                assert self.clocks.total is not None
                assert self.clocks.total.paused_at == case.suspended_at

    @invariant()
    def the_way_to_here_can_be_told(self) -> None:
        """Each step begins where the one before ended."""
        state = State.REPORTED
        for row, _, standing in getattr(self, "taken", ()):
            assert row.source is state
            state = standing.state
            assert state is row.target


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=40, stateful_step_count=30)
