"""Updates of many rows at once, as JSON that the database takes apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from grid_data.database import Connection, run
from grid_data.importers.fields import empty

__all__ = ["update_rows"]

CHUNK = 5_000


async def update_rows(connection: Connection, statement: str, values: Sequence[Mapping[str, Any]]) -> int:
    """Run an update whose parameter ``rows`` is a JSON array of objects; returns the rows written."""
    written = 0
    for start in range(0, len(values), CHUNK):
        part = [
            {name: None if empty(value) else value for name, value in row.items()}
            for row in values[start : start + CHUNK]
        ]
        written += await run(connection, statement, {"rows": Jsonb(part)})
    return written
