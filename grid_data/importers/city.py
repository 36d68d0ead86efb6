"""The city as importers need it: its systems, its extent, and how it is set up in the first place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gis.crs import is_metric
from gis.places import Extent
from grid_data import catalogues
from grid_data.bulk.rules import store_categories
from grid_data.database import Connection, one, run
from grid_data.default_deadlines import store_default_deadlines
from grid_data.history import add_history
from grid_data.importers.problems import ImportRefused

__all__ = ["City", "read_city", "store_city"]

AROUND_CENTRE_M = 60_000.0
"""How far from its centre a city without any zone is taken to reach."""


@dataclass(frozen=True)
class City:
    """What files are judged against.

    Attributes
    ----------
    extent
        Box round the zones stored; before there are any, round the centre.
    has_zones
        Whether the extent comes from zones.
    """

    code: str
    timezone: str
    metric_srid: int
    outside_limit_m: float
    extent: Extent
    has_zones: bool


async def read_city(connection: Connection) -> City:
    """The city of a database.

    Raises
    ------
    ImportRefused
        None is set up.
    """
    row = await one(connection, "city/frame")
    if row is None:
        raise ImportRefused(
            "no_city",
            "数据库中尚未设置城市；请先执行 gridgov import city",
            "no city is set up in this database; begin with: gridgov import city",
        )
    has_zones = row["west"] is not None
    lon, lat = row["centre_lon"], row["centre_lat"]
    extent = (
        Extent(row["west"], row["south"], row["east"], row["north"])
        if has_zones
        else Extent(lon, lat, lon, lat).grown(AROUND_CENTRE_M)
    )
    return City(row["code"], row["timezone"], row["metric_srid"], row["outside_limit_m"], extent, has_zones)


async def store_city(connection: Connection, values: Mapping[str, Any], actor: str) -> bool:
    """Set the city up, with the category catalogues; False when just this city is there already.

    ``values`` are those of ``city.json``: code, name_zh, name_en, timezone, metric_srid, centre (lon, lat),
    zoom, outside_limit_m, attribution_zh, attribution_en; all but code, name_zh, metric_srid and centre have
    defaults.

    Raises
    ------
    ImportRefused
        A value is missing or impossible, or another city is there.
    """
    city = _checked(values)
    there = await one(connection, "imports/city")
    if there is not None:
        different = [name for name, value in city.items() if there[name] != value]
        if not different:
            return False
        raise ImportRefused(
            "city_exists",
            f"数据库中已有城市 {there['code']}（不同之处：{'、'.join(different)}）",
            f"the database serves the city {there['code']} already (different: {', '.join(different)})",
        )
    await run(connection, "bulk/insert_city", city)
    if not await one(connection, "imports/any_category"):
        await store_categories(connection, list(catalogues.read_all()))
    await store_default_deadlines(connection, city["timezone"])
    await add_history(connection, actor, "import.city", after=city)
    return True


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("code", "name_zh", "metric_srid", "centre"):
        if values.get(name) in (None, ""):
            raise _bad(name, "缺少", "is missing")
    if not re.fullmatch("[0-9]{6}", str(values["code"])):
        raise _bad("code", "应为 6 位数字", "must have 6 digits")
    try:
        lon, lat = (float(part) for part in values["centre"])
    except (TypeError, ValueError):
        raise _bad("centre", "应为经度和纬度", "must be a longitude and a latitude") from None
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise _bad("centre", "应为经度和纬度", "must be a longitude and a latitude")
    srid = int(values["metric_srid"])
    if not is_metric(srid):
        raise _bad(
            "metric_srid",
            "应为以米为单位的投影坐标系的 EPSG 代码",
            "must be the EPSG code of a projected system in metres",
        )
    timezone = values.get("timezone") or "Asia/Shanghai"
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise _bad("timezone", "不是时区名称", "is no time zone") from None
    return {
        "code": str(values["code"]),
        "name_zh": values["name_zh"],
        "name_en": values.get("name_en"),
        "timezone": timezone,
        "metric_srid": srid,
        "lon": lon,
        "lat": lat,
        "zoom": float(values.get("zoom") or 11),
        "outside_limit_m": float(values.get("outside_limit_m") or 2000),
        "attribution_zh": values.get("attribution_zh") or "",
        "attribution_en": values.get("attribution_en") or "",
    }


def _bad(name: str, zh: str, en: str) -> ImportRefused:
    return ImportRefused("bad_city", f"城市的 {name} {zh}", f"the city's {name} {en}")
