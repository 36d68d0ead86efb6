"""Base grids as polygons: one land unit each, ended, begun and redrawn with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.access import OPERATOR
from grid_data.database import Database
from grid_data.importers.city import store_city
from grid_data.importers.problems import ImportRefused
from tests.support.importing import (
    bring,
    bring_layer,
    bring_zones,
    codes,
    look,
    write_as,
    write_csv,
)
from tests.support.toy_city import STREET, box
from tests.support.zone_frames import zones


async def test_base_grids_of_units_are_not_imported_as_polygons(
    toy_database: Database, tmp_path: Path
) -> None:
    frame = zones((f"{STREET}001009", "新格", box(0, 0, 2, 4), f"{STREET}001"))
    with pytest.raises(ImportRefused, match="redraw"):
        await bring_zones(
            toy_database,
            "base_grid",
            write_as(frame, tmp_path, "gpkg"),
            valid_from="2025-01-01",
            coverage="report",
        )


async def test_grids_of_units_can_be_renamed(toy_database: Database, tmp_path: Path) -> None:
    grids = await look(
        toy_database,
        "SELECT zone.code, ST_AsText(geom) AS wkt FROM zone_version JOIN zone ON zone.id = zone_id "
        "JOIN layer ON layer.id = zone.layer_id WHERE layer.code = 'base_grid'",
    )
    path = write_csv(tmp_path, [row | {"name_zh": f"新{row['code']}"} for row in grids])
    report = await bring_zones(toy_database, "base_grid", path, valid_from="2025-01-01")
    assert codes(report) == []
    assert (report.plan.changed, report.stored) == (4, True)


async def poor_city(url: str, folder: Path) -> Database:
    """A city that has only districts and grid polygons, imported into an empty database."""
    database = Database(url, size=2)
    await database.open()
    async with database.transaction(OPERATOR) as connection:
        await store_city(
            connection,
            {"code": "370212", "name_zh": "小城", "metric_srid": 4549, "centre": [120.42, 36.12]},
            "operator",
        )
    region = {"name_zh": "社区", "kind": "region", "cardinality": "exactly_one"}
    await bring_layer(
        database,
        write_as(zones(("C1", "一社区", box(0, 0, 4, 4))), folder, "gpkg", "c"),
        region | {"code": "community"},
        valid_from="2024-01-01T00:00:00+00:00",
    )
    grids = zones(("C1001", "一格", box(0, 0, 2, 4)), ("C1002", "二格", box(2, 0, 2, 4)))
    report = await bring_layer(
        database,
        write_as(grids, folder, "gpkg", "g"),
        region | {"code": "base_grid", "kind": "base_grid", "parent": "community"},
    )
    assert codes(report) == []
    return database


UNITS = """
    SELECT land_unit.code, zone.code AS grid, upper(land_unit.valid)::date::text AS until,
           round(ST_XMax(land_unit.geom)::numeric, 3)::float AS east
    FROM land_unit JOIN unit_zone ON unit_zone.land_unit_id = land_unit.id JOIN zone ON zone.id = zone_id
    ORDER BY land_unit.code
"""


EDGES = """
    SELECT first.code AS a, second.code AS b, round(length_m)::integer AS length, joined
    FROM unit_edge JOIN land_unit AS first ON first.id = unit_a JOIN land_unit AS second ON second.id = unit_b
    ORDER BY unit_a, unit_b
"""


async def test_a_city_with_only_grid_polygons_gets_one_unit_per_grid(
    empty_database: str, tmp_path: Path
) -> None:
    database = await poor_city(empty_database, tmp_path)
    assert await look(database, UNITS) == [
        {"code": "C1001", "grid": "C1001", "until": None, "east": 120.42},
        {"code": "C1002", "grid": "C1002", "until": None, "east": 120.44},
    ]
    assert await look(database, "SELECT DISTINCT kind FROM land_unit") == [{"kind": "whole_grid"}]
    edge = {"a": "C1001", "b": "C1002", "length": 4439, "joined": True}
    assert await look(database, EDGES) == [edge]
    building = [
        {
            "building": "B1",
            "door_plate": "101",
            "residents": 3,
            "address": "路1号",
            "lon": 120.415,
            "lat": 36.105,
        }
    ]
    assert codes(await bring(database, "households", write_csv(tmp_path, building))) == []
    # The border moves west, over the building: both units end, and it stands on a new one.
    moved = zones(("C1001", "一格", box(0, 0, 1, 4)), ("C1002", "二格", box(1, 0, 3, 4)))
    report = await bring_zones(
        database,
        "base_grid",
        write_as(moved, tmp_path, "gpkg", "h"),
        valid_from="2025-01-01T00:00:00+00:00",
    )
    assert report.plan.changed == 2
    assert await look(database, UNITS) == [
        {"code": "C1001", "grid": "C1001", "until": "2025-01-01", "east": 120.42},
        {"code": "C1001~2", "grid": "C1001", "until": None, "east": 120.41},
        {"code": "C1002", "grid": "C1002", "until": "2025-01-01", "east": 120.44},
        {"code": "C1002~2", "grid": "C1002", "until": None, "east": 120.44},
    ]
    # What ended keeps its border, of its time.
    fresh = {"a": "C1001~2", "b": "C1002~2", "length": 4439, "joined": True}
    assert await look(database, EDGES) == [edge, fresh]
    where = "SELECT land_unit.code FROM building JOIN land_unit ON land_unit.id = land_unit_id"
    assert await look(database, where) == [{"code": "C1002~2"}]
    # A correction redraws the units in place.
    better = zones(("C1001", "一格", box(0, 0, 1.1, 4)), ("C1002", "二格", box(1.1, 0, 2.9, 4)))
    await bring_zones(database, "base_grid", write_as(better, tmp_path, "gpkg", "i"), as_correction=True)
    assert [(row["code"], row["east"]) for row in await look(database, UNITS)][1] == ("C1001~2", 120.411)
    # One grid for all: the other one and its unit cease.
    whole = zones(("C1001", "一格", box(0, 0, 4, 4)))
    await bring_zones(database, "base_grid", write_as(whole, tmp_path, "gpkg", "j"), valid_from="2025-06-01")
    living = [row["code"] for row in await look(database, UNITS) if row["until"] is None]
    assert living == ["C1001~3"]
    await database.close()
