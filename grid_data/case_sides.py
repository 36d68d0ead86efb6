"""What a case lies between: zones on both sides of a border, organisations, and what they said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import DictRow

from grid_data.database import Connection, one, rows

__all__ = ["borders_near", "dispute_steps", "organisations_named", "sides_of_case"]


async def sides_of_case(connection: Connection, number: str) -> DictRow | None:
    """A case with its latest computed routing; None if there is none of this number."""
    return await one(connection, "case_sides/case", {"number": number})


async def borders_near(
    connection: Connection, lon: float, lat: float, at: datetime, within_m: float
) -> list[DictRow]:
    """Zones of a moment whose border is within some metres of a place (EPSG:4326), the nearest first."""
    asked = {"lon": lon, "lat": lat, "at": at, "within_m": within_m}
    return list(await rows(connection, "case_sides/borders", asked))


async def organisations_named(
    connection: Connection, ids: Sequence[int], codes: Sequence[str]
) -> list[DictRow]:
    """Organisations by key or by code: id, code, names."""
    asked = {"ids": list(ids), "codes": list(codes)}
    return list(await rows(connection, "case_sides/organisations", asked))


async def dispute_steps(connection: Connection, incident_id: int) -> list[DictRow]:
    """Objections, adjudications, hand-overs and orders sent back of a case, in their order."""
    return list(await rows(connection, "case_sides/disputes", {"incident_id": incident_id}))
