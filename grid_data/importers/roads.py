"""Roads: lines with a class, in OpenStreetMap's ``highway`` values or the usual Chinese words."""

from __future__ import annotations

import geopandas as gpd
import shapely

from grid_data.bulk.copying import wkb
from grid_data.bulk.surveyed import store_roads
from grid_data.database import Connection, rows
from grid_data.importers.batch import Geometry, Plan, Request, Rows, checked_rows
from grid_data.importers.checks import compare, unique
from grid_data.importers.city import City
from grid_data.importers.fields import Field
from grid_data.importers.problems import Findings
from grid_data.importers.shapes import FAR_M
from grid_data.importers.writing import update_rows
from grid_data.land_units.graphs import refresh_unit_graph

__all__ = ["CLASSES", "FIELDS", "prepare_roads"]

_SPELLINGS = {
    "motorway": ("motorway_link", "高速公路", "高速"),
    "trunk": ("trunk_link", "快速路", "国道"),
    "primary": ("primary_link", "主干路", "主干道", "省道"),
    "secondary": ("secondary_link", "次干路", "次干道"),
    "tertiary": ("tertiary_link", "支路", "县道"),
    "residential": ("unclassified", "living_street", "service", "小区路", "街坊路", "巷"),
    "path": ("footway", "pedestrian", "steps", "track", "cycleway", "bridleway", "步行路", "小路"),
}
CLASSES = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in (name, *spellings)}
"""Accepted spellings of road classes."""

FIELDS = (
    Field(
        "code",
        "code",
        required=True,
        high=60,
        aliases=("road_code", "osm_id", "id", "道路编码", "编码", "编号"),
    ),
    Field("name_zh", high=200, aliases=("name", "道路名称", "名称")),
    Field("name_en", high=200, aliases=("name:en", "英文名称")),
    Field(
        "road_class",
        "choice",
        required=True,
        choices=CLASSES,
        aliases=("highway", "fclass", "class", "道路等级", "等级"),
    ),
)

# A road may leave the city; one that never comes near it is a fault of its coordinates.
_GEOMETRY = Geometry(("MultiLineString",), required=True, limit_m=FAR_M)
_COMPARED = ("name_zh", "name_en", "road_class", "geometry")


async def prepare_roads(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, Plan]:
    """Check a file of roads against what is stored."""
    table = checked_rows(request, city, FIELDS, _GEOMETRY, findings)
    unique(table, ["code"])
    stored = {
        row["code"]: {**row, "geometry": shapely.from_wkb(row["geom"])}
        for row in await rows(connection, "imports/roads", {"codes": list(table.good["code"])})
    }
    new, changed, unchanged = compare(table, stored, _COMPARED)

    async def insert() -> int:
        return await store_roads(connection, gpd.GeoDataFrame(new, crs=4326)) if len(new) else 0

    async def update() -> int:
        values = [
            {name: row[name] for name in ("code", "name_zh", "name_en", "road_class")} | {"geom": str(geom)}
            for row, geom in zip(changed.to_dict("records"), wkb(changed["geometry"]), strict=True)
        ]
        return await update_rows(connection, "imports/update_roads", values)

    async def draw_graph() -> int:
        return await refresh_unit_graph(connection) if len(new) or len(changed) else 0

    steps = [("new roads", insert), ("changed roads", update), ("borders of land units", draw_graph)]
    return table, Plan(new=len(new), changed=len(changed), unchanged=unchanged, steps=steps)
