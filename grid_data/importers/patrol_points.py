"""Patrol points: places that are visited on rounds, by code."""

from __future__ import annotations

from typing import Any

import shapely

from grid_data.database import Connection, rows
from grid_data.importers.batch import Geometry, Plan, Request, Rows, checked_rows
from grid_data.importers.checks import compare, unique
from grid_data.importers.city import City
from grid_data.importers.fields import Field
from grid_data.importers.problems import Findings
from grid_data.importers.writing import update_rows

__all__ = ["FIELDS", "prepare_patrol_points"]

FIELDS = (
    Field(
        "code",
        "code",
        required=True,
        high=60,
        aliases=("point_code", "巡查点编码", "点位编码", "编码", "编号"),
    ),
    Field("name_zh", required=True, high=200, aliases=("name", "巡查点名称", "点位名称", "名称")),
    Field("name_en", high=200, aliases=("name:en", "英文名称")),
)

_GEOMETRY = Geometry(("Point",), required=True)
_COMPARED = ("name_zh", "name_en", "geometry")


async def prepare_patrol_points(
    connection: Connection, city: City, request: Request, findings: Findings
) -> tuple[Rows, Plan]:
    """Check a file of patrol points against those that are visited; one given up is visited again."""
    table = checked_rows(request, city, FIELDS, _GEOMETRY, findings)
    unique(table, ["code"])
    stored = {
        row["code"]: {**row, "geometry": shapely.from_wkb(row["geom"])}
        for row in await rows(connection, "imports/patrol_points", {"codes": list(table.good["code"])})
    }
    new, changed, unchanged = compare(table, stored, _COMPARED)

    async def put(frame: Any) -> int:
        values = [
            {name: row[name] for name in ("code", "name_zh", "name_en")}
            | {"lon": row["geometry"].x, "lat": row["geometry"].y}
            for row in frame.to_dict("records")
        ]
        return await update_rows(connection, "imports/put_patrol_points", values)

    steps = [("new points", lambda: put(new)), ("changed points", lambda: put(changed))]
    return table, Plan(new=len(new), changed=len(changed), unchanged=unchanged, steps=steps)
