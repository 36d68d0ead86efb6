"""One box that finds zones, incidents, roads, addresses and facilities."""

from __future__ import annotations

from grid_data.database import Connection
from grid_data.patterns import containing, starting
from grid_data.statements import sql

__all__ = ["search_document"]

SHORTEST_NUMBER = 4
"""Fewer digits would fit half the city's incidents and facilities."""


async def search_document(connection: Connection, text: str, limit: int, *, incidents: bool = True) -> str:
    """Hits as JSON text ``{"items": [...]}``, best first; with or without incidents.

    Codes and numbers fit by their beginning, names and addresses by any part.
    """
    cursor = await connection.execute(
        sql("search/everything"),
        {
            "text": text,
            "prefix": starting(text),
            "pattern": containing(text),
            "is_number": len(text) >= SHORTEST_NUMBER and text.isascii() and text.isalnum(),
            "incidents": incidents,
            "limit": limit,
        },
        # A pattern known when planning can use the index of its column.
        prepare=False,
    )
    row = await cursor.fetchone()
    assert row is not None
    document: str = row["document"]
    return document
