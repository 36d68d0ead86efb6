"""A published plan taken back: the plan that does it, made from what the published one wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import shapely

from grid_data.database import Connection, one, rows, run

__all__ = ["out_of_place", "return_plan", "return_posts", "versions_before"]


async def out_of_place(connection: Connection, plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is no longer as a published plan made it: ``zone`` or ``unit``, and its code."""
    asked = {"plan": plan["id"], "layer": plan["layer_id"]}
    return [
        (row["kind"], row["code"]) for row in await rows(connection, "plan_returning/out_of_place", asked)
    ]


async def return_plan(connection: Connection, plan_id: int, by: str) -> str:
    """Make the plan that takes a published one back, ready to be put into force; its code."""
    made = await one(connection, "plan_returning/insert_return", {"plan": plan_id, "by": by})
    assert made is not None
    both = {"plan": plan_id, "back": made["id"]}
    await run(connection, "plan_returning/insert_return_zones", both)
    await run(connection, "plan_returning/insert_return_units", both)
    await run(connection, "plan_returning/insert_return_ground", both)
    return str(made["code"])


async def return_posts(
    connection: Connection, zones: Sequence[int], effective: datetime, at: datetime
) -> int:
    """Zones that are there again get back the posts that ended at ``effective``, and who still holds them."""
    asked = {"zones": list(zones), "effective": effective, "at": at}
    return await run(connection, "plan_returning/return_posts", asked)


async def versions_before(connection: Connection, plan_id: int) -> dict[int, Any]:
    """Shapes (EPSG:4326) that zones had until a plan took effect, by zone."""
    found = await rows(connection, "plan_returning/versions_before", {"plan": plan_id})
    return {row["zone_id"]: shapely.from_wkb(row["shape"]) for row in found}
