"""What a report tells: figures, places and outlines, read under the sight of whom it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import shapely

from gis.words import Words
from governance.exports.export import about_now
from grid_data.database import Connection, ask, one, rows
from grid_data.exporters.columns import About
from grid_data.incidents import COUNTED, IncidentFilter
from grid_data.statements import numbered_with

__all__ = ["MOST_PLACES", "Outline", "PlaceSeen", "ReportFacts", "read_facts"]

MOST_PLACES = 20_000
"""Places drawn, the newest ones; more would be one stain."""
LISTED = 40
"""Incidents listed, the newest ones."""
TOLERANCE = 2e-5
"""Degrees by which outlines are simplified: less than a pixel of the picture."""


@dataclass(frozen=True)
class PlaceSeen:
    """A place of an incident; EPSG:4326."""

    lon: float
    lat: float
    open: bool
    urgent: bool


@dataclass(frozen=True)
class Outline:
    """A zone on the picture; ``depth`` grows downwards: district, street, community."""

    name: Words
    shape: shapely.Geometry
    depth: int


@dataclass(frozen=True)
class ReportFacts:
    """Everything a report is made of.

    Attributes
    ----------
    figures
        As ``reports/figures`` answers them.
    asked
        Outline of the zone that is asked for, if one is.
    items
        The newest incidents, as lists show them.
    """

    about: About
    figures: Mapping[str, Any]
    places: Sequence[PlaceSeen]
    outlines: Sequence[Outline]
    asked: Outline | None
    items: Sequence[Mapping[str, Any]]


async def read_facts(
    connection: Connection,
    wanted: IncidentFilter,
    title: Words,
    by: str,
    query: str,
    filters: Sequence[tuple[Words, Words]],
    *,
    places: int = MOST_PLACES,
) -> ReportFacts:
    """Read what a report tells, in the transaction of whom it is for; at most so many places, the newest."""
    from governance.incidents.reasons import place_problem_words
    from grid_data.city import city_timezone
    from grid_data.incidents import incidents_page

    zone = await city_timezone(connection)
    parameters = wanted.parameters() | {"timezone": zone, "limit": places, "tolerance": TOLERANCE}
    parts = COUNTED[wanted.counted is not None]
    statement = numbered_with("reports/figures", *parts)
    row = await (await ask(connection, statement, parameters)).fetchone()
    assert row is not None
    figures: dict[str, Any] = orjson.loads(row["document"])
    statement = numbered_with("reports/places", *parts)
    found = await (await ask(connection, statement, parameters)).fetchall()
    drawn = [
        Outline(Words(each["zh"], each["en"]), shapely.from_wkb(each["shape"]), each["depth"])
        for each in await rows(connection, "reports/outlines", parameters)
    ]
    asked = None
    if wanted.zone_id is not None:
        its = await one(connection, "reports/outline", parameters)
        if its is not None:
            asked = Outline(Words(its["zh"], its["en"]), shapely.from_wkb(its["shape"]), 99)
    page = await incidents_page(connection, wanted, place_problem_words(), after=None, limit=LISTED)
    return ReportFacts(
        await about_now(connection, by, title, query, filters, rows=figures["total"]),
        figures,
        [PlaceSeen(**each) for each in found],
        drawn,
        asked,
        [orjson.loads(item) for item in page.items],
    )
