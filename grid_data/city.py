"""The city a database serves."""

from __future__ import annotations

from grid_data.database import Connection, one

__all__ = ["city_document", "city_timezone", "readiness"]


async def city_document(connection: Connection) -> str | None:
    """The city as JSON text; None when no city is set up yet."""
    row = await one(connection, "city/document")
    return row["document"] if row else None


async def city_timezone(connection: Connection) -> str:
    """IANA name of the city's time zone; UTC before there is a city."""
    row = await one(connection, "city/timezone")
    return row["timezone"] if row else "UTC"


async def readiness(connection: Connection) -> tuple[str | None, str | None]:
    """Migration the schema stands at, and the code of the city loaded."""
    row = await one(connection, "city/head")
    return (row["migration"], row["city"]) if row else (None, None)
