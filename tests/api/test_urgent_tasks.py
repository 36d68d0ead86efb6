"""Urgent tasks over HTTP: issued, answered, listed, on the map, refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.problems import problem

Json = dict[str, Any]
CHIEF = {"by": "周指挥", "role": "district_lead", "organisation": "LS"}


@pytest.fixture(scope="module")
def community(get: Callable[..., Json]) -> Json:
    found: Json = get("/api/zones", layer="community", limit=1)["items"][0]
    return found


@pytest.fixture(scope="module")
def issue(client: TestClient, community: Json) -> Callable[..., Json]:
    def issued(**values: Any) -> Json:
        body = {
            **CHIEF,
            "title": {"zh": "台风前转移", "en": "Before the typhoon"},
            "text": {"zh": "逐户通知"},
            "forward": {"zh": "请关好门窗"},
            "due_at": "2999-01-01T00:00:00+08:00",
            "area": {"zones": [f"community:{community['code']}"]},
            **values,
        }
        response = client.post("/api/urgent-tasks", json=body)
        assert response.status_code == 201, response.text
        document: Json = response.json()
        return document

    return issued


def test_a_task_goes_to_the_grids_of_a_community(
    client: TestClient, get: Callable[..., Json], issue: Callable[..., Json], community: Json
) -> None:
    grids = {zone["code"] for zone in get("/api/zones", parent=community["code"], limit=200)["items"]}
    task = issue()
    assert {receipt["grid"]["code"] for receipt in task["receipts"]} == grids
    assert task["by_community"][0]["region"]["code"] == community["code"]
    assert (task["state"], task["completion"]["share"], task["forward"]["zh"]) == ("open", 0.0, "请关好门窗")
    assert get(f"/api/urgent-tasks/{task['code']}") == task
    previewed = client.post(
        "/api/urgent-tasks/grids", json={"area": {"zones": [f"community:{community['code']}"]}}
    )
    assert previewed.json() == {"count": len(grids), "grids": sorted(grids)}


def test_a_grid_answers_and_the_map_shows_it(
    client: TestClient, get: Callable[..., Json], issue: Callable[..., Json]
) -> None:
    task = issue()
    grid = task["receipts"][0]["grid"]["code"]
    said = {
        "by": "某网格员",
        "role": "grid_worker",
        "grid": grid,
        "action": "done",
        "note": "已通知",
        "count": 7,
    }
    first = client.post(f"/api/urgent-tasks/{task['code']}/receipts", json=said).json()
    assert first["completion"]["done"] == 1
    assert first["total_count"] == 7
    assert client.post(f"/api/urgent-tasks/{task['code']}/receipts", json=said).json() == first
    drawn = client.get(f"/api/urgent-tasks/{task['code']}/map")
    assert drawn.headers["content-type"] == "application/geo+json"
    states = {f["id"]: f["properties"]["state"] for f in drawn.json()["features"]}
    assert states == {r["grid"]["code"]: r["state"] for r in first["receipts"]}
    mine = get("/api/urgent-tasks", grid=grid, state="open")["items"]
    assert mine[0]["code"] == task["code"]
    assert mine[0]["mine"]["state"] == "done"


def test_a_drawn_area_is_on_the_map_itself(
    client: TestClient, get: Callable[..., Json], issue: Callable[..., Json], grid: Json
) -> None:
    west, south, east, north = grid["bounds"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    task = issue(area={"polygon": {"type": "Polygon", "coordinates": [ring]}})
    assert grid["code"] in {receipt["grid"]["code"] for receipt in task["receipts"]}
    features = client.get(f"/api/urgent-tasks/{task['code']}/map").json()["features"]
    assert [f["geometry"]["type"] for f in features if f["properties"]["kind"] == "area"] == ["MultiPolygon"]
    line = {"line": [grid["centre"]], "radius_m": 1}
    around = client.post("/api/urgent-tasks/grids", json={"area": {"buffer": line}}).json()
    assert around["grids"] == [grid["code"]]


def test_reminding_and_cancelling(client: TestClient, issue: Callable[..., Json]) -> None:
    code = issue()["code"]
    reminded = client.post(f"/api/urgent-tasks/{code}/reminders", json=CHIEF).json()
    assert {receipt["reminders"] for receipt in reminded["receipts"]} == {1}
    cancelled = client.post(f"/api/urgent-tasks/{code}/cancel", json={**CHIEF, "reason": "台风转向"}).json()
    assert (cancelled["state"], cancelled["cancelled"]["reason"]) == ("cancelled", "台风转向")
    refused = client.post(f"/api/urgent-tasks/{code}/reminders", json=CHIEF)
    assert problem(refused, "task-refused")["errors"][0]["code"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"role": "grid_worker"}, "task-refused", "role"),
        ({"organisation": "NOBODY"}, "task-refused", "organisation"),
        ({"due_at": "2001-01-01T00:00:00+08:00"}, "task-refused", "due_at"),
        ({"area": {}}, "bad-parameter", "area"),
        ({"area": {"zones": ["community:000"]}}, "task-refused", "area.zones.0"),
        ({"area": {"zones": None}}, "bad-parameter", "area"),
        ({"area": {"zones": ["a:b"], "buffer": {"radius_m": 5, "line": [[1, 2]]}}}, "bad-parameter", "area"),
        ({"area": {"buffer": {"radius_m": 5}}}, "bad-parameter", "area.buffer"),
        ({"title": {"zh": " "}}, "bad-parameter", "title.zh"),
        ({"colour": "red"}, "bad-parameter", "colour"),
    ],
)
def test_what_is_wrong_is_named(
    client: TestClient, database: psycopg.Connection, community: Json, change: Json, code: str, field: str
) -> None:
    body = {
        **CHIEF, "title": {"zh": "任务"}, "text": {"zh": "内容"}, "due_at": "2999-01-01T00:00:00+08:00",
        "area": {"zones": [f"community:{community['code']}"]}, **change,
    }  # fmt: skip
    before = database.execute("SELECT count(*) FROM urgent_task").fetchone()
    found = problem(client.post("/api/urgent-tasks", json=body), code)
    assert field in {error["field"] for error in found["errors"]}
    assert database.execute("SELECT count(*) FROM urgent_task").fetchone() == before


def test_a_task_that_is_none_is_not_found(client: TestClient) -> None:
    for path in ("", "/map"):
        problem(client.get(f"/api/urgent-tasks/T20000101-01{path}"), "not-found")
