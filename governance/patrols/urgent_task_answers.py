"""Urgent tasks as they are read: lists, one with its receipts, completion overall and by region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from gis.words import Words
from governance.incidents.answers import Answer, Name, Named
from governance.patrols.errors import TaskMissing
from grid_data.database import Connection
from grid_data.urgent_tasks import receipt_rows, reminder_rows, task_rows

__all__ = ["Task", "TaskDetail", "TaskState", "TaskSummary", "Tasks", "get_task", "list_tasks"]

TaskState = Literal["open", "overdue", "done", "cancelled"]
State = Literal["waiting", "acknowledged", "done", "moved", "released"]
COUNTED = ("waiting", "acknowledged", "done")


class Completion(Answer):
    """Receipts counted; those of grids that are gone or no longer concerned stand apart."""

    grids: Annotated[int, Field(description="Grids the task is for today.")]
    waiting: int
    acknowledged: int
    done: int
    share: Annotated[
        float | None, Field(description="Share of `grids` that are done, 0 to 1; null: no grid.")
    ]
    answered: Annotated[float | None, Field(description="Share that has answered at all.")]


class Cancelled(Answer):
    """Who called a task off, and why."""

    at: datetime
    by: str
    reason: str


class Mine(Answer):
    """The receipt of the grid that was asked for."""

    grid: str
    state: State
    reminders: int
    reminded_at: datetime | None


class TaskSummary(Answer):
    """An urgent task as lists show it."""

    code: str
    title: Name
    text: Name
    forward: Annotated[Name | None, Field(description="To be passed on to residents, word by word.")]
    state: TaskState
    issued_at: datetime
    issued_by: str
    role: str
    organisation: Named | None
    due_at: datetime
    cancelled: Cancelled | None
    completion: Completion
    mine: Mine | None


class Tasks(Answer):
    """Urgent tasks, the newest first; ``next`` is to be given as ``before``, null at the end."""

    items: list[TaskSummary]
    next: int | None


class Receipt(Answer):
    """What a grid has answered; ``reason`` tells what a plan did with the receipt."""

    grid: Named
    community: str | None
    state: State
    since: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    done_at: datetime | None
    done_by: str | None
    note: str | None
    count: int | None
    attachments: list[UUID]
    reminders: int
    reminded_at: datetime | None
    plan: str | None
    sources: Annotated[list[str], Field(description="Grids whose receipts it took over.")]
    reason: Name | None


class RegionCompletion(Completion):
    """The same for one community or street."""

    region: Named


class Reminder(Answer):
    """Somebody, or the program, reminded the grids that had not finished."""

    kind: Literal["manual", "due_soon", "overdue"]
    at: datetime
    by: str
    grids: int


class TaskDetail(TaskSummary):
    """A task with all its receipts."""

    area: Annotated[dict[str, Any], Field(description="How the area was given.")]
    total_count: Annotated[int, Field(description="Sum of what the finished grids counted.")]
    moved: Annotated[int, Field(description="Receipts that went to other grids with a plan.")]
    released: Annotated[int, Field(description="Receipts that nobody need give any more; each says why.")]
    by_street: list[RegionCompletion]
    by_community: list[RegionCompletion]
    reminders: list[Reminder]
    receipts: list[Receipt]


Task = TaskDetail


async def list_tasks(
    connection: Connection,
    *,
    states: list[str] | None,
    grid: str | None,
    before: int | None,
    limit: int,
) -> Tasks:
    """Urgent tasks, the newest first."""
    found = await task_rows(connection, states=states, grid=grid, before=before, limit=limit + 1)
    items = [TaskSummary(**_summary(row, grid)) for row in found[:limit]]
    return Tasks(items=items, next=found[limit - 1]["id"] if len(found) > limit else None)


async def get_task(connection: Connection, code: str) -> TaskDetail:
    """A task with all its receipts.

    Raises
    ------
    TaskMissing
    """
    found = await task_rows(connection, code=code)
    if not found:
        raise TaskMissing(Words(f"没有紧急任务 {code}", f"no urgent task {code}"))
    row = found[0]
    receipts = await receipt_rows(connection, row["id"])
    reminders = await reminder_rows(connection, row["id"])
    return TaskDetail(
        **_summary(row, None),
        area=row["area_about"],
        total_count=row["amount"],
        moved=row["moved"],
        released=row["released"],
        by_street=_regions(receipts, "street"),
        by_community=_regions(receipts, "community"),
        reminders=[Reminder(**reminder) for reminder in reminders],
        receipts=[_receipt(each) for each in receipts],
    )


def _summary(row: Mapping[str, Any], grid: str | None) -> dict[str, Any]:
    cancelled = None
    if row["cancelled_at"] is not None:
        cancelled = Cancelled(at=row["cancelled_at"], by=row["cancelled_by"], reason=row["cancel_reason"])
    organisation = None
    if row["organisation"] is not None:
        name = Name(zh=row["organisation_zh"], en=row["organisation_en"])
        organisation = Named(code=row["organisation"], name=name)
    mine = None
    if grid is not None:
        mine = Mine(
            grid=grid,
            state=row["my_state"],
            reminders=row["my_reminders"],
            reminded_at=row["my_reminded_at"],
        )
    kept = ("code", "state", "issued_at", "issued_by", "role", "due_at")
    return {
        **{name: row[name] for name in kept},
        "title": Name(zh=row["title_zh"], en=row["title_en"]),
        "text": Name(zh=row["text_zh"], en=row["text_en"]),
        "forward": Name(zh=row["forward_zh"], en=row["forward_en"]) if row["forward_zh"] else None,
        "organisation": organisation,
        "cancelled": cancelled,
        "completion": Completion(**_shares({state: row[state] for state in COUNTED})),
        "mine": mine,
    }


def _shares(counts: Mapping[str, int]) -> dict[str, Any]:
    grids = sum(counts.values())
    done, waiting = counts.get("done", 0), counts.get("waiting", 0)
    return {
        "grids": grids,
        "waiting": waiting,
        "acknowledged": counts.get("acknowledged", 0),
        "done": done,
        "share": round(done / grids, 4) if grids else None,
        "answered": round((grids - waiting) / grids, 4) if grids else None,
    }


def _regions(receipts: Iterable[Mapping[str, Any]], level: str) -> list[RegionCompletion]:
    counts: dict[str, dict[str, int]] = {}
    names: dict[str, Named] = {}
    for row in receipts:
        code = row[level]
        if code is None or row["state"] not in COUNTED:
            continue
        names[code] = Named(code=code, name=Name(zh=row[f"{level}_zh"] or code, en=row[f"{level}_en"]))
        states = counts.setdefault(code, {})
        states[row["state"]] = states.get(row["state"], 0) + 1
    return [RegionCompletion(region=names[code], **_shares(counts[code])) for code in sorted(counts)]


def _receipt(row: Mapping[str, Any]) -> Receipt:
    kept = (
        "community", "state", "since", "acknowledged_at", "acknowledged_by", "done_at", "done_by", "note",
        "count", "reminders", "reminded_at", "plan", "sources",
    )  # fmt: skip
    return Receipt(
        **{name: row[name] for name in kept},
        grid=Named(code=row["code"], name=Name(zh=row["name_zh"] or row["code"], en=row["name_en"])),
        attachments=row["attachment_ids"],
        reason=Name(zh=row["reason_zh"], en=row["reason_en"]) if row["reason_zh"] else None,
    )
