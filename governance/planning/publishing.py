"""From draft to force: what is done with a plan, decided by the table of states, in one transaction.

A plan that is scheduled stays a plan: nothing of it is written before its moment. Then a background task
publishes it with all checks done again (`publish_due`); see docs/decisions/0012-edition-at-its-moment.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gis.words import Words
from governance.planning.editions import Edition, put_into_force
from governance.planning.errors import PlanConflict, PlanMissing
from governance.planning.impact import keep_impact
from governance.planning.judged import Judged
from governance.planning.judging import judge
from governance.planning.notices import tell
from governance.planning.refusals import PlanRefused
from governance.planning.states import Action, Effect, Facts, Guard, Refusal, State, Transition, decide
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.planning.publishing import change_state, lock_plan
from grid_data.planning.returning import out_of_place, return_plan, return_posts

__all__ = ["PROGRAM", "Done", "act", "publish_due", "return_due"]

PROGRAM = "gridgov"
"""Actor of what the program does by itself, in the history."""
_LATER = {Action.PUBLISH: Action.SCHEDULE, Action.ROLL_BACK: Action.ANNOUNCE}
"""What an action is when its moment is still to come."""


@dataclass(frozen=True)
class Done:
    """What was done with a plan.

    Attributes
    ----------
    code
        The plan; for a roll-back the plan that took it back.
    state
        Its state now.
    edition
        What was written, where something was.
    repeated
        It had been done before: nothing was written.
    """

    code: str
    state: State
    edition: Edition | None = None
    repeated: bool = False


async def act(
    connection: Connection,
    action: Action,
    code: str,
    *,
    by: str,
    revision: int | None = None,
    effective_from: datetime | None = None,
    program: bool = False,
) -> Done:
    """Do something with a plan, in the caller's transaction.

    Publishing what is published, or scheduling for the moment it is scheduled for, is done once: repeating it
    changes nothing.

    Parameters
    ----------
    by
        Who does it.
    revision
        The revision of the plan that the caller has seen; None: whatever it is.
    effective_from
        When it takes effect (schedule, publish, roll back); None: now. A moment in the future given to
        publish schedules the plan, given to roll back announces that.
    program
        The program acts by itself.

    Raises
    ------
    PlanMissing
    PlanConflict
    PlanRefused
    """
    from grid_data.rerouting import moment

    # One edition after the other, imports of zones included.
    await moment(connection)
    plan = await lock_plan(connection, code)
    if plan is None:
        raise PlanMissing(Words(f"没有方案 {code}", f"no plan {code}"))
    now: datetime = plan["now"]
    if effective_from is not None and effective_from > now:
        action = _LATER.get(action, action)
    if _repeated(action, plan, effective_from):
        return Done(code, State(plan["state"]), repeated=True)
    if revision is not None and revision != plan["revision"]:
        words = Words(
            f"方案已被更改，当前 revision 为 {plan['revision']}；请重新读取",
            f"the plan has changed meanwhile: its revision is {plan['revision']} now; read it again",
        )
        raise PlanConflict(words, plan["revision"])
    at = effective_from
    if program:
        at = plan["rollback_at" if action in (Action.RETURN, Action.STAY) else "effective_from"]
    facts = Facts(
        state=State(plan["state"]),
        by="" if program else by,
        authors=frozenset({plan["author"] or "", *plan["step_authors"]} - {""}),
        changes=1,
        now=now,
        moment=at,
        announced=plan["rollback_at"],
    )
    # Whether it may be asked at all comes before the long work of checking.
    first = _decided(action, facts)
    judged: Judged | None = None
    if Guard.SOUND in first.guards:
        # Checked for the moment it takes effect, as far as that is known today.
        judged = await judge(connection, plan, _at(at, now))
        facts = replace(facts, changes=judged.changes, faults=[fault.text for fault in judged.faults])
    if Guard.IN_PLACE in first.guards:
        facts = replace(facts, elsewhere=await _elsewhere(connection, plan))
    return await _do(connection, _decided(action, facts), plan, judged, by=by, at=at)


async def _elsewhere(connection: Connection, plan: Mapping[str, Any]) -> list[Words]:
    kinds = {"zone": Words("网格", "grid"), "unit": Words("单元", "unit")}
    return [
        Words(f"{kinds[kind].zh} {code} 已被其他改动变更", f"{kinds[kind].en} {code} has been changed since")
        for kind, code in await out_of_place(connection, plan)
    ]


def _at(moment: datetime | None, now: datetime) -> datetime:
    """The moment of an edition: a future one cannot be asked about yet."""
    return min(moment, now) if moment is not None else now


def _repeated(action: Action, plan: Mapping[str, Any], effective_from: datetime | None) -> bool:
    state = State(plan["state"])
    if action is Action.PUBLISH:
        return state is State.PUBLISHED
    if action is Action.ANNOUNCE:
        return plan["rollback_at"] is not None and plan["rollback_at"] == effective_from
    return action is Action.SCHEDULE and state is State.SCHEDULED and plan["effective_from"] == effective_from


def _decided(action: Action, facts: Facts) -> Transition:
    decided = decide(action, facts)
    if isinstance(decided, Refusal):
        raise PlanRefused(decided.code, decided.reasons)
    return decided


async def _do(
    connection: Connection,
    row: Transition,
    plan: Mapping[str, Any],
    judged: Judged | None,
    *,
    by: str,
    at: datetime | None,
) -> Done:
    """Write what a row of the table says."""
    now: datetime = plan["now"]
    effective = plan["effective_from"]
    if Effect.MOMENT in row.effects:
        effective = at or now
    if Effect.NO_MOMENT in row.effects:
        effective = None
    approver = plan["approver"]
    if Effect.APPROVER in row.effects:
        approver = by
    if Effect.NO_APPROVER in row.effects:
        approver = None
    actor = by or PROGRAM
    if Effect.APPROVER in row.effects and judged is not None:
        await keep_impact(connection, plan, judged)
    edition: Edition | None = None
    if Effect.EDITION in row.effects:
        assert judged is not None
        edition = await put_into_force(connection, plan, judged, effective, actor)
    back = (plan["rollback_at"], plan["rollback_by"])
    if Effect.RETURN_MOMENT in row.effects:
        back = (at, by)
    if Effect.NO_RETURN_MOMENT in row.effects:
        back = (None, None)
    await change_state(
        connection, plan, row.target, approver=approver, effective_from=effective, rollback=back
    )
    after: dict[str, Any] = {"state": row.target, "revision": plan["revision"] + 1}
    if effective is not None:
        after["effective_from"] = effective.isoformat()
    if back[0] is not None:
        after["rollback_at"] = back[0].isoformat()
    if edition is not None:
        after["edition"] = edition.summary()
    before = {"state": row.source, "revision": plan["revision"]}
    await add_history(connection, actor, f"plan.{row.action}", plan_id=plan["id"], before=before, after=after)
    done = Done(plan["code"], row.target, edition)
    if Effect.RETURN_EDITION in row.effects:
        done = await _take_back(connection, plan, by=by or plan["rollback_by"])
        edition = done.edition
    if Effect.NOTICE in row.effects:
        moment = now if Effect.RETURN_EDITION in row.effects else at or effective or now
        await tell(connection, plan, row.action, judged, edition, moment)
    return done


async def _take_back(connection: Connection, plan: Mapping[str, Any], *, by: str) -> Done:
    """A plan of its own, in force at once, that takes the units of another back to where they were."""
    now: datetime = plan["now"]
    code = await return_plan(connection, plan["id"], by)
    back = await lock_plan(connection, code)
    assert back is not None
    judged = await judge(connection, back, now)
    if judged.faults:
        raise PlanRefused("plan-unsound", [fault.text for fault in judged.faults])
    edition = await put_into_force(connection, back, judged, now, by, vacancies=False)
    await return_posts(connection, edition.begun, plan["effective_from"], now)
    await change_state(
        connection, back, State.PUBLISHED, approver=None, effective_from=now, rollback=(None, None)
    )
    figures = {"state": State.PUBLISHED, "edition": edition.summary(), "reverts": plan["code"]}
    await add_history(connection, by, "plan.publish", plan_id=back["id"], after=figures)
    return Done(code, State.PUBLISHED, edition)


async def publish_due(connection: Connection, code: str) -> Done:
    """Put a scheduled plan into force whose moment has come; one that is refused goes back to approved.

    The refusal is written into the history and told to the organisations concerned: nobody is waiting for an
    answer.

    Raises
    ------
    PlanRefused
        It is not scheduled (any more), or its moment has not come.
    """
    try:
        return await act(connection, Action.TAKE_EFFECT, code, by="", program=True)
    except PlanRefused as refused:
        if refused.code not in ("plan-unsound", "plan-empty"):
            raise
        return await _failed(connection, code, refused.reasons)


async def return_due(connection: Connection, code: str) -> Done:
    """Roll a plan back whose announced moment has come; one that cannot be rolled back any more stays.

    Raises
    ------
    PlanRefused
        No roll-back is announced (any more), or its moment has not come.
    """
    try:
        # What was written before a check of the way back failed must not stay.
        async with connection.transaction():
            return await act(connection, Action.RETURN, code, by="", program=True)
    except PlanRefused as refused:
        if refused.code not in ("plan-unsound", "plan-overtaken"):
            raise
        return await _failed(connection, code, refused.reasons, Action.STAY)


async def _failed(
    connection: Connection, code: str, reasons: Sequence[Words], action: Action = Action.FAIL
) -> Done:
    done = await act(connection, action, code, by="", program=True)
    plan = await lock_plan(connection, code)
    assert plan is not None
    why = {"reasons": [words.zh for words in reasons], "reasons_en": [words.en for words in reasons]}
    await add_history(connection, PROGRAM, "plan.refused", plan_id=plan["id"], after=why)
    return done
