"""Any area asked about: drawn, the ground round a road or a facility, or zones.

An incident is in a drawn area by its place, and in zones by its routing, as lists say it too. A facility and
a building are where a point on them is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry import mapping

from gis.errors import GisError
from gis.ground_share import ground_m2, ground_round, shared_ground
from gis.task_area import SHARED_M2, drawn
from gis.words import Words
from governance.department.answers import RepeatPlace
from governance.department.figures import told_places, week_of_hours
from governance.department.zone_query_answers import (
    AreaFacilities,
    AreaGrid,
    AreaHouseholds,
    AreaIncidents,
    AreaStep,
    CategoryCount,
    ClassCount,
    ZoneAnswer,
)
from governance.errors import CityMissing
from governance.households import estimated
from governance.incidents.answers import CategoryName, Name
from governance.supervision.spans import bucket_for, steps
from grid_data.city import City, read_city
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection
from grid_data.department.overlap import base_edition, grid_households
from grid_data.incidents import IncidentFilter
from grid_data.zone_query import (
    InArea,
    category_families,
    count_by_hour,
    count_facilities,
    count_households,
    count_incidents,
    count_overdue,
    facility_shape,
    first_report,
    grids_below,
    grids_near,
    repeat_places_in,
    road_shapes,
    zones_named,
)

__all__ = ["LARGEST_M2", "SMALLEST_M2", "AreaAsked", "AreaFault", "Ground", "find_ground", "query_zone"]

SMALLEST_M2 = 1.0
LARGEST_M2 = 2e10
"""A district is some hundred square kilometres; beyond 20,000 km2 somebody has mistaken something."""
REPEATED_LEAST, REPEATED_M, REPEATED_MOST = 3, 30.0, 20
"""What makes a place one where things come again, as departments are told; and how many are told."""
REPEATED_WITHIN = timedelta(days=90)
_GRID, _STEP, _KIND = 1, 2, 3
_NESTED = ("region", "base_grid")


class AreaFault(Exception):
    """An area that cannot be asked about; ``field`` names the part of the request."""

    def __init__(self, field_name: str, words: Words) -> None:
        super().__init__(words.en)
        self.field = field_name
        self.words = words


@dataclass(frozen=True)
class AreaAsked:
    """An area as it is named: exactly one of polygon, road, facility and zones.

    Attributes
    ----------
    polygon
        GeoJSON ``Polygon`` or ``MultiPolygon``, EPSG:4326.
    road, facility
        Code; ``buffer_m`` metres round it.
    zones
        (layer, code) of zones of today.
    """

    polygon: Mapping[str, Any] | None = None
    road: str | None = None
    facility: str | None = None
    buffer_m: float = 0.0
    zones: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, eq=False)
class Ground:
    """An area found: where to look, how large it is, and its part of each base grid.

    Attributes
    ----------
    shape
        EPSG:4326; None for zones.
    shares
        By base grid (a row with id, code and names), the grid with most ground first.
    """

    area: InArea
    shape: Any | None
    m2: float
    shares: list[tuple[Mapping[str, Any], float]] = field(default_factory=list)


async def find_ground(connection: Connection, asked: AreaAsked) -> Ground:
    """Find the area that is named.

    Raises
    ------
    AreaFault
        It is no area, does not exist, is too small or too large, or lies elsewhere.
    CityMissing
    """
    try:
        city = await read_city(connection)
    except LookupError as problem:
        raise CityMissing(str(problem)) from problem
    if asked.zones:
        return await _of_zones(connection, city, asked.zones)
    if asked.polygon is not None:
        name, shape = "area.polygon", _made("area.polygon", lambda: drawn(asked.polygon or {}))
    elif asked.road is not None:
        name, pieces = "area.road", await road_shapes(connection, asked.road)
        if not len(pieces):
            raise AreaFault(name, Words(f"没有道路 {asked.road}", f"there is no road {asked.road}"))
        shape = _made(name, lambda: ground_round(pieces, asked.buffer_m, city.frame.metric_srid))
    else:
        name, thing = "area.facility", await facility_shape(connection, asked.facility or "")
        if thing is None:
            raise AreaFault(
                name, Words(f"没有部件 {asked.facility}", f"there is no facility {asked.facility}")
            )
        one = np.array([thing], dtype=object)
        shape = _made(name, lambda: ground_round(one, asked.buffer_m, city.frame.metric_srid))
    m2 = _made(name, lambda: ground_m2(shape, city.frame.metric_srid))
    _check(name, shape, m2, city)
    rows, grids = await grids_near(connection, shape)
    shares = await asyncio.to_thread(_shares, rows, grids, shape, city.frame.metric_srid)
    return Ground(InArea.of_shape(shape), shape, m2, shares)


def _made(name: str, work: Any) -> Any:
    try:
        return work()
    except GisError as problem:
        raise AreaFault(
            name, Words(f"范围无法使用：{problem}", f"the area cannot be used: {problem}")
        ) from problem


def _check(name: str, shape: Any, m2: float, city: City) -> None:
    if m2 < SMALLEST_M2:
        raise AreaFault(name, Words("范围不足 1 平方米", "the area is smaller than 1 m²"))
    if m2 > LARGEST_M2:
        km2 = round(LARGEST_M2 / 1e6)
        raise AreaFault(name, Words(f"范围超过 {km2} 平方千米", f"the area is larger than {km2:,} km²"))
    extent = city.frame.extent
    if extent is not None:
        box = shapely.box(extent.west, extent.south, extent.east, extent.north)
        if not shapely.intersects(box, shape):
            raise AreaFault(name, Words("范围在本市之外", "the area lies outside of the city"))


def _shares(
    rows: Sequence[Mapping[str, Any]], grids: Any, shape: Any, metric_srid: int
) -> list[tuple[Mapping[str, Any], float]]:
    """The base grids that share ground with a shape, with their share, the largest common ground first."""
    metres, share = shared_ground(shape, grids, metric_srid)
    order = np.lexsort((np.arange(len(metres)), -metres))
    return [(rows[k], float(min(share[k], 1.0))) for k in order.tolist() if metres[k] >= SHARED_M2]


async def _of_zones(connection: Connection, city: City, keys: Sequence[tuple[str, str]]) -> Ground:
    found = await zones_named(connection, keys)
    for n, (layer, code) in enumerate(keys):
        if n not in found:
            words = Words(f"今日没有网格 {layer}:{code}", f"there is no zone {layer}:{code} today")
            raise AreaFault(f"area.zones.{n}", words)
    zones = {row["id"]: row for row in found.values()}
    ids = list(zones)
    nested = all(row["kind"] in _NESTED for row in zones.values())
    apart = len({row["layer_id"] for row in zones.values()}) == 1 and all(
        row["cardinality"] != "many" for row in zones.values()
    )
    srid = city.frame.metric_srid
    shape = None
    if not (nested and apart):
        shapes = shapely.from_wkb([row["shape"] for row in zones.values()])
        shape = await asyncio.to_thread(shapely.union_all, shapes)
    m2 = sum(row["area_m2"] for row in zones.values()) if apart else ground_m2(shape, srid)
    if nested:
        grids = await grids_below(connection, ids)
        shares: list[tuple[Mapping[str, Any], float]] = [
            (grid, 1.0) for grid in sorted(grids, key=lambda each: (-each["area_m2"], each["code"]))
        ]
    else:
        rows, near = await grids_near(connection, shape)
        shares = await asyncio.to_thread(_shares, rows, near, shape, srid)
    return Ground(InArea(zones=ids), None, m2, shares)


async def query_zone(
    connection: Connection, asked: AreaAsked, wanted: IncidentFilter, *, one_by_one: bool
) -> ZoneAnswer:
    """What is in an area, as far as who asks sees it.

    Parameters
    ----------
    wanted
        Which incidents: time, categories, sources, states.
    one_by_one
        Whether who asks may see households one by one.

    Raises
    ------
    AreaFault, CityMissing
    """
    ground = await find_ground(connection, asked)
    area = ground.area
    if area.cells is None:
        wanted = replace(wanted, zone_ids=list(area.zones))
    now = datetime.now(UTC)
    incidents, by_grid = await _incidents(connection, area, wanted, now)
    classes = await count_facilities(connection, area)
    edition = await base_edition(connection)
    return ZoneAnswer(
        edition=str(edition),
        at=now,
        area=None if ground.shape is None else dict(mapping(ground.shape)),
        area_m2=round(ground.m2, 1),
        incidents=incidents,
        facilities=AreaFacilities(
            total=sum(row["n"] for row in classes),
            by_class=[
                ClassCount.model_validate(
                    {
                        "class": row["class"],
                        "standard_ref": row["standard_ref"],
                        "name": Name(zh=row["name_zh"], en=row["name_en"]),
                        "count": row["n"],
                    }
                )
                for row in classes
            ],
        ),
        households=await _households(connection, ground, one_by_one=one_by_one),
        repeat_places=await _repeated(connection, area, wanted, now) if incidents.total else [],
        grids=[
            AreaGrid(
                code=grid["code"],
                name=Name(zh=grid["name_zh"], en=grid["name_en"]),
                share=round(share, 6),
                incidents=by_grid.get(grid["id"], 0),
            )
            for grid, share in ground.shares
        ],
    )


async def _incidents(
    connection: Connection, area: InArea, wanted: IncidentFilter, now: datetime
) -> tuple[AreaIncidents, Mapping[int, int]]:
    zone = ZoneInfo((await read_city(connection)).timezone)
    until = wanted.to_time or now
    since = wanted.from_time or await first_report(connection) or until
    since = min(since, until - timedelta(microseconds=1))
    bounds = steps(bucket_for(since, until), since, until, zone)
    rows = await count_incidents(connection, area, wanted, bounds)
    kinds = [row for row in rows if row["part"] == _KIND]
    families = await category_families(connection, sorted({row["category_id"] for row in kinds}))
    states: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    names: dict[str, Name] = {}
    for row in kinds:
        family = families[row["category_id"]]
        states[row["state"]] += row["n"]
        sources[row["source"]] += row["n"]
        classes[family["class_key"]] += row["n"]
        names[family["class_key"]] = Name(zh=family["name_zh"], en=family["name_en"])
    of_step = {row["step"]: row["n"] for row in rows if row["part"] == _STEP}
    still = sum(states[state] for state in OPEN_STATES)
    answer = AreaIncidents(
        total=sum(states.values()),
        open=still,
        overdue=await count_overdue(connection, area, wanted) if still else 0,
        by_category=[
            CategoryCount(category=CategoryName(key=key, name=names[key]), count=n)
            for key, n in sorted(classes.items(), key=lambda each: (-each[1], each[0]))
        ],
        by_state=dict(sorted(states.items())),
        by_source=dict(sorted(sources.items())),
        trend=[
            AreaStep.model_validate({"from": bound, "count": of_step.get(number, 0)})
            for number, bound in enumerate(bounds, start=1)
        ],
        hours=week_of_hours(await count_by_hour(connection, area, wanted, zone.key)),
    )
    by_grid = {row["base_grid_id"]: row["n"] for row in rows if row["part"] == _GRID and row["base_grid_id"]}
    return answer, by_grid


async def _repeated(
    connection: Connection, area: InArea, wanted: IncidentFilter, now: datetime
) -> list[RepeatPlace]:
    since = (wanted.to_time or now) - REPEATED_WITHIN
    lately = replace(wanted, from_time=max(since, wanted.from_time or since))
    return told_places(
        await repeat_places_in(
            connection, area, lately, least=REPEATED_LEAST, metres=REPEATED_M, limit=REPEATED_MOST
        )
    )


async def _households(connection: Connection, ground: Ground, *, one_by_one: bool) -> AreaHouseholds:
    if one_by_one:
        exact = await count_households(connection, ground.area)
        return AreaHouseholds(count=exact, suppressed=False, estimated=False)
    shares = {grid["id"]: share for grid, share in ground.shares}
    number, hidden = estimated(shares, await grid_households(connection, list(shares)))
    return AreaHouseholds(count=number, suppressed=hidden, estimated=True)
