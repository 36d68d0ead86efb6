"""Urgent tasks when grids are redrawn: receipts follow the ground, or say why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from gis.task_area import meeting
from governance.patrols.urgent_task_rules import ReceiptState, follow_plan
from grid_data.city import read_city
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.urgent_tasks import extend_area, grids_today, lineage_of, move_receipts, open_tasks_of

__all__ = ["receipts_follow"]


async def receipts_follow(connection: Connection, plan_id: int, actor: str) -> int:
    """Let the receipts of open tasks follow a plan that was just put into force; how many changed.

    In the transaction that publishes: with a plan that fails nothing moves. Plans of other layers change
    nothing.
    """
    lineage = await lineage_of(connection, plan_id)
    grids = sorted({grid for step in lineage for grid in step if grid is not None})
    if not grids:
        return 0
    tasks = await open_tasks_of(connection, grids)
    if not tasks:
        return 0
    srid = (await read_city(connection)).frame.metric_srid
    today = await grids_today(connection, grids)
    codes = {row["id"]: row["code"] for row in today}
    alive = [row for row in today if row["alive"]]
    changed = 0
    for task in tasks:
        receipts = {int(grid): ReceiptState(state) for grid, state in task["receipts"].items()}
        named = set(task["area_zone_ids"])
        # The ground of a grid that was named is meant, whatever it is called now.
        heirs = {to for source, to in lineage if source in named and source in receipts and to is not None}
        concerned = _concerned(task, alive, named | heirs, srid)
        changes = follow_plan(receipts, lineage, {row["id"] for row in alive}, concerned, codes)
        if not changes:
            continue
        written = [
            {
                "grid": change.grid,
                "state": change.state,
                "sources": list(change.sources),
                "zh": change.reason.zh,
                "en": change.reason.en,
            }
            for change in changes
        ]
        await move_receipts(connection, task["id"], plan_id, written)
        if heirs - named:
            await extend_area(connection, task["id"], sorted(named | heirs))
        after = {
            "task": task["code"],
            "receipts": [
                {"grid": codes[change.grid], "state": change.state, "reason": change.reason.zh}
                for change in changes
            ],
        }
        await add_history(connection, actor, "task.follow", plan_id=plan_id, after=after)
        changed += len(changes)
    return changed


def _concerned(
    task: Mapping[str, Any], alive: Sequence[Mapping[str, Any]], named: set[int], srid: int
) -> set[int]:
    found = {row["id"] for row in alive if row["id"] in named or named & set(row["around"])}
    if task["area"] is not None:
        shapes = np.asarray(shapely.from_wkb([row["shape"] for row in alive]), dtype=object)
        met = meeting(shapely.from_wkb(task["area"]), shapes, srid).tolist()
        found |= {row["id"] for row, meets in zip(alive, met, strict=True) if meets}
    return found
