"""How urgent incidents of a category usually are."""

from __future__ import annotations

from grid_data.database import Connection, one

__all__ = ["category_urgency"]


async def category_urgency(connection: Connection, key: str) -> str | None:
    """``normal`` or ``urgent``; None: there is no category ``<standard_ref>:<kind>:<code>``."""
    parts = key.split(":")
    if len(parts) != 3:
        return None
    row = await one(
        connection, "guidance/urgency", dict(zip(("standard_ref", "kind", "code"), parts, strict=True))
    )
    return None if row is None else str(row["urgency"])
