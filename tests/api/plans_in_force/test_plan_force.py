"""Plans into force over HTTP: the whole way, and what is refused on it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from starlette.testclient import TestClient

Json = dict[str, Any]


@pytest.fixture
def draft(client: TestClient, get: Callable[..., Json]) -> Json:
    """A draft over one community, in which one unit at the edge of a grid goes to the grid beside it."""
    zones = get("/api/zones", layer="community", limit=200)["items"]
    for zone in zones:
        body = {
            "layer": "base_grid", "name": {"zh": "测试方案"}, "by": "王规划",
            "code": f"T{uuid.uuid4().hex[:12]}", "area": {"layer": "community", "code": zone["code"]},
        }  # fmt: skip
        made = client.post("/api/plans", json=body)
        if made.status_code != 201:
            continue
        plan: Json = made.json()
        if moved := _one_move(client, plan):
            return moved
    raise AssertionError("no community has two grids that border")


def _one_move(client: TestClient, plan: Json) -> Json | None:
    """Try units at borders until one may go."""
    units = client.get(f"/api/plans/{plan['code']}/units").json()
    zone, edges = units["units"]["zone"], units["edges"]
    for a, b, joined in zip(edges["a"], edges["b"], edges["joined"], strict=True):
        if not joined or zone[a] == zone[b] or zone.count(zone[a]) < 3:
            continue
        body = {
            "revision": 0, "by": "王规划", "kind": "paint", "units": [units["units"]["id"][a]],
            "zone": zone[b],
        }  # fmt: skip
        made = client.post(f"/api/plans/{plan['code']}/moves", json=body)
        if made.status_code == 200 and all(each["connected"] for each in made.json()["measures"]):
            return plan | {"revision": made.json()["revision"]}
        if made.status_code == 200:
            return None
    return None


def refused(response: Any, status: int, code: str) -> Json:
    """The problem that a response is."""
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    problem: Json = response.json()
    return problem


def act(client: TestClient, plan: Json, action: str, by: str, **values: Any) -> Any:
    body = {"revision": plan["revision"], "by": by, **values}
    return client.post(f"/api/plans/{plan['code']}/{action}", json=body)


def test_from_draft_to_force_and_back(client: TestClient, draft: Json, database: psycopg.Connection) -> None:
    plan = draft
    for action, by, state in (
        ("submit", "王规划", "submitted"), ("reopen", "李审批", "draft"), ("submit", "王规划", "submitted"),
        ("approve", "李审批", "approved"), ("publish", "李审批", "published"),
    ):  # fmt: skip
        response = act(client, plan, action, by)
        assert response.status_code == 200, response.text
        assert response.json()["state"] == state
        assert response.json()["revision"] == plan["revision"] + 1
        plan = response.json()
    again = act(client, {**plan, "revision": 0}, "publish", "李审批")
    assert again.json() == plan
    row = database.execute(
        "SELECT count(*) FROM zone_version JOIN plan ON plan.id = plan_id WHERE plan.code = %s",
        [plan["code"]],
    ).fetchone()
    assert row == (2,)
    notices = client.get("/api/notices", params={"plan": plan["code"]}).json()
    assert {each["kind"] for each in notices["items"]} == {"published"}
    assert all(len(each["about"]["zones"]) == 2 for each in notices["items"])
    page = client.get("/api/notices", params={"plan": plan["code"], "limit": 1}).json()
    assert page["items"] == notices["items"][:1]
    back = act(client, plan, "rollback", "李审批")
    assert back.status_code == 200, back.text
    assert (back.json()["code"], back.json()["state"]) == (f"{plan['code']}-R", "published")
    assert client.get(f"/api/plans/{plan['code']}").json()["state"] == "rolled_back"


def test_a_retired_grid_shows_its_last_version(
    client: TestClient, draft: Json, get: Callable[..., Json], database: psycopg.Connection
) -> None:
    units = client.get(f"/api/plans/{draft['code']}/units").json()
    zone, edges = units["units"]["zone"], units["edges"]
    [a, b] = next(
        sorted((zone[a], zone[b]))
        for a, b, joined in zip(edges["a"], edges["b"], edges["joined"], strict=True)
        if joined and zone[a] != zone[b]
    )
    body = {"revision": draft["revision"], "by": "王规划", "kind": "merge", "zones": [a, b], "into": b}
    made = client.post(f"/api/plans/{draft['code']}/moves", json=body)
    assert made.status_code == 200, made.text
    plan = draft | {"revision": made.json()["revision"]}
    for action, by in (("submit", "王规划"), ("approve", "李审批"), ("publish", "李审批")):
        response = act(client, plan, action, by)
        assert response.status_code == 200, response.text
        plan = response.json()
    row = database.execute(
        "SELECT z.code, lower(v.valid), upper(v.valid) FROM zone z JOIN zone_version v ON v.zone_id = z.id"
        " JOIN zone_lineage s ON s.from_zone_id = z.id JOIN plan ON plan.id = s.plan_id"
        " WHERE plan.code = %s AND z.retired_at IS NOT NULL ORDER BY lower(v.valid) DESC LIMIT 1",
        [plan["code"]],
    ).fetchone()
    assert row is not None
    code, valid_from, valid_to = row
    zone = get(f"/api/zones/base_grid/{code}")
    told = [datetime.fromisoformat(zone[name]) for name in ("valid_from", "valid_to")]
    assert told == [valid_from, valid_to]
    assert zone["lineage"], "what became of it is told"
    today = get("/api/zones", layer="base_grid", q=code)["items"]
    assert code not in {item["code"] for item in today}, "today's list does not hold it"
    then = get("/api/zones", layer="base_grid", q=code, at=valid_from.isoformat())
    assert [item["code"] for item in then["items"]] == [code]


def test_who_drew_it_does_not_approve_it(client: TestClient, draft: Json) -> None:
    plan = act(client, draft, "submit", "王规划").json()
    refused(act(client, plan, "approve", "王规划"), 409, "plan-refused")


def test_refusals_are_told(client: TestClient, draft: Json) -> None:
    problem = refused(act(client, draft, "approve", "李审批"), 409, "plan-refused")
    assert problem["errors"][0]["code"] == "plan-state"
    stale = {**draft, "revision": draft["revision"] + 5}
    refused(act(client, stale, "submit", "王规划"), 409, "plan-conflict")
    refused(act(client, {**draft, "code": "NOBODY"}, "submit", "王规划"), 404, "not-found")
    plan = act(client, draft, "submit", "王规划").json()
    plan = act(client, plan, "approve", "李审批").json()
    past = act(client, plan, "publish", "李审批", effective_from="2020-01-01T00:00:00+08:00")
    assert refused(past, 409, "plan-refused")["errors"][0]["code"] == "plan-moment"
    later = act(client, plan, "schedule", "李审批", effective_from="2999-01-01T00:00:00+08:00")
    assert later.json()["state"] == "scheduled"
    gone = act(client, later.json(), "withdraw", "王规划").json()
    assert (gone["state"], gone["effective_from"]) == ("withdrawn", None)


def test_a_specialist_layer_is_redrawn_by_its_units(
    client: TestClient, get: Callable[..., Json], database: psycopg.Connection
) -> None:
    """A zone in two along a line that cuts units: units of the city stay, zones fit, it can go back."""
    body = {"layer": "police", "name": {"zh": "公安网格"}, "by": "王规划"}
    plan = client.post("/api/plans", json=body).json()
    zone = client.get(f"/api/plans/{plan['code']}/units").json()["zones"][0]
    west, south, east, north = next(
        each["bounds"] for each in get("/api/zones", layer="police", limit=200)["items"]
        if each["code"] == zone["code"]
    )  # fmt: skip
    for share in (0.5, 0.4, 0.6, 0.45, 0.55):
        x = west + (east - west) * share
        line = [[x, south - 0.01], [x, north + 0.01]]
        move = {"revision": 0, "by": "王规划", "kind": "split_line", "zone": zone["number"], "line": line}
        made = client.post(f"/api/plans/{plan['code']}/moves", json=move)
        if made.status_code == 200:
            break
    assert made.status_code == 200, made.text
    plan |= {"revision": made.json()["revision"]}
    assert made.json()["cut"]
    impact = get(f"/api/plans/{plan['code']}/impact")
    assert (impact["faults"], impact["totals"]["begun"]) == ([], 1)
    assert "base_grid" in {each["layer"] for each in impact["overlaps"]}
    units = "SELECT count(*), sum(area_m2) FROM land_unit WHERE upper_inf(valid)"
    before = database.execute(units).fetchone()
    for action, by in (("submit", "王规划"), ("approve", "李审批"), ("publish", "李审批")):
        response = act(client, plan, action, by)
        assert response.status_code == 200, response.text
        plan = response.json()
    assert database.execute(units).fetchone() == before
    fit = """SELECT ST_Area(ST_Union(lattice)) = sum(ST_Area(lattice)), count(*) FROM zone_version
             WHERE layer_id = (SELECT id FROM layer WHERE code = 'police') AND valid @> now()"""
    (whole, zones) = database.execute(fit).fetchone() or (None, 0)
    assert whole
    made_of = get(
        "/api/comparison", layer="police", **{"from": body_date(plan), "to": f"plan:{plan['code']}"}
    )
    assert made_of["summary"]["begun"] == 1
    assert len(next(each["code"] for each in made_of["zones"] if each["change"] == "begun")) == 20
    assert act(client, plan, "rollback", "李审批").status_code == 200
    assert database.execute(fit).fetchone() == (True, zones - 1)


def body_date(plan: Json) -> str:
    """The moment a plan started from."""
    return str(plan["base"])


def test_an_empty_plan_is_not_submitted(client: TestClient, get: Callable[..., Json]) -> None:
    community = get("/api/zones", layer="community", limit=1)["items"][0]
    body = {
        "layer": "base_grid", "name": {"zh": "空方案"}, "by": "王规划",
        "area": {"layer": "community", "code": community["code"]},
    }  # fmt: skip
    plan = client.post("/api/plans", json=body).json()
    problem = refused(act(client, plan, "submit", "王规划"), 409, "plan-refused")
    assert problem["errors"][0]["code"] == "plan-empty"


def test_the_impact_is_told_before_and_comes_true(
    client: TestClient, draft: Json, database: psycopg.Connection
) -> None:
    address = f"/api/plans/{draft['code']}"
    impact = client.get(f"{address}/impact").json()
    assert impact["faults"] == []
    (flow,) = impact["flows"]
    totals = impact["totals"]
    assert (totals["grids"], totals["units"], totals["households"]) == (2, 1, flow["households"])
    for grid in impact["grids"]:
        sign = {flow["source"]["code"]: -1, flow["target"]["code"]: 1}[grid["grid"]["code"]]
        assert grid["households_after"] - grid["households_before"] == sign * flow["households"]
        assert grid["open_incidents_after"] - grid["open_incidents_before"] == sign * flow["open_incidents"]
    assert len(impact["overlaps"]) == 8
    for layer in impact["overlaps"]:
        for code in (flow["source"]["code"], flow["target"]["code"]):
            mine = [row for row in layer["rows"] if row["grid"]["code"] == code]
            assert sum(row["area_share"] for row in mine) <= 1.001
            assert sum(row["household_share"] or 0 for row in mine) <= 1.001
    table = client.get(f"{address}/impact.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    head, row = table.text.removeprefix("\ufeff").splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    assert (cells["from"], cells["to"]) == (flow["source"]["code"], flow["target"]["code"])
    assert int(cells["households"]) == flow["households"]
    for language, word in (("zh", "网格调整影响报告"), ("en", "Impact of a redraw")):
        page = client.get(f"{address}/impact.html", params={"lang": language})
        assert word in page.text
        # By the city's clock.
        told = re.search(r"(?:统计时刻|as of) (\d{4}-\d\d-\d\d \d\d:\d\d)", page.text)
        assert told is not None
        now = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
        assert abs(now - datetime.fromisoformat(told[1])) < timedelta(minutes=10)
        assert flow["target"]["code"] in page.text
        assert page.headers["content-language"] == language
        # Nothing is loaded: it can be kept and printed anywhere.
        assert "src=" not in page.text
        assert "href=" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (
        client.get(f"{address}/impact.html", headers={"Accept-Language": "zh"}).headers["content-language"]
        == "zh"
    )
    plan = draft
    for action, by in (("submit", "王规划"), ("approve", "李审批"), ("publish", "李审批")):
        plan = act(client, plan, action, by).json()
    written = database.execute(
        """SELECT sum(households), sum(units) FROM zone_lineage JOIN plan ON plan.id = plan_id
           WHERE plan.code = %s AND from_zone_id <> to_zone_id""",
        [plan["code"]],
    ).fetchone()
    assert written == (flow["households"], 1)
    # Afterwards it stays as it was approved.
    kept = client.get(f"{address}/impact").json()
    assert (kept["flows"], kept["totals"], kept["grids"]) == (impact["flows"], totals, impact["grids"])
