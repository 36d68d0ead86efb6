"""The plans that the sample brings along: every route answers for them; figures agree with the editions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from governance.settings import Settings
from grid_data.cluster.private import Cluster
from grid_data.sample.frames import SMALL
from grid_data.sample.plans import PLAN, PLANNERS, TRIAL, TRIAL_MOST
from tests.support import databases

Json = dict[str, Any]
BEFORE, AFTER = SMALL.base_grids_before, SMALL.base_grids


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    """A sample of these tests alone: a plan that another test publishes supersedes the one looked at here."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as copied:
        yield copied


@pytest.fixture(scope="module")
def desk(url: str) -> Iterator[TestClient]:
    """The server over it."""
    with TestClient(create_app(Settings(database_url=url)), headers={"Accept-Language": "en"}) as started:
        yield started


@pytest.fixture(scope="module")
def ask(desk: TestClient) -> Callable[..., Json]:
    """A JSON document that must be there."""

    def get(path: str, **parameters: Any) -> Json:
        answer = desk.get(f"/api{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        document: Json = answer.json()
        return document

    return get


def test_the_redraw_is_a_published_plan(ask: Callable[..., Json]) -> None:
    plan = ask(f"/plans/{PLAN}")
    assert (plan["state"], plan["author"], plan["approver"]) == ("published", PLANNERS[0], "审批员乙")
    assert (plan["area"], plan["band"]) == (None, {"min": 300, "max": 500})
    assert plan["effective_from"].startswith("2025-12-31T16:00:00")
    assert plan["base"] < plan["effective_from"]
    assert plan["zones"] == AFTER
    assert [each["code"] for each in ask("/plans")["items"]] == [TRIAL, PLAN]


def test_its_units_are_where_both_editions_have_them(ask: Callable[..., Json], url: str) -> None:
    told = ask(f"/plans/{PLAN}/units")
    code = {zone["number"]: zone["code"] for zone in told["zones"]}
    columns = told["units"]
    with psycopg.connect(url) as connection:
        stored = {
            row[0]: row[1:]
            for row in connection.execute(
                """SELECT unit.code, old.code, new.code FROM land_unit AS unit
                   JOIN unit_zone AS before ON before.land_unit_id = unit.id
                       AND before.valid @> '2021-06-01'::timestamptz
                   JOIN zone AS old ON old.id = before.zone_id
                   JOIN unit_zone AS after ON after.land_unit_id = unit.id AND after.valid @> now()
                   JOIN zone AS new ON new.id = after.zone_id"""
            )
        }
    pairs = zip(columns["base_zone"], columns["zone"], strict=True)
    assert dict(zip(columns["code"], ((code[a], code[b]) for a, b in pairs), strict=True)) == stored
    zones = Counter((zone["base"], zone["dissolved"]) for zone in told["zones"])
    assert zones[True, False] + zones[True, True] == BEFORE
    assert zones[True, False] + zones[False, False] == AFTER
    assert not zones[False, True]


def test_its_steps_make_the_second_edition_of_the_first(ask: Callable[..., Json]) -> None:
    told = ask(f"/plans/{PLAN}/units")["units"]
    zone = dict(zip(told["id"], told["base_zone"], strict=True))
    steps = ask(f"/plans/{PLAN}/steps", limit=100)
    assert steps["next"] is None
    assert {step["kind"] for step in steps["items"]} == {"assign"}
    assert {step["author"] for step in steps["items"]} == set(PLANNERS)
    for step in reversed(steps["items"]):
        for unit, before, after in zip(step["units"], step["from_numbers"], step["to_numbers"], strict=True):
            assert zone[unit] == before
            zone[unit] = after
    assert zone == dict(zip(told["id"], told["zone"], strict=True))


def test_its_measures_say_what_it_was_for(ask: Callable[..., Json]) -> None:
    measures = ask(f"/plans/{PLAN}/measures")
    zones = [zone for zone in measures["zones"] if zone["households"]]
    assert len(zones) == AFTER
    assert sum(zone["in_band"] for zone in zones) >= 0.97 * AFTER
    # Only grids of a community whose total cannot be divided are out of it.
    assert all(zone["connected"] for zone in zones)
    drawn = ask(f"/plans/{PLAN}/units")
    told = drawn["units"]
    community = {zone["number"]: zone["code"][:12] for zone in drawn["zones"]}
    total: Counter[str] = Counter()
    for zone in zones:
        total[community[zone["number"]]] += zone["households"]
    assert all(500 < total[community[zone["number"]]] < 600 for zone in zones if not zone["in_band"])
    before: Counter[int] = Counter()
    for zone, homes in zip(told["base_zone"], told["households"], strict=True):
        before[zone] += homes
    assert sum(homes > 500 for homes in before.values()) > 0.2 * BEFORE


def test_shapes_and_files_of_it_are_there(ask: Callable[..., Json], desk: TestClient) -> None:
    shapes = ask(f"/plans/{PLAN}/shapes")
    assert len(shapes["units"]["features"]) == ask(f"/plans/{PLAN}")["units"]
    assert desk.get(f"/api/plans/{PLAN}/export", params={"format": "csv"}).status_code == 200
    # What it will do is no question any more: the answer says where to look instead.
    refused = desk.get(f"/api/plans/{PLAN}/impact")
    assert (refused.status_code, refused.json()["code"]) == (409, "plan-refused")


def test_the_comparison_agrees_with_plan_and_lineage(ask: Callable[..., Json], url: str) -> None:
    compared = ask("/comparison", layer="base_grid", **{"from": "2021-06-01", "to": f"plan:{PLAN}"})
    told = ask(f"/plans/{PLAN}/units")["units"]
    moved = [
        row
        for row, both in enumerate(zip(told["base_zone"], told["zone"], strict=True))
        if both[0] != both[1]
    ]
    summary = compared["summary"]
    assert summary["begun"] - summary["ended"] == AFTER - BEFORE
    assert summary["units"] == len(moved)
    assert summary["households"] == sum(told["households"][row] for row in moved)
    flows = {
        (flow["source"], flow["target"]): (flow["kind"], flow["units"], flow["households"])
        for flow in compared["flows"]
    }  # fmt: skip
    with psycopg.connect(url) as connection:
        lineage = {
            (row[0], row[1]): row[2:]
            for row in connection.execute(
                """SELECT old.code, new.code, kind, units, households FROM zone_lineage
                   JOIN zone AS old ON old.id = from_zone_id JOIN zone AS new ON new.id = to_zone_id
                   WHERE from_zone_id <> to_zone_id"""
            )
        }
    assert flows == lineage


@pytest.mark.parametrize(
    ("at", "count"), [("2021-01-02", BEFORE), ("2025-12-31", BEFORE), ("2026-01-01", AFTER)]
)
def test_each_day_has_the_grids_of_its_edition(ask: Callable[..., Json], at: str, count: int) -> None:
    assert len(ask("/zones", layer="base_grid", at=at, limit=200)["items"]) == count


def test_history_tells_how_it_came_into_force(url: str) -> None:
    with psycopg.connect(url) as connection:
        entries = connection.execute(
            "SELECT action, actor FROM history JOIN plan ON plan.id = plan_id WHERE code = %s ORDER BY seq",
            [PLAN],
        ).fetchall()
    moves = [entry for entry in entries if entry[0] == "plan.move"]
    assert [entry for entry in entries if entry[0] != "plan.move"] == [
        ("plan.create", PLANNERS[0]),
        ("plan.submit", PLANNERS[0]),
        ("plan.approve", "审批员乙"),
        ("plan.schedule", PLANNERS[0]),
        ("plan.take_effect", "gridgov"),
    ]
    assert {actor for _, actor in moves} == set(PLANNERS)


def test_the_draft_is_ready_to_be_drawn_on(ask: Callable[..., Json], desk: TestClient) -> None:
    plan = ask(f"/plans/{TRIAL}")
    assert (plan["state"], plan["revision"], plan["band"]["max"]) == ("draft", 0, TRIAL_MOST)
    zones = ask(f"/plans/{TRIAL}/measures")["zones"]
    assert len(zones) == plan["zones"]
    over = [zone for zone in zones if not zone["in_band"]]
    assert over
    units = ask(f"/plans/{TRIAL}/units")["units"]
    assert sum(units["incidents_year"]) > 0
    assert sum(units["facilities"]) > 0
    number = over[0]["number"]
    mine = [unit for unit, zone in zip(units["id"], units["zone"], strict=True) if zone == number]
    made = desk.post(
        f"/api/plans/{TRIAL}/moves",
        json={"kind": "split_parts", "zone": number, "parts": 2, "revision": 0, "by": "访客"},
    )
    assert made.status_code == 200, made.text
    assert 0 < len(made.json()["moves"]) < len(mine)


def test_the_redraw_can_be_rolled_back(ask: Callable[..., Json], desk: TestClient) -> None:
    revision = ask(f"/plans/{PLAN}")["revision"]
    done = desk.post(f"/api/plans/{PLAN}/rollback", json={"revision": revision, "by": "审批员乙"})
    assert done.status_code == 200, done.text
    layers = ask("/layers")["items"]
    assert next(layer["zones"] for layer in layers if layer["code"] == "base_grid") == BEFORE
