"""Organisations and roads from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from grid_data.database import Database
from tests.support.importing import (
    FORMS,
    bring,
    codes,
    look,
    row_counts,
    write_as,
    write_csv,
)
from tests.support.toy_city import STREET


async def test_organisations_come_in_any_order_with_their_regions(
    toy_database: Database, tmp_path: Path
) -> None:
    region = {"region_layer": "community", "region": f"{STREET}001"}
    rows: list[dict[str, Any]] = [
        {"code": "SQ", "name": "城管中队", "kind": "中队", "parent": "CG"},
        {"code": "CG", "name": "城管局", "kind": "admin", "parent": "GOV"} | region,
    ]
    report = await bring(toy_database, "organisations", write_csv(tmp_path, rows))
    assert codes(report) == []
    found = await look(
        toy_database,
        "SELECT o.code, o.kind, p.code AS parent, z.code AS region FROM organisation AS o "
        "JOIN organisation AS p ON p.id = o.parent_id LEFT JOIN zone AS z ON z.id = o.region_zone_id "
        "WHERE o.code IN ('SQ', 'CG') ORDER BY 1",
    )
    assert [tuple(row.values()) for row in found] == [
        ("CG", "admin", "GOV", f"{STREET}001"),
        ("SQ", "squad", "CG", None),
    ]
    rows[0]["name"] = "第一中队"
    again = await bring(toy_database, "organisations", write_csv(tmp_path, rows))
    assert (again.plan.new, again.plan.changed, again.plan.unchanged) == (0, 1, 1)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("A", "admin", "NO", None, None)], [("unknown_parent", 2)]),
        ([("A", "bureau", None, None, None)], [("unknown_value", 2)]),
        ([("A", "admin", None, "community", "X")], [("unknown_zone", 2)]),
        ([("A", "admin", None, "parish", "X")], [("unknown_layer", 2)]),
        ([("A", "admin", None, "community", None)], [("missing_value", 2)]),
        ([("A", "admin", "B", None, None), ("B", "admin", "A", None, None)], [("circle", 2), ("circle", 3)]),
        # A child of a bad row cannot be stored either.
        ([("A", "nothing", None, None, None), ("B", "admin", "A", None, None)],
         [("unknown_value", 2), ("unknown_parent", 3)]),
        ([("A", "admin", None, None, None), ("A", "admin", None, None, None)], [("duplicate_code", 3)]),
    ],
)  # fmt: skip
async def test_bad_organisations_are_told(
    toy_database: Database, tmp_path: Path, rows: list[tuple[Any, ...]], found: list[tuple[str, int]]
) -> None:
    before = await row_counts(toy_database)
    names = ("code", "kind", "parent", "region_layer", "region")
    path = write_csv(tmp_path, [dict(zip(names, row, strict=True)) | {"name_zh": row[0]} for row in rows])
    report = await bring(toy_database, "organisations", path)
    assert codes(report) == found
    assert await row_counts(toy_database) == before


@pytest.mark.parametrize("form", FORMS)
async def test_roads_in_every_form(toy_database: Database, tmp_path: Path, form: str) -> None:
    frame = gpd.GeoDataFrame(
        {"osm_id": ["11", "12"], "name": ["海尔路", None], "highway": ["primary_link", "living_street"]},
        geometry=[
            shapely.LineString([(120.40, 36.10), (120.44, 36.10)]),
            shapely.MultiLineString([[(120.41, 36.1), (120.41, 36.12)], [(120.42, 36.1), (120.42, 36.12)]]),
        ],
        crs=4326,
    )
    report = await bring(toy_database, "roads", write_as(frame, tmp_path, form))
    assert codes(report) == []
    rows = await look(
        toy_database,
        "SELECT code, name_zh, road_class, ST_NumGeometries(geom) AS n FROM road ORDER BY code",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("11", "海尔路", "primary", 1),
        ("12", None, "residential", 2),
    ]
    renamed = frame.assign(name=["海尔路", "小路"])
    again = await bring(toy_database, "roads", write_as(renamed, tmp_path, form, "again"))
    assert (again.plan.changed, again.plan.unchanged) == (1, 1)


async def test_a_road_that_is_no_line_or_of_no_class_is_refused(
    toy_database: Database, tmp_path: Path
) -> None:
    rows = [
        {"code": "1", "road_class": "primary", "wkt": "POINT (120.41 36.11)"},
        {"code": "2", "road_class": "boulevard", "wkt": "LINESTRING (120.41 36.11, 120.42 36.11)"},
    ]
    report = await bring(toy_database, "roads", write_csv(tmp_path, rows))
    assert set(codes(report)) == {("geometry_type", 2), ("unknown_value", 3)}
