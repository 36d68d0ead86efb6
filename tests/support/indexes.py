"""Which indexes the table of incidents has, and which are set aside."""

from __future__ import annotations

from grid_data.database import Database
from tests.support.importing import look

__all__ = ["index_definitions", "noted"]


async def index_definitions(database: Database) -> list[str]:
    """Whole indexes of incidents as the server would write them."""
    found = await look(
        database,
        """SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
           WHERE indrelid = 'incident'::regclass AND indisvalid AND indisready ORDER BY 1""",
    )
    return [row["definition"] for row in found]


async def noted(database: Database) -> list[str]:
    """Names of the indexes that are noted as set aside."""
    return [row["name"] for row in await look(database, "SELECT name FROM set_aside_index ORDER BY name")]
