"""Over HTTP: the queue for locating, fallback places, and counts whose sums agree with the lists."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Place
from tests.api.problems import assert_problem

Get = Callable[..., dict[str, Any]]
Json = dict[str, Any]


def report(client: TestClient, body: Json, **changes: Any) -> Json:
    response = client.post("/api/incidents", json=body | {"source_ref": uuid.uuid4().hex} | changes)
    assert response.status_code == 201, response.text
    incident: Json = response.json()
    return incident


def point(lon: float, lat: float) -> Json:
    return {"type": "Point", "coordinates": [lon, lat]}


def everything(client: TestClient, **filters: Any) -> Iterator[Json]:
    """All pages of a list."""
    after: str | None = None
    while True:
        page = client.get(
            "/api/incidents", params=filters | {"limit": 500} | ({"after": after} if after else {})
        ).json()
        yield from page["items"]
        after = page["next"]
        if after is None:
            return


def test_the_queue_lists_what_waits_and_why(client: TestClient, body: Json, get: Get) -> None:
    incident = report(client, body, place=point(0, 0))
    first = get("/api/incidents", place_problem="null_island", limit=1)["items"][0]
    assert first["number"] == incident["number"]
    assert first["place_problem"] == incident["place_problem"]
    assert first["place_problem"]["message"]["zh"]
    both = get("/api/incidents", place_problem=["null_island", "default_start"], limit=500)["items"]
    assert {each["place_problem"]["code"] for each in both} == {"null_island", "default_start"}
    assert get("/api/incidents", place_problem="null_island", place_status="located")["items"] == []


def test_locating_takes_an_incident_from_the_queue(
    client: TestClient, body: Json, inside: Place, grid: Json
) -> None:
    number = report(client, body, place=None)["number"]
    told = {"place": point(inside.lon, inside.lat), "accuracy_m": 5, "reason": "电话核实"}
    response = client.put(f"/api/incidents/{number}/place", json=told)
    assert response.status_code == 200, response.text
    incident = response.json()
    assert incident["place_problem"] is None
    assert incident["base_grid"]["code"] == grid["code"]
    assert incident["located"]["by"] == "visitor"
    assert incident["history"][-1]["action"] == "incident.locate"
    assert client.get(f"/api/incidents/{number}").json() == incident
    again = client.put(f"/api/incidents/{number}/place", json=told)
    assert (again.status_code, again.json()) == (200, incident)


@pytest.mark.parametrize(
    ("status", "changes", "field", "code"),
    [
        (
            409,
            {"place": {"type": "Point", "coordinates": [116.4, 39.9]}},
            "place.coordinates",
            "outside-city",
        ),
        (409, {"place": {"type": "Point", "coordinates": [0, 0]}}, "place.coordinates", "null-island"),
        (409, {"accuracy_m": 5000}, "accuracy_m", "inaccurate"),
        (400, {"reason": " "}, "reason", "string-pattern-mismatch"),
        (400, {"place": None}, "place", "model-attributes-type"),
        (400, {"crs": "mars"}, "crs", "unknown-coordinate-system"),
    ],
)
def test_a_place_nobody_can_mean_is_refused(
    client: TestClient, body: Json, inside: Place, status: int, changes: Json, field: str, code: str
) -> None:
    incident = report(client, body)
    told: Json = {"place": point(inside.lon, inside.lat), "reason": "核实"} | changes
    response = client.put(f"/api/incidents/{incident['number']}/place", json=told)
    assert response.status_code == status
    assert [(each["field"], each["code"]) for each in response.json()["errors"]] == [(field, code)]
    assert client.get(f"/api/incidents/{incident['number']}").json() == incident


def test_locating_an_unknown_incident(client: TestClient, inside: Place) -> None:
    told = {"place": point(inside.lon, inside.lat), "reason": "核实"}
    assert_problem(client.put("/api/incidents/370212209901010001/place", json=told), 404, "not-found")


def test_a_fallback_place_is_named_refuted_and_listed(
    client: TestClient, body: Json, get: Get, inside: Place
) -> None:
    lon, lat = round(inside.lon + 3e-5, 7), round(inside.lat + 2e-5, 7)
    key = f"{lon:.7f},{lat:.7f}"
    number = report(client, body, place=point(lon, lat))["number"]
    named = client.put(f"/api/fallback-places/{key}", json={"state": "confirmed", "reason": "高德兜底点"})
    assert named.status_code == 200, named.text
    assert named.json()["waiting"] == 1
    assert named.json()["key"] == key
    assert report(client, body, place=point(lon, lat))["place_problem"]["code"] == "shared_fallback"
    assert get("/api/routing", lon=lon, lat=lat)["place_problem"]["code"] == "shared_fallback"
    assert key in [each["key"] for each in get("/api/fallback-places", state="confirmed")["items"]]
    refuted = client.put(
        f"/api/fallback-places/{key}", json={"state": "refuted", "reason": "真有其地"}
    ).json()
    assert (refuted["state"], refuted["waiting"], refuted["reason"]) == ("refuted", 0, "真有其地")
    assert get(f"/api/incidents/{number}")["place"] == point(lon, lat)
    assert key not in [each["key"] for each in get("/api/fallback-places", state="confirmed")["items"]]


def test_fallback_places_answer_bad_requests(client: TestClient) -> None:
    good = {"state": "refuted", "reason": "x"}
    assert_problem(client.put("/api/fallback-places/here", json=good), 404, "not-found")
    assert_problem(client.put("/api/fallback-places/36.1,120.4", json=good), 404, "not-found")
    assert_problem(
        client.put("/api/fallback-places/120.4,36.1", json=good | {"state": "suspected"}),
        400,
        "bad-parameter",
        "state",
    )
    assert_problem(client.get("/api/fallback-places?state=lost"), 400, "bad-parameter", "state.0")


@pytest.mark.parametrize("layer", ["district", "base_grid", "market"])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"state": "open"},
        {"state": ["closed", "archived"], "from": "2026-01-01"},
        {"category": "GB/T 47678.5-2026:matter:06", "to": "2026-06-01"},
        {"organisation": "LS-CG"},
    ],
)
def test_sums_agree_with_the_lists(client: TestClient, get: Get, layer: str, filters: Json) -> None:
    counted = get("/api/statistics/incidents", layer=layer, **filters)
    listed = list(everything(client, **filters))
    assert counted["total"] == len(listed)
    assert counted["located"] == sum(each["place_status"] == "located" for each in listed)
    assert counted["located"] + counted["not_located"]["total"] == counted["total"]
    assert sum(counted["not_located"]["reasons"].values()) == counted["not_located"]["total"]
    assert sum(zone["total"] for zone in counted["zones"]) + counted["no_zone"] == counted["located"]
    for zone in counted["zones"][:: max(1, len(counted["zones"]) // 3)]:
        there = list(everything(client, zone=f"{layer}:{zone['code']}", **filters))
        assert zone["total"] == len(there)
        assert zone["urgent"] == sum(each["urgency"] == "urgent" for each in there)
        closed = {"closed", "archived", "rejected", "cancelled", "merged"}
        assert zone["open"] == sum(each["state"] not in closed for each in there)


def test_statistics_answer_bad_requests(client: TestClient) -> None:
    assert_problem(client.get("/api/statistics/incidents"), 400, "bad-parameter", "layer")
    assert_problem(client.get("/api/statistics/incidents?layer=nothing"), 400, "unknown-zone", "layer")
    assert_problem(
        client.get("/api/statistics/incidents?layer=district&bbox=1,2,3,4"), 400, "unknown-parameter", "bbox"
    )
