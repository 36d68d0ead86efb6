"""Hand-overs between the city and 110."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from api.actor import ActorFields, acting
from api.dependencies import Limit, Transaction, known_parameters, moment
from api.formats import NOT_NUL, Moment
from api.openapi import problems
from api.principal import Me
from api.reports import SAYS_SOMETHING, Body
from api.task_problems import task_problems
from governance.incidents.transfers import Transfers, list_transfers, reply

router = APIRouter(tags=["guidance"], dependencies=[Depends(known_parameters)])


class Reply(ActorFields, Body):
    """What 110 answered."""

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=SAYS_SOMETHING)]
    reference: Annotated[
        str | None,
        Field(min_length=1, max_length=60, pattern=SAYS_SOMETHING, description="The number there."),
    ] = None


class Replied(Body):
    """The hand-over that was answered."""

    transfer: int


@router.get(
    "/api/transfers",
    summary="Hand-overs to and from 110",
    responses=problems("bad-parameter", "unknown-parameter", "database-away", "too-slow"),
)
async def read_transfers(
    connection: Transaction,
    direction: Annotated[
        Literal["in", "out"] | None, Query(description="`out`: to 110; `in`: from there.")
    ] = None,
    reference: Annotated[
        str | None, Query(max_length=60, pattern=NOT_NUL, description="Only the one with this number at 110.")
    ] = None,
    before: Annotated[
        Moment | None,
        Query(description="First of `next` of the page before.", examples=["2026-11-27T09:00:00Z"]),
    ] = None,
    before_number: Annotated[
        str | None,
        Query(
            max_length=40, pattern=NOT_NUL, description="Second of `next`.", examples=["3702122026112700001"]
        ),
    ] = None,
    limit: Limit = 50,
) -> Transfers:
    """Hand-overs, the newest first: urgent cases handed to 110, and incidents that came from there."""
    at: datetime | None = await moment(connection, before, "before")
    key = None if at is None else (at, before_number or "9")
    return await list_transfers(connection, direction=direction, reference=reference, before=key, limit=limit)


@router.post(
    "/api/transfers/{transfer}/reply",
    summary="What 110 answered",
    responses=problems(
        "bad-parameter",
        "unknown-parameter",
        "not-found",
        "task-refused",
        "too-large",
        "database-away",
        "too-slow",
    ),
)
async def note_reply(
    connection: Transaction, me: Me, transfer: Annotated[int, Path(ge=1, le=2**62, examples=[1])], body: Reply
) -> Replied:
    """Note the answer to a hand-over, with the number there if it was not known."""
    with task_problems():
        actor = await acting(connection, me, body)
        await reply(connection, actor, transfer, text=body.text.strip(), reference=body.reference)
    return Replied(transfer=transfer)
