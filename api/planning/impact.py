"""The impact of a plan before anybody approves it: as data, as a page, as a table."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.dependencies import known_parameters
from api.language import language
from api.openapi import problems
from api.planning.door import PlanTransaction
from api.planning.problems import PlanCode, plan_problems
from governance.patrols.patrol_points import MovingPoints, list_moving_points
from governance.planning.impact import Impact, impact_of
from governance.planning.report import impact_csv, impact_html
from grid_data.city import city_timezone

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

READING = (
    "bad-parameter", "unknown-parameter", "not-found", "plan-refused", "database-away", "too-slow",
)  # fmt: skip
Lang = Annotated[
    Literal["zh", "en"] | None,
    Query(description="Language of the page; else as `Accept-Language` says.", examples=["zh"]),
]
# The page carries its own style, and nothing else.
STYLE_ONLY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


@router.get("/api/plans/{code}/impact", summary="Impact of a plan", responses=problems(*READING))
async def read_impact(connection: PlanTransaction, code: PlanCode) -> Impact:
    """What moves from which grid to which, each grid before and after, and the grids against other layers.

    For plans that are not in force yet. Counted as of now; `faults` is what stands against approving it.
    """
    with plan_problems():
        return await impact_of(connection, code)


@router.get(
    "/api/plans/{code}/patrol-points", summary="Patrol points a plan moves", responses=problems(*READING)
)
async def read_moving_points(connection: PlanTransaction, code: PlanCode) -> MovingPoints:
    """Points that go to another grid, by code, with the plan's numbers of the grids before and after."""
    with plan_problems():
        return await list_moving_points(connection, code)


@router.get(
    "/api/plans/{code}/impact.html",
    summary="Impact of a plan as a page",
    response_class=HTMLResponse,
    responses=problems(*READING),
)
async def read_impact_page(
    request: Request, connection: PlanTransaction, code: PlanCode, lang: Lang = None
) -> HTMLResponse:
    """The report to be read and printed: one page that loads nothing else."""
    with plan_problems():
        impact = await impact_of(connection, code)
    timezone = await city_timezone(connection)
    chosen = lang or language(request).code
    headers = {
        "Content-Language": chosen, "Vary": "Accept-Language", "Content-Security-Policy": STYLE_ONLY,
    }  # fmt: skip
    return HTMLResponse(impact_html(impact, chosen, timezone), headers=headers)


@router.get(
    "/api/plans/{code}/impact.csv",
    summary="Impact of a plan as a table",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **problems(*READING)},
)
async def read_impact_table(connection: PlanTransaction, code: PlanCode) -> Response:
    """From grid to grid, a row each, UTF-8 with a byte order mark."""
    with plan_problems():
        impact = await impact_of(connection, code)
    headers = {"Content-Disposition": 'attachment; filename="impact.csv"'}
    return Response(impact_csv(impact), media_type="text/csv", headers=headers)
