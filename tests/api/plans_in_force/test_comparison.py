"""Any two editions, and plans, compared over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import shapely
from starlette.testclient import TestClient

from tests.api.plans_in_force.test_plan_force import act, draft, refused

__all__ = ["draft"]

Json = dict[str, Any]


def test_a_draft_against_today_and_its_edition_against_the_day_before(
    client: TestClient, draft: Json, get: Callable[..., Json]
) -> None:
    impact = client.get(f"/api/plans/{draft['code']}/impact").json()["flows"][0]
    planned = get(
        "/api/comparison", layer="base_grid", **{"from": draft["base"], "to": f"plan:{draft['code']}"}
    )
    (flow,) = planned["flows"]
    assert (flow["source"], flow["target"]) == (impact["source"]["code"], impact["target"]["code"])
    assert (flow["units"], flow["households"], flow["kind"]) == (1, impact["households"], "irregular")
    assert flow["area_m2"] == pytest.approx(impact["area_m2"], abs=0.2)
    (feature,) = planned["units"]["features"]
    assert shapely.from_geojson(str(feature["geometry"]).replace("'", '"')).is_valid
    assert {zone["change"] for zone in planned["zones"]} == {"changed"}
    plan = draft
    for action, by in (("submit", "王规划"), ("approve", "李审批"), ("publish", "李审批")):
        plan = act(client, plan, action, by).json()
    made = get("/api/comparison", layer="base_grid", **{"from": draft["base"], "to": f"plan:{draft['code']}"})
    assert (made["flows"], made["zones"], made["units"]) == (
        planned["flows"], planned["zones"], planned["units"],
    )  # fmt: skip
    now = get("/api/comparison", layer="base_grid", **{"from": f"plan:{draft['code']}", "geometry": False})
    assert (now["summary"]["units"], now["units"]["features"]) == (0, [])
    back = get("/api/comparison", layer="base_grid", **{"from": f"plan:{draft['code']}", "to": draft["base"]})
    assert (back["flows"][0]["source"], back["flows"][0]["target"]) == (flow["target"], flow["source"])


def test_the_editions_of_the_sample(get: Callable[..., Json], database: psycopg.Connection) -> None:
    """What the lineage of the sample's own redraw says, found from the editions of the days round it."""
    row = database.execute(
        """SELECT effective_from::date - 1, effective_from, array_agg(DISTINCT target.code)
           FROM plan JOIN zone_lineage ON plan_id = plan.id JOIN zone AS target ON target.id = to_zone_id
           JOIN zone AS source ON source.id = from_zone_id
           WHERE plan.author IS DISTINCT FROM '王规划' AND source.code <> target.code
             AND plan.code NOT LIKE 'T%%'
           GROUP BY plan.id ORDER BY plan.id LIMIT 1"""
    ).fetchone()
    assert row is not None
    day, since, begun = row
    found = get("/api/comparison", layer="base_grid", **{"from": str(day), "to": since.isoformat()})
    assert set(begun) <= {flow["target"] for flow in found["flows"]}
    assert found["summary"]["units"] > 0


def test_a_layer_without_units_is_compared_by_its_shapes(
    get: Callable[..., Json], database: psycopg.Connection
) -> None:
    with database.transaction():
        row = database.execute(
            """SELECT zone.code, version.area_m2 FROM zone_version AS version
               JOIN zone ON zone.id = version.zone_id JOIN layer ON layer.id = zone.layer_id
               WHERE layer.code = 'police' AND upper_inf(valid) ORDER BY zone.code LIMIT 1"""
        ).fetchone()
        assert row is not None
        code, area = row
    same = get("/api/comparison", layer="police", **{"from": "2020-01-01", "to": "2020-01-01"})
    assert same["summary"]["zones"] == 0
    # Before anything was valid there was nothing.
    found = get("/api/comparison", layer="police", **{"from": "0001-01-01"})
    assert {zone["change"] for zone in found["zones"]} == {"begun"}
    mine = next(flow for flow in found["flows"] if flow["target"] == code)
    assert mine["source"] is None
    assert mine["area_m2"] == pytest.approx(area, rel=1e-3)


def test_what_is_not_there(client: TestClient) -> None:
    for layer, side in (("base_grid", "plan:NOBODY"), ("nolayer", "2025-01-01")):
        response = client.get("/api/comparison", params={"layer": layer, "from": side})
        refused(response, 404, "not-found")
    response = client.get("/api/comparison", params={"layer": "base_grid", "from": "yesterday"})
    refused(response, 400, "bad-parameter")
