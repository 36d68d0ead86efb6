"""Where a place is, in words: the nearest landmark, its distance and direction, the address, the base grid.

A grid worker says "12 m north-east of building 6"; here the program says it, from what it knows of the city.
"""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from gis.crs import to_wgs84
from gis.errors import UnknownSystem as UnknownGisSystem
from gis.lattice import snap_degree
from gis.words import Words
from governance.errors import UnknownSystem
from governance.incidents.answers import Answer, Name, Named, Point
from grid_data.database import Connection
from grid_data.nearby import base_grid_at, things_near

__all__ = ["Landmark", "Nearby", "direction_of", "nearby"]

LIMIT_M: Final = 500.0
"""Farther away nothing is a landmark."""
AT_BUILDING_M: Final = 60.0
"""So near a building its address tells where a place is."""
AT_STREET_M: Final = 150.0
CROSSING_M: Final = 30.0
"""So near two streets a place is at their crossing."""
HANDICAP_M: Final = {"building": 0.0, "facility": 0.0, "plain_facility": 15.0, "street": 30.0}
"""By so much nearer must a thing be to be told instead of a building: a lamp is found by its number only."""
DIRECTIONS: Final = (
    ("n", "北", "north"), ("ne", "东北", "north-east"), ("e", "东", "east"), ("se", "东南", "south-east"),
    ("s", "南", "south"), ("sw", "西南", "south-west"), ("w", "西", "west"), ("nw", "西北", "north-west"),
)  # fmt: skip

Direction = Literal["n", "ne", "e", "se", "s", "sw", "w", "nw"]


class Landmark(Answer):
    """A thing near a place; ``direction`` is where the place lies as seen from it, None inside or on it."""

    kind: Literal["building", "facility", "street"]
    code: str
    name: Name
    distance_m: Annotated[float, Field(description="To its outline, in metres; 0 inside.")]
    direction: Direction | None
    words: Annotated[Name, Field(description="“12 m north-east of …”.")]


class Nearby(Answer):
    """Where a place is."""

    place: Annotated[Point, Field(description="In EPSG:4326, whatever system was given.")]
    landmark: Annotated[Landmark | None, Field(description="What tells best where the place is.")]
    building: Landmark | None
    facility: Landmark | None
    street: Landmark | None
    address: Annotated[Name | None, Field(description="Of the building, the crossing or the street there.")]
    base_grid: Named | None
    region: Annotated[Named | None, Field(description="The region the base grid lies in.")]


async def nearby(connection: Connection, lon: float, lat: float, crs: str = "wgs84") -> Nearby | None:
    """What is around a place; None for a place beyond the globe.

    Raises
    ------
    UnknownSystem
        The system of the coordinates cannot be converted.
    """
    try:
        lon, lat = map(float, to_wgs84(lon, lat, crs))
    except UnknownGisSystem as error:
        raise UnknownSystem(str(error), field="crs") from error
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        return None
    lon, lat = snap_degree(lon), snap_degree(lat)
    found = await things_near(connection, lon, lat, LIMIT_M)
    grid = await base_grid_at(connection, lon, lat)
    things = [(_landmark(row), _handicap(row)) for row in found]
    first: dict[str, Landmark] = {}
    for each, _ in things:
        first.setdefault(each.kind, each)
    best = min(things, key=lambda pair: (pair[0].distance_m + pair[1], pair[0].code), default=None)
    return Nearby(
        place=Point(coordinates=[lon, lat]),
        landmark=best[0] if best else None,
        building=first.get("building"),
        facility=first.get("facility"),
        street=first.get("street"),
        address=_address(found),
        base_grid=_named(grid, "code", "name_zh", "name_en"),
        region=_named(grid, "parent_code", "parent_zh", "parent_en"),
    )


def direction_of(azimuth: float) -> tuple[str, str, str]:
    """Code and words of the eighth of the compass an azimuth points into.

    >>> direction_of(44.0)[0], direction_of(359.0)[0], direction_of(180.0)[2]
    ('ne', 'n', 'south')
    """
    return DIRECTIONS[int(((azimuth + 22.5) % 360) // 45)]


def _handicap(row: dict[str, Any]) -> float:
    plain = row["kind"] == "facility" and row["name_zh"] is None
    return HANDICAP_M["plain_facility" if plain else row["kind"]]


def _landmark(row: dict[str, Any]) -> Landmark:
    name = _name(row)
    distance = round(row["distance_m"], 1)
    where = None if row["azimuth"] is None or distance == 0 else direction_of(row["azimuth"])
    words = _words(row["kind"], name, distance, where)
    return Landmark(
        kind=row["kind"],
        code=row["code"],
        name=name,
        distance_m=distance,
        direction=where[0] if where else None,
        words=Name(zh=words.zh, en=words.en),
    )


def _name(row: dict[str, Any]) -> Name:
    """What the thing is called: its name, its address, or its class and number."""
    if row["kind"] == "building":
        return Name(zh=row["name_zh"] or row["address"], en=row["name_en"])
    if row["kind"] == "facility" and row["name_zh"] is None:
        english = f"{row['class_en']} {row['code']}" if row["class_en"] else None
        return Name(zh=f"{row['class_zh']} {row['code']}", en=english)
    return Name(zh=row["name_zh"], en=row["name_en"])


def _words(kind: str, name: Name, distance_m: float, where: tuple[str, str, str] | None) -> Words:
    english = name.en or name.zh
    if where is None:
        inside = {"building": ("内", "in"), "facility": ("处", "at"), "street": ("上", "on")}[kind]
        return Words(f"{name.zh}{inside[0]}", f"{inside[1]} {english}")
    metres = max(1, round(distance_m))
    return Words(f"{name.zh}{where[1]}方向 {metres} 米", f"{metres} m {where[2]} of {english}")


def _address(found: list[dict[str, Any]]) -> Name | None:
    """The address of the building there, else the crossing or the street."""
    building = next((row for row in found if row["kind"] == "building"), None)
    if building and building["distance_m"] <= AT_BUILDING_M:
        address = building["address"]
        if building["distance_m"] < 0.05:
            return Name(zh=address, en=address)
        return Name(zh=f"{address}附近", en=f"near {address}")
    streets = [row for row in found if row["kind"] == "street" and row["distance_m"] <= AT_STREET_M]
    if not streets:
        return None
    first = _name(streets[0])
    if len(streets) > 1 and streets[1]["distance_m"] <= CROSSING_M:
        second = _name(streets[1])
        return Name(
            zh=f"{first.zh}与{second.zh}路口",
            en=f"crossing of {first.en or first.zh} and {second.en or second.zh}",
        )
    return Name(zh=f"{first.zh}沿线", en=f"along {first.en or first.zh}")


def _named(row: dict[str, Any] | None, code: str, chinese: str, english: str) -> Named | None:
    if row is None or row[code] is None:
        return None
    return Named(code=row[code], name=Name(zh=row[chinese] or row[code], en=row[english]))
