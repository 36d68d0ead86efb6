"""Rankings over HTTP: numbers open their lists, going down keeps the sum, a day report has its parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.case_work import Worker
from tests.api.problems import problem

Json = dict[str, Any]
Get = Callable[..., Json]
YEAR = {"from": "2026-01-01", "to": "2026-11-01"}


def total(client: TestClient, opens: str) -> int:
    """How many incidents a query lists, all pages of it."""
    found, after = 0, ""
    while True:
        answer = client.get(f"/api/incidents?{opens}&limit=500{after}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += len(page["items"])
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


@pytest.fixture(scope="module")
def days(get: Get, database: psycopg.Connection) -> Json:
    """A span with much in it, over before today; all that the sample brought is counted."""
    (last,) = database.execute("SELECT max(reported_at)::date FROM incident").fetchone() or (None,)
    assert isinstance(last, date)
    span = {"from": str(last - timedelta(days=200)), "to": str(last - timedelta(days=20))}
    while get("/api/rankings", level="district", **span)["waiting"]:
        pass
    return span


def test_every_number_of_a_row_opens_its_list(client: TestClient, get: Get, days: Json) -> None:
    answer = get("/api/rankings", level="community", **days, source=["hotline", "patrol", "grid_worker"])
    busiest = max(answer["rows"], key=lambda row: row["figures"]["reported"])
    assert busiest["figures"]["reported"] > 10
    for row in (busiest, answer["total"], answer["nowhere"]):
        for figure, number in row["figures"].items():
            assert total(client, row["opens"] + figure) == number, (figure, row["opens"])


def test_going_down_keeps_the_sum(get: Get, days: Json) -> None:
    streets = get("/api/rankings", level="street", **days)
    assert [each["level"] for each in streets["path"]] == []
    assert streets["next_level"] == "community"
    for street in streets["rows"]:
        code = street["zone"]["code"]
        below = get("/api/rankings", level="community", within=code, **days)
        assert [each["code"] for each in below["path"]] == [code[:6], code]
        assert below["total"]["figures"] == street["figures"]
        assert all(row["zone"]["code"].startswith(code) for row in below["rows"] if not row["ended"])
        for figure, number in street["figures"].items():
            assert sum(row["figures"][figure] for row in below["rows"]) == number


def test_rates_are_the_figures_divided(get: Get, days: Json) -> None:
    answer = get("/api/rankings", level="street", **days)
    for row in [*answer["rows"], answer["total"]]:
        for rate in answer["rates"]:
            above, below = row["figures"][rate["above"]], row["figures"][rate["below"]]
            told = row["rates"][rate["code"]]
            assert told == (round(above / below, 6) if below else None)


def test_rates_agree_with_the_indicators_where_nothing_was_reopened(
    get: Get, days: Json, database: psycopg.Connection
) -> None:
    # Other tests of the same database reopen a few.
    reopened = {
        code
        for (code,) in database.execute(
            "SELECT zone.code FROM incident JOIN zone ON zone.id = ANY (incident.zone_ids)"
            " WHERE incident.id IN (SELECT incident_id FROM case_figure GROUP BY 1 HAVING count(*) > 1)"
        )
    }
    answer = get("/api/rankings", level="community", **days)
    rows = {row["zone"]["code"]: row for row in answer["rows"]}
    indicators = get("/api/indicators", group_by="community", **days)
    compared = 0
    for each in indicators["rows"]:
        if each["group"] is None or not (row := rows.get(each["group"]["code"])):
            continue
        if each["group"]["code"] in reopened:
            continue
        figures, counts = row["figures"], each["counts"]
        assert figures["due"] == counts.get("due_total", 0)
        assert figures["due_closed"] == counts.get("due_total_done", 0)
        assert figures["on_time"] == counts.get("due_total_on_time", 0)
        assert figures["reported"] == counts.get("reported", 0)
        assert figures["closed"] == counts.get("closed", 0)
        assert row["rates"]["satisfaction_rate"] == each["values"]["satisfaction_rate"]["value"]
        compared += 1
    assert compared > 10


def test_an_incident_reported_a_moment_ago_is_counted(worker: Callable[..., Worker], get: Get) -> None:
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    span = {"from": str(day), "to": str(day + timedelta(days=1))}
    before = get("/api/rankings", level="district", **span)["total"]["figures"]
    worker()
    answer = get("/api/rankings", level="district", **span)
    assert answer["total"]["figures"]["reported"] == before["reported"] + 1
    assert answer["waiting"] is False


def test_a_year_is_compared_with_equal_days(get: Get) -> None:
    answer = get(
        "/api/rankings", level="street", **{"from": "2024-02-01", "to": "2024-03-01"}, compare="year"
    )
    assert answer["compared_with"] == {"first": "2023-02-01", "last": "2023-03-01"}
    assert answer["total"]["before"] is not None
    assert answer["total"]["rates_before"]["closing_rate"] is None


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"level": "street", "from": "2026-02-01", "to": "2026-02-01"}, "bad-parameter", "to"),
        ({"level": "street", "from": "2020-02-01", "to": "2026-02-01"}, "bad-parameter", "from"),
        ({"level": "planet", **YEAR}, "bad-parameter", "level"),
        ({"level": "street", **YEAR, "within": "37021299"}, "unknown-zone", "within"),
        ({"level": "street", **YEAR, "category": "x:y:z"}, "unknown-category", "category"),
        ({"level": "street", **YEAR, "zone": "1"}, "unknown-parameter", "zone"),
    ],
)
def test_what_cannot_be_ranked_is_said(client: TestClient, asked: Json, code: str, field: str) -> None:
    answered = problem(client.get("/api/rankings", params=asked), code)
    assert answered["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("counted=due", "counted_from"),
        ("counted_from=2026-01-01&counted_to=2026-02-01", "counted"),
        ("counted=due&counted_from=2026-02-02&counted_to=2026-02-01", "counted_to"),
        ("counted=luck&counted_from=2026-01-01&counted_to=2026-02-01", "counted"),
    ],
)
def test_half_a_number_lists_nothing(client: TestClient, asked: str, field: str) -> None:
    answered = problem(client.get("/api/incidents", params=dict(parse_qsl(asked))), "bad-parameter")
    assert answered["errors"][0]["field"] == field


def test_a_day_report_has_eight_parts_and_says_what_they_rest_on(
    client: TestClient, get: Get, database: psycopg.Connection
) -> None:
    found = database.execute(
        """SELECT zone.code, (incident.reported_at AT TIME ZONE 'Asia/Shanghai')::date
           FROM incident JOIN case_state ON incident_id = incident.id JOIN zone ON zone.id = reported_grid_id
           WHERE incident.source IN ('grid_worker', 'patrol')
             AND incident.base_grid_id = reported_grid_id AND reported_at < now() - interval '2 days'
             AND EXISTS (SELECT FROM post
                         WHERE zone_id = zone.id AND valid @> reported_at AND person_id IS NOT NULL)
           ORDER BY reported_at DESC LIMIT 1"""
    ).fetchone()
    assert found is not None
    report = get("/api/rankings/day-report", grid=found[0], day=str(found[1]))
    assert report["grid"]["code"] == found[0]
    assert report["quantity"]["reports"] == len(report["reports"]) > 0
    assert report["quantity"]["self_handled"] + report["quantity"]["escalated"] == len(report["reports"])
    assert any(post["person"] for post in report["persons"])
    assert report["time"]["first_at"] <= report["time"]["last_at"]
    assert report["judgement"]["verdict"] in ("good", "attention")
    assert len(report["rests_on"]) == 8
    assert total(client, report["opens"]) >= report["quantity"]["reports"]


def test_nobody_at_work_is_said_as_it_is(get: Get, client: TestClient) -> None:
    grid = get("/api/zones", layer="base_grid", limit=1)["items"][0]["code"]
    before = get("/api/rankings/day-report", grid=grid, day="1999-01-01")
    assert (before["judgement"]["verdict"], before["persons"]) == ("vacant", [])
    problem(client.get("/api/rankings/day-report", params={"grid": "no", "day": "2026-01-01"}), "not-found")
