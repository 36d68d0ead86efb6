"""Plans on their way into force: submitted, approved, scheduled, published, withdrawn, rolled back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BeforeValidator, ConfigDict, Field

from api.actor import said_by
from api.dependencies import Limit, Transaction, known_parameters
from api.formats import AnyMoment, OrganisationCode
from api.openapi import problems
from api.planning.door import PlanTransaction
from api.planning.problems import By, PlanCode, plan_problems
from api.principal import Me
from api.problems import Problem
from api.reports import Body
from governance.access import Permission
from governance.incidents.answers import Name
from governance.notices import Notices, list_notices
from governance.planning.answers import Plan
from governance.planning.plans import get_plan
from governance.planning.publishing import act
from governance.planning.states import Action, State

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

ACTING = (
    "bad-parameter", "unknown-parameter", "not-found", "plan-conflict", "plan-refused", "too-large",
    "database-away", "too-slow",
)  # fmt: skip

APPROVERS_ALONE = Name(zh="已批准的方案由审批人撤回", en="a plan that is approved is withdrawn by approvers")


def _number(value: object) -> object:
    """JSON knows one kind of number: 4 and 4.0 are the same, "4" and true are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("expected a number")
    return value


Revision = Annotated[
    int,
    # In this order: the other way round the limits would not be part of the description.
    Field(ge=0, le=2_000_000_000, description="`revision` of the plan as you read it.", examples=[4]),
    BeforeValidator(_number),
]


class StateBody(Body):
    """Who asks, and what they have seen."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"revision": 4, "by": "李审批"}]}
    )

    revision: Revision
    by: By = None


class MomentBody(StateBody):
    """The same, with the moment from which on the plan holds."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"revision": 4, "by": "李审批", "effective_from": "2027-01-01T00:00:00+08:00"}]
        },
    )

    effective_from: Annotated[AnyMoment, Field(description="In the future.")]


class PublishBody(StateBody):
    """The same, with the moment if it is not now."""

    effective_from: Annotated[
        AnyMoment | None, Field(description="From when on it holds: now, or in the future.")
    ] = None


async def _act(connection: PlanTransaction, me: Me, action: Action, code: str, body: StateBody) -> Plan:
    moment = body.effective_from if isinstance(body, (MomentBody, PublishBody)) else None
    with plan_problems():
        done = await act(
            connection, action, code, by=said_by(me, body.by), revision=body.revision, effective_from=moment
        )
        return await get_plan(connection, done.code)


@router.post("/api/plans/{code}/submit", summary="Submit a draft", responses=problems(*ACTING))
async def submit(connection: PlanTransaction, me: Me, code: PlanCode, body: StateBody) -> Plan:
    """Hand a draft in for approval. It is checked whole: `plan-refused` names each fault."""
    return await _act(connection, me, Action.SUBMIT, code, body)


@router.post("/api/plans/{code}/reopen", summary="Send a plan back", responses=problems(*ACTING))
async def reopen(connection: PlanTransaction, me: Me, code: PlanCode, body: StateBody) -> Plan:
    """A submitted or approved plan becomes a draft again; an approval is gone."""
    return await _act(connection, me, Action.REOPEN, code, body)


@router.post("/api/plans/{code}/approve", summary="Approve a plan", responses=problems(*ACTING))
async def approve(connection: PlanTransaction, me: Me, code: PlanCode, body: StateBody) -> Plan:
    """Approve a submitted plan. Nobody approves what they worked on."""
    return await _act(connection, me, Action.APPROVE, code, body)


@router.post("/api/plans/{code}/schedule", summary="Schedule a plan", responses=problems(*ACTING))
async def schedule(connection: PlanTransaction, me: Me, code: PlanCode, body: MomentBody) -> Plan:
    """Say when an approved plan takes effect, or another time. Until then nothing of it is written."""
    return await _act(connection, me, Action.SCHEDULE, code, body)


@router.post("/api/plans/{code}/publish", summary="Publish a plan", responses=problems(*ACTING))
async def publish(connection: PlanTransaction, me: Me, code: PlanCode, body: PublishBody) -> Plan:
    """Put an approved plan into force now; with a moment in the future it is scheduled.

    Units, grids, posts, lineage and open incidents change in one transaction, or nothing does. Publishing
    what is published changes nothing.
    """
    return await _act(connection, me, Action.PUBLISH, code, body)


@router.post("/api/plans/{code}/withdraw", summary="Withdraw a plan", responses=problems(*ACTING))
async def withdraw(connection: PlanTransaction, me: Me, code: PlanCode, body: StateBody) -> Plan:
    """Give a plan up that is not in force; once it is approved, approvers alone do."""
    if not me.may(Permission.PLANS_APPROVE):
        with plan_problems():
            state = (await get_plan(connection, code)).state
        if state in (State.APPROVED, State.SCHEDULED):
            raise Problem("not-allowed", APPROVERS_ALONE)
    return await _act(connection, me, Action.WITHDRAW, code, body)


@router.post("/api/plans/{code}/rollback", summary="Roll a published plan back", responses=problems(*ACTING))
async def roll_back(connection: PlanTransaction, me: Me, code: PlanCode, body: PublishBody) -> Plan:
    """Units return to their grids of before, at once, as an edition of its own; the answer is its plan.

    With a moment in the future the roll-back is announced for it, and the answer is the plan itself. Refused
    when anything of the plan has been redrawn since, and to whoever worked on it.
    """
    return await _act(connection, me, Action.ROLL_BACK, code, body)


@router.post("/api/plans/{code}/keep", summary="Call an announced roll-back off", responses=problems(*ACTING))
async def keep(connection: PlanTransaction, me: Me, code: PlanCode, body: StateBody) -> Plan:
    """The plan stays in force; whoever was told of the roll-back is told."""
    return await _act(connection, me, Action.KEEP, code, body)


@router.get(
    "/api/notices",
    summary="Notices to organisations",
    responses=problems("bad-parameter", "unknown-parameter", "database-away"),
)
async def read_notices(
    connection: Transaction,
    organisation: Annotated[
        OrganisationCode | None, Query(description="Only to this organisation.", examples=["LS-CG"])
    ] = None,
    plan: Annotated[
        str | None,
        Query(
            max_length=100, pattern=r"^[^\x00]*$", description="Only of this plan.", examples=["P20261127-01"]
        ),
    ] = None,
    before: Annotated[
        int | None,
        Query(ge=1, le=2**62, description="Only notices below this id: `next` of a page.", examples=[40]),
    ] = None,
    limit: Limit = 100,
) -> Notices:
    """What plans mean for organisations, the newest first."""
    return await list_notices(connection, organisation=organisation, plan=plan, before=before, limit=limit)
