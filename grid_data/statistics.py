"""Incidents counted by zone, and by what is wrong with their place."""

from __future__ import annotations

from grid_data.database import Connection, one
from grid_data.incidents import IncidentFilter
from grid_data.statements import sql

__all__ = ["incident_statistics"]


async def incident_statistics(connection: Connection, layer: str, wanted: IncidentFilter) -> str | None:
    """Counts as JSON text; None when there is no such layer.

    Of the filter, time, category, state and organisation are heeded.
    """
    found = await one(connection, "statistics/layer_by_code", {"code": layer})
    if found is None:
        return None
    cursor = await connection.execute(
        sql("statistics/incidents"),
        {
            "layer": layer,
            "layer_id": found["id"],
            "from_time": wanted.from_time,
            "to_time": wanted.to_time,
            "category_ids": None if wanted.category_ids is None else list(wanted.category_ids),
            "states": None if wanted.states is None else list(wanted.states),
            "organisation_ids": None if wanted.organisation_ids is None else list(wanted.organisation_ids),
        },
        # One generic plan cannot serve all combinations of filters.
        prepare=False,
    )
    row = await cursor.fetchone()
    assert row is not None
    document: str = row["document"]
    return document
