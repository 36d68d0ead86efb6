"""Incidents that may be one, and decisions that two are two."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import DictRow

from grid_data.database import Connection, one, rows, run

__all__ = ["candidates", "category_id", "decide", "pair", "subject", "undecide"]


async def subject(connection: Connection, number: str) -> DictRow | None:
    """What an incident is compared by, or None."""
    return await one(connection, "duplicates/subject", {"number": number})


async def category_id(connection: Connection, key: str) -> int | None:
    """Identifier of the category of a key, or None."""
    row = await one(connection, "duplicates/category", {"key": key})
    return None if row is None else int(row["id"])


async def candidates(
    connection: Connection,
    *,
    incident_id: int | None,
    category: int,
    lon: float,
    lat: float,
    text: str,
    from_time: datetime,
    to_time: datetime,
    distance_m: float,
) -> list[DictRow]:
    """Incidents of the same family within a distance and a span of time, and how alike each is."""
    asked = {
        "incident_id": incident_id,
        "category_id": category,
        "lon": lon,
        "lat": lat,
        "text": text,
        "from_time": from_time,
        "to_time": to_time,
        "distance_m": distance_m,
    }
    return await rows(connection, "duplicates/candidates", asked)


async def pair(connection: Connection, first: str, second: str) -> dict[str, int]:
    """Identifiers of two incidents by number; unknown ones are missing."""
    found = await rows(connection, "duplicates/pair", {"numbers": [first, second]})
    return {row["number"]: row["id"] for row in found}


async def decide(
    connection: Connection,
    incident_id: int,
    other_id: int,
    *,
    by: str,
    role: str,
    organisation: str | None,
    reason: str | None,
) -> bool:
    """Keep that two incidents are two; whether that is new."""
    told = {
        "incident_id": incident_id,
        "other_id": other_id,
        "by": by,
        "role": role,
        "organisation": organisation,
        "reason": reason,
    }
    return await run(connection, "duplicates/decide", told) > 0


async def undecide(connection: Connection, incident_id: int, other_id: int) -> bool:
    """Take that back; whether there was anything to take back."""
    return (
        await run(connection, "duplicates/undecide", {"incident_id": incident_id, "other_id": other_id}) > 0
    )
