"""Plans: listed, started, read and judged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.actor import said_by
from api.dependencies import Transaction, known_parameters
from api.formats import NOT_NUL, LayerKey
from api.openapi import problems
from api.planning.bodies import NewPlan
from api.planning.door import PlanTransaction, drawing_in
from api.planning.problems import PlanCode, plan_problems
from api.principal import Me
from api.problems import bad_parameter
from api.rendering import JsonText, json_bytes
from gis.words import Words
from governance.planning.answers import Plan, PlanMeasures, Plans, PlanShapes, PlanState, PlanSteps, PlanUnits
from governance.planning.measures import plan_measures
from governance.planning.plans import create_plan, get_plan, list_plans, plan_shapes, plan_steps, plan_units

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])

READING = ("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow")


@router.get(
    "/api/plans",
    summary="List plans",
    responses=problems("bad-parameter", "unknown-parameter", "database-away"),
)
async def read_plans(
    connection: Transaction,
    layer: Annotated[
        LayerKey | None, Query(description="Only of this layer.", examples=["base_grid"])
    ] = None,
    state: Annotated[PlanState | None, Query(description="Only in this state.", examples=["draft"])] = None,
) -> Plans:
    """Plans, the newest first, at most 500."""
    return await list_plans(connection, layer=layer, state=state)


@router.post(
    "/api/plans",
    status_code=201,
    summary="Start a draft",
    responses=problems(
        "bad-parameter", "unknown-parameter", "not-found", "not-redrawable", "plan-exists", "too-large",
        "database-away", "too-slow",
    ),
)  # fmt: skip
async def add_plan(connection: Transaction, me: Me, body: NewPlan) -> Plan:
    """Start a draft from the edition of a moment, on a layer or a region of it.

    Its units and their households, residents, incidents of a year and facilities are counted now; the draft
    is judged by these figures until it ends.
    """
    band = None if body.band is None else (body.band.min, body.band.max)
    if band and band[0] > band[1]:
        raise bad_parameter("band", "下限大于上限", "the minimum is above the maximum")
    name, english = body.name.plain()
    area = None if body.area is None else (body.area.layer, body.area.code)
    async with drawing_in(connection, me, area):
        with plan_problems():
            return await create_plan(
                connection,
                layer=body.layer,
                name=Words(name, english or ""),
                by=said_by(me, body.by),
                area=area,
                base=body.base,
                band=band,
                code=body.code,
                note=None if body.note is None else Words(body.note.zh, body.note.en or ""),
            )


@router.get("/api/plans/{code}", summary="One plan", responses=problems(*READING))
async def read_plan(
    connection: PlanTransaction,
    me: Me,
    code: PlanCode,
    by: Annotated[
        str | None,
        Query(
            max_length=100, pattern=NOT_NUL,
            description="Whose steps `undo` and `redo` are about; whoever is signed in: one's own.",
            examples=["王规划"],
        ),
    ] = None,
) -> Plan:  # fmt: skip
    """A plan and where it stands."""
    with plan_problems():
        return await get_plan(connection, code, by=by or (None if me.on_behalf else me.name))


@router.get(
    "/api/plans/{code}/units",
    summary="Units, zones and borders of a plan",
    response_model=PlanUnits,
    responses=problems(*READING),
)
async def read_units(connection: PlanTransaction, code: PlanCode) -> JsonText:
    """The draft whole, by columns: enough to judge every move at once, without asking again."""
    with plan_problems():
        return JsonText(json_bytes((await plan_units(connection, code)).model_dump()))


@router.get(
    "/api/plans/{code}/shapes",
    summary="Shapes of a plan's units",
    response_model=PlanShapes,
    responses=problems(*READING),
)
async def read_shapes(connection: PlanTransaction, code: PlanCode) -> JsonText:
    """Polygons of the units and lines of the borders between them, as GeoJSON in EPSG:4326."""
    with plan_problems():
        return JsonText(json_bytes((await plan_shapes(connection, code)).model_dump()))


@router.get("/api/plans/{code}/measures", summary="Judge a plan", responses=problems(*READING))
async def read_measures(connection: PlanTransaction, code: PlanCode) -> PlanMeasures:
    """Figures of every zone and of the whole, what moved, and each problem with its place."""
    with plan_problems():
        return await plan_measures(connection, code)


@router.get("/api/plans/{code}/steps", summary="Steps of a plan", responses=problems(*READING))
async def read_steps(
    connection: PlanTransaction,
    code: PlanCode,
    before: Annotated[
        int | None,
        Query(
            ge=1,
            le=2_000_000_000,
            description="Only steps below this number: `next` of a page.",
            examples=[40],
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most items to return.")] = 100,
) -> PlanSteps:
    """Every step as moves of units, with its author, the newest first; those taken back, too."""
    with plan_problems():
        return await plan_steps(connection, code, before=before, limit=limit)
