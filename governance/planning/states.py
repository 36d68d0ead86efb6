"""What a plan may become: one table of transitions, and who decides by it.

The table is the truth: `decide` reads it, the diagram in ``docs/publishing.md`` is made from it, and tests go
through it row by row. Nothing here knows a database; what has to be known is given as `Facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gis.words import Words

__all__ = [
    "TRANSITIONS",
    "Action",
    "Effect",
    "Facts",
    "Guard",
    "Refusal",
    "State",
    "Transition",
    "Who",
    "decide",
    "diagram",
]


class State(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    ROLLED_BACK = "rolled_back"


class Action(StrEnum):
    """What is done with a plan. The last five are done by the program or follow from another plan."""

    SUBMIT = "submit"
    REOPEN = "reopen"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    ROLL_BACK = "rollback"
    ANNOUNCE = "announce_rollback"
    KEEP = "keep"
    TAKE_EFFECT = "take_effect"
    FAIL = "fail"
    SUPERSEDE = "supersede"
    RETURN = "return"
    STAY = "stay"


class Who(StrEnum):
    """Who of those whose role opens the door may do it; a person is an account, on an open server a name."""

    ANYONE = "anyone"
    SECOND = "second_person"
    """Anyone but the author of the plan and the authors of its steps."""
    PROGRAM = "program"


class Guard(StrEnum):
    """What must hold, beside who and from where."""

    CHANGES = "changes"
    """The plan changes something."""
    SOUND = "sound"
    """Every check of the plan holds, against what is stored now."""
    FUTURE = "future"
    """A moment is given and has not come yet."""
    NOT_PAST = "not_past"
    """The moment given, if any, is not over."""
    DUE = "due"
    """The moment of the plan has come."""
    AT_ONCE = "at_once"
    """No moment is given."""
    IN_PLACE = "in_place"
    """Every unit is still where this plan put it."""
    ANNOUNCED = "announced"
    """Its roll-back is announced for a moment."""


class Effect(StrEnum):
    """What is written beside the state, the revision and the entry in the history."""

    APPROVER = "approver"
    NO_APPROVER = "no_approver"
    MOMENT = "moment"
    NO_MOMENT = "no_moment"
    EDITION = "edition"
    """Units change zones, zones begin and end, open incidents and posts follow, departments are told."""
    RETURN_EDITION = "return_edition"
    """A plan of its own takes the units back to where they were."""
    RETURN_MOMENT = "return_moment"
    """When it is to be rolled back."""
    NO_RETURN_MOMENT = "no_return_moment"
    NOTICE = "notice"


@dataclass(frozen=True)
class Transition:
    """One row of the table."""

    action: Action
    source: State
    target: State
    who: Who
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()


_READY = (Guard.CHANGES, Guard.SOUND)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Action.SUBMIT, State.DRAFT, State.SUBMITTED, Who.ANYONE, _READY),
    Transition(Action.REOPEN, State.SUBMITTED, State.DRAFT, Who.ANYONE),
    Transition(Action.REOPEN, State.APPROVED, State.DRAFT, Who.ANYONE, (), (Effect.NO_APPROVER,)),
    Transition(Action.APPROVE, State.SUBMITTED, State.APPROVED, Who.SECOND, _READY, (Effect.APPROVER,)),
    Transition(
        Action.SCHEDULE, State.APPROVED, State.SCHEDULED, Who.ANYONE, (Guard.FUTURE, *_READY),
        (Effect.MOMENT, Effect.NOTICE),
    ),
    Transition(
        Action.SCHEDULE, State.SCHEDULED, State.SCHEDULED, Who.ANYONE, (Guard.FUTURE, *_READY),
        (Effect.MOMENT, Effect.NOTICE),
    ),
    Transition(
        Action.PUBLISH, State.APPROVED, State.PUBLISHED, Who.ANYONE, (Guard.NOT_PAST, *_READY),
        (Effect.MOMENT, Effect.EDITION, Effect.NOTICE),
    ),
    Transition(
        Action.TAKE_EFFECT, State.SCHEDULED, State.PUBLISHED, Who.PROGRAM, (Guard.DUE, *_READY),
        (Effect.EDITION, Effect.NOTICE),
    ),
    Transition(
        Action.FAIL, State.SCHEDULED, State.APPROVED, Who.PROGRAM, (Guard.DUE,),
        (Effect.NO_MOMENT, Effect.NOTICE),
    ),
    *(
        Transition(Action.WITHDRAW, source, State.WITHDRAWN, Who.ANYONE)
        for source in (State.DRAFT, State.SUBMITTED, State.APPROVED)
    ),
    Transition(
        Action.WITHDRAW, State.SCHEDULED, State.WITHDRAWN, Who.ANYONE, (), (Effect.NO_MOMENT, Effect.NOTICE)
    ),
    Transition(Action.SUPERSEDE, State.PUBLISHED, State.SUPERSEDED, Who.PROGRAM),
    Transition(
        Action.ROLL_BACK, State.PUBLISHED, State.ROLLED_BACK, Who.SECOND, (Guard.AT_ONCE, Guard.IN_PLACE),
        (Effect.NO_RETURN_MOMENT, Effect.RETURN_EDITION, Effect.NOTICE),
    ),
    Transition(
        Action.ANNOUNCE, State.PUBLISHED, State.PUBLISHED, Who.SECOND, (Guard.FUTURE, Guard.IN_PLACE),
        (Effect.RETURN_MOMENT, Effect.NOTICE),
    ),
    Transition(
        Action.KEEP, State.PUBLISHED, State.PUBLISHED, Who.ANYONE, (Guard.ANNOUNCED,),
        (Effect.NO_RETURN_MOMENT, Effect.NOTICE),
    ),
    Transition(
        Action.RETURN, State.PUBLISHED, State.ROLLED_BACK, Who.PROGRAM, (Guard.DUE, Guard.IN_PLACE),
        (Effect.NO_RETURN_MOMENT, Effect.RETURN_EDITION, Effect.NOTICE),
    ),
    Transition(
        Action.STAY, State.PUBLISHED, State.PUBLISHED, Who.PROGRAM, (Guard.DUE,),
        (Effect.NO_RETURN_MOMENT, Effect.NOTICE),
    ),
)  # fmt: skip

STATES: Mapping[State, Words] = {
    State.DRAFT: Words("草案", "draft"),
    State.SUBMITTED: Words("待审", "submitted"),
    State.APPROVED: Words("已批准", "approved"),
    State.SCHEDULED: Words("已排期", "scheduled"),
    State.PUBLISHED: Words("已发布", "published"),
    State.SUPERSEDED: Words("已被取代", "superseded"),
    State.WITHDRAWN: Words("已撤回", "withdrawn"),
    State.ROLLED_BACK: Words("已回退", "rolled back"),
}
ACTIONS: Mapping[Action, Words] = {
    Action.SUBMIT: Words("提交", "submit"),
    Action.REOPEN: Words("退回修改", "send back"),
    Action.APPROVE: Words("批准", "approve"),
    Action.SCHEDULE: Words("排期", "schedule"),
    Action.PUBLISH: Words("发布", "publish"),
    Action.WITHDRAW: Words("撤回", "withdraw"),
    Action.ROLL_BACK: Words("回退", "roll back"),
    Action.ANNOUNCE: Words("定期回退", "announce the roll-back of"),
    Action.KEEP: Words("取消定期回退", "keep"),
    Action.TAKE_EFFECT: Words("到期生效", "take effect"),
    Action.FAIL: Words("生效失败", "fail at its moment"),
    Action.SUPERSEDE: Words("被取代", "supersede"),
    Action.RETURN: Words("到期回退", "go back"),
    Action.STAY: Words("回退失败", "stay at the moment of its roll-back"),
}


@dataclass(frozen=True)
class Facts:
    """What a decision needs to know.

    Attributes
    ----------
    state
        Of the plan.
    by
        Who asks; empty: the program itself.
    authors
        Who made the plan and its steps.
    changes
        How many units and zones the plan changes.
    now
        The moment of the transaction.
    moment
        The moment asked for, or the one the plan is scheduled for; None: at once.
    announced
        When it is to be rolled back; None: that is not announced.
    faults
        What the checks of the plan found, in words.
    elsewhere
        For a roll-back: what is no longer where the plan put it, in words.
    """

    state: State
    by: str
    authors: frozenset[str]
    changes: int
    now: datetime
    moment: datetime | None = None
    announced: datetime | None = None
    faults: Sequence[Words] = ()
    elsewhere: Sequence[Words] = ()


@dataclass(frozen=True)
class Refusal:
    """Why an action is not done: the kind, and each reason in words."""

    code: str
    reasons: tuple[Words, ...] = field(default_factory=tuple)


def decide(action: Action, facts: Facts) -> Transition | Refusal:
    """The transition that an action is now, or why it is none.

    Reasons of one kind come together: whoever asks for a plan with five faults is told of five.
    """
    found = [row for row in TRANSITIONS if row.action is action and row.source is facts.state]
    if not found:
        state, verb = STATES[facts.state], ACTIONS[action]
        return Refusal(
            "plan-state",
            (Words(f"方案处于“{state.zh}”，不能{verb.zh}", f"the plan is {state.en}: it cannot {verb.en}"),),
        )
    (row,) = found
    for refusal in (_who(row, facts), *(_guard(guard, facts) for guard in row.guards)):
        if refusal is not None:
            return refusal
    return row


def _who(row: Transition, facts: Facts) -> Refusal | None:
    verb = ACTIONS[row.action]
    if row.who is Who.PROGRAM:
        if facts.by:
            return Refusal("plan-person", (Words(f"{verb.zh}由程序完成", f"{verb.en}: only by the program"),))
    elif not facts.by.strip():
        return Refusal("plan-person", (Words("缺少经办人", "nobody is named"),))
    elif row.who is Who.SECOND and facts.by.strip().casefold() in {
        author.strip().casefold() for author in facts.authors
    }:
        return Refusal(
            "plan-person",
            (
                Words(
                    f"{facts.by} 编制过本方案，须由另一人{verb.zh}",
                    f"{facts.by} worked on the plan: another person must {verb.en} it",
                ),
            ),
        )
    return None


def _guard(guard: Guard, facts: Facts) -> Refusal | None:
    now, moment = facts.now, facts.moment
    match guard:
        case Guard.CHANGES if not facts.changes:
            return Refusal("plan-empty", (Words("方案没有任何改动", "the plan changes nothing"),))
        case Guard.SOUND if facts.faults:
            return Refusal("plan-unsound", tuple(facts.faults))
        case Guard.FUTURE if moment is None or moment <= now:
            return Refusal("plan-moment", (Words("须给出将来的时间", "a moment in the future is needed"),))
        case Guard.NOT_PAST if moment is not None and moment < now:
            return Refusal(
                "plan-moment",
                (Words("生效时间已过；改动不能追溯", "that moment is over: nothing changes the past"),),
            )
        case Guard.DUE if moment is None or moment > now:
            return Refusal("plan-moment", (Words("生效时间未到", "its moment has not come"),))
        case Guard.AT_ONCE if moment is not None:
            return Refusal(
                "plan-moment",
                (Words("回退时间已过；改动不能追溯", "that moment is over: nothing changes the past"),),
            )
        case Guard.ANNOUNCED if facts.announced is None:
            return Refusal("plan-moment", (Words("没有定期回退", "no roll-back is announced"),))
        case Guard.IN_PLACE if facts.elsewhere:
            return Refusal("plan-overtaken", tuple(facts.elsewhere))
    return None


def diagram() -> str:
    """The table as a Mermaid state diagram; several actions between two states share an arrow."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for row in TRANSITIONS:
        mark = {Who.SECOND: " (second person)", Who.PROGRAM: " (program)"}.get(row.who, "")
        arrows.setdefault((row.source, row.target), []).append(f"{row.action}{mark}")
    lines = ["stateDiagram-v2", f"    [*] --> {State.DRAFT}"]
    lines += [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    ends = set(State) - {row.source for row in TRANSITIONS}
    lines += [f"    {state} --> [*]" for state in State if state in ends]
    return "\n".join(lines)
