"""Who reported an incident: masked for everybody who sees it, whole for who says what for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ConfigDict, Field

from api.dependencies import Limit, Transaction, known_parameters
from api.formats import IncidentNumber
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.reports import SAYS_SOMETHING, Body
from api.schemas import Document
from governance.incidents.answers import Name
from governance.incidents.reporters import Contact, Unmasking, masked_reporter, unmask_reporter, unmaskings

router = APIRouter(tags=["incidents"], dependencies=[Depends(known_parameters)])

READING = ("bad-parameter", "unknown-parameter", "not-found", "database-away")


class Purpose(Body):
    """What the contact data are needed for; it is kept in the history."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"purpose": "回访核实处置结果"}]}
    )

    purpose: Annotated[str, Field(min_length=4, max_length=300, pattern=SAYS_SOMETHING)]


class Unmaskings(Document):
    """The newest first; ``next`` is the `seq` to go on below, null at the end."""

    items: list[Unmasking]
    next: int | None


def _missing(number: str) -> Problem:
    return Problem(
        "not-found",
        Name(zh=f"没有事件 {number}，或未留下联系方式", en=f"no incident {number}, or nobody left a contact"),
    )


@router.get(
    "/api/incidents/{number}/reporter",
    summary="The reporter, masked",
    responses=problems(*READING),
)
async def read_reporter(connection: Transaction, number: IncidentNumber) -> Contact:
    """Enough to tell whether two calls may be from one person, not enough to reach them."""
    found = await masked_reporter(connection, number)
    if found is None:
        raise _missing(number)
    return found


@router.post(
    "/api/incidents/{number}/reporter",
    summary="The reporter, whole",
    responses=problems(*READING, "too-large"),
)
async def read_whole_reporter(request: Request, me: Me, number: IncidentNumber, body: Purpose) -> Contact:
    """Contact data as they were given. Who read them, when and for what is in the history of the incident."""
    found = await unmask_reporter(request.app.state.database, me, number, body.purpose.strip())
    if found is None:
        raise _missing(number)
    return found


@router.get(
    "/api/audit/reporters",
    summary="Who read contact data",
    responses=problems("bad-parameter", "unknown-parameter", "database-away"),
)
async def read_unmaskings(
    connection: Transaction,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Limit = 50,
) -> Unmaskings:
    """Every time contact data of a reporter were read whole: who, when, of which incident, for what."""
    items, following = await unmaskings(connection, before=before, limit=limit)
    return Unmaskings(items=items, next=following)
