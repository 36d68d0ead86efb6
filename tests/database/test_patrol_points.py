"""Patrol points are in the grid of their land unit: counted in an impact, and taken along by redraws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shapely import LineString

from gis.words import Words
from governance.access import OPERATOR
from governance.patrols.patrol_points import (
    add_patrol_point,
    list_moving_points,
    list_patrol_points,
    remove_patrol_point,
)
from governance.planning.drawing import draw_move
from governance.planning.errors import PlanExists, PlanMissing
from governance.planning.impact import impact_of
from governance.planning.moves import make_move, take_step
from governance.planning.plans import plan_units
from governance.planning.requests import Paint, SplitLine
from grid_data.database import Database
from tests.support import drafts
from tests.support.drafts import publish
from tests.support.editions import split
from tests.support.importing import bring, write_csv

PLACES = {
    "PT-1": (120.405, 36.105),
    "PT-2": (120.415, 36.105),
    "PT-3": (120.412, 36.115),
    "PT-4": (121.0, 36.1),
}


async def points(database: Database) -> dict[str, str | None]:
    """The grid of each point, its last six digits."""
    async with database.transaction(OPERATOR) as connection:
        found = await list_patrol_points(connection)
    return {each.code: each.grid.code[-6:] if each.grid else None for each in found.items}


async def add(database: Database) -> None:
    async with database.transaction(OPERATOR) as connection:
        for code, place in PLACES.items():
            await add_patrol_point(connection, code, Words("泵站", "Pump"), *place, "王规划")


async def test_points_follow_a_redraw_and_are_counted_before_it(toy_database: Database) -> None:
    await add(toy_database)
    assert await points(toy_database) == {"PT-1": "001001", "PT-2": "001001", "PT-3": "001001", "PT-4": None}
    plan = await split(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        impact = await impact_of(connection, "P1")
        moving = await list_moving_points(connection, "P1")
        number = await drafts.numbers(connection, plan)
    assert [(each.code, each.before) for each in moving.items] == [("PT-1", number["001001"])]
    assert moving.items[0].after not in (None, number["001001"])
    assert [flow.patrol_points for flow in impact.flows] == [1]
    assert impact.totals.patrol_points == 1
    await publish(toy_database)
    assert await points(toy_database) == {"PT-1": "001003", "PT-2": "001001", "PT-3": "001001", "PT-4": None}
    async with toy_database.transaction(OPERATOR) as connection:
        assert [
            each.code for each in (await list_patrol_points(connection, grid="370212001001003")).items
        ] == ["PT-1"]


async def test_points_on_a_cut_unit_stand_on_the_piece_that_covers_them(toy_database: Database) -> None:
    await add(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection)
        number = await drafts.numbers(connection, plan)
        west = "POLYGON((120.41 36.11, 120.415 36.11, 120.415 36.12, 120.41 36.12, 120.41 36.11))"
        east = "POLYGON((120.415 36.11, 120.42 36.11, 120.42 36.12, 120.415 36.12, 120.415 36.11))"
        pieces = {"U11-1": (west, number["001002"]), "U11-2": (east, number["001001"])}
        await drafts.cut(connection, plan, "U11", pieces)
        for unit, wkt in {
            "U01": "120.41 36.1, 120.42 36.1, 120.42 36.11, 120.415 36.11, 120.41 36.11, 120.41 36.1",
            "U21": "120.41 36.12, 120.415 36.12, 120.42 36.12, 120.42 36.13, 120.41 36.13, 120.41 36.12",
        }.items():
            await connection.execute(
                """UPDATE plan_unit SET geom = ST_GeomFromText(%s, 4326)
                   WHERE plan_id = %s AND land_unit_id = (SELECT id FROM land_unit WHERE code = %s)""",
                [f"POLYGON(({wkt}))", plan, unit],
            )
        impact = await impact_of(connection, "P1")
        moving = await list_moving_points(connection, "P1")
    assert [(each.code, each.before, each.after) for each in moving.items] == [
        ("PT-3", number["001001"], number["001002"])
    ]
    assert impact.totals.patrol_points == 1
    await publish(toy_database)
    assert (await points(toy_database))["PT-3"] == "001002"


async def test_a_cut_that_was_taken_back_moves_no_point(toy_database: Database) -> None:
    await add(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection)
        number = await drafts.numbers(connection, plan)
        units = (await plan_units(connection, "P1")).units
        unit = units.id[units.code.index("U11")]
        line = SplitLine(number["001001"], LineString([(120.395, 36.114), (120.425, 36.114)]))
        await draw_move(connection, "P1", 0, "甲", line)
        await take_step(connection, "P1", 1, "甲")
        assert (await list_moving_points(connection, "P1")).items == []
        # The unit is whole again, and takes its point along.
        await make_move(connection, "P1", 2, "甲", Paint([unit], number["001002"]))
        moving = await list_moving_points(connection, "P1")
    assert [(each.code, each.after) for each in moving.items] == [("PT-3", number["001002"])]


async def test_the_impact_stays_as_it_was_approved(toy_database: Database) -> None:
    await add(toy_database)
    await split(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        before = await impact_of(connection, "P1")
    await publish(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        after = await impact_of(connection, "P1")
    assert after.state == "published"
    assert (after.flows, after.totals, after.grids) == (before.flows, before.totals, before.grids)


async def test_codes_of_points_are_given_once(toy_database: Database) -> None:
    await add(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        await remove_patrol_point(connection, "PT-1", "王规划")
        with pytest.raises(PlanMissing):
            await remove_patrol_point(connection, "PT-1", "王规划")
        with pytest.raises(PlanExists):
            await add_patrol_point(connection, "PT-1", Words("泵站", "Pump"), 120.405, 36.105, "王规划")
    assert "PT-1" not in await points(toy_database)


async def test_points_come_from_a_file_change_and_come_back(toy_database: Database, tmp_path: Path) -> None:
    rows = [
        {"code": code, "name": f"泵站{code[-1]}", "lon": lon, "lat": lat}
        for code, (lon, lat) in list(PLACES.items())[:3]
    ]
    report = await bring(toy_database, "patrol_points", write_csv(tmp_path, rows))
    assert (report.plan.new, report.plan.changed) == (3, 0)
    async with toy_database.transaction(OPERATOR) as connection:
        await remove_patrol_point(connection, "PT-2", "王规划")
    rows[0]["lat"] = 36.125
    report = await bring(toy_database, "patrol_points", write_csv(tmp_path, rows))
    assert (report.plan.new, report.plan.changed, report.plan.unchanged) == (1, 1, 1)
    assert await points(toy_database) == {"PT-1": "001002", "PT-2": "001001", "PT-3": "001001"}


async def test_a_file_with_a_wrong_point_stores_none(toy_database: Database, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"code": "PT-1", "name": "泵站", "lon": 120.405, "lat": 36.105},
        {"code": "PT-1", "name": "", "lon": None, "lat": None},
    ]
    report = await bring(toy_database, "patrol_points", write_csv(tmp_path, rows))
    assert (report.stored, set(report.rejected)) == (False, {3})
    assert await points(toy_database) == {}
