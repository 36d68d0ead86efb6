"""Routing in the database: one statement that answers everything about a place at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int8

from gis.zone_layer import NEAR_M
from grid_data.city import City, city_of
from grid_data.database import Connection, all_rows, is_scoped, one, run
from grid_data.statements import Numbered, numbered_with

FACILITY_RADIUS_M = (5.0, 20.0, 100.0)
"""Least, usual and greatest search radius for the facility concerned; the place's accuracy between them."""
USUAL_ACCURACY_M = 5.0
"""Accuracy assumed where a source states none: a telephone's good fix."""
SHIFTED_FLOOR_M = 1.0
"""Places converted from GCJ-02 or BD-09 are never taken as more accurate than this: the public formula
differs from the vendors' by a constant 0.7 m."""


def uncertainty_m(accuracy_m: float | None, crs: str) -> float:
    """How far off a place may be, in metres: as stated, with a floor for converted systems.

    >>> uncertainty_m(None, "wgs84"), uncertainty_m(0.5, "gcj02"), uncertainty_m(0.5, "wgs84")
    (5.0, 1.0, 0.5)
    """
    stated = USUAL_ACCURACY_M if accuracy_m is None else accuracy_m
    return max(stated, SHIFTED_FLOOR_M) if crs in ("gcj02", "bd09") else stated


def facility_radius_m(accuracy_m: float | None) -> float:
    """How far the facility concerned may be from the place, in metres.

    >>> facility_radius_m(None), facility_radius_m(1.0), facility_radius_m(5000.0)
    (20.0, 5.0, 100.0)
    """
    least, usual, greatest = FACILITY_RADIUS_M
    return min(max(usual if accuracy_m is None else accuracy_m, least), greatest)


@dataclass(frozen=True)
class Ahead:
    """What `route_covered` said to a question that was asked before it was known to be right."""

    question: Mapping[str, Any]
    row: Mapping[str, Any] | None


@dataclass(frozen=True)
class Asked:
    """The city, and the category asked about (a row of ``routing/asked``; None if there is no such).

    Attributes
    ----------
    book
        The state of calendars and limits.
    now
        When it was asked.
    ahead
        Where a place was asked about in the same message.
    """

    city: City
    category: Mapping[str, Any] | None
    book: str | None = None
    now: datetime | None = None
    ahead: Ahead | None = None


ASKED = "routing/asked"


@cache
def route_whole() -> Numbered:
    """Asks everything about a place."""
    return numbered_with(
        "routing/route_place",
        ("nearest", "routing/nearest"),
        ("outside", "routing/outside"),
        ("elsewhere", "routing/elsewhere"),
    )


@cache
def route_covered() -> Numbered:
    """The same without what only places need that some layer does not cover: these are asked about again."""
    return numbered_with(
        "routing/route_place",
        ("nearest", "routing/nearest_left_out"),
        ("outside", "routing/outside_left_out"),
        ("elsewhere", "routing/elsewhere_left_out"),
    )


def asked_parameters(category: str | None) -> dict[str, str]:
    """Parameters of the statement `ASKED`, for a category's key ``standard_ref:kind:code``."""
    parts = category.split(":") if category else []
    standard_ref, kind, code = parts if len(parts) == 3 else ("", "", "")
    return {"standard_ref": standard_ref, "kind": kind, "category": code}


def asked_of(row: Mapping[str, Any] | None) -> Asked:
    """The city and the category from the row of `ASKED`.

    Raises
    ------
    LookupError
        No city is set up in the database.
    """
    if row is None:
        raise LookupError("no city is set up in this database yet")
    return Asked(city_of(row), row if row["category_id"] is not None else None, row["book"])


async def read_asked(connection: Connection, category: str | None) -> Asked:
    """The city and the category of a key, in one round trip; see `asked_of`."""
    return asked_of(await one(connection, ASKED, asked_parameters(category)))


@dataclass(frozen=True)
class RoutedPlace:
    """What ``routing/route_place`` found; the JSON shapes are those of the statement.

    ``facility_shown``: whether who asked may be told the facility.
    """

    zones: list[dict[str, Any]]
    land_unit_id: int | None
    land_unit: str | None
    facility: dict[str, Any] | None
    rules: list[dict[str, Any]]
    supporting: list[dict[str, Any]]
    covered: bool
    outside_m: float | None
    facility_shown: bool = True

    @property
    def winner(self) -> dict[str, Any] | None:
        """The best fitting rule that leads to an organisation."""
        return self.rules[0] if self.rules and self.rules[0]["organisation"] else None

    def supporting_of(self, rule: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Supporting organisations of a rule."""
        return [s for s in self.supporting if rule is not None and s["rule_id"] == rule["rule_id"]]


def place_question(
    *, lon: float, lat: float, at: datetime, category_id: int | None, accuracy_m: float | None
) -> dict[str, Any]:
    """Parameters of the statements `route_whole` and `route_covered`."""
    return {
        "lon": lon,
        "lat": lat,
        "at": at,
        # Always of one type, so that one plan serves all questions; no category has the key 0.
        "category_id": Int8(category_id or 0),
        "radius_m": facility_radius_m(accuracy_m),
        "near_m": NEAR_M,
    }


async def route_place(
    connection: Connection,
    *,
    lon: float,
    lat: float,
    at: datetime,
    category_id: int | None,
    accuracy_m: float | None,
    ahead: Ahead | None = None,
) -> RoutedPlace:
    """Route one place (WGS 84 degrees on the lattice) at a moment, for a category if there is one.

    Parameters
    ----------
    ahead
        An answer of this transaction; it is taken if the question was the same.

    Raises
    ------
    LookupError
        No city is set up in the database.
    """
    question = place_question(lon=lon, lat=lat, at=at, category_id=category_id, accuracy_m=accuracy_m)
    row: Mapping[str, Any] | None
    # Who is responsible does not depend on who asks; which facility decided it is told to who sees it.
    if ahead is not None and ahead.question == question:
        row = ahead.row
        if row is not None and not _is_covered(row):
            async with all_rows(connection):
                row = await one(connection, route_whole(), question)
    else:
        async with all_rows(connection):
            row = await one(connection, route_covered(), question)
            if row is not None and not _is_covered(row):
                row = await one(connection, route_whole(), question)
    if row is None:
        raise LookupError("no city is set up")
    facility = row["facility"]
    shown = facility is not None
    if facility is not None and is_scoped(connection):
        seen = await one(connection, "routing/facility_seen", {"id": facility["id"]})
        shown = seen is not None and seen["seen"]
    return RoutedPlace(
        zones=row["zones"] or [],
        land_unit_id=row["land_unit_id"],
        land_unit=row["land_unit"],
        facility=facility,
        facility_shown=shown,
        rules=row["rules"] or [],
        supporting=row["supporting"] or [],
        covered=row["covered"],
        outside_m=row["outside_m"],
    )


def _is_covered(row: Mapping[str, Any]) -> bool:
    """Whether every layer that has to say something about a place covers it."""
    return row["covered"] and all(zone["method"] != "not_asked" for zone in row["zones"] or ())


async def insert_routing(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep one routing of an incident; evidence and runners-up are stored as JSON."""
    wrapped = {
        **values,
        "border_evidence": Jsonb(values["border_evidence"]),
        "runners_up": Jsonb(values["runners_up"]),
    }
    await run(connection, "routing/insert_routing", wrapped)
