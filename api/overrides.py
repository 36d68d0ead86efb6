"""A person gives an incident to an organisation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ConfigDict, Field

from api.dependencies import Transaction, known_parameters
from api.formats import IncidentNumber, OrganisationCode
from api.openapi import problems
from api.principal import Me
from api.problems import Problem
from api.reports import SAYS_SOMETHING, Body
from governance.incidents.answers import Incident, Name
from governance.incidents.overrides import override_incident

router = APIRouter(tags=["incidents"], dependencies=[Depends(known_parameters)])


class OverrideBody(Body):
    """Who is to work on it, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"organisation": "LS-CG", "supporting": ["LS-HW"], "reason": "占道经营伴生垃圾，由城管牵头"}
            ]
        },
    )

    organisation: Annotated[
        OrganisationCode | None, Field(description="Code; null: back to what was computed.")
    ]
    supporting: Annotated[
        list[Annotated[OrganisationCode, Field(min_length=1)]], Field(max_length=20, default_factory=list)
    ]
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=SAYS_SOMETHING)]


@router.post(
    "/api/incidents/{number}/override",
    summary="Give an incident to an organisation",
    responses=problems(
        "bad-parameter", "unknown-parameter", "unknown-organisation", "not-found", "not-overridden",
        "too-large", "database-away",
    ),
)  # fmt: skip
async def give_incident(
    connection: Transaction,
    me: Me,
    number: IncidentNumber,
    body: OverrideBody,
) -> Incident:
    """A person's choice goes before the computed routing, which is kept; routing again does not undo it.

    Without an organisation the choice is lifted, and the organisation computed last is responsible again.
    """
    incident = await override_incident(
        connection, me, number, body.organisation, body.reason, body.supporting
    )
    if incident is None:
        raise Problem("not-found", Name(zh=f"没有事件 {number}", en=f"no incident {number}"))
    return incident
