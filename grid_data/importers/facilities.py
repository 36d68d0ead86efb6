"""Facilities: points, lines or areas with a component class and the organisations that answer for them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gis.words import Words
from grid_data.bulk.copying import lookup, wkb
from grid_data.bulk.standing import locate_facilities
from grid_data.bulk.surveyed import store_facilities
from grid_data.bulk.zones_stood_in import keep_zones_stood_in
from grid_data.database import Connection, rows
from grid_data.importers.batch import Geometry, Plan, Request, Rows, checked_rows
from grid_data.importers.checks import compare, known, unique
from grid_data.importers.city import City
from grid_data.importers.fields import Field
from grid_data.importers.problems import Findings, near_codes
from grid_data.importers.writing import update_rows

__all__ = ["FIELDS", "STANDARD", "prepare_facilities"]

STANDARD = "GB/T 47678.5-2026"
"""The catalogue meant where a file names none."""

STATES = {
    "intact": "intact", "完好": "intact", "damaged": "damaged", "破损": "damaged", "lost": "lost",
    "丢失": "lost", "abandoned": "abandoned", "废弃": "abandoned", "removed": "removed", "移除": "removed",
}  # fmt: skip

FIELDS = (
    Field(
        "code",
        "code",
        required=True,
        high=40,
        aliases=("facility_code", "部件标识码", "标识码", "编码", "编号"),
    ),
    Field("standard_ref", default=STANDARD, aliases=("standard", "标准")),
    Field(
        "category",
        "code",
        required=True,
        aliases=("class", "category_code", "小类代码", "部件分类代码", "分类代码"),
    ),
    Field("name_zh", high=200, aliases=("name", "部件名称", "名称")),
    Field("supervising", "code", aliases=("主管单位代码", "主管单位")),
    Field("owning", "code", aliases=("owner", "权属单位代码", "权属单位")),
    Field("maintaining", "code", aliases=("maintainer", "养护单位代码", "养护单位")),
    Field("state", "choice", choices=STATES, default="intact", aliases=("status", "部件状态", "状态")),
    Field(
        "accuracy_class",
        "choice",
        choices={"a": "A", "b": "B", "c": "C"},
        default="C",
        aliases=("定位精度", "精度等级"),
    ),
    Field("surveyed_on", "date", aliases=("surveyed", "survey_date", "普查日期", "变更日期")),
)

_GEOMETRY = Geometry(
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"), required=True
)
_COMPARED = (*(spec.name for spec in FIELDS if spec.name != "code"), "geometry")
_ORGANISATIONS = ("supervising", "owning", "maintaining")


async def prepare_facilities(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, Plan]:
    """Check a file of facilities against classes, organisations and what is stored."""
    table = checked_rows(request, city, FIELDS, _GEOMETRY, findings)
    unique(table, ["code"])
    categories = await lookup(connection, "category_ids")
    _split_keys(table.frame)
    _know_categories(table, categories)
    organisations = await lookup(connection, "organisation_ids")
    for field in _ORGANISATIONS:
        known(table, field, organisations, code="unknown_organisation", zh="单位", en="organisation")
    stored = {
        row["code"]: {**row, "geometry": shapely.from_wkb(row["geom"])}
        for row in await rows(connection, "imports/facilities", {"codes": list(table.good["code"])})
    }
    new, changed, unchanged = compare(table, stored, _COMPARED)
    plan = Plan(new=len(new), changed=len(changed), unchanged=unchanged)

    async def insert() -> int:
        return await store_facilities(connection, gpd.GeoDataFrame(new, crs=4326)) if len(new) else 0

    async def update() -> int:
        values = _values(changed, categories, organisations)
        updated = await update_rows(connection, "imports/update_facilities", values)
        if values:
            codes = [value["code"] for value in values]
            await locate_facilities(connection, codes=codes)
            await keep_zones_stood_in(connection, codes=codes)
        return updated

    plan.steps = [("new facilities", insert), ("changed facilities", update)]
    return table, plan


def _split_keys(frame: pd.DataFrame) -> None:
    """A class may be given as its whole key ``standard:component:code``."""
    for row, value in frame["category"].items():
        if isinstance(value, str) and value.count(":") == 2:
            standard, _, code = value.split(":")
            frame.at[row, "standard_ref"], frame.at[row, "category"] = standard, code


def _know_categories(table: Rows, categories: dict[str, int]) -> None:
    components: dict[str, set[str]] = {}
    for key in categories:
        standard, kind, code = key.split(":")
        if kind == "component":
            components.setdefault(standard, set()).add(code)
    good = table.good
    for row, standard, code in zip(good.index, good["standard_ref"], good["category"], strict=True):
        if code in components.get(standard, ()):
            continue
        others = sorted(name for name, codes in components.items() if code in codes)
        suggestion = near_codes(code, tuple(sorted(components.get(standard, ()))))
        if others:
            suggestion = Words(
                f'该编码属于 {"、".join(others)}：--set standard_ref="{others[0]}"',
                f'{", ".join(others)} has this code: --set standard_ref="{others[0]}"',
            )
        table.findings.error(
            "unknown_category",
            f"{standard} 中没有部件类别 {code}",
            f"{standard} has no component class {code}",
            row=int(row),
            field="category",
            suggestion=suggestion,
        )


def _values(
    changed: pd.DataFrame, categories: dict[str, int], organisations: dict[str, int]
) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = []
    for row, geom in zip(changed.to_dict("records"), wkb(changed["geometry"]), strict=True):
        value: dict[str, Any] = {name: row[name] for name in ("code", "name_zh", "state", "accuracy_class")}
        value["category_id"] = categories[f"{row['standard_ref']}:component:{row['category']}"]
        for field in _ORGANISATIONS:
            value[f"{field}_id"] = organisations.get(row[field])
        value["surveyed_on"] = row["surveyed_on"].isoformat() if row["surveyed_on"] else None
        value["geom"] = str(geom)
        values.append(value)
    return values
