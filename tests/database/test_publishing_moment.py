"""When plans take effect: once, at their moment, whoever asks and however many at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from governance.planning.refusals import PlanRefused
from governance.planning.states import Action, State
from governance.planning.tasks import publish_due_plans
from grid_data.database import Database
from tests.support.drafts import REVIEWER, do, publish
from tests.support.editions import grids, split, toy_change
from tests.support.importing import look

SOON = timedelta(days=2)


async def test_a_scheduled_plan_takes_effect_at_its_moment_and_not_before(toy_database: Database) -> None:
    await split(toy_database)
    before = await grids(toy_database)
    await do(toy_database, Action.SUBMIT)
    await do(toy_database, Action.APPROVE, by=REVIEWER)
    moment = datetime.now(UTC) + SOON
    with pytest.raises(PlanRefused) as past:
        await do(toy_database, Action.PUBLISH, by=REVIEWER, effective_from=moment - 2 * SOON)
    assert past.value.code == "plan-moment"
    done = await do(toy_database, Action.PUBLISH, by=REVIEWER, effective_from=moment)
    assert done.state is State.SCHEDULED
    again = await do(toy_database, Action.SCHEDULE, by=REVIEWER, effective_from=moment)
    assert again.repeated
    assert await grids(toy_database) == before
    assert await grids(toy_database, "(now() + interval '3 days')") == before
    assert (await published_now(toy_database)) == []
    # Its moment comes (an hour ago: the worker was late), and what holds since then is the edition.
    await toy_change(toy_database, "UPDATE plan SET effective_from = now() - interval '1 hour'")
    assert (await published_now(toy_database)) == ["P1"]
    assert (await published_now(toy_database)) == []
    after = before | {"001001": "U01 U11", "001003": "U00 U10"}
    assert await grids(toy_database) == after
    assert await grids(toy_database, "(now() - interval '30 minutes')") == after
    assert await grids(toy_database, "(now() - interval '2 hours')") == before
    kinds = await look(toy_database, "SELECT DISTINCT kind FROM notice ORDER BY kind")
    assert [row["kind"] for row in kinds] == ["published", "scheduled"]


async def published_now(database: Database) -> list[str]:
    return [done.code for done in await publish_due_plans(database)]


async def test_a_scheduled_plan_that_became_wrong_goes_back_and_says_why(toy_database: Database) -> None:
    await split(toy_database, "P1", "U00 U10")
    await split(toy_database, "P2", "U01 U11")
    for code in ("P1", "P2"):
        await do(toy_database, Action.SUBMIT, code)
        await do(toy_database, Action.APPROVE, code, by=REVIEWER)
        await do(toy_database, Action.SCHEDULE, code, by=REVIEWER, effective_from=datetime.now(UTC) + SOON)
    await toy_change(
        toy_database,
        "UPDATE plan SET effective_from = now() - CASE code WHEN 'P1' THEN 2 ELSE 1 END * interval '1 hour'",
    )
    assert await published_now(toy_database) == ["P1", "P2"]
    states = await look(toy_database, "SELECT code, state, effective_from FROM plan ORDER BY code")
    assert [(row["code"], row["state"]) for row in states] == [("P1", "published"), ("P2", "approved")]
    assert states[1]["effective_from"] is None
    (why,) = await look(toy_database, "SELECT after FROM history WHERE action = 'plan.refused'")
    assert "U00" in why["after"]["reasons"][0]
    told = await look(toy_database, "SELECT count(*) > 0 AS told FROM notice WHERE kind = 'failed'")
    assert told == [{"told": True}]


async def test_workers_at_once_publish_once(toy_database: Database) -> None:
    await split(toy_database)
    await do(toy_database, Action.SUBMIT)
    await do(toy_database, Action.APPROVE, by=REVIEWER)
    await do(toy_database, Action.SCHEDULE, by=REVIEWER, effective_from=datetime.now(UTC) + SOON)
    await toy_change(toy_database, "UPDATE plan SET effective_from = now() - interval '1 minute'")
    found = await asyncio.gather(*(published_now(toy_database) for _ in range(3)))
    assert sorted(found) == [[], [], ["P1"]]
    made = await look(toy_database, "SELECT count(*) AS n FROM history WHERE action = 'plan.take_effect'")
    assert made == [{"n": 1}]


async def test_two_who_publish_at_once_make_one_edition(toy_database: Database) -> None:
    await split(toy_database)
    await do(toy_database, Action.SUBMIT)
    await do(toy_database, Action.APPROVE, by=REVIEWER)
    both = await asyncio.gather(*(do(toy_database, Action.PUBLISH, by=REVIEWER) for _ in range(2)))
    assert sorted(done.repeated for done in both) == [False, True]


async def test_publishing_twice_is_publishing_once(toy_database: Database) -> None:
    await split(toy_database)
    await publish(toy_database)
    rows = "SELECT (SELECT count(*) FROM zone_version) AS v, (SELECT count(*) FROM history) AS h"
    before = await look(toy_database, rows)
    again = await do(toy_database, Action.PUBLISH, by=REVIEWER, revision=0)
    assert again.repeated
    assert await look(toy_database, rows) == before


async def announced(database: Database, code: str = "P1") -> datetime:
    await split(database, code)
    await publish(database, code)
    moment = datetime.now(UTC) + SOON
    done = await do(database, Action.ROLL_BACK, code, by=REVIEWER, effective_from=moment)
    assert (done.state, done.edition) == (State.PUBLISHED, None)
    return moment


PAST = "UPDATE plan SET rollback_at = now() - interval '1 minute' WHERE rollback_at IS NOT NULL"
KINDS = "SELECT DISTINCT kind FROM notice WHERE kind <> 'published' ORDER BY kind"


async def test_a_roll_back_is_announced_and_comes_at_its_moment_once(toy_database: Database) -> None:
    before = await grids(toy_database)
    moment = await announced(toy_database)
    drawn = await grids(toy_database)
    again = await do(toy_database, Action.ROLL_BACK, by=REVIEWER, effective_from=moment)
    assert again.repeated
    assert await published_now(toy_database) == []
    await toy_change(toy_database, PAST)
    found = await asyncio.gather(*(published_now(toy_database) for _ in range(3)))
    assert sorted(found) == [[], [], ["P1-R"]]
    assert (drawn != before, await grids(toy_database) == before) == (True, True)
    plans = await look(toy_database, "SELECT code, state, author, rollback_at FROM plan ORDER BY code")
    assert [tuple(row.values()) for row in plans] == [
        ("P1", "rolled_back", plans[0]["author"], None), ("P1-R", "published", REVIEWER, None),
    ]  # fmt: skip
    kinds = [row["kind"] for row in await look(toy_database, KINDS)]
    assert kinds == ["rollback_scheduled", "rolled_back"]


async def test_an_announced_roll_back_can_be_called_off(toy_database: Database) -> None:
    await announced(toy_database)
    drawn = await grids(toy_database)
    await do(toy_database, Action.KEEP, by=REVIEWER)
    await toy_change(toy_database, PAST)
    assert await published_now(toy_database) == []
    assert await grids(toy_database) == drawn
    with pytest.raises(PlanRefused):
        await do(toy_database, Action.KEEP, by=REVIEWER)
    kinds = [row["kind"] for row in await look(toy_database, KINDS)]
    assert kinds == ["rollback_scheduled", "rollback_withdrawn"]


async def test_a_roll_back_that_cannot_be_any_more_leaves_the_plan_and_says_why(
    toy_database: Database,
) -> None:
    await announced(toy_database)
    drawn = await grids(toy_database)
    # A unit of the plan is placed again meanwhile, without a plan that would supersede it.
    await toy_change(
        toy_database,
        "WITH gone AS (UPDATE unit_zone SET valid = tstzrange(lower(unit_zone.valid), now())"
        " FROM land_unit, layer"
        " WHERE land_unit.id = land_unit_id AND land_unit.code = 'U00' AND upper_inf(unit_zone.valid)"
        " AND layer.id = layer_id AND layer.code = 'base_grid' RETURNING land_unit_id, layer_id, zone_id)"
        " INSERT INTO unit_zone (land_unit_id, layer_id, zone_id, valid)"
        " SELECT land_unit_id, layer_id, zone_id, tstzrange(now(), NULL) FROM gone",
    )
    await toy_change(toy_database, PAST)
    assert await published_now(toy_database) == ["P1"]
    plans = await look(toy_database, "SELECT code, state, rollback_at FROM plan")
    assert [tuple(row.values()) for row in plans] == [("P1", "published", None)]
    (why,) = await look(toy_database, "SELECT after FROM history WHERE action = 'plan.refused'")
    assert why["after"]["reasons"]
    kinds = [row["kind"] for row in await look(toy_database, KINDS)]
    assert kinds == ["rollback_failed", "rollback_scheduled"]
    assert (await grids(toy_database)).keys() == drawn.keys()


async def test_a_plan_that_is_redrawn_is_not_rolled_back(toy_database: Database) -> None:
    await announced(toy_database)
    await split(toy_database, "P2", "U01")
    await publish(toy_database, "P2")
    assert await look(toy_database, "SELECT rollback_at FROM plan WHERE code = 'P1'") == [
        {"rollback_at": None}
    ]
