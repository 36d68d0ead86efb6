"""The catalogues: what an incident or a facility can be."""

from __future__ import annotations

from grid_data.database import Connection, one, rows

__all__ = ["categories_document", "category_subtree"]


async def categories_document(connection: Connection) -> str:
    """All categories as JSON text ``{"items": [...]}``."""
    row = await one(connection, "categories/document")
    assert row is not None
    document: str = row["document"]
    return document


async def category_subtree(connection: Connection, key: str) -> list[int]:
    """Ids of the category ``<standard_ref>:<kind>:<code>`` and all below it; empty when there is none."""
    parts = key.split(":")
    if len(parts) != 3:
        return []
    parameters = dict(zip(("standard_ref", "kind", "code"), parts, strict=True))
    return [row["id"] for row in await rows(connection, "categories/subtree", parameters)]
