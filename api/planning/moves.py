"""Moves in a plan: made, taken back, made again."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.actor import said_by
from api.dependencies import known_parameters
from api.openapi import problems
from api.planning.bodies import AnyMove, BorderBody, RenumberBody, SplitLineBody, TakeBody, TransferBody
from api.planning.door import PlanTransaction
from api.planning.problems import PlanCode, plan_problems
from api.principal import Me
from governance.planning.answers import MoveAnswer
from governance.planning.drawing import draw_move
from governance.planning.moves import make_move, take_step
from governance.planning.numbering import renumber_plan
from grid_data.database import Connection

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

MOVING = (
    "bad-parameter", "unknown-parameter", "not-found", "plan-not-draft", "plan-conflict", "zone-locked",
    "move-refused", "too-large", "database-away", "too-slow",
)  # fmt: skip


@router.post("/api/plans/{code}/moves", summary="Make a move", responses=problems(*MOVING))
async def add_move(connection: PlanTransaction, me: Me, code: PlanCode, body: AnyMove) -> MoveAnswer:
    """Make a move on the revision you read; one move is one transaction and one step.

    Moves of others since then are kept. Where both touch the same unit or the same attribute of a zone,
    nothing is stored and both values are told (409 `plan-conflict`).
    """
    with plan_problems():
        return await carry_out(connection, code, body, said_by(me, body.by))


async def carry_out(connection: Connection, code: str, body: AnyMove, by: str) -> MoveAnswer:
    """Do what a body asks for, in somebody's name; the command line uses the same."""
    if isinstance(body, SplitLineBody | BorderBody | TransferBody):
        return await draw_move(connection, code, body.revision, by, body.plain(), body.known)
    if isinstance(body, RenumberBody):
        return await renumber_plan(
            connection, code, body.revision, by, preview=body.preview, communities=body.communities,
            known=body.known,
        )  # fmt: skip
    return await make_move(connection, code, body.revision, by, body.plain(), body.known)


@router.post("/api/plans/{code}/undo", summary="Take a step back", responses=problems(*MOVING))
async def undo_step(connection: PlanTransaction, me: Me, code: PlanCode, body: TakeBody) -> MoveAnswer:
    """Take the newest step of this person back, or the one named; it stays in the list.

    A step on which others have built since is not taken back (409 `plan-conflict`).
    """
    with plan_problems():
        return await take_step(connection, code, body.revision, said_by(me, body.by), seq=body.seq)


@router.post("/api/plans/{code}/redo", summary="Make a step again", responses=problems(*MOVING))
async def redo_step(connection: PlanTransaction, me: Me, code: PlanCode, body: TakeBody) -> MoveAnswer:
    """Make the step of this person that was taken back last again, or the one named."""
    with plan_problems():
        return await take_step(
            connection, code, body.revision, said_by(me, body.by), seq=body.seq, again=True
        )
