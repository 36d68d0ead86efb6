"""The stored graph of land units: computed with them, read for redrawing, decided by people."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.unit_graph import Barrier
from governance.access import OPERATOR, VISITOR
from grid_data.bulk.standing import locate_facilities, units_under
from grid_data.database import Connection, Database
from grid_data.importers.problems import ImportRefused
from grid_data.land_units.checks import check_units
from grid_data.land_units.edges import decide_edge, take_edges
from grid_data.land_units.graphs import StoredUnits, read_unit_graph, refresh_unit_graph

# Between the rows 1 and 2 of units, from west to east; the bridge crosses it in column 1.
RIVER = "LINESTRING (120.39 36.12, 120.45 36.12)"
BRIDGE = "LINESTRING (120.415 36.115, 120.415 36.125)"
STREET = "LINESTRING (120.41 36.09, 120.41 36.15)"


def edges(units: StoredUnits) -> dict[tuple[str, str], tuple[str, bool]]:
    """Barrier and whether joined, by codes."""
    graph = units.graph
    return {
        (units.codes[a], units.codes[b]): (Barrier(kind).name, bool(joined))
        for (a, b), kind, joined in zip(graph.ends.tolist(), graph.barrier, graph.joined, strict=True)
    }


async def draw(connection: Connection) -> None:
    """A river with one bridge, and a street."""
    await connection.execute("SET ROLE NONE")
    await connection.execute(
        "INSERT INTO water (code, kind, geom) VALUES ('W', 'river', ST_GeomFromText(%s, 4326))", [RIVER]
    )
    for code, road_class, line in (("B", "tertiary", BRIDGE), ("S", "residential", STREET)):
        await connection.execute(
            "INSERT INTO road (code, road_class, geom) VALUES (%s, %s, ST_Multi(ST_GeomFromText(%s, 4326)))",
            [code, road_class, line],
        )


async def test_a_city_without_a_stored_graph_gets_one_when_it_is_first_read(connection: Connection) -> None:
    assert (await (await connection.execute("SELECT count(*) AS n FROM unit_edge")).fetchone()) == {"n": 0}
    units = await read_unit_graph(connection)
    graph = units.graph
    assert (len(units.ids), len(graph.ends)) == (16, 24)
    assert units.community_codes == ("370212001001", "370212001002")
    assert set(edges(units).values()) == {("LAND", True)}
    stored = await connection.execute(
        "SELECT sum(ST_Perimeter(ST_Transform(geom, 4549))) AS perimeter, sum(area_m2) AS area FROM land_unit"
    )
    assert await stored.fetchone() == {
        "perimeter": pytest.approx(graph.perimeter_m.sum()), "area": pytest.approx(graph.area_m2.sum())
    }  # fmt: skip
    # A square of four by four: of sixteen perimeters, the twenty-four borders count twice.
    assert graph.perimeter_m.sum() / graph.length_m.sum() == pytest.approx(64 / 24, rel=0.02)


async def test_an_area_has_the_units_of_its_communities_only(connection: Connection) -> None:
    found = await connection.execute("SELECT id, code FROM zone WHERE code IN ('370212001002', '370212001')")
    zone = {row["code"]: row["id"] for row in await found.fetchall()}
    half = await read_unit_graph(connection, area=zone["370212001002"])
    assert (len(half.ids), len(half.graph.ends), half.community_codes) == (8, 10, ("370212001002",))
    assert len((await read_unit_graph(connection, area=zone["370212001"])).ids) == 16
    early = datetime(2020, 1, 1, tzinfo=UTC)
    assert len((await read_unit_graph(connection, at=early)).ids) == 0
    assert half.rows_of(half.ids[[3, 0]]).tolist() == [3, 0]
    with pytest.raises(LookupError, match="land unit 999"):
        half.rows_of([999])


async def test_the_sample_is_loaded_with_its_graph_and_counts(laoshan_database: str) -> None:
    database = Database(laoshan_database, size=1)
    await database.open()
    async with database.transaction(VISITOR) as connection:
        units = await read_unit_graph(connection)
        counted = await connection.execute(
            """SELECT land_unit_id AS id, count(DISTINCT building.id) AS buildings,
                      count(household.id) AS households, coalesce(sum(residents), 0) AS residents
               FROM building LEFT JOIN household ON household.building_id = building.id
               GROUP BY land_unit_id"""
        )
        by_hand = {row["id"]: row for row in await counted.fetchall()}
        report = await check_units(connection)
    await database.close()
    graph = units.graph
    assert sum(row["households"] for row in by_hand.values()) == graph.households.sum() > 40_000
    for name in ("buildings", "households", "residents"):
        told = [by_hand[unit][name] if unit in by_hand else 0 for unit in units.ids.tolist()]
        assert getattr(graph, name).tolist() == told
    kinds = {Barrier.COMPOUND, Barrier.LAND, Barrier.STREET, Barrier.ARTERIAL, Barrier.RIVER}
    assert set(graph.barrier.tolist()) == {int(kind) for kind in kinds}
    assert report.coverage == []
    assert report.stray_facilities == 0


async def test_roads_and_rivers_decide_what_a_border_is(connection: Connection) -> None:
    await draw(connection)
    await refresh_unit_graph(connection)
    found = edges(await read_unit_graph(connection))
    assert found["U10", "U20"][0] == found["U13", "U23"][0] == "RIVER"
    assert found["U11", "U21"] == ("RIVER", True)
    assert found["U00", "U01"] == ("STREET", True)
    assert found["U01", "U02"] == ("LAND", True)


async def test_only_the_communities_asked_for_are_computed_anew(connection: Connection) -> None:
    await read_unit_graph(connection)
    await draw(connection)
    found = await connection.execute("SELECT id FROM zone WHERE code = '370212001001'")
    west = await found.fetchone()
    assert west
    await refresh_unit_graph(connection, [west["id"]])
    some = edges(await read_unit_graph(connection))
    assert (some["U10", "U20"][0], some["U13", "U23"][0]) == ("RIVER", "LAND")
    assert await refresh_unit_graph(connection, []) == 0
    await refresh_unit_graph(connection)
    assert edges(await read_unit_graph(connection))["U13", "U23"][0] == "RIVER"


async def test_what_a_person_decides_stays(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await refresh_unit_graph(connection)
        assert await decide_edge(connection, "U00", "U10", joined=False, actor="规划员")
        assert not await decide_edge(connection, "U10", "U00", joined=False, actor="规划员")
        assert await decide_edge(connection, "U00", "U30", joined=True, actor="规划员")
        assert not await decide_edge(connection, "U00", "U31", joined=False, actor="规划员")
        for one, other, code in (("U00", "U03", "different_communities"), ("U00", "XX", "unknown_unit")):
            with pytest.raises(ImportRefused) as refused:
                await decide_edge(connection, one, other, joined=True, actor="规划员")
            assert refused.value.code == code
    async with toy_database.transaction(OPERATOR) as connection:
        await refresh_unit_graph(connection)
        units = await read_unit_graph(connection)
        found = edges(units)
        assert (found["U00", "U10"], found["U00", "U30"]) == (("LAND", False), ("LAND", True))
        assert len(found) == 25
        assert await decide_edge(connection, "U00", "U30", joined=False, actor="规划员")
        told = await connection.execute("SELECT actor, action, after FROM history ORDER BY seq DESC LIMIT 3")
        assert [(row["actor"], row["action"], row["after"]["units"]) for row in await told.fetchall()] == [
            ("规划员", "unit.cut", ["U00", "U30"]),
            ("规划员", "unit.link", ["U00", "U30"]),
            ("规划员", "unit.cut", ["U00", "U10"]),
        ]


async def test_barriers_of_a_file_are_taken_and_stay(connection: Connection) -> None:
    await refresh_unit_graph(connection)
    table = pd.DataFrame(
        [
            ("U10", "U20", 900.0, "rail", "false"),
            ("U00", "U30", 0.0, "river", "true"),
            ("U00", "U33", 12.0, "street", "true"),
            ("U00", "gone", 12.0, "street", "true"),
        ],
        columns=["unit_a", "unit_b", "length_m", "barrier", "joined"],
    )
    assert await take_edges(connection, table) == 1
    await refresh_unit_graph(connection)
    found = edges(await read_unit_graph(connection))
    assert (found["U10", "U20"], found["U00", "U30"]) == (("RAIL", False), ("RIVER", True))
    assert ("U00", "U33") not in found
    for wrong, code in (
        (table.drop(columns="joined"), "missing_column"),
        (table.assign(barrier="x"), "unknown_barrier"),
    ):
        with pytest.raises(ImportRefused) as refused:
            await take_edges(connection, wrong)
        assert refused.value.code == code


async def test_facilities_stand_on_the_unit_under_them(connection: Connection) -> None:
    where = "SELECT land_unit.code FROM facility JOIN land_unit ON land_unit.id = land_unit_id"
    assert await (await connection.execute(where)).fetchall() == [{"code": "U00"}]
    await connection.execute("SET ROLE NONE")
    # On a corner of four units the lowest code has it.
    await connection.execute("UPDATE facility SET geom = ST_SetSRID(ST_MakePoint(120.42, 36.12), 4326)")
    assert await locate_facilities(connection, codes=["37021201037000001"]) == 1
    assert await (await connection.execute(where)).fetchall() == [{"code": "U11"}]
    await connection.execute("UPDATE facility SET land_unit_id = NULL")
    assert await locate_facilities(connection) == 1
    assert await locate_facilities(connection) == 0


async def test_a_shape_out_of_the_city_stands_on_no_unit(connection: Connection) -> None:

    shapes = np.array(
        [shapely.Point(120.405, 36.105), shapely.Point(121, 36), shapely.box(120.41, 36.1, 120.42, 36.11)]
    )
    found = await units_under(connection, shapes)
    assert found.isna().tolist() == [False, True, False]


async def test_a_check_names_what_is_cut_off_and_where(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await refresh_unit_graph(connection)
        assert (await check_units(connection)).count == 0
        for pair in (("U00", "U10"), ("U00", "U01")):
            await decide_edge(connection, *pair, joined=False, actor="x")
        report = await check_units(connection)
        assert [(kind, codes) for kind, codes, _, _ in report.rows()] == [("cut_off", ("U00",))]
        await connection.execute("SET ROLE NONE")
        await connection.execute(
            "UPDATE unit_edge SET length_m = length_m + 1 WHERE unit_a = 1 AND unit_b = 2"
        )
        wrong = await check_units(connection)
        assert [kind for kind, *_ in wrong.rows()] == ["not_as_drawn", "cut_off"]
        (_, _, place, message) = next(report.rows())
        assert place is not None
        assert place == pytest.approx((120.405, 36.105))
        assert "U00" in message.zh
