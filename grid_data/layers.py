"""The layers of zones a city has."""

from __future__ import annotations

from grid_data.database import Connection, one

__all__ = ["layers_document"]


async def layers_document(connection: Connection) -> str:
    """All active layers as JSON text ``{"items": [...]}``."""
    row = await one(connection, "layers/document")
    assert row is not None
    document: str = row["document"]
    return document
