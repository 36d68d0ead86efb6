"""Routing in the database: one statement that answers everything about a place at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from grid_data.database import Connection, one, run

FACILITY_RADIUS_M = (5.0, 20.0, 100.0)
"""Least, usual and greatest search radius for the facility concerned; the place's accuracy between them."""


@dataclass(frozen=True)
class RoutedPlace:
    """What ``routing/route_place`` found; the JSON shapes are those of the statement."""

    zones: list[dict[str, Any]]
    land_unit_id: int | None
    land_unit: str | None
    facility: dict[str, Any] | None
    rules: list[dict[str, Any]]
    supporting: list[dict[str, Any]]
    covered: bool
    outside_m: float | None

    @property
    def winner(self) -> dict[str, Any] | None:
        """The best fitting rule that leads to an organisation."""
        return self.rules[0] if self.rules and self.rules[0]["organisation"] else None

    def supporting_of(self, rule: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Supporting organisations of a rule."""
        return [s for s in self.supporting if rule is not None and s["rule_id"] == rule["rule_id"]]


async def route_place(
    connection: Connection,
    *,
    lon: float,
    lat: float,
    at: datetime,
    category_id: int | None,
    accuracy_m: float | None,
) -> RoutedPlace:
    """Route one place (WGS 84 degrees on the lattice) at a moment, for a category if there is one.

    Raises
    ------
    LookupError
        No city is set up in the database.
    """
    least, usual, greatest = FACILITY_RADIUS_M
    row = await one(
        connection,
        "routing/route_place",
        {
            "lon": lon,
            "lat": lat,
            "at": at,
            "category_id": category_id,
            "radius_m": min(max(accuracy_m or usual, least), greatest),
        },
    )
    if row is None:
        raise LookupError("no city is set up")
    return RoutedPlace(
        zones=row["zones"] or [],
        land_unit_id=row["land_unit_id"],
        land_unit=row["land_unit"],
        facility=row["facility"],
        rules=row["rules"] or [],
        supporting=row["supporting"] or [],
        covered=row["covered"],
        outside_m=row["outside_m"],
    )


async def insert_routing(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep one routing of an incident; evidence and runners-up are stored as JSON."""
    wrapped = {
        **values,
        "border_evidence": Jsonb(values["border_evidence"]),
        "runners_up": Jsonb(values["runners_up"]),
    }
    await run(connection, "routing/insert_routing", wrapped)
