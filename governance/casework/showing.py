"""A case as it is shown: where it stands, its clock now, what may be done next, every step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from gis.words import Words
from governance.access import Actor, Role
from governance.casework.answers import (
    Case,
    CaseAction,
    CaseStep,
    ClockAnswer,
    ClockStateName,
    Extension,
    Handler,
    Objection,
    StageClock,
    WorkOrder,
)
from governance.casework.clocks import clocks_of
from governance.casework.facts import Facts, Fields
from governance.casework.names import ACTIONS, Action, Flow, action_words
from governance.casework.reading import FACTS, asked_for, codes_of, facts_of
from governance.casework.steps import offered
from governance.casework.table import TAKES
from governance.deadlines.book import deadline_book
from governance.deadlines.clock import Clock
from governance.incidents.answers import Name, Named
from grid_data.casework import open_cases
from grid_data.database import Connection, one

__all__ = ["get_case"]

OTHER_ACTIONS: Mapping[str, Words] = {
    "report": Words("上报", "report"),
    "override": Words("改派", "choose the organisation"),
    "lift_override": Words("撤销改派", "lift the choice"),
    "locate": Words("核定位置", "locate"),
}
"""Entries of an incident's history that are no steps of the table."""


async def get_case(connection: Connection, number: str, actor: Actor | None = None) -> Case | None:
    """The case of a number, or None.

    Parameters
    ----------
    actor
        For whom to say which steps are allowed; None: for anybody, so that only the case is in the way.

    Raises
    ------
    UnknownOrganisation
        That of the actor.
    """
    asked = asked_for(number, actor, None, Fields())
    row = await one(connection, FACTS, asked)
    if row is None:
        return None
    if not row["has_case"]:
        await open_cases(connection, [row["id"]])
        row = await one(connection, FACTS, asked)
        assert row is not None
    codes_of(row, actor, Fields())
    more = await one(connection, "casework/case_by_number", {"incident_id": row["id"]})
    assert more is not None
    facts = facts_of(row, actor or Actor("", Role.PROGRAM), Fields())
    standing, flow = facts.standing, facts.flow
    names: dict[str, Any] = more["organisations"] or {}
    duplicates = more["duplicates"] or []

    def named(code: str | None) -> Named | None:
        return None if code is None else Named(code=code, name=names[code])

    clock = _clock(row)
    conditions = (await deadline_book(connection, row["book"])).conditions(row["category_id"])
    return Case(
        number=number,
        revision=standing.revision,
        state=standing.state,
        level=standing.level.value,
        appeal_kind=flow,
        source=facts.source,
        urgency=row["urgency"],
        outcome=standing.outcome,
        satisfaction=standing.satisfaction,
        condition=standing.condition,
        conditions=conditions,
        lead=named(standing.lead),
        supporting=[found for code in standing.supporting if (found := named(code))],
        handler=None
        if standing.handler is None
        else Handler(name=standing.handler, organisation=named(standing.handler_organisation)),
        reworks=standing.reworks,
        send_backs=standing.send_backs,
        extensions=standing.extensions,
        hand_overs=standing.hand_overs,
        reopens=standing.reopens,
        suspended_since=standing.suspended_at,
        supervised_since=standing.supervised_at,
        objection=standing.objection and Objection.model_validate(standing.objection),
        extension=standing.extension and Extension.model_validate(standing.extension),
        direct_reason=standing.direct_reason,
        duplicate_of=standing.duplicate_of,
        duplicates=duplicates,
        reports=1 + len(duplicates),
        lapses_at=standing.lapses_at,
        due_at=row["due_at"] or clock.due_at,
        closed_at=standing.closed_at,
        clock=clock,
        work_orders=[WorkOrder.model_validate(order) for order in more["work_orders"] or []],
        actions=_actions(facts, anybody=actor is None, conditions=bool(conditions)),
        steps=[_step(told, flow) for told in more["steps"] or []],
    )


def _clock(row: Mapping[str, Any]) -> ClockAnswer:
    clocks, now = clocks_of(row), row["now"]
    if clocks is None:
        ended = row["closed_at"] is not None
        return ClockAnswer(
            kind=None, started_at=None, due_at=row["due_at"], soon_at=None,
            state="stopped" if ended else "none", remaining_s=None, stage=None,
        )  # fmt: skip
    total, part = clocks.total, clocks.part
    return ClockAnswer(
        kind=total and total.kind,
        started_at=clocks.started_at,
        due_at=total and total.due_at,
        soon_at=total and total.soon_at,
        state=_state(total, now),
        remaining_s=None if total is None else total.remaining_s(now),
        stage=None
        if clocks.stage is None
        else StageClock(
            name=clocks.stage,
            started_at=clocks.stage_started_at,
            due_at=part and part.due_at,
            soon_at=part and part.soon_at,
            state=_state(part, now),
        ),
    )


def _state(clock: Clock | None, now: datetime) -> ClockStateName:
    name = "none" if clock is None else clock.state(now).value
    return next(known for known in get_args(ClockStateName) if known == name)


def _actions(facts: Facts, *, anybody: bool, conditions: bool) -> list[CaseAction]:
    answers = []
    for action, rows, against in offered(facts, anybody=anybody):
        words = action_words(action, facts.flow)
        roles = {role for row in rows for role in row.roles}
        takes = [*TAKES.get(action, ()), *(() if action is Action.NOTE else ("note",)), "attachments"]
        needs = rows[0].needs
        answers.append(
            CaseAction(
                action=action,
                name=Name(zh=words.zh, en=words.en),
                roles=[role for role in Role if role in roles],
                needs=list(needs),
                takes=[
                    name
                    for name in dict.fromkeys(takes)
                    if name not in needs and (conditions or name != "condition")
                ],
                allowed=against is None,
                why_not=against
                and Name(
                    zh="；".join(fault.words.zh for fault in against.faults),
                    en="; ".join(fault.words.en for fault in against.faults),
                ),
            )
        )
    return answers


def _step(told: Mapping[str, Any], flow: Flow) -> CaseStep:
    after: Mapping[str, Any] = told["after"] or {}
    action = told["action"]
    if action in set(Action):
        words = action_words(Action(action), flow)
    else:
        words = OTHER_ACTIONS.get(action, ACTIONS.get(action, Words(action, action)))
    return CaseStep.model_validate(
        {
            "seq": told["seq"],
            "at": told["at"],
            "by": told["by"],
            "role": after.get("role"),
            "organisation": after.get("organisation"),
            "action": action,
            "name": {"zh": words.zh, "en": words.en},
            "from": after.get("from"),
            "to": after.get("to"),
            "reason": after.get("reason"),
            "note": after.get("note"),
            "result": after.get("result"),
            "attachments": after.get("attachments") or [],
        }
    )
