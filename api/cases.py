"""Cases: where an incident stands, the next step, the same step of many."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request

from api.actor import actor_of
from api.case_bodies import BatchBody, StepBody
from api.case_problems import case_problems, no_case
from api.dependencies import PlaceTransaction, known_parameters, opened
from api.formats import IncidentNumber, OrganisationCode, PlainText
from api.hot_route import HotRoute, hot
from api.openapi import problems
from api.principal import Me, whole_principal_of
from api.rendering import JsonText, answer_json
from governance.access import Actor, Principal, Role
from governance.casework.answers import BatchAnswer, Case, CaseAction, Refused, StepDone
from governance.casework.batches import take_many
from governance.casework.showing import get_case
from governance.casework.storing import step_transaction, take_step
from governance.incidents.answers import Name
from grid_data.database import Connection, enter, go_on_as

router = APIRouter(tags=["cases"], dependencies=[Depends(known_parameters)], route_class=HotRoute)

ELSEWHERE = Name(zh="不在此角色的范围内", en="out of the scope of this role")
READING = ("bad-parameter", "unknown-parameter", "unknown-organisation", "not-found", "database-away")
ACTING = (*READING, "case-changed", "case-step", "too-large", "too-slow")


@router.get("/api/cases/{number}", summary="One case", responses=problems(*READING))
async def read_case(
    request: Request,
    connection: PlaceTransaction,
    me: Me,
    number: IncidentNumber,
    role: Annotated[
        Role | None, Query(description="As what somebody asks which steps they may take.")
    ] = None,
    by: Annotated[PlainText, Query(description="Their name.")] = "",
    organisation: Annotated[
        OrganisationCode | None, Query(description="Code of the organisation they work for.")
    ] = None,
) -> Case:
    """Where a case stands, its clock now, the steps that may be taken, and all that were taken.

    Without a role `allowed` says what state and flow allow to whoever has one of the roles; name and
    organisation then say nothing. Who is signed in asks for themselves: with one role it need not be said.
    """
    asker = _asker(await whole_principal_of(request), by, role, organisation)
    case = await _case(connection, number, asker)
    if asker is not None and asker.sight != me.sight:
        # Seen by a grant of another role: in this one nothing can be done about it.
        await go_on_as(connection, asker.principal())
        if await get_case(connection, number) is None:
            return case.model_copy(update={"actions": [_elsewhere(each) for each in case.actions]})
    return case


def _elsewhere(action: CaseAction) -> CaseAction:
    return action.model_copy(update={"allowed": False, "why_not": ELSEWHERE})


def _asker(me: Principal, by: str, role: Role | None, organisation: str | None) -> Actor | None:
    if me.on_behalf:
        return None if role is None else Actor(by, role, organisation, me.sight, me.through)
    if role is None and len({grant.role for grant in me.grants}) != 1:
        return None
    return actor_of(me, by or None, role, organisation)


async def _case(connection: Connection, number: str, actor: Actor | None) -> Case:
    case = await get_case(connection, number, actor)
    if case is None:
        raise no_case(number)
    return case


@router.post(
    "/api/cases/{number}/steps",
    summary="Take a step",
    response_model=Case | StepDone,
    responses=problems(*ACTING),
)
@hot
async def take_one_step(
    request: Request,
    me: Me,
    number: IncidentNumber,
    body: StepBody,
    prefer: Annotated[
        str | None,
        Header(description="`return=minimal`: answer number, revision and state, without reading the case."),
    ] = None,
) -> JsonText:
    """Take the step that the table allows, in one transaction with one entry in the history.

    `revision` is the one you read: when somebody took a step meanwhile the answer is `case-changed`, and
    nothing is done. What the table does not allow is `case-step`; errors has each reason.
    """
    actor, step = body.actor(me), body.step()
    async with AsyncExitStack() as stack:
        with case_problems():
            opening = step_transaction(request.app.state.database, actor, number, step)
            connection, row = await opened(stack, opening)
            done = await take_step(connection, actor, number, step, row, silence=request.app.state.silence)
            if prefer is not None and "return=minimal" in prefer:
                brief = StepDone(number=done.number, revision=done.revision, state=done.state)
                return JsonText(answer_json(brief), headers={"Preference-Applied": "return=minimal"})
            if connection.info.transaction_status.name == "IDLE":
                await enter(connection, actor.principal(), "generic")
            case = await get_case(connection, number, actor)
            if case is None:
                # The step was taken, and with it the case was given to others.
                brief = StepDone(number=done.number, revision=done.revision, state=done.state)
                return JsonText(answer_json(brief))
    return JsonText(case.model_dump_json(by_alias=True))


@router.post("/api/cases/steps", summary="Take the same step of many cases", responses=problems(*ACTING))
async def take_many_steps(request: Request, me: Me, body: BatchBody) -> BatchAnswer:
    """Every case that allows the step takes it, all in one transaction, each with an entry of its own.

    The others are told of with their reasons. With `preview` nothing is changed.
    """
    actor = body.actor(me)
    async with AsyncExitStack() as stack:
        opening = request.app.state.database.transaction(actor.principal(), plans="generic")
        connection = await opened(stack, opening)
        batch = await take_many(
            connection,
            actor,
            body.numbers,
            body.step(),
            preview=body.preview,
            silence=request.app.state.silence,
        )
    return BatchAnswer(
        preview=body.preview,
        done=[
            StepDone(number=number, revision=revision, state=state) for number, revision, state in batch.done
        ],
        refused=[
            Refused(number=number, reasons=[Name(zh=words.zh, en=words.en) for words in reasons])
            for number, reasons in batch.refused
        ],
    )
