"""Pieces that plans of a layer of shapes leave: later plans of the layer start from them, no others do.

Each test starts with the same plan of the police in force: the northern strips of U00 and U01 are the
north's, as is all of U10 and U11, where the border was drawn through the middle of the units before.
"""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from gis.lattice import to_lattice
from gis.words import Words
from governance.access import OPERATOR
from governance.planning.drawing import draw_move
from governance.planning.impact import impact_of
from governance.planning.measures import plan_measures
from governance.planning.moves import make_move, take_step
from governance.planning.plans import create_plan, plan_shapes, plan_units
from governance.planning.publishing import publish_due
from governance.planning.refusals import PlanRefused
from governance.planning.requests import Paint, SplitLine, TransferBuilding
from governance.planning.states import Action
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Connection, Database
from grid_data.patrol_points import add_point
from tests.database.test_bulk_routing import frame_of
from tests.database.test_publishing import mismatches
from tests.database.test_publishing_ground import draft, police
from tests.support import drafts, toy_city
from tests.support.drafts import AUTHOR, REVIEWER, do, publish
from tests.support.importing import look

CUT = 0.6
STRIPS = toy_city.box(0, CUT, 2, 1 - CUT)
CITY = toy_city.box(0, 0, 4, 4)


@pytest.fixture
async def cut_city(toy_database: Database) -> Database:
    """The toy city with five households on U00, two of them in its northern strip, and P1 in force."""
    async with toy_database.transaction(OPERATOR) as connection:
        await _house(connection, "strip", 120.404, 36.108, homes=2)
        await _house(connection, "rest", 120.407, 36.103, homes=3)
    await draft(toy_database, {})
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await _plan(connection, "P1")
        number = await drafts.numbers(connection, plan)
        for column in range(2):
            unit = f"U0{column}"
            await drafts.cut(
                connection, plan, unit,
                {
                    f"{unit}.1": (toy_city.box(column, 0, 1, CUT).wkt, number["-SOUTH"]),
                    f"{unit}.2": (toy_city.box(column, CUT, 1, 1 - CUT).wkt, number["-NORTH"]),
                },
            )  # fmt: skip
    await publish(toy_database)
    return toy_database


async def _house(connection: Connection, code: str, lon: float, lat: float, *, homes: int) -> None:
    """A house with households on U00."""
    await connection.execute(
        """WITH made AS (
               INSERT INTO building (code, address, land_unit_id, kind, floors, stairwells, geom)
               SELECT %s, '地址', id, 'residential', 1, 1, ST_SetSRID(ST_Point(%s, %s), 4326)
               FROM land_unit WHERE code = 'U00' RETURNING id)
           INSERT INTO household (building_id, door_plate, residents)
           SELECT made.id, door, 2 FROM made, generate_series(1, %s) AS door""",
        [code, lon, lat, homes],
    )


async def _plan(connection: Connection, code: str) -> int:
    cursor = await connection.execute("SELECT id FROM plan WHERE code = %s", [code])
    row = await cursor.fetchone()
    assert row is not None
    return int(row["id"])


async def _units(database: Database, code: str) -> dict[str, tuple[int, int]]:
    """Units of a draft: number of the zone, households."""
    async with database.transaction(OPERATOR) as connection:
        units = (await plan_units(connection, code)).units
    return {
        unit: (zone or 0, homes)
        for unit, zone, homes in zip(units.code, units.zone, units.households, strict=True)
    }


async def _ids(connection: Connection, code: str) -> dict[str, int]:
    units = (await plan_units(connection, code)).units
    return dict(zip(units.code, units.id, strict=True))


def _whole(zones: dict[str, Any]) -> bool:
    """Whether zones are a coverage of the city."""
    shapes = to_lattice(list(zones.values()))
    return bool(shapely.coverage_is_valid(shapes)) and shapely.union_all(shapes).area == 400_000.0**2


async def test_a_later_draft_of_the_layer_has_the_pieces_and_no_other_has(cut_city: Database) -> None:
    await draft(cut_city, {}, "P2")
    units = await _units(cut_city, "P2")
    assert {unit: units.get(unit) for unit in ("U00", "U00.1", "U00.2")} == {
        "U00": None, "U00.1": (2, 3), "U00.2": (1, 2),
    }  # fmt: skip
    assert sum(homes for _, homes in units.values()) == 5
    async with cut_city.transaction(OPERATOR) as connection:
        for layer, code in (("market", "P3"), ("base_grid", "P4")):
            await drafts.begin_on(connection, layer, code)
            others = await _ids(connection, code)
            assert "U00" in others
            assert not any("." in unit for unit in others)
        # What it was before the plan took effect it stays.
        await create_plan(
            connection, layer="police", name=Words("昨日", "Yesterday"), by=AUTHOR, code="P5",
            base=(await _moment(connection, "effective_from - interval '1 second'")),
        )  # fmt: skip
        assert "U00" in await _ids(connection, "P5")


async def _moment(connection: Connection, which: str) -> Any:
    cursor = await connection.execute(f"SELECT {which} AS at FROM plan WHERE code = 'P1'".encode())
    row = await cursor.fetchone()
    assert row is not None
    return row["at"]


async def test_a_draft_that_moves_nothing_changes_nothing(cut_city: Database) -> None:
    await draft(cut_city, {}, "P2")
    with pytest.raises(PlanRefused) as refused:
        await do(cut_city, Action.SUBMIT, "P2")
    assert refused.value.code == "plan-empty"


async def test_units_of_a_draft_are_a_coverage_with_borders(cut_city: Database) -> None:
    """U10 has the end of the cut as a vertex in the draft; each piece borders on its sides."""
    await draft(cut_city, {}, "P2")
    async with cut_city.transaction(OPERATOR) as connection:
        units = await plan_units(connection, "P2")
        features = (await plan_shapes(connection, "P2")).model_dump()["units"]["features"]
        shapes = to_lattice([shapely.geometry.shape(feature["geometry"]) for feature in features])
        assert shapely.coverage_is_valid(shapes)
        codes = units.units.code
        borders = {
            tuple(sorted((codes[a], codes[b])))
            for a, b in zip(units.edges.a, units.edges.b, strict=True)
            if "U00.2" in (codes[a], codes[b])
        }
        assert borders == {("U00.1", "U00.2"), ("U00.2", "U01.2"), ("U00.2", "U10")}
        measured = await plan_measures(connection, "P2")
        assert [zone.connected for zone in measured.zones] == [True, True]


async def test_the_border_through_a_unit_outlives_the_move_of_a_neighbour(cut_city: Database) -> None:
    cut = await police(cut_city)
    assert cut["P-NORTH"].contains(STRIPS)
    # Whole, U01 would be shown in the south, and what lies between it and U11 would go along.
    await draft(cut_city, {"U11": "P-SOUTH"}, "P2")
    await publish(cut_city, "P2")
    after = await police(cut_city)
    assert after["P-NORTH"].equals(cut["P-NORTH"].difference(toy_city.box(1, 1, 1)))
    assert after["P-SOUTH"].equals(cut["P-SOUTH"].union(toy_city.box(1, 1, 1)))
    assert _whole(after)


async def test_a_piece_is_cut_again_and_all_are_put_together(cut_city: Database) -> None:
    await draft(cut_city, {}, "P2")
    line = shapely.LineString([(120.405, 36.09), (120.405, 36.106)])
    async with cut_city.transaction(OPERATOR) as connection:
        answer = await draw_move(connection, "P2", 0, AUTHOR, SplitLine(2, line))
        assert [len(each.pieces) for each in answer.cut] == [2]
        assert sum(piece.households for piece in answer.cut[0].pieces) == 3
    async with cut_city.transaction(OPERATOR) as connection:
        assert (await take_step(connection, "P2", 1, AUTHOR, again=False)).revision == 2
        assert "U00.1" in await _ids(connection, "P2")
        assert (await take_step(connection, "P2", 2, AUTHOR, again=True)).revision == 3
    await publish(cut_city, "P2")
    assert _whole(await police(cut_city))
    await draft(cut_city, {}, "P3")
    units = await _units(cut_city, "P3")
    assert {"U00.1.1", "U00.1.2", "U00.2"} <= set(units)
    assert not {"U00", "U00.1"} & set(units)
    # All of U00 and U01 south again.
    async with cut_city.transaction(OPERATOR) as connection:
        plan = await _plan(connection, "P3")
        number = await drafts.numbers(connection, plan)
        codes = [unit for unit in units if unit[:3] in ("U00", "U01", "U02", "U03")]
        await drafts.move(connection, plan, dict.fromkeys(codes, number["-SOUTH"]))
        for extra in set(number.values()) - {number["-SOUTH"], number["-NORTH"]}:
            await drafts.dissolve(connection, plan, extra)
    await publish(cut_city, "P3")
    after = await police(cut_city)
    assert sorted(after) == ["P-NORTH", "P-SOUTH"]
    assert after["P-SOUTH"].contains(toy_city.box(0, 0, 2))
    assert _whole(after)


async def test_a_roll_back_brings_back_the_shapes_and_pieces_stay_pieces(toy_database: Database) -> None:
    await draft(toy_database, {"U33": "NEW"}, "P0")
    await publish(toy_database, "P0")
    before = await police(toy_database)
    await draft(toy_database, {}, "P1")
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await _plan(connection, "P1")
        number = await drafts.numbers(connection, plan)
        pieces = {"U00.1": (toy_city.box(0, 0, 1, CUT).wkt, number["-SOUTH"]),
                  "U00.2": (toy_city.box(0, CUT, 1, 1 - CUT).wkt, number["-NORTH"])}  # fmt: skip
        await drafts.cut(connection, plan, "U00", pieces)
    await publish(toy_database, "P1")
    cut = await police(toy_database)
    await do(toy_database, Action.ROLL_BACK, "P1", by=REVIEWER)
    assert {code: shape.wkb for code, shape in (await police(toy_database)).items()} == {
        code: shape.wkb for code, shape in before.items()
    }
    await draft(toy_database, {"U00.2": "P-NORTH"}, "P2")
    assert (await _units(toy_database, "P2")).keys() >= {"U00.1", "U00.2"}
    await publish(toy_database, "P2")
    after = await police(toy_database)
    assert all(after[code].equals(cut[code]) for code in cut)


async def test_a_unit_that_another_plan_cut_meanwhile_is_told(toy_database: Database) -> None:
    """Both sides of the cut stay in the south: no zone is drawn anew, only the unit is not there any more."""
    await draft(toy_database, {"U00": "P-NORTH"}, "P2")
    await draft(toy_database, {}, "P1")
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await _plan(connection, "P1")
        south = (await drafts.numbers(connection, plan))["-SOUTH"]
        pieces = {"U00.1": (toy_city.box(0, 0, 1, CUT).wkt, south),
                  "U00.2": (toy_city.box(0, CUT, 1, 1 - CUT).wkt, south)}  # fmt: skip
        await drafts.cut(connection, plan, "U00", pieces)
    await publish(toy_database, "P1")
    with pytest.raises(PlanRefused) as refused:
        await do(toy_database, Action.SUBMIT, "P2")
    assert [reason.en for reason in refused.value.reasons] == ["units U00 of P-SOUTH have been cut meanwhile"]


async def test_pieces_stay_where_the_base_grids_cut_the_same_unit_otherwise(cut_city: Database) -> None:
    """What stands on a piece is then stored with pieces of the base grids, and is found by its place."""
    cut = await police(cut_city)
    async with cut_city.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection, "B1")
        new = await drafts.add_zone(connection, plan)
        home = (await drafts.numbers(connection, plan))["001001"]
        west, south, east, north = toy_city.box(0, 0).bounds
        lower = shapely.Polygon([(west, south), (east, south), (east, north)])
        upper = shapely.Polygon([(west, south), (east, north), (west, north)])
        pieces = {"U00.3": (lower.wkt, home), "U00.4": (upper.wkt, new)}
        await drafts.cut(connection, plan, "U00", pieces)
    await publish(cut_city, "B1")
    assert {code: shape.wkb for code, shape in (await police(cut_city)).items()} == {
        code: shape.wkb for code, shape in cut.items()
    }
    await draft(cut_city, {}, "P2")
    units = await _units(cut_city, "P2")
    assert {unit: units[unit] for unit in units if unit.startswith("U00")} == {
        "U00.1": (2, 3), "U00.2": (1, 2),
    }  # fmt: skip
    async with cut_city.transaction(OPERATOR) as connection:
        features = (await plan_shapes(connection, "P2")).model_dump()["units"]["features"]
        shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
        assert shapely.coverage_is_valid(to_lattice(shapes))
        # The building in the strip, which is now on U00.4, takes its piece along.
        ids = await _ids(connection, "P2")
        answer = await draw_move(connection, "P2", 0, AUTHOR, TransferBuilding("strip", 2))
        assert [(move.unit, move.to) for move in answer.moves] == [(ids["U00.2"], 2)]


async def test_what_happens_on_a_piece_moves_with_it(cut_city: Database) -> None:
    """Open incidents, patrol points and households in the impact report are those of the piece."""
    async with cut_city.transaction(OPERATOR) as connection:
        places = [(120.402, 36.108), (120.406, 36.107), (120.402, 36.104), (120.41, 36.108)]
        await store_incidents(connection, frame_of(places))
        await add_point(connection, "PT-1", "巡查点", None, 120.403, 36.109)
        await add_point(connection, "PT-2", "巡查点", None, 120.403, 36.101)
        await connection.execute(
            "UPDATE incident SET land_unit_id = (SELECT id FROM land_unit WHERE code = 'U00')"
        )
        await drafts.begin_on(connection, "police", "P2")
        ids = await _ids(connection, "P2")
        await make_move(connection, "P2", 0, AUTHOR, Paint([ids["U00.2"]], 2))
        impact = await impact_of(connection, "P2")
    totals = impact.totals
    assert (totals.units, totals.households, totals.buildings) == (1, 2, 1)
    assert (totals.open_incidents, totals.patrol_points) == (3, 1)
    assert {row.layer for row in impact.overlaps} == {"base_grid", "market"}
    assert (
        sum(row.households for each in impact.overlaps for row in each.rows if each.layer == "base_grid") == 5
    )
    await publish(cut_city, "P2")
    assert await mismatches(cut_city) == 0


async def test_a_scheduled_plan_takes_effect_with_pieces(cut_city: Database) -> None:
    cut = await police(cut_city)
    await draft(cut_city, {"U11": "P-SOUTH"}, "P2")
    await do(cut_city, Action.SUBMIT, "P2")
    await do(cut_city, Action.APPROVE, "P2", by=REVIEWER)
    (row,) = await look(cut_city, "SELECT now() + interval '1 hour' AS at")
    await do(cut_city, Action.SCHEDULE, "P2", by=REVIEWER, effective_from=row["at"])
    async with cut_city.transaction(OPERATOR) as connection:
        await connection.execute("UPDATE plan SET effective_from = now() WHERE code = 'P2'")
    async with cut_city.transaction(OPERATOR) as connection:
        await publish_due(connection, "P2")
    after = await police(cut_city)
    assert after["P-NORTH"].equals(cut["P-NORTH"].difference(toy_city.box(1, 1, 1)))
