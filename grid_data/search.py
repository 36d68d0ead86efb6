"""One box that finds zones, incidents, roads, addresses and facilities."""

from __future__ import annotations

from collections.abc import Sequence

from grid_data.database import Connection, rows
from grid_data.patterns import containing, starting
from grid_data.statements import sql

__all__ = ["incidents_found", "search_document"]

SHORTEST_NUMBER = 4
"""Fewer digits would fit half the city's incidents and facilities."""


async def search_document(
    connection: Connection,
    text: str,
    limit: int,
    *,
    incidents: bool = True,
    among: Sequence[int] | None = None,
) -> str:
    """Hits as JSON text ``{"items": [...]}``, best first; with or without incidents.

    Codes and numbers fit by their beginning, names and addresses by any part.

    Parameters
    ----------
    among
        Only of these incidents; None: of all in sight.
    """
    cursor = await connection.execute(
        sql("search/everything"),
        {
            "text": text,
            "prefix": starting(text),
            "pattern": containing(text),
            "is_number": _is_number(text),
            "incidents": incidents,
            "among": None if among is None else list(among),
            "limit": limit,
        },
        # A pattern known when planning can use the index of its column.
        prepare=False,
    )
    row = await cursor.fetchone()
    assert row is not None
    document: str = row["document"]
    return document


async def incidents_found(connection: Connection, text: str, limit: int) -> list[int]:
    """Keys of incidents in sight whose number begins so, for `search_document` with a wider sight."""
    if not _is_number(text):
        return []
    found = await rows(connection, "search/incidents", {"prefix": starting(text), "limit": limit})
    return [row["id"] for row in found]


def _is_number(text: str) -> bool:
    return len(text) >= SHORTEST_NUMBER and text.isascii() and text.isalnum()
