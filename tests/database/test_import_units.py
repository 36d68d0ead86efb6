"""Land units with their grids, and households with their buildings, from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from governance.access import OPERATOR
from grid_data.database import Database
from grid_data.importers.city import store_city
from tests.support.importing import (
    bring,
    bring_layer,
    bring_units,
    codes,
    look,
    row_counts,
    write_as,
    write_csv,
)
from tests.support.toy_city import box
from tests.support.zone_frames import zones


def cells(*rows: tuple[str, str, shapely.Polygon]) -> gpd.GeoDataFrame:
    """Land units: code, grid, shape."""
    return gpd.GeoDataFrame(
        {"code": [row[0] for row in rows], "base_grid": [row[1] for row in rows]},
        geometry=[row[2] for row in rows],
        crs=4326,
    )


FOUR = (
    ("U1", "C1001", box(0, 0)),
    ("U2", "C1001", box(1, 0)),
    ("U3", "C1002", box(2, 0)),
    ("U4", "C1002", box(3, 0)),
)


async def bare_city(url: str, folder: Path) -> Database:
    """A city of one community, four units long, without grids."""
    database = Database(url, size=2)
    await database.open()
    values = {"code": "370212", "name_zh": "小城", "metric_srid": 4549, "centre": [120.42, 36.12]}
    async with database.transaction(OPERATOR) as connection:
        await store_city(connection, values, "operator")
    path = write_as(zones(("C1", "一社区", box(0, 0, 4, 1))), folder, "gpkg", "community")
    definition = {"code": "community", "name_zh": "社区", "kind": "region", "cardinality": "exactly_one"}
    await bring_layer(database, path, definition, valid_from="2024-01-01T00:00:00+00:00")
    return database


# The last unit with a vertex in the middle of the edge it shares, which its neighbour lacks.
NODED = shapely.Polygon([(120.43, 36.1), (120.44, 36.1), (120.44, 36.11), (120.43, 36.11), (120.43, 36.105)])


@pytest.mark.parametrize("form", ["gpkg", "csv", "parquet"])
async def test_units_make_their_grids(empty_database: str, tmp_path: Path, form: str) -> None:
    database = await bare_city(empty_database, tmp_path)
    report = await bring_units(database, write_as(cells(*FOUR), tmp_path, form))
    assert codes(report) == []
    assert (report.plan.new, report.plan.details["grids"]) == (4, 2)
    grids = await look(
        database,
        "SELECT zone.code, name_zh, parent.code AS parent, lower(valid)::date::text AS since, "
        "round(ST_Area(geom)::numeric, 6)::float AS area FROM zone_version JOIN zone ON zone.id = zone_id "
        "JOIN zone AS parent ON parent.id = parent_zone_id ORDER BY 1",
    )
    assert [tuple(row.values()) for row in grids] == [
        ("C1001", "第1网格", "C1", "2024-01-01", 0.0002),
        ("C1002", "第2网格", "C1", "2024-01-01", 0.0002),
    ]
    units = await look(
        database,
        "SELECT land_unit.code, zone.code AS grid FROM unit_zone "
        "JOIN land_unit ON land_unit.id = land_unit_id JOIN zone ON zone.id = zone_id ORDER BY 1",
    )
    assert [tuple(row.values()) for row in units] == [(code, grid) for code, grid, _ in FOUR]
    again = await bring_units(database, write_as(cells(*FOUR), tmp_path, form, "again"))
    assert (again.plan.new, again.plan.unchanged, again.stored) == (0, 4, False)
    other = cells(("U1", "C1002", box(0, 0)), *FOUR[1:])
    told = await bring_units(database, write_as(other, tmp_path, form, "other"))
    assert codes(told)[0][0] == "unit_exists"
    assert "redrawing" in told.findings.errors[0].suggestion.en  # type: ignore[union-attr]
    await database.close()


async def test_a_hair_along_the_border_of_a_community_is_told_and_a_hand_is_refused(
    empty_database: str, tmp_path: Path
) -> None:
    database = await bare_city(empty_database, tmp_path)
    for number, (steps, found) in enumerate(
        [(-20, "gap"), (20, "outside_parent"), (-3, None), (3, None)], start=1
    ):
        east = shapely.box(120.43, 36.1, round(120.44 + steps * 1e-7, 7), 36.11)
        path = write_as(cells(*FOUR[:3], ("U4", "C1002", east)), tmp_path, "gpkg", f"f{number}")
        report = await bring_units(database, path, dry_run=True)
        assert [code for code, _ in codes(report)] == ([found] if found else [])
        assert codes(report, "warning") or found
    # Inside a community there is no border to blame.
    short = shapely.box(120.42, 36.1, 120.4299997, 36.11)
    path = write_as(cells(*FOUR[:2], ("U3", "C1002", short), FOUR[3]), tmp_path, "gpkg", "inner")
    assert [code for code, _ in codes(await bring_units(database, path, dry_run=True))] != []
    await database.close()


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ((*FOUR[:3], ("U4", "C1002", box(2.9, 0, 1.1))), ("overlap", 4)),
        (FOUR[:3], ("gap", None)),
        ((*FOUR[:3], ("U4", "C1002", box(3, 0, 1.1))), ("outside_parent", 4)),
        ((*FOUR[:3], ("U1", "C1002", box(3, 0))), ("duplicate_code", 4)),
        ((*FOUR[:3], ("U4", "C1002", box(4.5, 0))), ("no_parent", 4)),
        ((*FOUR[:3], ("U4", "", box(3, 0))), ("missing_value", 4)),
        ((*FOUR[:3], ("U4", "C1002", NODED)), ("unmatched_edge", 4)),
    ],
    ids=["overlap", "gap", "not nested", "duplicate", "nowhere", "no grid", "unmatched edge"],
)  # fmt: skip
async def test_units_that_are_no_coverage_are_refused(
    empty_database: str, tmp_path: Path, rows: Any, found: tuple[str, int | None]
) -> None:
    database = await bare_city(empty_database, tmp_path)
    before = await row_counts(database)
    report = await bring_units(database, write_as(cells(*rows), tmp_path, "gpkg"))
    assert found in codes(report)
    assert await row_counts(database) == before
    await database.close()


async def test_a_grid_never_crosses_a_community(toy_database: Database, tmp_path: Path) -> None:
    rows = cells(("X1", "N1", box(1, 0)), ("X2", "N1", box(2, 0)))
    report = await bring_units(toy_database, write_as(rows, tmp_path, "gpkg"))
    assert ("grid_crosses_community", 2) in codes(report)


HOME = {"building": "B1", "door_plate": "101", "floor": 1, "residents": 3}
NEW_BUILDING = {"address": "海尔路1号", "lon": 120.405, "lat": 36.105, "building_kind": "住宅"}


async def test_households_make_the_buildings_they_describe(toy_database: Database, tmp_path: Path) -> None:
    rows = [
        HOME | NEW_BUILDING | {"stairwell": 1},
        HOME | NEW_BUILDING | {"door_plate": "602", "floor": 6, "stairwell": 2},
    ]
    report = await bring(toy_database, "households", write_csv(tmp_path, rows))
    assert codes(report) == []
    assert (report.plan.new, report.plan.details) == (2, {"buildings": 1})
    (building,) = await look(
        toy_database,
        "SELECT building.code, address, building.kind, floors, stairwells, land_unit.code AS unit "
        "FROM building JOIN land_unit ON land_unit.id = land_unit_id",
    )
    assert tuple(building.values()) == ("B1", "海尔路1号", "residential", 6, 2, "U00")
    # Later files need not describe the building; a move changes the household.
    later = [HOME | {"residents": 4}, HOME | {"door_plate": "602", "floor": 6}, HOME | {"door_plate": "201"}]
    again = await bring(toy_database, "households", write_csv(tmp_path, later))
    assert (again.plan.new, again.plan.changed, again.plan.unchanged) == (1, 1, 1)
    kept = await look(toy_database, "SELECT door_plate, stairwell, residents FROM household ORDER BY 1")
    assert [tuple(row.values()) for row in kept] == [("101", 1, 4), ("201", None, 3), ("602", 2, 3)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([HOME], [("unknown_building", 2)]),
        ([HOME | NEW_BUILDING, HOME | NEW_BUILDING], [("duplicate_code", 3)]),
        ([HOME | NEW_BUILDING | {"residents": -1}], [("out_of_range", 2)]),
        ([HOME | NEW_BUILDING | {"residents": "three"}], [("not_a_number", 2)]),
        ([HOME | NEW_BUILDING | {"unit": "U99"}], [("unknown_unit", 2)]),
        ([HOME | NEW_BUILDING | {"lon": 120.445}], [("unknown_unit", 2)]),
        ([HOME | NEW_BUILDING, HOME | NEW_BUILDING | {"door_plate": "102", "address": "2号"}],
         [("building_differs", 3)]),
    ],
)  # fmt: skip
async def test_bad_households_are_told(
    toy_database: Database, tmp_path: Path, rows: list[dict[str, Any]], found: list[tuple[str, int]]
) -> None:
    before = await row_counts(toy_database)
    report = await bring(toy_database, "households", write_csv(tmp_path, rows))
    assert codes(report) == found
    assert await row_counts(toy_database) == before
