"""Facilities and buildings know the zones they stand in, whatever changes: as routing says of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.lattice import snap_geometry
from governance.access import OPERATOR
from governance.planning.states import Action
from grid_data.bulk.surveyed import store_buildings, store_facilities
from grid_data.bulk.zones_stood_in import keep_what_came_into_force, keep_zones_stood_in
from grid_data.database import Connection, Database
from grid_data.routing import route_place
from tests.support import drafts
from tests.support.drafts import publish
from tests.support.editions import merge, split
from tests.support.importing import bring, bring_layer, bring_zones, look, write_as
from tests.support.toy_city import box
from tests.support.zone_frames import HEALTH, halves, zones

LAMP = "01037"


def scattered(n: int = 60) -> list[shapely.Point]:
    """Places within, on edges and corners, in reach of the city and out of it."""
    rng = np.random.default_rng(5)
    inside = [shapely.Point(x, y) for x, y in rng.uniform((120.4, 36.1), (120.44, 36.14), (n, 2))]
    edges = [
        shapely.Point(120.40 + column / 200, 36.10 + row / 200)
        for column in range(0, 9, 2)
        for row in range(0, 9, 3)
    ]
    around = [shapely.Point(120.3997, 36.12), shapely.Point(120.42, 36.1403), shapely.Point(120.5, 36.2)]
    return [snap_geometry(point) for point in [*inside, *edges, *around]]


def lamps(points: list[shapely.Point]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": [f"LAMP{number:05d}" for number in range(len(points))],
            "standard_ref": "GB/T 47678.5-2026",
            "category": LAMP,
            "owning": "PWR",
            "state": "intact",
            "accuracy_class": "A",
        },
        geometry=points,
        crs=4326,
    )


def houses(points: list[shapely.Point]) -> gpd.GeoDataFrame:
    kept = [point for point in points if box(0, 0, 4, 4).contains(point)]
    return gpd.GeoDataFrame(
        {
            "code": [f"H{number:05d}" for number in range(len(kept))],
            "address": "测试路",
            "unit": "U00",
            "kind": "residential",
            "floors": 6,
            "stairwells": 2,
        },
        geometry=[snap_geometry(point.buffer(1e-4)) for point in kept],
        crs=4326,
    )


@pytest.fixture
async def settled(toy_database: Database) -> Database:
    """The toy city with lamps and houses."""
    async with toy_database.transaction(OPERATOR) as connection:
        await store_facilities(connection, lamps(scattered()))
        await store_buildings(connection, houses(scattered()))
    return toy_database


async def wrong(database: Database) -> list[tuple[str, Any, Any]]:
    """Where what is stored differs from what routing says of a point on the thing, today."""
    found = []
    async with database.transaction(OPERATOR) as connection:
        row = await (await connection.execute("SELECT now() AS now")).fetchone()
        assert row is not None
        for kind in ("facility", "building"):
            things = await _all(connection, f"SELECT code, zone_ids, ST_AsBinary(geom) AS shape FROM {kind}")
            assert things
            for thing in things:
                point = snap_geometry(shapely.point_on_surface(shapely.from_wkb(thing["shape"])))
                place = await route_place(
                    connection, lon=point.x, lat=point.y, at=row["now"], category_id=None, accuracy_m=None
                )
                said = sorted(zone["zone_id"] for zone in place.zones if zone["zone_id"])
                if said != thing["zone_ids"]:
                    found.append((thing["code"], said, thing["zone_ids"]))
    return found


async def _all(connection: Connection, statement: str) -> list[dict[str, Any]]:
    return await (await connection.execute(statement.encode())).fetchall()


async def test_what_is_stored_in_bulk_stands_where_routing_says(settled: Database) -> None:
    assert await wrong(settled) == []
    # Beside the city, within the tolerance of a layer that has to answer; and out of everything.
    (row,) = await look(
        settled,
        """SELECT count(*) FILTER (WHERE zone_ids = '{}') AS nowhere,
                  count(*) FILTER (WHERE cardinality(zone_ids) = 5) AS five
           FROM facility""",
    )
    assert row["nowhere"] == 1
    assert row["five"] > 5


async def test_a_published_plan_and_its_roll_back_take_them_along(settled: Database) -> None:
    await split(settled)
    before = await look(settled, "SELECT code, zone_ids FROM facility ORDER BY code")
    await publish(settled)
    assert await wrong(settled) == []
    after = await look(settled, "SELECT code, zone_ids FROM facility ORDER BY code")
    assert before != after
    await drafts.do(settled, Action.ROLL_BACK, by=drafts.REVIEWER)
    assert await wrong(settled) == []
    assert await look(settled, "SELECT code, zone_ids FROM facility ORDER BY code") == before


async def test_a_merger_leaves_nothing_in_the_grid_that_ended(settled: Database) -> None:
    await merge(settled)
    await publish(settled)
    assert await wrong(settled) == []


async def test_a_new_layer_an_edition_of_it_and_a_correction(settled: Database, tmp_path: Path) -> None:
    await bring_layer(settled, write_as(halves(), tmp_path, "gpkg", "a"), HEALTH, valid_from="2024-06-01")
    assert await wrong(settled) == []
    next_one = zones(("H1", "西", box(0, 0, 1, 4)), ("H3", "中东", box(1, 0, 3, 4)))
    await bring_zones(settled, "health", write_as(next_one, tmp_path, "gpkg", "b"), valid_from="2025-01-01")
    assert await wrong(settled) == []
    better = zones(("H1", "西", box(0, 0, 1.5, 4)), ("H3", "中东", box(1.5, 0, 2.5, 4)))
    report = await bring_zones(settled, "health", write_as(better, tmp_path, "gpkg", "c"), as_correction=True)
    assert report.stored
    assert await wrong(settled) == []


async def test_a_facility_that_is_moved_by_an_import(settled: Database, tmp_path: Path) -> None:
    moved = lamps(scattered())[["code", "category", "geometry"]].iloc[:5].set_crs(4326)
    moved["geometry"] = [shapely.Point(120.4312345, 36.1312345)] * 5
    report = await bring(settled, "facilities", write_as(moved, tmp_path, "gpkg"))
    assert report.plan.changed == 5
    assert await wrong(settled) == []


async def test_only_what_is_in_reach_is_written(settled: Database) -> None:
    async with settled.transaction(OPERATOR) as connection:
        ids = [row["id"] for row in await _all(connection, "SELECT id FROM zone")]
        assert await keep_zones_stood_in(connection, zones=ids) == 0
        assert await keep_zones_stood_in(connection) == 0


async def test_an_edition_imported_before_its_day_is_taken_over_when_it_comes(
    settled: Database, tmp_path: Path
) -> None:
    await bring_layer(settled, write_as(halves(), tmp_path, "gpkg", "a"), HEALTH, valid_from="2024-06-01")
    await bring_zones(settled, "health", write_as(halves(1), tmp_path, "gpkg", "b"), valid_from="2030-01-01")
    assert await wrong(settled) == []
    async with settled.transaction(OPERATOR) as connection:
        assert await keep_what_came_into_force(connection, 49) == 0
        # Its day has come: the day before stands for the one in 2030.
        await connection.execute("RESET ROLE")
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            """UPDATE zone_version
               SET valid = CASE WHEN upper_inf(valid) THEN tstzrange(now() - interval '1 day', NULL)
                                ELSE tstzrange(lower(valid), now() - interval '1 day') END
               WHERE layer_id = (SELECT id FROM layer WHERE code = 'health')
                 AND (lower(valid) > now() OR upper(valid) > now())"""
        )
    assert await wrong(settled) != []
    async with settled.transaction(OPERATOR) as connection:
        assert await keep_what_came_into_force(connection, 49) > 0
    assert await wrong(settled) == []
