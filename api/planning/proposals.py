"""Proposals for a plan: searched in the background, watched, cancelled."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import ConfigDict, Field, StrictFloat

from api.dependencies import known_parameters
from api.formats import A_NUMBER, NOT_NUL
from api.openapi import problems
from api.planning.bodies import GivenBand, UnitId, ZoneNumber
from api.planning.door import PlanTransaction
from api.planning.problems import PlanCode, plan_problems
from api.problems import Problem, bad_parameter
from api.reports import Body
from governance.incidents.answers import Name
from governance.planning.proposal_jobs import Job, ProposalJobs
from governance.planning.proposals import Asked, ProposalJob, job_answer, start_proposals

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

Weight = Annotated[StrictFloat, Field(ge=0, le=100, allow_inf_nan=False)]
Linked = UnitId | Annotated[str, Field(min_length=1, max_length=100, pattern=NOT_NUL)]
Pair = Annotated[
    list[Linked],
    Field(min_length=2, max_length=2, description="Units by identifier, or buildings by code."),
]
JobKey = Annotated[
    str,
    Path(pattern=NOT_NUL, json_schema_extra={"format": "job-key"},
         examples=["0b8f5c1e6a934d9bb8a3c0a5b9a4d7e1"]),
]  # fmt: skip


class SearchOptions(Body):
    """Wishes and limits. Locked and exempt zones of the plan stay as they are."""

    band: Annotated[GivenBand | None, Field(description="Default: the plan's.")] = None
    roads: Annotated[Weight, Field(description="Weight of borders along roads and water.")] = 1.0
    compactness: Annotated[Weight, Field(description="Weight of round shapes.")] = 1.0
    stay: Annotated[Weight, Field(description="Weight of households that keep their grid.")] = 1.0
    change_budget: Annotated[
        StrictFloat | None,
        Field(ge=0, le=1, allow_inf_nan=False, description="At most this share moves."),
    ] = None
    locked: Annotated[list[ZoneNumber], Field(max_length=5000, default_factory=list)]
    must_link: Annotated[
        list[Pair], Field(max_length=1000, default_factory=list, description="Pairs that share a grid.")
    ]
    cannot_link: Annotated[
        list[Pair], Field(max_length=1000, default_factory=list, description="Pairs that do not.")
    ]
    proposals: Annotated[int, Field(ge=1, le=5, description="At most so many."), A_NUMBER] = 5
    seed: Annotated[int, Field(ge=0, le=2_000_000_000, description="The same seed, the same."), A_NUMBER] = 1
    seconds: Annotated[
        StrictFloat,
        Field(ge=0.01, le=120, allow_inf_nan=False, description="How long to search at most."),
    ] = 10.0


class SearchBody(Body):
    """What is to be divided, and how."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"communities": ["370212001001"], "options": {"seconds": 3}}]},
    )

    communities: Annotated[
        list[Annotated[str, Field(max_length=60, pattern=NOT_NUL)]] | None,
        Field(max_length=1000, description="Codes of communities; null: all of the plan."),
    ] = None
    options: Annotated[SearchOptions, Field(default_factory=lambda: SearchOptions.model_validate({}))]


@router.post(
    "/api/plans/{code}/proposals",
    status_code=202,
    summary="Search for proposals",
    responses=problems(
        "bad-parameter", "unknown-parameter", "not-found", "plan-not-draft", "move-refused",
        "impossible-proposal", "too-large", "database-away", "too-slow",
    ),
)  # fmt: skip
async def add_proposals(
    request: Request, connection: PlanTransaction, code: PlanCode, body: SearchBody
) -> ProposalJob:
    """Begin to search for balanced divisions; ask for the job to see how far it is.

    Nothing of the plan changes. To take a proposal over, send its `assignment` as a move of kind `assign` on
    the `revision` of the job.
    """
    options = body.options
    if options.band is not None and options.band.min > options.band.max:
        raise bad_parameter("options.band", "下限大于上限", "the minimum is above the maximum")
    asked = Asked(
        communities=body.communities,
        band=None if options.band is None else (options.band.min, options.band.max),
        roads=options.roads,
        compactness=options.compactness,
        stay=options.stay,
        change_budget=options.change_budget,
        locked=options.locked,
        must_link=[(a, b) for a, b in options.must_link],
        cannot_link=[(a, b) for a, b in options.cannot_link],
        proposals=options.proposals,
        seed=options.seed,
        seconds=options.seconds,
    )
    with plan_problems():
        return job_answer(await start_proposals(connection, request.app.state.proposals, code, asked))


def _found(request: Request, code: str, job: str) -> Job:
    jobs: ProposalJobs = request.app.state.proposals
    found = jobs.get(code, job)
    if found is None:
        raise Problem("not-found", Name(zh=f"没有任务 {job}", en=f"no job {job}"))
    return found


@router.get(
    "/api/plans/{code}/proposals/{job}",
    summary="A search for proposals",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def read_proposals(
    request: Request, connection: PlanTransaction, code: PlanCode, job: JobKey
) -> ProposalJob:
    """How far a search is, and what it found; kept for an hour by the server process that searched."""
    return job_answer(_found(request, code, job))


@router.delete(
    "/api/plans/{code}/proposals/{job}",
    status_code=204,
    response_class=Response,
    summary="Cancel a search",
    responses=problems("bad-parameter", "unknown-parameter", "not-found", "database-away"),
)
async def cancel_proposals(
    request: Request, connection: PlanTransaction, code: PlanCode, job: JobKey
) -> None:
    """Stop a search; one that has ended stays as it is."""
    _found(request, code, job).cancel()
