"""Plans in the toy city: two at once, cuts at the rim of the plan's area, specialist layers."""

from __future__ import annotations

import anyio
import pytest
import shapely

from gis.coverage import is_valid_coverage
from gis.lattice import to_lattice
from gis.words import Words
from governance.access import VISITOR
from governance.planning.answers import MoveAnswer, Plan
from governance.planning.drawing import draw_move
from governance.planning.errors import PlanConflict
from governance.planning.measures import plan_measures
from governance.planning.moves import make_move, take_step
from governance.planning.plans import create_plan, get_plan, plan_units
from governance.planning.requests import NewZone, Paint, SplitLine
from grid_data.database import Connection, Database
from tests.support.toy_city import SOUTH, STEP, STREET, WEST

pytestmark = pytest.mark.anyio


async def draft(connection: Connection, layer: str = "base_grid", area: str | None = None) -> Plan:
    return await create_plan(
        connection,
        layer=layer,
        name=Words("方案", ""),
        by="甲",
        area=None if area is None else ("community", area),
    )


async def number_of(connection: Connection, plan: Plan, code: str) -> int:
    """Number of a zone by its code."""
    return next(zone.number for zone in (await plan_units(connection, plan.code)).zones if zone.code == code)


async def units_by_code(connection: Connection, plan: Plan) -> dict[str, tuple[int, int | None]]:
    """Identifier and zone of each unit by its code."""
    columns = (await plan_units(connection, plan.code)).units
    return {
        code: (unit, zone) for code, unit, zone in zip(columns.code, columns.id, columns.zone, strict=True)
    }


async def all_shapes(connection: Connection, plan: Plan) -> list[shapely.Polygon]:
    """Every unit of the city as it is in the plan: pieces for cut units, new vertices for neighbours."""
    cursor = await connection.execute(
        "SELECT ST_AsBinary(coalesce(plan_unit.geom, land_unit.geom)) AS shape FROM land_unit"
        " LEFT JOIN plan_unit ON land_unit_id = land_unit.id"
        " AND plan_unit.plan_id = (SELECT id FROM plan WHERE code = %s)"
        " WHERE plan_unit.number IS NOT NULL OR plan_unit.base_number IS NULL AND upper_inf(valid)",
        (plan.code,),
    )
    return [shapely.from_wkb(row["shape"]) for row in await cursor.fetchall()]


async def split(connection: Connection, plan: Plan, revision: int = 0) -> MoveAnswer:
    """The south-western grid cut through the middle of its southern row, from west to east."""
    zone = await number_of(connection, plan, f"{STREET}001001")
    line = shapely.LineString([(WEST - STEP, SOUTH + STEP * 0.4), (WEST + 3 * STEP, SOUTH + STEP * 0.4)])
    return await draw_move(connection, plan.code, revision, "甲", SplitLine(zone, line))


async def test_moves_at_the_same_moment_are_made_one_after_the_other(toy_database: Database) -> None:
    async with toy_database.transaction(VISITOR) as connection:
        plan = await draft(connection)
        units = await units_by_code(connection, plan)
        there = await number_of(connection, plan, f"{STREET}001002")

    async def paint(code: str, by: str) -> None:
        async with toy_database.transaction(VISITOR) as connection:
            await make_move(connection, plan.code, 0, by, Paint([units[code][0]], there))

    async with anyio.create_task_group() as group:
        group.start_soon(paint, "U10", "甲")
        group.start_soon(paint, "U11", "乙")
    async with toy_database.transaction(VISITOR) as connection:
        now = await units_by_code(connection, plan)
        assert (await get_plan(connection, plan.code)).revision == 2
        assert (now["U10"][1], now["U11"][1]) == (there, there)


async def test_only_one_of_two_gets_the_same_unit(toy_database: Database) -> None:
    async with toy_database.transaction(VISITOR) as connection:
        plan = await draft(connection)
        unit = (await units_by_code(connection, plan))["U10"][0]
    refused = []

    async def own(by: str) -> None:
        try:
            async with toy_database.transaction(VISITOR) as connection:
                await make_move(connection, plan.code, 0, by, NewZone([unit], (f"{by}的网格", None)))
        except PlanConflict as conflict:
            refused.append((by, conflict.conflicts[0].by))

    async with anyio.create_task_group() as group:
        group.start_soon(own, "甲")
        group.start_soon(own, "乙")
    ((loser, winner),) = refused
    assert {loser, winner} == {"甲", "乙"}


async def test_steps_one_knows_of_do_not_stand_against_a_move_but_those_between_do(
    connection: Connection,
) -> None:
    plan = await draft(connection)
    units = {code: unit for code, (unit, _) in (await units_by_code(connection, plan)).items()}
    north, south = [await number_of(connection, plan, f"{STREET}00100{nth}") for nth in (2, 1)]
    # 甲 has read revision 0 and makes two steps; between them comes one of 乙.
    own = await make_move(connection, plan.code, 0, "甲", Paint([units["U10"]], north))
    await make_move(connection, plan.code, 1, "乙", Paint([units["U11"]], north))
    again = await make_move(connection, plan.code, 0, "甲", Paint([units["U10"]], south), [own.revision])
    with pytest.raises(PlanConflict) as refused:
        await make_move(
            connection, plan.code, 0, "甲", Paint([units["U11"]], south), [own.revision, again.revision]
        )
    assert [(each.unit, each.by) for each in refused.value.conflicts] == [(units["U11"], "乙")]


async def test_a_cut_at_the_rim_of_the_area_keeps_the_city_one_coverage(connection: Connection) -> None:
    plan = await draft(connection, area=f"{STREET}001")
    before = await all_shapes(connection, plan)
    answer = await split(connection, plan)
    assert {unit.unit for unit in answer.cut} == {
        (await cut_parent(connection, code)) for code in ("U00", "U01")
    }
    after = await all_shapes(connection, plan)
    assert is_valid_coverage(after)
    both = [shapely.coverage_union_all(to_lattice(each)) for each in (before, after)]
    assert shapely.equals(*both)
    # U02 lies beyond the area: its border has received the vertex, and nothing else of it is in the plan.
    cursor = await connection.execute(
        "SELECT land_unit.code, number, base_number FROM plan_unit"
        " JOIN land_unit ON land_unit.id = land_unit_id"
        " WHERE plan_unit.geom IS NOT NULL"
    )
    assert {tuple(row.values()) for row in await cursor.fetchall()} == {("U02", None, None)}
    await take_step(connection, plan.code, 1, "甲")
    assert {shape.wkt for shape in await all_shapes(connection, plan)} == {shape.wkt for shape in before}


async def cut_parent(connection: Connection, code: str) -> int:
    row = await (await connection.execute("SELECT id FROM land_unit WHERE code = %s", (code,))).fetchone()
    assert row is not None
    return int(row["id"])


async def test_two_plans_may_cut_the_same_unit(connection: Connection) -> None:
    one, other = await draft(connection), await draft(connection)
    first, second = await split(connection, one), await split(connection, other)
    codes = [piece.code for answer in (first, second) for cut in answer.cut for piece in cut.pieces]
    assert len(set(codes)) == len(codes) == 8


async def test_pieces_of_pieces_add_up(connection: Connection) -> None:
    plan = await draft(connection)
    await split(connection, plan)
    zone = await number_of(connection, plan, f"{STREET}001001")
    across = shapely.LineString([(WEST + STEP * 0.6, SOUTH - STEP), (WEST + STEP * 0.6, SOUTH + 5 * STEP)])
    answer = await draw_move(connection, plan.code, 1, "甲", SplitLine(zone, across))
    pieces = {piece.unit for cut in answer.cut for piece in cut.pieces}
    assert any("." in cut_code for cut_code in await codes_of(connection, [cut.unit for cut in answer.cut]))
    columns = (await plan_units(connection, plan.code)).units
    assert pieces <= set(columns.id)
    assert sum(columns.facilities) == 1
    assert is_valid_coverage(await all_shapes(connection, plan))
    judged = await plan_measures(connection, plan.code)
    assert judged.totals.units == len(columns.id)


async def codes_of(connection: Connection, units: list[int]) -> list[str]:
    cursor = await connection.execute("SELECT code FROM land_unit WHERE id = ANY (%s)", (units,))
    return [row["code"] for row in await cursor.fetchall()]


async def test_a_cut_on_which_another_builds_is_not_taken_back(connection: Connection) -> None:
    plan = await draft(connection)
    answer = await split(connection, plan)
    piece = answer.cut[0].pieces[0]
    other = await number_of(connection, plan, f"{STREET}001002")
    await make_move(connection, plan.code, 1, "乙", Paint([piece.unit], other))
    with pytest.raises(PlanConflict) as conflict:
        await take_step(connection, plan.code, 2, "甲")
    assert [each.unit for each in conflict.value.conflicts] == [piece.unit]


async def test_a_specialist_layer_is_redrawn_by_the_same_units(connection: Connection) -> None:
    plan = await draft(connection, "police")
    units = await units_by_code(connection, plan)
    south = await number_of(connection, plan, "P-SOUTH")
    north = await number_of(connection, plan, "P-NORTH")
    assert units["U00"][1] == south
    assert units["U30"][1] == north
    assert len(units) == 16
    # Its zones cross communities, and so do its moves.
    answer = await make_move(connection, plan.code, 0, "甲", Paint([units["U00"][0], units["U03"][0]], north))
    assert {move.to for move in answer.moves} == {north}
    judged = await plan_measures(connection, plan.code)
    assert [problem.code for problem in judged.problems if problem.code == "outside-community"] == []


async def test_zones_for_which_no_standard_is_known_are_held_to_the_sizes_they_have(
    connection: Connection,
) -> None:
    await connection.execute(
        """WITH house AS (
               INSERT INTO building (code, address, land_unit_id, kind, floors, stairwells, geom)
               SELECT 'B-' || code, '地址', id, 'residential', 1, 1, ST_PointOnSurface(geom)
               FROM land_unit WHERE code IN ('U00', 'U30') RETURNING id, code)
           INSERT INTO household (building_id, door_plate, residents)
           SELECT house.id, door, 2
           FROM house, generate_series(1, CASE code WHEN 'B-U00' THEN 3 ELSE 5 END) AS door"""
    )
    plans = [await draft(connection, layer) for layer in ("police", "base_grid")]
    assert [(plan.band.min, plan.band.max) for plan in plans] == [(3, 5), (300, 500)]


async def test_units_outside_of_all_zones_are_no_part_of_the_plan(connection: Connection) -> None:
    plan = await draft(connection, "market")
    assert set(await units_by_code(connection, plan)) == {
        f"U{row}{column}" for row in range(4) for column in (0, 1)
    }
