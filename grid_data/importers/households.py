"""Households by door plate, and the buildings they are in where those are not stored yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.lattice import to_lattice
from grid_data.bulk.copying import lookup
from grid_data.bulk.surveyed import store_buildings, store_households
from grid_data.database import Connection, rows
from grid_data.importers.batch import Geometry, Plan, Request, Rows, checked_rows
from grid_data.importers.checks import compare, unique
from grid_data.importers.city import City
from grid_data.importers.fields import Field, empty
from grid_data.importers.problems import Findings, near_codes
from grid_data.importers.writing import update_rows

__all__ = ["FIELDS", "prepare_households"]

_SPELLINGS = {
    "residential": ("住宅", "居住", "apartments", "house", "yes"),
    "public": ("公共", "公建", "school", "hospital"),
    "commercial": ("商业", "办公", "retail", "office"),
    "industrial": ("工业", "厂房", "warehouse"),
}
KINDS = {spelling: kind for kind, spellings in _SPELLINGS.items() for spelling in (kind, *spellings)}
_MOST = 32_767  # of a smallint

FIELDS = (
    Field(
        "building",
        "code",
        required=True,
        high=60,
        aliases=("building_code", "楼栋编码", "楼栋代码", "建筑编码", "楼栋"),
    ),
    Field("door_plate", required=True, high=100, aliases=("door", "room", "门牌号", "户号", "房号", "门牌")),
    Field("stairwell", "integer", aliases=("entrance", "单元号", "单元"), low=0, high=_MOST),
    Field("floor", "integer", aliases=("楼层",), low=-20, high=_MOST),
    Field(
        "residents",
        "integer",
        required=True,
        aliases=("people", "persons", "人数", "人口数", "常住人口"),
        low=0,
        high=_MOST,
    ),
    Field("address", high=300, aliases=("地址", "详细地址")),
    Field("unit", "code", aliases=("land_unit", "地块编码", "单元编码")),
    Field("building_kind", "choice", choices=KINDS, aliases=("kind", "建筑类型", "建筑用途")),
    Field("floors", "integer", aliases=("层数", "总层数"), low=1, high=_MOST),
    Field("stairwells", "integer", aliases=("单元数",), low=0, high=_MOST),
)

_GEOMETRY = Geometry(("Polygon", "MultiPolygon", "Point"), required=False)
_COMPARED = ("stairwell", "floor", "residents")
_OF_BUILDING = ("address", "unit", "building_kind", "floors", "stairwells", "geometry")


async def prepare_households(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, Plan]:
    """Check a file of households; buildings it describes are made, others must be stored."""
    table = checked_rows(request, city, FIELDS, _GEOMETRY, findings)
    unique(table, ["building", "door_plate"])
    known = await lookup(connection, "building_ids")
    units = await rows(connection, "imports/units_now")
    buildings = _buildings(table, known, units)
    table.frame["key"] = table.frame["building"].astype(str) + "\x1f" + table.frame["door_plate"].astype(str)
    codes = sorted(set(table.good["building"]))
    stored = {
        f"{row['building']}\x1f{row['door_plate']}": row
        for row in await rows(connection, "imports/households", {"codes": codes})
    }
    new, changed, unchanged = compare(table, stored, _COMPARED, key="key")
    made = buildings[buildings["code"].isin(set(table.good["building"]))].reset_index(drop=True)

    async def build() -> int:
        return await store_buildings(connection, gpd.GeoDataFrame(made, crs=4326)) if len(made) else 0

    async def insert() -> int:
        return await store_households(connection, new) if len(new) else 0

    async def update() -> int:
        columns = ["building", "door_plate", *_COMPARED]
        values: list[dict[str, Any]] = [
            {str(name): row[name] for name in columns} for row in changed.to_dict("records")
        ]
        return await update_rows(connection, "imports/update_households", values)

    steps = [("new buildings", build), ("new households", insert), ("changed households", update)]
    return table, Plan(
        new=len(new),
        changed=len(changed),
        unchanged=unchanged,
        steps=steps,
        details={"buildings": len(made)},
    )


def _buildings(table: Rows, known: Mapping[str, int], units: list[dict[str, Any]]) -> pd.DataFrame:
    """Buildings to be made: the first row of each describes it, later ones must not contradict."""
    by_code = {unit["code"]: unit for unit in units}
    tree = shapely.STRtree(to_lattice(shapely.from_wkb([unit["geometry"] for unit in units])))
    codes = [unit["code"] for unit in units]
    made: list[dict[str, Any]] = []
    for code, group in table.good.groupby("building", sort=True):
        if code in known:
            continue
        told = {name: _told(table, group, name, str(code)) for name in _OF_BUILDING}
        first = int(str(group.index[0]))
        if told["geometry"] is None or told["address"] is None:
            for row in group.index:
                _unknown_building(table, int(str(row)), str(code), known)
            continue
        unit = told["unit"] or _unit_at(told["geometry"], tree, codes)
        if unit not in by_code:
            table.findings.error(
                "unknown_unit",
                f"没有地块 {unit}" if unit else f"楼栋 {code} 不在任何地块内",
                f"there is no land unit {unit}" if unit else f"the building {code} stands on no land unit",
                row=first,
                field="unit" if told["unit"] else "geometry",
                suggestion=near_codes(unit, tuple(codes)) if unit else None,
            )
            # Without their building the other households cannot be stored either.
            for row in group.index[1:]:
                _unknown_building(table, int(str(row)), str(code), known)
            continue
        made.append(
            {
                "code": code,
                "name_zh": None,
                "address": told["address"],
                "unit": unit,
                "kind": told["building_kind"] or "residential",
                "floors": told["floors"] or _greatest(group["floor"], 1),
                "stairwells": told["stairwells"] or _greatest(group["stairwell"], 0),
                "geometry": told["geometry"],
            }
        )
    columns = ["code", "name_zh", "address", "unit", "kind", "floors", "stairwells", "geometry"]
    return pd.DataFrame(made, columns=columns)


def _told(table: Rows, group: pd.DataFrame, name: str, building: str) -> Any:
    """What the rows of a building say about it: the first value; another one is an error of its row."""
    value: Any = None
    for row, other in group[name].items():
        if empty(other):
            continue
        if value is None:
            value = other
        elif other != value:
            table.findings.error(
                "building_differs",
                f"楼栋 {building} 的 {name} 与前面的行不一致",
                f"another {name} of the building {building} than in a row before",
                row=int(str(row)),
                field=name,
            )
    return value


def _unknown_building(table: Rows, row: int, code: str, known: Mapping[str, int]) -> None:
    table.findings.error(
        "unknown_building",
        f"没有楼栋 {code}，且该行没有可用的地址和几何来建立它",
        f"there is no building {code}, and no row brings the address and geometry to make it",
        row=row,
        field="building",
        suggestion=near_codes(code, tuple(known)),
    )


def _unit_at(shape: Any, tree: shapely.STRtree, codes: list[str]) -> str | None:
    middle = shapely.transform(
        shapely.point_on_surface(to_lattice(shape)), lambda coordinates: np.round(coordinates)
    )
    inside = sorted(codes[i] for i in tree.query(middle, predicate="intersects").tolist())
    return inside[0] if inside else None


def _greatest(values: pd.Series[Any], least: int) -> int:
    return max([least, *(int(value) for value in values if not empty(value))])
