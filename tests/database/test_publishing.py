"""Publishing: zones, units, posts and open incidents follow a plan, all at once or not at all."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from governance.access import OPERATOR
from governance.incidents.rerouting import reroute
from governance.planning.errors import PlanConflict
from governance.planning.refusals import PlanRefused
from governance.planning.states import Action, State
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Database
from tests.database.test_bulk_routing import LATTICE_POINTS, frame_of
from tests.support import drafts
from tests.support.drafts import AUTHOR, REVIEWER, do, publish
from tests.support.editions import grids, merge, shapes_are_units, split, steps, toy_change
from tests.support.importing import look


async def store(database: Database, points: list[tuple[float, float]], **columns: Any) -> None:
    """Open incidents (unless told), routed for today."""
    async with database.transaction(OPERATOR) as connection:
        await store_incidents(connection, frame_of(points, **columns))
        await reroute(connection, OPERATOR, full=True)


async def mismatches(database: Database) -> int:
    """How many open incidents full routing would move."""
    async with database.transaction(OPERATOR) as connection:
        return len((await reroute(connection, OPERATOR, full=True, dry_run=True)).moves)


async def test_a_split_makes_a_grid_with_the_next_code(toy_database: Database) -> None:
    await split(toy_database)
    before = await grids(toy_database)
    done = await publish(toy_database)
    assert done.state is State.PUBLISHED
    assert await grids(toy_database) == before | {"001001": "U01 U11", "001003": "U00 U10"}
    await shapes_are_units(toy_database)
    # Yesterday is as it was.
    assert await grids(toy_database, "(now() - interval '1 day')") == before
    assert await steps(toy_database) == [
        ("001001", "001001", "split", 2),
        ("001001", "001003", "split", 2),
    ]
    # Only what changed has a new version.
    made = await look(toy_database, "SELECT count(*) AS n FROM zone_version WHERE plan_id IS NOT NULL")
    assert made == [{"n": 2}]


async def test_a_merger_retires_the_grid_and_keeps_its_code_out_of_use(toy_database: Database) -> None:
    await merge(toy_database)
    await publish(toy_database)
    assert (await grids(toy_database))["001001"] == "U00 U01 U10 U11 U20 U21 U30 U31"
    await shapes_are_units(toy_database)
    assert await steps(toy_database) == [("001001", "001001", "merged", 4), ("001002", "001001", "merged", 4)]
    retired = await look(toy_database, "SELECT code FROM zone WHERE retired_at IS NOT NULL")
    assert [row["code"][-6:] for row in retired] == ["001002"]
    # The next new grid of the community does not get it.
    await split(toy_database, "P2", "U20 U30 U21 U31")
    await publish(toy_database, "P2")
    assert "001003" in await grids(toy_database)
    states = await look(toy_database, "SELECT code, state FROM plan ORDER BY code")
    assert [(row["code"], row["state"]) for row in states] == [("P1", "superseded"), ("P2", "published")]


async def test_a_cut_unit_ends_and_its_pieces_begin(toy_database: Database) -> None:
    """U11 is cut down the middle: one half goes north, buildings, facilities and borders follow."""
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection)
        number = await drafts.numbers(connection, plan)
        west = "POLYGON((120.41 36.11, 120.415 36.11, 120.415 36.12, 120.41 36.12, 120.41 36.11))"
        east = "POLYGON((120.415 36.11, 120.42 36.11, 120.42 36.12, 120.415 36.12, 120.415 36.11))"
        await drafts.cut(
            connection,
            plan,
            "U11",
            {"U11-1": (west, number["001001"]), "U11-2": (east, number["001002"])},
        )
        for unit, wkt in {
            # The neighbours in the south and the north get the ends of the cut as vertices.
            "U01": "120.41 36.1, 120.42 36.1, 120.42 36.11, 120.415 36.11, 120.41 36.11, 120.41 36.1",
            "U21": "120.41 36.12, 120.415 36.12, 120.42 36.12, 120.42 36.13, 120.41 36.13, 120.41 36.12",
        }.items():
            await connection.execute(
                """UPDATE plan_unit SET geom = ST_GeomFromText(%s, 4326)
                   WHERE plan_id = %s AND land_unit_id = (SELECT id FROM land_unit WHERE code = %s)""",
                [f"POLYGON(({wkt}))", plan, unit],
            )
    await store(toy_database, [(120.413, 36.115), (120.417, 36.115), (120.415, 36.115), (120.415, 36.12)])
    await publish(toy_database)
    after = await grids(toy_database)
    assert (after["001001"], after["001002"]) == ("U00 U01 U10 U11-1", "U11-2 U20 U21 U30 U31")
    await shapes_are_units(toy_database)
    assert await mismatches(toy_database) == 0
    told = await look(
        toy_database,
        """SELECT unit_a.code AS a, unit_b.code AS b FROM unit_edge
           JOIN land_unit AS unit_a ON unit_a.id = unit_edge.unit_a
           JOIN land_unit AS unit_b ON unit_b.id = unit_edge.unit_b
           WHERE 'U11-1' IN (unit_a.code, unit_b.code) OR 'U11' IN (unit_a.code, unit_b.code)""",
    )
    assert {frozenset(row.values()) - {"U11-1"} for row in told} == {
        frozenset({other}) for other in ("U01", "U10", "U21", "U11-2")
    }
    ended = await look(toy_database, "SELECT upper(valid) AS ended FROM land_unit WHERE code = 'U11'")
    assert ended[0]["ended"] is not None


async def test_points_on_changed_borders_follow_exactly(toy_database: Database) -> None:
    """Every vertex, edge and middle of the lattice city: after each edition nothing is left to be moved."""
    await store(toy_database, LATTICE_POINTS)
    await split(toy_database)
    first = await publish(toy_database)
    assert first.edition is not None
    assert first.edition.incidents.ids
    assert await mismatches(toy_database) == 0
    # U11 goes to the grid in the north, whose code is higher: what lies on its border stays in the south.
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection, "P2")
        number = await drafts.numbers(connection, plan)
        await drafts.move(connection, plan, {"U11": number["001002"]})
    await publish(toy_database, "P2")
    assert await mismatches(toy_database) == 0
    await merge_new(toy_database)
    assert await mismatches(toy_database) == 0
    await do(toy_database, Action.ROLL_BACK, "P3", REVIEWER)
    assert await mismatches(toy_database) == 0


async def merge_new(database: Database) -> None:
    """The new grid of the first plan goes back into its origin."""
    async with database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection, "P3")
        number = await drafts.numbers(connection, plan)
        await drafts.move(connection, plan, {"U00": number["001001"], "U10": number["001001"]})
        await drafts.dissolve(connection, plan, number["001003"])
    await publish(database, "P3")


async def test_closed_incidents_keep_what_they_have_and_open_ones_are_told(toy_database: Database) -> None:
    states = ["reported", "closed"]
    await store(toy_database, [(120.405, 36.105)] * 2, state=states)
    await split(toy_database)
    done = await publish(toy_database)
    assert done.edition is not None
    assert len(done.edition.incidents.ids) == 1
    found = await look(
        toy_database,
        """SELECT incident.state, right(zone.code, 6) AS grid,
                  (SELECT count(*) FROM routing WHERE incident_id = incident.id) AS routed,
                  (SELECT array_agg(action ORDER BY seq) FROM history_incident JOIN history USING (seq)
                   WHERE history_incident.incident_id = incident.id) AS told
           FROM incident JOIN zone ON zone.id = base_grid_id ORDER BY state""",
    )
    assert found == [
        {"state": "closed", "grid": "001001", "routed": 1, "told": None},
        {"state": "reported", "grid": "001003", "routed": 2, "told": ["routing.again"]},
    ]
    entries = await look(
        toy_database, "SELECT actor, action FROM history WHERE action LIKE 'plan.%' ORDER BY seq"
    )
    assert [tuple(row.values()) for row in entries] == [
        (AUTHOR, "plan.submit"),
        (REVIEWER, "plan.approve"),
        (REVIEWER, "plan.publish"),
    ]


async def test_a_roll_back_is_a_new_edition_and_brings_back_the_same_zones(toy_database: Database) -> None:
    before = await grids(toy_database)
    await merge(toy_database)
    await publish(toy_database)
    with pytest.raises(PlanRefused) as alone:
        await do(toy_database, Action.ROLL_BACK, by=AUTHOR)
    assert alone.value.code == "plan-person"
    done = await do(toy_database, Action.ROLL_BACK, by=REVIEWER)
    assert (done.code, done.state) == ("P1-R", State.PUBLISHED)
    assert await grids(toy_database) == before
    await shapes_are_units(toy_database)
    zones = await look(
        toy_database,
        "SELECT count(*) AS n, count(retired_at) AS retired FROM zone WHERE code LIKE '370212001001___'",
    )
    assert zones == [{"n": 2, "retired": 0}]
    states = await look(toy_database, "SELECT code, state FROM plan ORDER BY code")
    assert [(row["code"], row["state"]) for row in states] == [("P1", "rolled_back"), ("P1-R", "published")]
    assert await steps(toy_database, "P1-R") == [
        ("001001", "001001", "split", 4),
        ("001001", "001002", "split", 4),
    ]


async def test_what_was_redrawn_since_cannot_be_rolled_back(toy_database: Database) -> None:
    await split(toy_database)
    await publish(toy_database)
    await toy_change(
        toy_database, "UPDATE zone_version SET valid = tstzrange(lower(valid), now()) WHERE plan_id = 1"
    )
    with pytest.raises(PlanRefused) as refused:
        await do(toy_database, Action.ROLL_BACK, by=REVIEWER)
    assert refused.value.code == "plan-overtaken"
    assert len(refused.value.reasons) == 2


async def test_another_revision_is_told(toy_database: Database) -> None:
    await split(toy_database)
    with pytest.raises(PlanConflict) as stale:
        await do(toy_database, Action.SUBMIT, revision=7)
    assert stale.value.revision == 0


async def test_what_is_wrong_is_refused_by_name_and_nothing_is_written(toy_database: Database) -> None:
    """Everything at once: a grid over two communities, one in two parts, one without a unit."""
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection)
        number = await drafts.numbers(connection, plan)
        await drafts.move(connection, plan, {"U03": number["001001"], "U33": number["001001"]})
        await drafts.move(connection, plan, dict.fromkeys(("U20", "U21", "U30", "U31"), number["001001"]))
    with pytest.raises(PlanRefused) as refused:
        await do(toy_database, Action.SUBMIT)
    assert refused.value.code == "plan-unsound"
    told = " / ".join(words.en for words in refused.value.reasons)
    assert "leaves its community" in told
    assert "has no unit left" in told
    assert "parts that are not joined" in told
    assert await look(toy_database, "SELECT state, revision FROM plan") == [{"state": "draft", "revision": 0}]


async def test_a_plan_whose_ground_moved_is_refused_and_one_beside_it_is_not(toy_database: Database) -> None:
    await split(toy_database, "P1", "U00 U10")
    await split(toy_database, "P2", "U01 U11")
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection, "P3")
        new = await drafts.add_zone(connection, plan)
        await drafts.move(connection, plan, {"U03": new, "U13": new})
    await publish(toy_database, "P1")
    # P2 started from the grid that P1 has split.
    with pytest.raises(PlanRefused) as refused:
        await do(toy_database, Action.SUBMIT, "P2")
    assert refused.value.code == "plan-unsound"
    assert "U00" in refused.value.reasons[0].zh
    await publish(toy_database, "P3")
    assert (await grids(toy_database))["002003"] == "U03 U13"


async def test_a_new_name_is_a_new_version_and_a_new_code_a_new_zone(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        plan = await drafts.begin(connection)
        number = await drafts.numbers(connection, plan)
        await connection.execute(
            "UPDATE plan_zone SET name_zh = '新名' WHERE plan_id = %s AND number = %s",
            [plan, number["001001"]],
        )
        await connection.execute(
            "UPDATE plan_zone SET code = '370212001002007' WHERE plan_id = %s AND number = %s",
            [plan, number["002001"]],
        )
    before = await grids(toy_database)
    await publish(toy_database)
    after = await grids(toy_database)
    assert after.pop("002007") == before.pop("002001")
    assert after == before
    assert await steps(toy_database) == [("002001", "002007", "unchanged", 4)]
    named = await look(
        toy_database,
        "SELECT name_zh FROM zone_version WHERE plan_id IS NOT NULL AND name_zh = '新名' AND valid @> now()",
    )
    assert len(named) == 1


async def test_notices_are_never_changed(toy_database: Database) -> None:
    await split(toy_database)
    await publish(toy_database)
    found = await look(
        toy_database,
        """SELECT organisation.code, text_zh FROM notice
           JOIN organisation ON organisation.id = organisation_id""",
    )
    assert found
    assert all("370212001001003" in row["text_zh"] for row in found)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await toy_change(toy_database, "UPDATE notice SET text_zh = ''")
