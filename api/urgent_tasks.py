"""Urgent tasks from the top to every base grid of an area, and what the grids answer."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import ConfigDict

from api.actor import acting
from api.dependencies import Limit, Transaction, known_parameters
from api.formats import NOT_NUL
from api.openapi import problems
from api.principal import Me
from api.rendering import JsonText
from api.task_problems import task_problems
from api.urgent_task_bodies import AreaBody, CancelBody, ReceiptBody, RemindBody, TaskBody
from governance.incidents.answers import Answer
from governance.patrols.urgent_task_answers import TaskDetail, Tasks, get_task, list_tasks
from governance.patrols.urgent_tasks import answer, cancel, find_grids, issue, remind
from grid_data.urgent_tasks import task_map

router = APIRouter(tags=["urgent tasks"], dependencies=[Depends(known_parameters)])

READING = ("bad-parameter", "unknown-parameter", "not-found", "database-away", "too-slow")
DOING = (
    "bad-parameter",
    "unknown-parameter",
    "not-found",
    "task-refused",
    "too-large",
    "database-away",
    "too-slow",
)

TaskCode = Annotated[
    str,
    Path(
        max_length=40,
        pattern=NOT_NUL,
        json_schema_extra={"format": "task-code"},
        examples=["T20261127-01"],
        description="Day of issue and running number.",
    ),
]


class GridsMet(Answer):
    """The base grids of today that an area concerns, by code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int
    grids: list[str]


@router.post(
    "/api/urgent-tasks",
    status_code=201,
    summary="Issue an urgent task",
    responses=problems(
        "bad-parameter", "unknown-parameter", "task-refused", "too-large",
        "city-missing", "database-away", "too-slow",
    ),
)  # fmt: skip
async def issue_task(connection: Transaction, me: Me, body: TaskBody) -> TaskDetail:
    """Issue a task to every base grid of today that its area concerns, all at once or none.

    Regions and grids that are named mean all grids that belong to them. A polygon, a buffer and specialist
    zones concern the grids that share ground with them, at least one square metre: a grid that only touches
    the edge is not meant. `task-refused` with the code `bad-area`: it meets no grid, or is no area.
    """
    with task_problems():
        code = await issue(connection, await acting(connection, me, body), body.given())
        return await get_task(connection, code)


@router.post(
    "/api/urgent-tasks/grids",
    summary="Which grids an area concerns",
    responses=problems(
        "bad-parameter",
        "unknown-parameter",
        "task-refused",
        "too-large",
        "city-missing",
        "database-away",
        "too-slow",
    ),
)
async def preview_task(connection: Transaction, body: AreaBody) -> GridsMet:
    """The grids that a task for this area would go to; nothing is stored."""
    with task_problems():
        found = await find_grids(connection, body.area.area())
    return GridsMet(count=len(found.grids), grids=sorted(found.grids.values()))


@router.get("/api/urgent-tasks", summary="List urgent tasks", responses=problems(*READING))
async def read_tasks(
    connection: Transaction,
    state: Annotated[
        list[Literal["open", "overdue", "done", "cancelled"]] | None,
        Query(description="In one of these states; `overdue` is open beyond its due moment."),
    ] = None,
    grid: Annotated[
        str | None,
        Query(
            max_length=60,
            pattern=NOT_NUL,
            description="Only tasks with a receipt of this base grid; `mine` tells it.",
            examples=["370212001001001"],
        ),
    ] = None,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="`next` of the page before.", examples=[40])
    ] = None,
    limit: Limit = 50,
) -> Tasks:
    """Urgent tasks with their completion, the newest first."""
    states = None if state is None else [str(each) for each in state]
    return await list_tasks(connection, states=states, grid=grid, before=before, limit=limit)


@router.get("/api/urgent-tasks/{code}", summary="One urgent task", responses=problems(*READING))
async def read_task(connection: Transaction, code: TaskCode) -> TaskDetail:
    """A task with every receipt, its completion by street and community, and its reminders."""
    with task_problems():
        return await get_task(connection, code)


@router.get(
    "/api/urgent-tasks/{code}/map",
    summary="An urgent task on the map",
    response_class=JsonText,
    responses={
        200: {"content": {"application/geo+json": {"schema": {"type": "object"}}}},
        **problems(*READING),
    },
)
async def read_task_map(connection: Transaction, code: TaskCode) -> JsonText:
    """Its grids of today with the state of each receipt, and its drawn area, as GeoJSON."""
    with task_problems():
        await get_task(connection, code)
    return JsonText(await task_map(connection, code), media_type="application/geo+json")


@router.post(
    "/api/urgent-tasks/{code}/receipts",
    summary="Answer for a grid",
    responses=problems(*DOING, "attachment-not-free"),
)
async def answer_task(connection: Transaction, me: Me, code: TaskCode, body: ReceiptBody) -> TaskDetail:
    """Acknowledge a task, report it done, or take that back. The same answer again changes nothing.

    A grid's worker answers for it, or the lead of its community or street. Who is known to hold a post in
    another grid only is refused.
    """
    with task_problems():
        actor = await acting(connection, me, body)
        await answer(
            connection, actor, code, body.grid, body.action, note=body.note, count=body.count,
            attachments=body.attachments,
        )  # fmt: skip
        return await get_task(connection, code)


@router.post("/api/urgent-tasks/{code}/reminders", summary="Remind of a task", responses=problems(*DOING))
async def remind_task(connection: Transaction, me: Me, code: TaskCode, body: RemindBody) -> TaskDetail:
    """Remind every grid that has not finished. The program itself does so after three quarters of the time,
    and when the task is due, each once.
    """
    with task_problems():
        await remind(connection, await acting(connection, me, body), code)
        return await get_task(connection, code)


@router.post("/api/urgent-tasks/{code}/cancel", summary="Call a task off", responses=problems(*DOING))
async def cancel_task(connection: Transaction, me: Me, code: TaskCode, body: CancelBody) -> TaskDetail:
    """Call a task off, with a reason. Receipts stay as they are, and no more are taken."""
    with task_problems():
        await cancel(connection, await acting(connection, me, body), code, body.reason)
        return await get_task(connection, code)
