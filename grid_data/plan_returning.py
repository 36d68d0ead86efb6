"""A published plan taken back: the plan that does it, made from what the published one wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from grid_data.database import Connection, one, rows, run

__all__ = ["out_of_place", "return_plan", "return_posts"]


async def out_of_place(connection: Connection, plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is no longer as a published plan made it: ``zone`` or ``unit``, and its code."""
    asked = {"plan": plan["id"], "layer": plan["layer_id"]}
    return [
        (row["kind"], row["code"]) for row in await rows(connection, "plan_publishing/out_of_place", asked)
    ]


async def return_plan(connection: Connection, plan_id: int, by: str) -> str:
    """Make the plan that takes a published one back, ready to be put into force; its code."""
    made = await one(connection, "plan_publishing/insert_return", {"plan": plan_id, "by": by})
    assert made is not None
    both = {"plan": plan_id, "back": made["id"]}
    await run(connection, "plan_publishing/insert_return_zones", both)
    await run(connection, "plan_publishing/insert_return_units", both)
    return str(made["code"])


async def return_posts(
    connection: Connection, zones: Sequence[int], effective: datetime, at: datetime
) -> int:
    """Zones that are there again get back the posts that ended at ``effective``, and who still holds them."""
    asked = {"zones": list(zones), "effective": effective, "at": at}
    return await run(connection, "plan_publishing/return_posts", asked)
