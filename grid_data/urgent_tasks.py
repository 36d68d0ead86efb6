"""Urgent tasks as they are stored: the task, the receipt of each grid, reminders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from grid_data.database import Connection, all_rows, one, rows, run

__all__ = [
    "NewTask",
    "cancel_task",
    "extend_area",
    "grids_below",
    "grids_near",
    "grids_today",
    "incident_place",
    "insert_task",
    "lineage_of",
    "lock_receipt",
    "lock_task",
    "move_receipts",
    "open_tasks_of",
    "receipt_rows",
    "remind_all",
    "remind_due",
    "reminder_rows",
    "task_map",
    "task_rows",
    "write_receipt",
    "zones_named",
]


@dataclass(frozen=True)
class NewTask:
    """A task as it is issued; ``area`` is WKB in EPSG:4326, ``area_about`` tells how the area was given."""

    title_zh: str
    title_en: str | None
    text_zh: str
    text_en: str | None
    forward_zh: str | None
    forward_en: str | None
    area: bytes | None
    area_zone_ids: list[int]
    area_about: dict[str, Any]
    by: str
    role: str
    organisation_id: int | None
    remind_at: datetime
    due_at: datetime


async def insert_task(connection: Connection, task: NewTask, grids: Sequence[int]) -> tuple[int, str]:
    """Store a task with a receipt for each grid; its id and its code."""
    await run(connection, "urgent_tasks/take_number")
    # Numbers are those of the whole city.
    async with all_rows(connection):
        numbered = await one(connection, "urgent_tasks/next_code")
    assert numbered is not None
    values = asdict(task) | {
        "code": numbered["code"],
        "area_about": Jsonb(task.area_about),
        "grids": list(grids),
    }
    row = await one(connection, "urgent_tasks/insert_task", values)
    assert row is not None
    return int(row["id"]), str(numbered["code"])


async def zones_named(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[int, dict[str, Any]]:
    """Zones of today by the position of their (layer, code) in the list; those that are none are left out."""
    asked = {"layers": [layer for layer, _ in keys], "codes": [code for _, code in keys]}
    return {row["n"] - 1: row for row in await rows(connection, "urgent_tasks/zones_named", asked)}


async def grids_below(connection: Connection, zones: Sequence[int]) -> dict[int, str]:
    """Codes by id of the base grids of today in some regions; grids given are in themselves."""
    found = await rows(connection, "urgent_tasks/grids_below", {"zones": list(zones)})
    return {row["id"]: row["code"] for row in found}


async def grids_near(connection: Connection, area: bytes) -> tuple[list[int], list[str], NDArray[np.object_]]:
    """Base grids of today near an area (WKB): ids, codes and shapes in EPSG:4326."""
    found = await rows(connection, "urgent_tasks/grids_near", {"area": area})
    shapes = np.asarray(shapely.from_wkb([row["shape"] for row in found]), dtype=object)
    return [row["id"] for row in found], [row["code"] for row in found], shapes


async def incident_place(connection: Connection, number: str) -> tuple[float | None, float | None] | None:
    """Longitude and latitude of an incident (None: it has no place); None: there is none with this number."""
    row = await one(connection, "urgent_tasks/incident_place", {"number": number})
    return None if row is None else (row["lon"], row["lat"])


async def lock_task(connection: Connection, code: str) -> dict[str, Any] | None:
    """A task, locked until the transaction ends."""
    return await one(connection, "urgent_tasks/lock", {"code": code})


async def cancel_task(connection: Connection, task: int, by: str, reason: str) -> None:
    """Call a task off."""
    await run(connection, "urgent_tasks/cancel", {"task": task, "by": by, "reason": reason})


async def lock_receipt(connection: Connection, code: str, grid: str, by: str) -> dict[str, Any] | None:
    """The receipt of a grid, locked, with the posts of a person of this name."""
    return await one(connection, "urgent_tasks/receipt", {"code": code, "grid": grid, "by": by})


async def write_receipt(
    connection: Connection,
    task: int,
    grid: int,
    *,
    state: str,
    by: str,
    note: str | None,
    count: int | None,
    attachments: Sequence[UUID],
) -> None:
    """Store what a grid answers."""
    values = {
        "task": task, "grid": grid, "state": state, "by": by, "note": note, "count": count,
        "attachments": list(attachments),
    }  # fmt: skip
    await run(connection, "urgent_tasks/write_receipt", values)


async def remind_all(connection: Connection, task: int, by: str) -> int:
    """Remind every grid that has not finished; how many."""
    row = await one(connection, "urgent_tasks/remind", {"task": task, "by": by})
    assert row is not None
    return int(row["grids"])


async def remind_due(connection: Connection, by: str) -> list[dict[str, Any]]:
    """Remind of all moments that have come: code, kind and number of grids of each."""
    return list(await rows(connection, "urgent_tasks/remind_due", {"by": by}))


async def open_tasks_of(connection: Connection, grids: Sequence[int]) -> list[dict[str, Any]]:
    """Tasks that are not finished, locked, with the receipts of some grids: state by id (as text)."""
    return list(await rows(connection, "urgent_tasks/open_tasks_of", {"grids": list(grids)}))


async def lineage_of(connection: Connection, plan: int) -> set[tuple[int | None, int | None]]:
    """Steps of a plan for base grids, from zone to zone; empty for plans of other layers."""
    found = await rows(connection, "urgent_tasks/lineage_of", {"plan": plan})
    return {(row["from_zone_id"], row["to_zone_id"]) for row in found}


async def grids_today(connection: Connection, grids: Sequence[int]) -> list[dict[str, Any]]:
    """Some grids: id, code, whether there are today, shape (WKB), ids of the regions around."""
    return list(await rows(connection, "urgent_tasks/grids_today", {"grids": list(grids)}))


async def move_receipts(
    connection: Connection, task: int, plan: int, changes: Sequence[Mapping[str, Any]]
) -> None:
    """Store what a plan makes of receipts: grid, state, sources, zh, en of each."""
    values = {"task": task, "plan": plan, "changes": Jsonb(list(changes))}
    await run(connection, "urgent_tasks/move_receipts", values)


async def extend_area(connection: Connection, task: int, zones: Sequence[int]) -> None:
    """Set the regions and grids that a task is for."""
    await run(connection, "urgent_tasks/extend_area", {"task": task, "zones": list(zones)})


async def task_rows(
    connection: Connection,
    *,
    code: str | None = None,
    grid: str | None = None,
    states: Sequence[str] | None = None,
    before: int | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Tasks with their completion, the newest first."""
    asked = {
        "code": code, "grid": grid, "states": None if states is None else list(states), "before": before,
        "limit": limit,
    }  # fmt: skip
    return list(await rows(connection, "urgent_task_answers/page", asked))


async def receipt_rows(connection: Connection, task: int) -> list[dict[str, Any]]:
    """Receipts of a task by the code of the grid."""
    return list(await rows(connection, "urgent_task_answers/receipts", {"task": task}))


async def reminder_rows(connection: Connection, task: int) -> list[dict[str, Any]]:
    """Reminders of a task, the newest first."""
    return list(await rows(connection, "urgent_task_answers/reminders", {"task": task}))


async def task_map(connection: Connection, code: str) -> str:
    """The grids of a task and its area as GeoJSON text, EPSG:4326."""
    row = await one(connection, "urgent_task_answers/map", {"code": code})
    assert row is not None
    document: str = row["document"]
    return document
