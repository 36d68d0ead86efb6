"""The facilities of a department: owned, maintained or supervised, and what happens around each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, Literal

from psycopg.rows import DictRow

from grid_data.database import Connection, ask
from grid_data.statements import numbered_with
from grid_data.tiles import Address

__all__ = ["FacilityFilter", "Relation", "facilities_page", "facility_tile"]

Relation = Literal["owned", "maintained"]
FILTER = ("filter", "department_facilities/filter")
_METRES_PER_DEGREE = 110_574.0
"""The shortest degree of latitude; a twentieth is added for the scale of a metric system."""


@dataclass(frozen=True)
class FacilityFilter:
    """Which facilities; None does not filter.

    Attributes
    ----------
    organisation_ids
        Whose facilities are meant: owned, maintained or supervised by one of these.
    only_theirs
        Whether facilities of others are left out; without, ``organisation_ids`` only tells the relation.
    area
        EWKT in EPSG:4326.
    """

    organisation_ids: Sequence[int] | None = None
    only_theirs: bool = True
    relation: Relation | None = None
    zone_id: int | None = None
    states: Sequence[str] | None = None
    category_ids: Sequence[int] | None = None
    area: str | None = None

    def parameters(self) -> dict[str, Any]:
        """What the statement ``department_facilities/filter`` wants to know."""
        given = None if self.organisation_ids is None else list(self.organisation_ids)
        return {
            "organisation_ids": given or [],
            "of_ids": given if self.only_theirs or self.relation else None,
            "relation": self.relation,
            "zone_id": self.zone_id,
            "states": None if self.states is None else list(self.states),
            "category_ids": None if self.category_ids is None else list(self.category_ids),
            "area": self.area,
        }


async def facilities_page(
    connection: Connection,
    wanted: FacilityFilter,
    *,
    within_m: float,
    with_incidents: bool,
    latitude: float,
    after: str | None,
    limit: int,
) -> list[DictRow]:
    """Facilities by code, at most ``limit`` + 1, each with how many open incidents lie within some metres.

    Parameters
    ----------
    latitude
        Of the city, in degrees: how wide a degree is there.
    """
    up = 1.05 * within_m / _METRES_PER_DEGREE
    asked = {
        "within_m": within_m,
        "with_incidents": with_incidents,
        "degrees_y": up,
        # A city is not higher than two degrees.
        "degrees_x": up / cos(radians(min(89.0, abs(latitude) + 1))),
        "after": after,
        "limit": limit,
    }
    statement = numbered_with("department_facilities/page", FILTER)
    return await (await ask(connection, statement, wanted.parameters() | asked)).fetchall()


async def facility_tile(connection: Connection, wanted: FacilityFilter, address: Address) -> bytes:
    """Facilities as a vector tile; empty when there are none."""
    statement = numbered_with("department_facilities/tile", FILTER)
    cursor = await ask(connection, statement, wanted.parameters() | address.parameters())
    row = await cursor.fetchone()
    return bytes(row["tile"]) if row is not None and row["tile"] is not None else b""
