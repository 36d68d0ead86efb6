"""What stands around a place."""

from __future__ import annotations

from psycopg.rows import DictRow

from grid_data.database import Connection, one, rows

__all__ = ["base_grid_at", "things_near"]


async def things_near(connection: Connection, lon: float, lat: float, limit_m: float) -> list[DictRow]:
    """Buildings, facilities and named streets around a place (EPSG:4326), three of each kind, nearest first.

    ``distance_m`` is to the outline, 0 inside; ``azimuth`` in degrees from north, clockwise, is the direction
    in which the place lies from the thing, None inside.
    """
    return await rows(connection, "nearby/place", {"lon": lon, "lat": lat, "limit_m": limit_m})


async def base_grid_at(connection: Connection, lon: float, lat: float) -> DictRow | None:
    """The base grid that covers a place now, or None."""
    return await one(connection, "nearby/base_grid", {"lon": lon, "lat": lat})
