"""Land units: blocks or building cells with their community and the base grid each belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import psycopg
import shapely

from gis.words import Words
from grid_data.bulk.copying import lookup
from grid_data.bulk.land import dissolve
from grid_data.bulk.standing import locate_facilities
from grid_data.bulk.zones import store_zone_identities, store_zone_versions
from grid_data.bulk.zones_stood_in import keep_zones_stood_in
from grid_data.database import Connection, rows
from grid_data.importers.batch import (
    Geometry,
    Plan,
    Progress,
    Report,
    Request,
    Rows,
    checked_rows,
    run_import,
)
from grid_data.importers.checks import same_shape, unique
from grid_data.importers.city import City
from grid_data.importers.coverage import check_ground
from grid_data.importers.datum import check_datum
from grid_data.importers.editions import Stored, read_versions, valid_at
from grid_data.importers.fields import Field
from grid_data.importers.layers import Layer, define_layer, read_layers
from grid_data.importers.parents import check_codes, find_parents
from grid_data.importers.problems import Findings, ImportRefused
from grid_data.importers.unit_storing import store_units
from grid_data.land_units.graphs import refresh_unit_graph

__all__ = ["FIELDS", "import_units"]

_SPELLINGS = {
    "block": ("街区", "地块"),
    "building_cell": ("楼宇单元", "楼栋"),
    "open_land": ("空地", "绿地"),
    "water_front": ("滨水",),
    "whole_grid": ("整格", "网格"),
}
KINDS = {spelling: kind for kind, spellings in _SPELLINGS.items() for spelling in (kind, *spellings)}

FIELDS = (
    Field(
        "code", "code", required=True, high=60, aliases=("unit_code", "unit", "地块编码", "单元编码", "编码")
    ),
    Field("community", "code", aliases=("community_code", "所属社区代码", "社区编码", "社区代码", "社区")),
    Field(
        "base_grid",
        "code",
        required=True,
        high=60,
        aliases=("grid", "grid_code", "网格编码", "网格代码", "网格"),
    ),
    Field("base_grid_name", high=200, aliases=("grid_name", "网格名称")),
    Field("kind", "choice", choices=KINDS, default="block", aliases=("unit_kind", "类型")),
)

_GEOMETRY = Geometry(("Polygon",), required=True)


async def import_units(
    connection: Connection, request: Request, valid_from: datetime | None, progress: Progress | None = None
) -> Report:
    """Import land units, and make the base grids they form.

    The layer of base grids is defined if there is none. Units and grids that are stored already are only
    compared: they change by redrawing.

    Raises
    ------
    ImportRefused
        No layer of communities exists, or the import cannot begin.
    """
    async with connection.transaction() as all_of_it:
        layer = await _base_grids(connection)
        report = await run_import(
            connection, "units", request, partial(_prepare, layer, valid_from), progress
        )
        if not report.stored:
            raise psycopg.Rollback(all_of_it)
    return report


async def _base_grids(connection: Connection) -> Layer:
    layers = await read_layers(connection)
    for layer in layers.values():
        if layer.kind == "base_grid":
            return layer
    regions = [layer for layer in layers.values() if layer.kind == "region"]
    if not regions:
        raise ImportRefused(
            "no_community_layer",
            "没有社区图层；请先用 import layer 导入社区",
            "there is no layer of communities; bring it in with import layer first",
        )
    return await define_layer(
        connection,
        {
            "code": "base_grid",
            "name_zh": "基础网格",
            "name_en": "Base grid",
            "kind": "base_grid",
            "cardinality": "exactly_one",
            "parent": max(regions, key=lambda layer: layer.depth).code,
        },
    )


@dataclass(frozen=True)
class _Unit:
    """A stored unit that lives."""

    id: int
    code: str
    kind: str
    community: str
    grid: str
    geometry: Any


async def _prepare(
    layer: Layer,
    valid_from: datetime | None,
    connection: Connection,
    city: City,
    request: Request,
    findings: Findings,
) -> tuple[Rows, Plan]:
    if layer.parent is None:
        raise ImportRefused(
            "no_community_layer",
            f"基础网格图层 {layer.code} 须有上级图层（社区）",
            f"the layer of base grids {layer.code} needs a parent layer, its communities",
        )
    table = checked_rows(request, city, FIELDS, _GEOMETRY, findings)
    unique(table, ["code"])
    parents = await read_versions(connection, layer.parent)
    if valid_from is not None and valid_from.tzinfo is None:
        valid_from = valid_from.replace(tzinfo=ZoneInfo(city.timezone))
    moment = valid_from or min(
        (version.valid_from for version in parents), default=datetime.now().astimezone()
    )
    around = valid_at(parents, moment)
    find_parents(table, around, layer.parent, field="community")
    check_codes(table, layer, field="base_grid")
    _one_community_per_grid(table)
    told = request.crs is not None
    check_datum(request, table, [zone.geometry for zone in around.values()], city, told=told)
    units = {
        row["code"]: _Unit(**row | {"geometry": shapely.from_wkb(row["geometry"])})
        for row in await rows(connection, "imports/living_units", {"layer": layer.code})
    }
    used = {row["code"] for row in await rows(connection, "imports/grid_codes", {"layer": layer.code})}
    fresh, unchanged = _compare(table, units, used)
    _check_ground(table, layer, fresh, units, around, city, request)
    fresh = fresh[fresh.index.isin(table.good.index)]
    grids = _grids(fresh, moment)

    async def store_grids() -> int:
        if grids.empty:
            return 0
        await store_zone_identities(connection, layer.code, grids["code"])
        return await store_zone_versions(connection, layer.code, grids, parent_layer=layer.parent)

    async def store() -> int:
        begun = fresh.assign(zone=fresh["base_grid"], valid_from=moment)
        return await store_units(connection, layer, begun)

    details = {"layer": layer.code, "grids": len(grids), "valid_from": moment.isoformat()}

    async def draw_graph() -> int:
        return await refresh_unit_graph(connection) if len(fresh) else 0

    async def locate() -> int:
        return await locate_facilities(connection) if len(fresh) else 0

    async def stand() -> int:
        known = await lookup(connection, "zone_ids", layer=layer.code)
        return await keep_zones_stood_in(connection, zones=[known[code] for code in grids["code"]])

    steps = [
        ("base grids", store_grids),
        ("land units", store),
        ("borders of land units", draw_graph),
        ("facilities found on land units", locate),
        ("facilities and buildings in their zones", stand),
    ]
    return table, Plan(new=len(fresh), unchanged=unchanged, steps=steps, details=details)


def _one_community_per_grid(table: Rows) -> None:
    """A base grid never crosses a community."""
    first: dict[str, tuple[str, int]] = {}
    good = table.good
    for row, grid, community in zip(good.index, good["base_grid"], good["community"], strict=True):
        known, where = first.setdefault(grid, (community, int(row)))
        if known != community:
            table.findings.error(
                "grid_crosses_community",
                f"网格 {grid} 同时属于社区 {known}（第 {where} 行）和 {community}",
                f"the grid {grid} is in the community {known} (row {where}) and in {community}",
                row=int(row),
                field="base_grid",
            )


def _compare(table: Rows, units: Mapping[str, _Unit], used: set[str]) -> tuple[pd.DataFrame, int]:
    """New units, and how many are stored just so; everything else is an error."""
    redraw = Words("已存网格请通过重新划分修改", "stored grids change by redrawing")
    fresh: list[int] = []
    unchanged = 0
    for row, values in table.good.iterrows():
        number = int(str(row))
        there = units.get(values["code"])
        if there is None:
            if values["base_grid"] in used:
                table.findings.error(
                    "grid_exists",
                    f"网格 {values['base_grid']} 已存在，不能再加入地块",
                    f"the grid {values['base_grid']} exists already; no unit can be added to it",
                    row=number,
                    field="base_grid",
                    suggestion=redraw,
                )
            else:
                fresh.append(number)
            continue
        different = [
            name
            for name, before in (
                ("community", there.community),
                ("base_grid", there.grid),
                ("kind", there.kind),
            )
            if name in table.given and values[name] != before
        ]
        if not same_shape(values["geometry"], there.geometry):
            different.append("geometry")
        if different:
            table.findings.error(
                "unit_exists",
                f"地块 {there.code} 已存在，且 {'、'.join(different)} 不同",
                f"the unit {there.code} exists and differs in {', '.join(different)}",
                row=number,
                field=different[0],
                suggestion=redraw,
            )
        else:
            unchanged += 1
    return table.frame.loc[fresh], unchanged


def _check_ground(
    table: Rows,
    layer: Layer,
    fresh: pd.DataFrame,
    units: Mapping[str, _Unit],
    around: Mapping[str, Stored],
    city: City,
    request: Request,
) -> None:
    fresh = fresh[fresh.index.isin(table.good.index)]
    if fresh.empty:
        return
    final = pd.DataFrame(
        [
            *zip(fresh["code"], fresh["community"], fresh["geometry"], fresh.index, strict=True),
            *((unit.code, unit.community, unit.geometry, None) for unit in units.values()),
        ],
        columns=["code", "parent", "geometry", "row"],
        dtype=object,
    )
    check_ground(
        table,
        replace(layer, code="land_unit"),
        final,
        around,
        city,
        strict=True,
        exact=True,
        skip_bad=request.skip_bad,
    )


def _grids(fresh: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    """Versions of the new grids, each the union of its units."""
    first = fresh.drop_duplicates("base_grid")
    if first.empty:
        return pd.DataFrame()
    units = gpd.GeoDataFrame(fresh[["code", "geometry"]], crs=4326)
    shapes = dissolve(units, pd.DataFrame({"unit": fresh["code"], "zone": fresh["base_grid"]}))
    names = [
        name or _name(code) for name, code in zip(first["base_grid_name"], first["base_grid"], strict=True)
    ]
    return pd.DataFrame(
        {
            "code": first["base_grid"],
            "name_zh": names,
            "name_en": None,
            "parent": first["community"],
            "organisation": None,
            "valid_from": moment,
            "geometry": list(shapes.reindex(first["base_grid"])),
        }
    ).reset_index(drop=True)


def _name(code: str) -> str:
    """A grid's usual name, from the running number that ends its code.

    >>> _name("370212001001008")
    '第8网格'
    """
    return f"第{int(code[-3:])}网格" if code[-3:].isdecimal() else code
