"""Reporting: stored and routed at once, repeated without harm, every bad report told what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from governance.incidents.answers import Incident
from tests.api.conftest import Place
from tests.api.problems import assert_problem

Get = Callable[..., dict[str, Any]]
Json = dict[str, Any]


def test_created_with_its_routing(client: TestClient, body: Json, grid: Json) -> None:
    response = client.post("/api/incidents", json=body)
    assert response.status_code == 201, response.text
    incident = Incident.model_validate(response.json())
    assert response.headers["location"] == f"/api/incidents/{incident.number}"
    assert incident.base_grid is not None
    assert incident.base_grid.code == grid["code"]
    assert incident.responsible is not None
    assert incident.routing.reason.zh
    assert incident.state == "reported"
    assert incident.text == body["text"]
    assert [entry.action for entry in incident.history] == ["incident.report"]
    read = client.get(response.headers["location"])
    assert read.status_code == 200
    assert read.json() == response.json()


def test_the_dry_run_says_the_same(client: TestClient, body: Json, get: Get) -> None:
    incident = client.post("/api/incidents", json=body).json()
    lon, lat = body["place"]["coordinates"]
    dry = get("/api/routing", lon=lon, lat=lat, category=body["category"])
    for key in (
        "zones",
        "responsible",
        "rule",
        "supporting",
        "escalation",
        "reason",
        "runners_up",
        "land_unit",
    ):
        assert dry[key] == incident["routing"][key], key


def test_repeated_without_harm(client: TestClient, body: Json) -> None:
    first = client.post("/api/incidents", json=body)
    again = client.post("/api/incidents", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]


def test_the_same_reference_with_other_content(client: TestClient, body: Json) -> None:
    first = client.post("/api/incidents", json=body).json()
    conflict = client.post("/api/incidents", json=body | {"text": "别的内容"})
    assert_problem(conflict, 409, "conflicting-report", "text")
    assert client.get(f"/api/incidents/{first['number']}").json() == first


def test_without_a_reference_each_report_is_its_own(client: TestClient, body: Json) -> None:
    del body["source_ref"]
    numbers = {client.post("/api/incidents", json=body).json()["number"] for _ in range(2)}
    assert len(numbers) == 2


@pytest.mark.parametrize("path", ["/api/incidents/{}", "/api/incidents?q={}", "/api/search?q={}"])
def test_reporters_appear_nowhere(client: TestClient, body: Json, path: str) -> None:
    created = client.post("/api/incidents", json=body)
    number = created.json()["number"]
    shown = client.get(path.format(number))
    assert number in shown.text
    for answer in (created, shown):
        for secret in ("不应外泄", "SECRET", "secret@", "reporter"):
            assert secret not in answer.text


def test_reporters_are_kept(client: TestClient, body: Json, database: psycopg.Connection) -> None:
    number = client.post("/api/incidents", json=body).json()["number"]
    row = database.execute(
        "SELECT r.name, r.phone, r.email FROM reporter r JOIN incident i ON i.id = r.incident_id"
        " WHERE number = %s",
        (number,),
    ).fetchone()
    assert row == tuple(body["reporter"].values())


def test_whoever_reads_a_reporter_whole_is_listed_with_what_for(
    client: TestClient, body: Json, get: Get
) -> None:
    number = client.post("/api/incidents", json=body).json()["number"]
    purposes = ["回访核实", "补充地点"]
    for purpose in purposes:
        whole = client.post(f"/api/incidents/{number}/reporter", json={"purpose": purpose})
        assert whole.json() == body["reporter"]
    first = get("/api/audit/reporters", limit=1)
    second = get("/api/audit/reporters", limit=1, before=first["next"])
    listed = [*first["items"], *second["items"]]
    assert [(one["incident"], one["purpose"]) for one in listed] == [(number, one) for one in purposes[::-1]]
    assert all(one["by"] and not {"name", "phone", "email"} & one.keys() for one in listed)


def place(lon: float, lat: float) -> Json:
    return {"type": "Point", "coordinates": [lon, lat]}


def test_places_not_believed_are_accepted_without_a_place(
    client: TestClient, body: Json, inside: Place
) -> None:
    city = client.get("/api/city").json()
    cases: list[tuple[Json, str]] = [
        ({"place": place(116.4, 39.9)}, "outside_city"),
        ({"place": place(inside.lat, inside.lon)}, "swapped"),
        ({"place": place(0, 0)}, "null_island"),
        ({"place": place(*city["centre"])}, "default_start"),
        ({"accuracy_m": 50_000}, "inaccurate"),
        ({"place": None}, "none_given"),
    ]
    for changed, problem in cases:
        sent: Json = body | changed | {"source_ref": f"{body['source_ref']}-{problem}"}
        response = client.post("/api/incidents", json=sent)
        assert response.status_code == 201, (problem, response.text)
        incident = Incident.model_validate(response.json())
        assert incident.place_problem is not None
        assert incident.place_problem.code == problem
        assert (incident.place, incident.place_status, incident.base_grid) == (None, "unlocated", None)
        if problem != "none_given":
            assert incident.original is not None
            assert incident.original.coordinates == sent["place"]["coordinates"]


def test_on_an_edge(client: TestClient, body: Json, corner: Place) -> None:
    incident = Incident.model_validate(
        client.post("/api/incidents", json=body | {"place": place(corner.lon, corner.lat)}).json()
    )
    found = next(zone for zone in incident.routing.zones if zone.layer == "base_grid")
    assert found.on_border
    assert found.distance_m == 0


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"category": "GB/T 0:matter:1"}, "unknown-category", "category"),
        ({"category": "nonsense"}, "unknown-category", "category"),
        ({"category": None}, "bad-parameter", "category"),
        ({"crs": "mars"}, "unknown-coordinate-system", "crs"),
        ({"text": ""}, "bad-parameter", "text"),
        ({"text": "  \n "}, "bad-parameter", "text"),
        ({"text": "长" * 4001}, "bad-parameter", "text"),
        ({"text": "a\u0000b"}, "bad-parameter", "text"),
        ({"accuracy_m": -1}, "bad-parameter", "accuracy_m"),
        ({"accuracy_m": 1e9}, "bad-parameter", "accuracy_m"),
        ({"source": "rumour"}, "bad-parameter", "source"),
        ({"urgency": "very"}, "bad-parameter", "urgency"),
        ({"source_ref": ""}, "bad-parameter", "source_ref"),
        ({"place": {"type": "Polygon", "coordinates": [1, 2]}}, "bad-parameter", "place.type"),
        ({"place": {"type": "Point", "coordinates": [1, 2, 3]}}, "bad-parameter", "place.coordinates"),
        ({"place": {"type": "Point", "coordinates": ["x", 2]}}, "bad-parameter", "place.coordinates.0"),
        ({"reported_at": "2026-01-01T00:00:00"}, "bad-parameter", "reported_at"),
        ({"reported_at": "soon"}, "bad-parameter", "reported_at"),
        ({"reported_at": "0324-10-31T07:43:15Z"}, "bad-parameter", "reported_at"),
        ({"zone": "370212001001001"}, "bad-parameter", "zone"),
        ({"reporter": {"passport": "1"}}, "bad-parameter", "reporter.passport"),
    ],
)
def test_bad_reports(client: TestClient, body: Json, changed: Json, code: str, field: str) -> None:
    assert_problem(client.post("/api/incidents", json=body | changed), 400, code, field)


def test_the_future_is_refused(client: TestClient, body: Json) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    response = client.post("/api/incidents", json=body | {"reported_at": soon})
    assert_problem(response, 400, "bad-parameter", "reported_at")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none(client: TestClient, body: Json, number: str) -> None:
    text = json.dumps(body | {"place": {"type": "Point", "coordinates": ["HERE", 36.1]}}).replace(
        '"HERE"', number
    )
    response = client.post("/api/incidents", content=text, headers={"Content-Type": "application/json"})
    assert_problem(response, 400, "bad-parameter", "place.coordinates.0")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("{", "application/json"),
        ("", "application/json"),
        ("[]", "application/json"),
        ("null", "application/json"),
        ("text=1", "application/x-www-form-urlencoded"),
        ('"\\ud800"', "application/json"),
    ],
)
def test_bodies_that_are_none(client: TestClient, content: str, kind: str) -> None:
    response = client.post("/api/incidents", content=content, headers={"Content-Type": kind})
    assert_problem(response, 400, "bad-parameter", "body")


def test_a_body_that_is_no_utf8(client: TestClient) -> None:
    response = client.post(
        "/api/incidents", content=b'{"text": "\xff"}', headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 400
    assert response.json()["code"] == "bad-parameter"


def test_too_large(client: TestClient, body: Json) -> None:
    assert_problem(client.post("/api/incidents", json=body | {"text": "x" * 300_000}), 413, "too-large")

    def chunks() -> Any:
        for _ in range(40):
            yield b" " * 10_000

    assert_problem(client.post("/api/incidents", content=chunks()), 413, "too-large")


def test_a_refused_report_leaves_nothing(
    client: TestClient, body: Json, database: psycopg.Connection
) -> None:
    count = (
        b"SELECT (SELECT count(*) FROM incident), (SELECT count(*) FROM reporter),"
        b" (SELECT count(*) FROM history)"
    )
    before = database.execute(count).fetchone()
    for changed in ({"category": "x:y:z"}, {"crs": "mars"}, {"text": ""}):
        assert client.post("/api/incidents", json=body | changed).status_code == 400
    assert database.execute(count).fetchone() == before
