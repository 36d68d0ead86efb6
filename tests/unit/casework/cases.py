"""Facts for tests of the table: all as an action wants it, so that one thing at a time can be taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from governance.access import Actor, Role
from governance.casework.facts import Facts, Fields, Main, Standing
from governance.casework.names import Action, DirectReason, Flow, Level, Outcome, Satisfaction, State
from governance.casework.steps import Refusal, decide
from governance.casework.table import Transition

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
WAS = NOW - timedelta(days=1)
LEAD, HELPER, OFFICE = "LS-HW", "LS-CG", "SQ-001001"
SAID: dict[str, Any] = {"by": "赵处置", "organisation": LEAD, "reason": "说明", "at": WAS.isoformat()}
HOLDERS = {
    Role.COMMUNITY_LEAD: Level.COMMUNITY,
    Role.STREET_LEAD: Level.STREET,
    Role.PROGRAM: Level.STREET,
}
FULL = Fields(
    reason="缘由",
    note="说明",
    result="已处理",
    satisfaction=Satisfaction.BASIC,
    into="37021220260901000002",
    reference="110-1",
    guidance="G1",
    attachments=("a", "b"),
)
WORKED_ON = frozenset(
    (State.DISPATCHED, State.HANDLING, State.FED_BACK, State.CHECKED, State.EVALUATED, State.CLOSED)
)
AT_WORK = frozenset(
    (Action.START, Action.FEED_BACK, Action.ASK_EXTENSION, Action.SEND_BACK, Action.OBJECT)
)  # fmt: skip


def favourable(
    action: Action, state: State, role: Role, flow: Flow = Flow.LIVELIHOOD, source: str = "hotline"
) -> Facts:
    """Facts under which nothing but state, role and flow can stand against an action."""
    standing = Standing(state=state, level=HOLDERS.get(role, Level.DISTRICT))
    if state in WORKED_ON:
        standing = replace(
            standing, lead=LEAD, supporting=(HELPER,), handler="赵处置", handler_organisation=LEAD
        )
    organisation, fields = OFFICE, FULL
    if action is Action.ADJUDICATE:
        standing, fields = replace(standing, objection=SAID), replace(FULL, lead="LS-SZ")
    elif action in (Action.GRANT_EXTENSION, Action.REFUSE_EXTENSION):
        standing = replace(standing, extension=SAID | {"amount": 2, "unit": "work_day", "until": None})
    elif action in (Action.DISPATCH, Action.HAND_OVER, Action.SORT):
        fields = replace(FULL, lead="LS-SZ")
        if action is Action.SORT:
            standing = replace(standing, direct_reason=DirectReason.OUTSIDE_LIST)
    elif action is Action.ASK_EXTENSION:
        fields = replace(FULL, amount=2, unit="work_day")
    elif action is Action.RESUME:
        standing = replace(standing, suspended_at=WAS)
    elif action is Action.DIRECT_REPORT:
        fields = replace(FULL, reason="outside_list")
    elif action is Action.LAPSE:
        standing = replace(standing, lapses_at=WAS)
    elif action is Action.CHECK_FAIL and state is State.EVALUATED:
        standing = replace(standing, satisfaction=Satisfaction.UNSATISFIED)
    elif action is Action.ARCHIVE:
        standing = replace(standing, outcome=Outcome.HANDLED, satisfaction=Satisfaction.BASIC)
    if action in AT_WORK:
        organisation = LEAD
    return Facts(
        number="37021220260901000001",
        standing=standing,
        flow=flow,
        source=source,
        actor=Actor("钱某", role, organisation),
        now=NOW,
        fields=fields,
        area=frozenset((OFFICE,)),
        main=Main("37021220260901000002", State.FILED),
        evidence=frozenset(("before", "after")),
        due_at=WAS,
    )


def refused(action: Action, facts: Facts) -> list[tuple[str, str | None]]:
    """Kind and field of what stands against an action."""
    decided = decide(action, facts)
    assert isinstance(decided, Refusal), decided
    return [(fault.kind, fault.field) for fault in decided.faults]


def taken(action: Action, facts: Facts) -> Transition:
    decided = decide(action, facts)
    assert isinstance(decided, Transition), decided
    return decided


def with_standing(facts: Facts, **changes: Any) -> Facts:
    return replace(facts, standing=replace(facts.standing, **changes))


def with_fields(facts: Facts, **changes: Any) -> Facts:
    return replace(facts, fields=replace(facts.fields, **changes))


def by(facts: Facts, name: str, organisation: str | None) -> Facts:
    return replace(facts, actor=Actor(name, facts.actor.role, organisation))
