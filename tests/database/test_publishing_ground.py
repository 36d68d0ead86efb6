"""Plans of layers whose zones are shapes, into force and back: ground, incidents, lineage, posts, notices.

The border of the two police zones of the toy city runs through the middle of row 1: drawings that differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.access import OPERATOR
from governance.incidents.rerouting import reroute
from governance.planning.comparison import Edition, compare
from governance.planning.errors import NotRedrawable
from governance.planning.impact import impact_of
from governance.planning.publishing import act
from governance.planning.refusals import PlanRefused
from governance.planning.states import Action, State
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Connection, Database
from tests.database.test_bulk_routing import LATTICE_POINTS, frame_of
from tests.database.test_publishing import mismatches, store
from tests.support import drafts, toy_city
from tests.support.drafts import AUTHOR, REVIEWER, do, publish
from tests.support.editions import grids
from tests.support.importing import look

UNITS = [f"U{row}{column}" for row in range(4) for column in range(4)]
SOUTH, NORTH = toy_city.box(0, 0, 4, 1.5), toy_city.box(0, 1.5, 4, 2.5)


async def police(database: Database, at: str = "now()") -> dict[str, Any]:
    """Shapes of the police zones at a moment."""
    found = await look(
        database,
        f"""SELECT zone.code, ST_AsBinary(version.geom) AS shape
            FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
            JOIN layer ON layer.id = version.layer_id AND layer.code = 'police'
            WHERE version.valid @> {at} AND upper_inf(version.recorded) ORDER BY zone.code""",
    )
    return {row["code"]: shapely.from_wkb(row["shape"]) for row in found}


async def draft(database: Database, units: dict[str, str], code: str = "P1") -> None:
    """A draft of the police zones: units go to a zone by code, or to the new one ``NEW``."""
    async with database.transaction(OPERATOR) as connection:
        plan = await drafts.begin_on(connection, "police", code)
        number = await drafts.numbers(connection, plan)
        if "NEW" in units.values():
            number["NEW"] = await drafts.add_zone(connection, plan)
        wanted = {unit: number[zone[-6:]] for unit, zone in units.items()}
        await drafts.move(connection, plan, wanted)


async def test_ground_goes_with_the_unit_and_other_borders_stay(toy_database: Database) -> None:
    before = await police(toy_database)
    base = await grids(toy_database)
    await draft(toy_database, {"U00": "P-NORTH"})
    done = await publish(toy_database)
    assert done.edition is not None
    after = await police(toy_database)
    # U10 is shown in the north, its southern half lies between: it goes along. That of U11 stays.
    ground = toy_city.box(0, 0, 1, 1.5)
    assert after["P-SOUTH"].equals(SOUTH.difference(ground))
    assert after["P-NORTH"].equals(shapely.union(NORTH, ground))
    assert await grids(toy_database) == base
    assert await police(toy_database, "(now() - interval '1 day')") == before


async def test_a_strip_beside_the_moved_unit_goes_to_the_zone_its_unit_is_in(toy_database: Database) -> None:
    """Drawings differ by four metres: the new border runs along units, the old one stays as it was."""
    thin = 0.00004
    async with toy_database.transaction(OPERATOR) as connection:
        await _redraw(connection, "P-SOUTH", shapely.box(120.40, 36.10, 120.44, 36.11 + thin))
        await _redraw(connection, "P-NORTH", shapely.box(120.40, 36.11 + thin, 120.44, 36.14))
    await draft(toy_database, {"U00": "P-NORTH"})
    await publish(toy_database)
    after = await police(toy_database)
    # U10 and U11 touch U00: their strips come with it, those of U12 and U13 do not.
    rim = shapely.box(120.42, 36.11, 120.44, 36.11 + thin)
    left = shapely.union_all([toy_city.box(1, 0, 3), rim])
    assert after["P-SOUTH"].symmetric_difference(left).area < 1e-12
    assert shapely.union_all(list(after.values())).equals(toy_city.box(0, 0, 4, 4))


async def _redraw(connection: Connection, zone: str, shape: Any) -> None:
    """The zone was drawn so all the time."""
    await connection.execute(
        """UPDATE zone_version SET recorded = tstzrange(lower(recorded), now())
           WHERE zone_id = (SELECT id FROM zone WHERE code = %s)""",
        [zone],
    )
    await connection.execute(
        """INSERT INTO zone_version (zone_id, layer_id, name_zh, organisation_id, geom, valid)
           SELECT DISTINCT ON (zone_id) zone_id, layer_id, name_zh, organisation_id,
                  ST_Multi(ST_GeomFromWKB(%s, 4326)), valid
           FROM zone_version WHERE zone_id = (SELECT id FROM zone WHERE code = %s)""",
        [shapely.to_wkb(shapely.set_precision(shape, 1e-7)), zone],
    )


async def test_a_new_zone_gets_the_next_code_and_who_answered_before(toy_database: Database) -> None:
    await draft(toy_database, {"U30": "NEW", "U31": "NEW", "U20": "NEW"})
    done = await publish(toy_database)
    assert done.edition is not None
    after = await police(toy_database)
    assert sorted(after) == ["P-NORTH", "P-NORTH-2", "P-SOUTH"]
    assert after["P-SOUTH"].equals(SOUTH)
    made = await look(
        toy_database,
        """SELECT organisation.code, parent_zone_id FROM zone_version
           JOIN zone ON zone.id = zone_id AND zone.code = 'P-NORTH-2'
           JOIN organisation ON organisation.id = organisation_id""",
    )
    assert made == [{"code": "PO2", "parent_zone_id": None}]
    assert [(step.kind, step.units) for step in done.edition.lineage] == [("split", 9), ("split", 3)]
    told = await look(
        toy_database, "SELECT code FROM notice JOIN organisation ON organisation.id = organisation_id"
    )
    assert "PO2" in {row["code"] for row in told}


async def test_a_zone_that_ends_leaves_nothing_behind(toy_database: Database) -> None:
    """What of it lies on units of another zone goes to its heir, too."""
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin_on(connection, "police")
        number = await drafts.numbers(connection, plan)
        south = [code for code in UNITS if code[1] == "0"]
        await drafts.move(connection, plan, dict.fromkeys(south, number["-NORTH"]))
        await drafts.dissolve(connection, plan, number["-SOUTH"])
    await publish(toy_database)
    after = await police(toy_database)
    assert list(after) == ["P-NORTH"]
    assert after["P-NORTH"].equals(toy_city.box(0, 0, 4, 4))
    done = await do(toy_database, Action.ROLL_BACK, by=REVIEWER)
    assert done.state is State.PUBLISHED
    assert (await police(toy_database))["P-SOUTH"].equals(SOUTH)


async def test_a_zone_divided_among_others_goes_to_each_as_its_units_do(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin_on(connection, "police")
        number = await drafts.numbers(connection, plan)
        new = await drafts.add_zone(connection, plan)
        await drafts.move(connection, plan, {"U00": new, "U01": new, "U02": number["-NORTH"]})
        await drafts.move(connection, plan, {"U03": number["-NORTH"]})
        await drafts.dissolve(connection, plan, number["-SOUTH"])
    await publish(toy_database)
    after = await police(toy_database)
    assert sorted(after) == ["P-NORTH", "P-SOUTH-2"]
    assert after["P-SOUTH-2"].contains(toy_city.box(0, 0, 2))
    assert after["P-NORTH"].contains(toy_city.box(2, 0, 2))
    assert shapely.union_all(list(after.values())).equals(toy_city.box(0, 0, 4, 4))
    assert shapely.intersection(*after.values()).area == 0


async def test_open_incidents_follow_and_full_routing_moves_none(toy_database: Database) -> None:
    """Every vertex, edge and middle; borders old and new run through the points."""
    await store(toy_database, LATTICE_POINTS)
    await draft(toy_database, {"U00": "P-NORTH", "U33": "NEW"})
    first = await publish(toy_database)
    assert first.edition is not None
    assert first.edition.incidents.ids
    assert await mismatches(toy_database) == 0
    await do(toy_database, Action.ROLL_BACK, by=REVIEWER)
    assert await mismatches(toy_database) == 0
    assert {code: shape.wkt for code, shape in (await police(toy_database)).items()} == {
        "P-SOUTH": shapely.multipolygons([SOUTH]).wkt,
        "P-NORTH": shapely.multipolygons([NORTH]).wkt,
    }


@given(st.lists(st.sampled_from(["P-SOUTH", "P-NORTH", "NEW"]), min_size=16, max_size=16), st.integers(0, 9))
@settings(max_examples=8)
async def test_any_plan_leaves_neither_gap_nor_overlap(
    toy_database: Database, zones: list[str], shift: int
) -> None:
    """The border of today runs obliquely through units; whatever moves, zones stay a coverage of the city."""
    with pytest.raises(_Undo):
        async with toy_database.transaction(OPERATOR) as connection:
            west, east = 36.113 + shift * 0.000_7, 36.1172
            cut = [(120.40, west), (120.417, 36.1223), (120.44, east)]
            await _redraw(connection, "P-SOUTH", shapely.Polygon([(120.40, 36.10), *cut, (120.44, 36.10)]))
            await _redraw(connection, "P-NORTH", shapely.Polygon([(120.40, 36.14), *cut, (120.44, 36.14)]))
            await store_incidents(connection, frame_of(LATTICE_POINTS))
            await reroute(connection, OPERATOR, full=True)
            plan = await drafts.begin_on(connection, "police")
            number = await drafts.numbers(connection, plan)
            number["NEW"] = await drafts.add_zone(connection, plan)
            wanted = {unit: number[zone[-6:]] for unit, zone in zip(UNITS, zones, strict=True)}
            await drafts.move(connection, plan, wanted)
            for code in set(number) - {zone[-6:] for zone in zones}:
                await drafts.dissolve(connection, plan, number[code])
            try:
                await act(connection, Action.SUBMIT, "P1", by=AUTHOR)
            except PlanRefused as refused:
                told = {refused.code, *(each.en.split(" that ")[-1] for each in refused.reasons)}
                if told <= {"plan-empty", "plan-unsound", "the plan changes nothing", "are not joined"}:
                    raise _Undo from refused
                raise
            await act(connection, Action.APPROVE, "P1", by=REVIEWER)
            await act(connection, Action.PUBLISH, "P1", by=REVIEWER)
            assert (await reroute(connection, OPERATOR, full=True, dry_run=True)).moves.empty
            cursor = await connection.execute(
                """SELECT ST_AsBinary(version.lattice) AS shape FROM zone_version AS version
                   JOIN layer ON layer.id = layer_id AND layer.code = 'police'
                   WHERE version.valid @> now() AND upper_inf(version.recorded)"""
            )
            shapes = np.array([shapely.from_wkb(row["shape"]) for row in await cursor.fetchall()])
            assert shapely.coverage_is_valid(shapes)
            assert shapely.union_all(shapes).area == 400_000.0**2
            raise _Undo


async def test_zones_drawn_anew_meanwhile_are_told(toy_database: Database) -> None:
    await draft(toy_database, {"U00": "P-NORTH"}, "P1")
    await draft(toy_database, {"U03": "P-NORTH"}, "P2")
    await publish(toy_database, "P1")
    with pytest.raises(PlanRefused) as refused:
        await do(toy_database, Action.SUBMIT, "P2")
    assert "drawn anew" in refused.value.reasons[0].en


async def test_a_plan_is_compared_before_and_after_it_is_in_force(toy_database: Database) -> None:
    await draft(toy_database, {"U00": "P-NORTH", "U33": "NEW"})
    async with toy_database.transaction(OPERATOR) as connection:
        cursor = await connection.execute("SELECT now() AS now")
        row = await cursor.fetchone()
        assert row is not None
        today = Edition(at=row["now"])
        ahead = await compare(connection, "police", today, Edition(plan="P1"))
        impact = await impact_of(connection, "P1")
    await publish(toy_database)
    async with toy_database.transaction(OPERATOR) as connection:
        there = await compare(connection, "police", today, Edition(plan="P1"))
    assert [(zone.code, zone.change) for zone in ahead.zones] == [
        ("P-NORTH", "changed"),
        ("P-SOUTH", "changed"),
        ("new:3", "begun"),
    ]
    assert {(flow.source, flow.target) for flow in ahead.flows} == {
        ("P-SOUTH", "P-NORTH"),
        ("P-NORTH", "new:3"),
    }
    areas = [{zone.code: (zone.change, zone.area_m2_in) for zone in each.zones} for each in (ahead, there)]
    assert areas[1] == areas[0] | {"P-NORTH-2": areas[0].pop("new:3")}
    assert impact.totals.units == 2
    assert {each.layer for each in impact.overlaps} == {"base_grid", "market"}


async def test_zones_that_overlap_cannot_be_redrawn_by_units(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("UPDATE layer SET cardinality = 'many' WHERE code = 'market'")
        with pytest.raises(NotRedrawable):
            await drafts.begin_on(connection, "market")


class _Undo(Exception):
    """Leaves the transaction without a trace, for the next example."""


async def test_a_zone_without_ground_is_refused(toy_database: Database) -> None:
    """U10 is shown in the north; in its southern third nothing belongs to the north."""
    await draft(toy_database, {})
    async with toy_database.transaction(OPERATOR) as connection:
        cursor = await connection.execute("SELECT id FROM plan WHERE code = 'P1'")
        row = await cursor.fetchone()
        assert row is not None
        north = (await drafts.numbers(connection, row["id"]))["-NORTH"]
        new = await drafts.add_zone(connection, row["id"])
        pieces = {
            "U10.1": (toy_city.box(0, 1, 1, 0.3).wkt, new),
            "U10.2": (toy_city.box(0, 1.3, 1, 0.7).wkt, north),
        }
        await drafts.cut(connection, row["id"], "U10", pieces)
    with pytest.raises(PlanRefused) as refused:
        await do(toy_database, Action.SUBMIT)
    assert any("has no ground" in reason.en for reason in refused.value.reasons)
