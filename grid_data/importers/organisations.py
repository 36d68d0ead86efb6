"""Organisations: a tree of offices and companies, each with the region it governs, if any."""

from __future__ import annotations

from typing import Any

import pandas as pd

from grid_data.bulk.copying import lookup
from grid_data.bulk.people import store_organisations
from grid_data.database import Connection, rows
from grid_data.importers.batch import Plan, Request, Rows, checked_rows
from grid_data.importers.checks import circles, compare, known, unique
from grid_data.importers.city import City
from grid_data.importers.fields import Field
from grid_data.importers.problems import Findings, near_codes
from grid_data.importers.writing import update_rows

__all__ = ["FIELDS", "KINDS", "prepare_organisations"]

_SPELLINGS = {
    "government": ("政府",),
    "street": ("街道", "街道办事处", "subdistrict"),
    "community": ("社区", "居委会", "村委会"),
    "admin": ("行政", "行政部门", "部门", "department"),
    "utility": ("公用事业", "企业", "company"),
    "squad": ("中队", "派出所", "队伍", "station"),
}
KINDS = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in (name, *spellings)}
"""Accepted spellings of the kinds of organisations."""

FIELDS = (
    Field(
        "code",
        "code",
        required=True,
        high=60,
        aliases=("org_code", "organisation_code", "单位代码", "机构代码", "编码"),
    ),
    Field("name_zh", required=True, high=200, aliases=("name", "单位名称", "机构名称", "名称")),
    Field("name_en", high=200, aliases=("english_name", "英文名称")),
    Field("kind", "choice", required=True, choices=KINDS, aliases=("type", "单位类型", "类型")),
    Field("parent", "code", aliases=("parent_code", "上级单位代码", "上级单位", "上级")),
    Field("region_layer", "code", aliases=("辖区图层",)),
    Field("region", "code", aliases=("region_code", "辖区代码", "辖区")),
)

_COMPARED = ("name_zh", "name_en", "kind", "parent", "region_layer", "region")


async def prepare_organisations(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, Plan]:
    """Check a file of organisations: parents known and without circles, regions known."""
    table = checked_rows(request, city, FIELDS, None, findings)
    unique(table, ["code"])
    tree = {row["code"]: row for row in await rows(connection, "imports/organisations")}
    await _know_regions(connection, table)
    parents = {code: row["parent"] for code, row in tree.items()}
    good = table.good
    if "parent" in table.given:
        parents |= dict(zip(good["code"], good["parent"], strict=True))
    circles(parents, findings, {code: int(str(row)) for row, code in good["code"].items()})
    before = -1
    while len(findings) != before:  # a parent whose row is bad makes its children's rows bad
        before = len(findings)
        codes = [*tree, *table.good["code"]]
        known(table, "parent", codes, code="unknown_parent", zh="单位", en="organisation")
    new, changed, unchanged = compare(table, tree, _COMPARED)

    async def insert() -> int:
        return await store_organisations(connection, new) if len(new) else 0

    async def update() -> int:
        return await update_rows(
            connection, "imports/update_organisations", await _values(connection, changed)
        )

    steps = [("new organisations", insert), ("changed organisations", update)]
    return table, Plan(new=len(new), changed=len(changed), unchanged=unchanged, steps=steps)


async def _know_regions(connection: Connection, table: Rows) -> None:
    layers = await lookup(connection, "layer_ids")
    known(table, "region_layer", layers, code="unknown_layer", zh="图层", en="layer")
    zones: dict[str, dict[str, int]] = {}
    good = table.good
    for row, layer, region in zip(good.index, good["region_layer"], good["region"], strict=True):
        if (layer is None) != (region is None):
            table.findings.error(
                "missing_value",
                "region_layer 与 region 须同时给出",
                "region_layer and region come together or not at all",
                row=int(row),
                field="region",
            )
        if layer is None or region is None:
            continue
        if layer not in zones:
            zones[layer] = await lookup(connection, "zone_ids", layer=layer)
        if region not in zones[layer]:
            table.findings.error(
                "unknown_zone",
                f"图层 {layer} 中没有区域 {region}",
                f"the layer {layer} has no zone {region}",
                row=int(row),
                field="region",
                suggestion=near_codes(region, tuple(zones[layer])),
            )


async def _values(connection: Connection, changed: pd.DataFrame) -> list[dict[str, Any]]:
    ids = await lookup(connection, "organisation_ids")
    zones: dict[str, dict[str, int]] = {}
    for layer in sorted(changed["region_layer"].dropna().unique()):
        zones[layer] = await lookup(connection, "zone_ids", layer=layer)
    return [
        {
            "code": row["code"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "kind": row["kind"],
            "parent_id": ids.get(row["parent"]),
            "region_zone_id": zones[row["region_layer"]][row["region"]] if row["region_layer"] else None,
        }
        for row in changed.to_dict("records")
    ]
