"""Incidents that may be one: found by place, time, family and text, told why, held apart by a person."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from gis.crs import wgs84_to_gcj02
from governance.incidents.duplicates import DuplicateRule
from grid_data.cluster.private import Cluster
from grid_data.statements import sql
from tests.api.problems import assert_problem
from tests.support import databases
from tests.support.served import asking, english_client

Json = dict[str, Any]
Get = Callable[..., Json]
SOMEBODY = {"by": "李派遣", "role": "dispatcher", "organisation": None}
LID, OTHER_LID, TRASH = (f"GB/T 47678.5-2026:matter:{code}" for code in ("01001", "01002", "06010"))
LID_ITSELF = "GB/T 47678.5-2026:component:01001"
TEXT = "供水井盖破损，行人容易绊倒，请尽快修复。"


@pytest.fixture(scope="module")
def own_database(cluster: Cluster) -> Iterator[str]:
    """A copy for this module: it is filled."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        yield url


@pytest.fixture(scope="module")
def server(own_database: str) -> Iterator[TestClient]:
    with english_client(own_database) as started:
        yield started


@pytest.fixture(scope="module")
def ask(server: TestClient) -> Get:
    return asking(server)


@pytest.fixture(scope="module")
def spots(ask: Get) -> Iterator[tuple[float, float]]:
    """Places far from each other."""
    grids = ask("/api/zones", layer="base_grid", limit=60)["items"]
    return iter([tuple(ask(f"/api/zones/base_grid/{grid['code']}")["centre"]) for grid in grids])


@pytest.fixture
def spot(spots: Iterator[tuple[float, float]]) -> tuple[float, float]:
    return next(spots)


def east(spot: tuple[float, float], metres: float) -> tuple[float, float]:
    """A place so many metres to the east."""
    return spot[0] + metres / (111_195 * math.cos(math.radians(spot[1]))), spot[1]


def report(
    server: TestClient,
    spot: tuple[float, float] | None,
    *,
    category: str = LID,
    text: str = TEXT,
    days_ago: float = 0,
) -> str:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    body: Json = {"category": category, "text": text, "source": "app", "reported_at": at.isoformat()}
    if spot:
        body["place"] = {"type": "Point", "coordinates": list(spot)}
    answer = server.post("/api/incidents", json=body)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def suggested(ask: Get, number: str) -> dict[str, Json]:
    return {item["number"]: item for item in ask(f"/api/incidents/{number}/duplicates")["items"]}


def test_the_same_thing_told_twice_is_suggested_with_its_grounds(
    server: TestClient, ask: Get, spot: tuple[float, float]
) -> None:
    first = report(server, spot, days_ago=2)
    second = report(server, east(spot, 20), text="井盖破损了，行人绊倒，希望修复供水井盖")
    found = suggested(ask, second)[first]
    assert found["distance_m"] == pytest.approx(20, abs=0.5)
    assert found["is_open"] is True
    parts = {part["part"]: part for part in found["parts"]}
    assert list(parts) == ["distance", "time", "category", "text"]
    assert parts["distance"]["words"] == {"zh": "相距 20 米", "en": "20 m apart"}
    assert parts["time"]["words"]["en"] == "2 days apart"
    assert parts["category"]["words"]["zh"] == "类别相同"
    assert found["score"] == pytest.approx(sum(p["score"] * p["weight"] for p in parts.values()), abs=0.002)
    assert sum(p["weight"] for p in parts.values()) == pytest.approx(1)
    assert second in suggested(ask, first)


@pytest.mark.parametrize(
    ("metres", "days", "category", "text", "there"),
    [
        (30, 1, LID, TEXT, True),
        (130, 1, LID, TEXT, False),  # too far
        (30, 20, LID, TEXT, False),  # too long ago
        (30, 1, TRASH, TEXT, False),  # of another family
        (10, 0, LID_ITSELF, TEXT, True),  # the component the matter is about
        (5, 0, OTHER_LID, TEXT, True),  # another class of the family, but all else agrees
        (60, 6, OTHER_LID, "路面积水", False),  # the family alone is not enough
    ],
)
def test_what_counts_as_alike(
    server: TestClient,
    ask: Get,
    spot: tuple[float, float],
    metres: float,
    days: float,
    category: str,
    text: str,
    there: bool,
) -> None:
    earlier = report(server, east(spot, metres), category=category, text=text, days_ago=days)
    assert (earlier in suggested(ask, report(server, spot))) is there


def test_the_most_alike_comes_first(server: TestClient, ask: Get, spot: tuple[float, float]) -> None:
    far, near = report(server, east(spot, 40)), report(server, east(spot, 5))
    items = ask(f"/api/incidents/{report(server, spot)}/duplicates")["items"]
    assert [item["number"] for item in items] == [near, far]


def test_held_apart_is_not_suggested_again_and_can_be_taken_back(
    server: TestClient, ask: Get, spot: tuple[float, float]
) -> None:
    first, second, third = report(server, spot), report(server, east(spot, 3)), report(server, east(spot, 6))
    decision = {**SOMEBODY, "other": second, "decision": "not_duplicate", "reason": "两处不同的井盖"}
    told = server.post(f"/api/incidents/{first}/duplicates", json=decision)
    assert told.status_code == 200, told.text
    assert [item["number"] for item in told.json()["items"]] == [third]
    assert second not in suggested(ask, first)
    assert first not in suggested(ask, second)
    assert third in suggested(ask, second)
    assert (
        server.post(f"/api/incidents/{second}/duplicates", json={**decision, "other": first}).status_code
        == 200
    )
    for number in (first, second):
        history = ask(f"/api/incidents/{number}")["history"]
        told_once = [entry for entry in history if entry["action"] == "incident.not_duplicate"]
        assert [(entry["actor"], entry["reason"]) for entry in told_once] == [("李派遣", "两处不同的井盖")]
    back = server.post(
        f"/api/incidents/{second}/duplicates", json={**SOMEBODY, "other": first, "decision": "undecided"}
    )
    assert first in {item["number"] for item in back.json()["items"]}


@pytest.mark.parametrize("state", ["rejected", "cancelled", "merged"])
def test_what_is_no_case_any_more_is_not_suggested(
    server: TestClient, ask: Get, spot: tuple[float, float], own_database: str, state: str
) -> None:
    gone, here = report(server, spot), report(server, east(spot, 2))
    with psycopg.connect(own_database, autocommit=True) as connection:
        connection.execute("UPDATE incident SET state = %s WHERE number = %s", (state, gone))
    assert gone not in suggested(ask, here)


def test_a_report_is_checked_before_it_is_sent(
    server: TestClient, ask: Get, spot: tuple[float, float]
) -> None:
    number = report(server, spot)
    lon, lat = east(spot, 8)
    found = ask("/api/duplicates", category=LID, lon=lon, lat=lat, text="井盖破损，行人容易绊倒")["items"]
    assert [item["number"] for item in found] == [number]
    x, y = (float(each) for each in wgs84_to_gcj02(lon, lat))
    turned = ask("/api/duplicates", category=LID, lon=x, lat=y, crs="gcj02", text="井盖破损，行人容易绊倒")[
        "items"
    ]
    assert [item["number"] for item in turned] == [number]
    assert turned[0]["distance_m"] == pytest.approx(8, abs=0.5)


def test_without_a_place_nothing_is_compared(server: TestClient, ask: Get) -> None:
    assert ask(f"/api/incidents/{report(server, None)}/duplicates") == {"items": []}


def test_what_cannot_be_meant_is_told(server: TestClient, ask: Get, spot: tuple[float, float]) -> None:
    number = report(server, spot)
    decision = {**SOMEBODY, "other": number, "decision": "not_duplicate"}
    assert_problem(
        server.post(f"/api/incidents/{number}/duplicates", json=decision), 400, "bad-parameter", "other"
    )
    decision["other"] = "3702122020010100001"
    assert_problem(server.post(f"/api/incidents/{number}/duplicates", json=decision), 404, "not-found")
    assert_problem(server.get("/api/incidents/3702122020010100001/duplicates"), 404, "not-found")
    wrong = server.get("/api/duplicates", params={"category": "x:matter:1", "lon": 120, "lat": 36})
    assert_problem(wrong, 400, "unknown-category", "category")
    assert ask("/api/duplicates", category=LID, lon=500, lat=36) == {"items": []}


MANY = """
INSERT INTO incident (number, source, appeal_kind, category_id, text, address, place, state, state_since,
                      reported_at)
SELECT '370212' || to_char(moment, 'YYYYMMDD')
           || lpad((500000 + copy * 10000 + row_number() OVER ())::text, 7, '0'),
       'import', 'livelihood', category_id, text, address,
       ST_SnapToGrid(ST_Translate(place, copy * 2e-5, copy * 1e-5), 1e-7), 'closed', moment, moment
FROM (SELECT incident.*, copy, reported_at - make_interval(hours => copy) AS moment
      FROM incident CROSS JOIN generate_series(1, 20) AS copy
      WHERE place IS NOT NULL AND source <> 'app') AS copies
"""


def test_a_hundred_thousand_incidents_are_not_read_to_compare_one(
    server: TestClient, ask: Get, own_database: str, spot: tuple[float, float]
) -> None:
    """Runs last: it fills the database."""
    with psycopg.connect(own_database, autocommit=True) as connection:
        connection.execute("ALTER TABLE incident DISABLE TRIGGER USER")
        stored = connection.execute(MANY.encode()).rowcount
        connection.execute("ALTER TABLE incident ENABLE TRIGGER USER")
        assert stored > 80_000
        connection.execute("ANALYZE incident")
        key = connection.execute(
            "SELECT id FROM category WHERE code = '01001' AND kind = 'matter'"
        ).fetchone()
        assert key is not None
        now = datetime(2026, 10, 20, tzinfo=UTC)
        asked = {
            "incident_id": 1, "category_id": key[0], "lon": spot[0], "lat": spot[1], "text": TEXT,
            "from_time": now - timedelta(days=14), "to_time": now + timedelta(days=14),
            "distance_m": DuplicateRule().distance_m,
        }  # fmt: skip
        connection.execute("SET random_page_cost = 1.1; SET max_parallel_workers_per_gather = 0")
        for mode in ("force_generic_plan", "force_custom_plan"):
            connection.execute(f"SET plan_cache_mode = {mode}".encode())
            rows = connection.execute(
                b"EXPLAIN (ANALYZE, FORMAT JSON) " + sql("duplicates/candidates").encode(),
                asked,
                prepare=True,
            ).fetchone()
            assert rows is not None
            scans = list(nodes(rows[0][0]["Plan"]))
            on_incidents = [node for node in scans if node.get("Relation Name") == "incident"]
            assert on_incidents
            assert all(node["Node Type"] in ("Index Scan", "Bitmap Heap Scan") for node in on_incidents), (
                on_incidents
            )
            read = sum(
                node["Actual Rows"]
                + node.get("Rows Removed by Filter", 0)
                + node.get("Rows Removed by Index Recheck", 0)
                for node in on_incidents
            )
            assert read < stored / 20
    assert report(server, east(spot, 4)) in suggested(ask, report(server, spot))


def nodes(plan: Json) -> Iterator[Json]:
    """Every node of a plan."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def test_a_number_nobody_has_is_no_server_error(server: TestClient) -> None:
    assert_problem(server.get(f"/api/incidents/{uuid.uuid4().hex}/duplicates"), 404, "not-found")
