"""The city a database serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis.places import CityFrame, Extent
from grid_data.database import Connection, one

__all__ = ["City", "city_document", "city_of", "city_timezone", "read_city", "readiness"]


@dataclass(frozen=True)
class City:
    """What routing and numbering need to know of the city; ``frame`` is what places are judged against."""

    code: str
    timezone: str
    frame: CityFrame


async def read_city(connection: Connection) -> City:
    """The city of a database.

    Raises
    ------
    LookupError
        None is set up.
    """
    row = await one(connection, "city/frame")
    if row is None:
        raise LookupError("no city is set up in this database yet")
    return city_of(row)


def city_of(row: Mapping[str, Any]) -> City:
    """The city from the columns of ``city/frame``."""
    extent = Extent.known(row["west"], row["south"], row["east"], row["north"])
    centre = (row["centre_lon"], row["centre_lat"])
    return City(
        row["code"],
        row["timezone"],
        CityFrame(
            extent,
            centre,
            row["outside_limit_m"],
            row["metric_srid"],
            fallbacks=tuple((lon, lat) for lon, lat in row["fallbacks"] or ()),
        ),
    )


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
