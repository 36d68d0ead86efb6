"""The tree of organisations."""

from __future__ import annotations

from grid_data.database import Connection, one, rows

__all__ = ["organisation_subtree", "organisations_document"]


async def organisations_document(connection: Connection) -> str:
    """All organisations as JSON text ``{"items": [...]}``."""
    row = await one(connection, "organisations/document")
    assert row is not None
    document: str = row["document"]
    return document


async def organisation_subtree(connection: Connection, code: str) -> list[int]:
    """Ids of an organisation and all below it; empty when there is none with this code."""
    return [row["id"] for row in await rows(connection, "organisations/subtree", {"code": code})]
