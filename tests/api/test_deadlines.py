"""Limits, calendars and business hours over HTTP: read, changed as one action, refused with every fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from grid_data.cluster.private import Cluster
from tests.api.problems import assert_problem
from tests.support import databases
from tests.support.served import english_client

Json = dict[str, Any]
ADMIN = {"by": "周管理", "role": "administrator"}
LITTER = "GB/T 47678.5-2026:matter:06010"


@pytest.fixture(scope="module")
def url(cluster: Cluster) -> Iterator[str]:
    """A small sample of this module alone: changed limits would puzzle other tests."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as copied:
        yield copied


@pytest.fixture(scope="module")
def server(url: str) -> Iterator[TestClient]:
    with english_client(url) as started:
        yield started


def read(server: TestClient, **query: Any) -> Json:
    answer = server.get("/api/deadlines", params=query)
    assert answer.status_code == 200
    found: Json = answer.json()
    return found


def change(server: TestClient, **changes: Any) -> Any:
    body = {**ADMIN, "revision": read(server)["revision"], **changes}
    return server.post("/api/deadlines", json=body)


def entries(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM history WHERE action = 'deadlines.change'").fetchone()
    assert row is not None
    return int(row[0])


def limit_of(found: Json, stage: str, **names: Any) -> Json | None:
    wanted = {
        "stage": stage,
        "category": None,
        "condition": None,
        "appeal_kind": None,
        "urgency": None,
        **names,
    }
    return next((each for each in found["limits"] if all(each[k] == v for k, v in wanted.items())), None)


def test_a_city_in_china_begins_with_its_calendars_and_default_limits(server: TestClient) -> None:
    found = read(server, year=2026)
    assert found["years"] == [2024, 2025, 2026]
    # National Day 2026: Thursday to Wednesday; the Sunday and the Saturday around it are worked.
    october = {
        day["date"]: (day["kind"], day["weekday"]) for day in found["days"] if day["date"] >= "2026-09-20"
    }
    assert october["2026-10-01"] == ("holiday", 4)
    assert october["2026-10-07"] == ("holiday", 3)
    assert (october["2026-09-20"], october["2026-10-10"]) == (("workday", 7), ("workday", 6))
    total = limit_of(found, "total")
    assert total is not None
    assert (total["amount"], total["kind"]) == (5, "work_day")


def test_what_changes_together_is_one_entry(server: TestClient, url: str) -> None:
    before = entries(url)
    answer = change(
        server,
        calendars=[{"year": 2027, "days": [{"date": "2027-01-01", "kind": "holiday", "name": "元旦"}]}],
        limits=[
            {"stage": "total", "category": LITTER, "amount": 2, "kind": "work_hour"},
            {"stage": "check", "amount": 4, "kind": "work_hour", "warn": 0.5},
        ],
        windows=[{"windows": "08:30-12:00,13:30-17:30"}, {"organisation": "LS-CG", "windows": "07:00-19:00"}],
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert entries(url) == before + 1
    assert found["days"] == [{"date": "2027-01-01", "kind": "holiday", "name": "元旦", "weekday": 5}]
    litter, checked = limit_of(found, "total", category=LITTER), limit_of(found, "check")
    assert litter is not None
    assert checked is not None
    assert (litter["amount"], litter["kind"], litter["category_name"]["zh"]) == (2, "work_hour", "暴露垃圾")
    assert (checked["amount"], checked["warn"]) == (4, 0.5)
    assert found["windows"] == "08:30-12:00,13:30-17:30"
    assert {each["organisation"]: each["windows"] for each in found["organisations"]}[
        "LS-CG"
    ] == "07:00-19:00"


def test_a_limit_without_amount_ends(server: TestClient) -> None:
    assert change(server, limits=[{"stage": "evaluate"}]).status_code == 200
    assert limit_of(read(server), "evaluate") is None
    assert_problem(change(server, limits=[{"stage": "evaluate"}]), 409, "deadlines-refused", "limits.0")


def test_every_fault_is_named_and_nothing_is_stored(server: TestClient, url: str) -> None:
    before = entries(url), read(server)["revision"]
    answer = change(
        server,
        # The first of May 2026 is a Friday: no make-up workday.
        calendars=[
            {
                "year": 2026,
                "days": [
                    {"date": "2026-05-01", "kind": "workday"},
                    {"date": "2025-05-01", "kind": "holiday"},
                ],
            }
        ],
        limits=[
            {"stage": "total", "category": "GB/T 47678.5-2026:matter:99999", "amount": 1, "kind": "work_day"},
            {"stage": "file", "amount": 1},
        ],
        windows=[{"organisation": "NOBODY", "windows": "08:00-07:00"}],
    )
    assert_problem(
        answer,
        409,
        "deadlines-refused",
        "calendars.0.days.0.kind",
        "calendars.0.days.1.date",
        "limits.0.category",
        "limits.1.kind",
        "windows.0.windows",
        "windows.0.organisation",
    )
    assert (entries(url), read(server)["revision"]) == before


def test_a_change_on_what_somebody_else_changed_is_refused(server: TestClient) -> None:
    stale = read(server)["revision"]
    assert change(server, limits=[{"stage": "file", "amount": 3, "kind": "work_hour"}]).status_code == 200
    body = {**ADMIN, "revision": stale, "limits": [{"stage": "file", "amount": 9, "kind": "work_hour"}]}
    assert_problem(server.post("/api/deadlines", json=body), 409, "deadlines-changed", "revision")
    filed = limit_of(read(server), "file")
    assert filed is not None
    assert filed["amount"] == 3


def test_a_grid_worker_may_not_change_limits(server: TestClient) -> None:
    body = {
        "by": "张网格",
        "role": "grid_worker",
        "revision": read(server)["revision"],
        "limits": [{"stage": "file", "amount": 9, "kind": "work_hour"}],
    }
    assert_problem(server.post("/api/deadlines", json=body), 409, "deadlines-refused", "role")


def test_running_clocks_keep_the_limit_they_started_with(server: TestClient, url: str) -> None:
    place = {"type": "Point", "coordinates": [120.4694, 36.1031]}
    sent = {"category": LITTER, "text": "垃圾", "source": "hotline", "place": place}
    number = server.post("/api/incidents", json=sent).json()["number"]

    def due() -> Any:
        with psycopg.connect(url) as connection:
            return connection.execute(
                "SELECT due_at FROM incident_clock JOIN incident ON id = incident_id WHERE number = %s",
                [number],
            ).fetchone()

    before = due()
    assert before is not None
    answer = change(server, limits=[{"stage": "total", "category": LITTER, "amount": 9, "kind": "work_day"}])
    assert answer.status_code == 200
    assert due() == before


def tried(server: TestClient, **changes: Any) -> Json:
    body = {**ADMIN, "revision": read(server)["revision"], "days": 366, **changes}
    answer = server.post("/api/deadlines/check", json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_changes_are_tried_on_past_cases_and_nothing_is_kept(server: TestClient, url: str) -> None:
    before, told = read(server), entries(url)
    same = tried(server)
    assert same["cases"] > 0
    assert (same["late_then"], same["earlier"], same["later"]) == (same["late_now"], 0, 0)
    assert (same["categories"], same["examples"]) == ([], [])
    short = {"stage": "total", "category": LITTER, "amount": 0, "kind": "urgent_hour"}
    harsh = tried(server, limits=[short])
    # Whatever was reported as litter would have been late at once.
    (only,) = harsh["categories"]
    assert (only["category"], only["late_then"]) == (LITTER, only["cases"])
    assert harsh["late_then"] - harsh["late_now"] == only["cases"] - only["late_now"]
    assert harsh["earlier"] == only["cases"] > 0
    assert all(each["due_then"] < each["closed_at"] <= each["due_now"] for each in harsh["examples"])
    mild = tried(server, limits=[short | {"amount": 400, "kind": "natural_day"}])
    assert (mild["late_then"] <= mild["late_now"], mild["later"] > 0) == (True, True)
    assert (read(server), entries(url)) == (before, told)


def test_a_wrong_change_is_refused_when_it_is_tried(server: TestClient) -> None:
    body = {**ADMIN, "revision": read(server)["revision"], "limits": [{"stage": "total", "amount": 1}]}
    assert_problem(server.post("/api/deadlines/check", json=body), 409, "deadlines-refused", "limits.0.kind")
