"""A case over HTTP: from the report to the archive, by the people the table names."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

Json = dict[str, Any]


@pytest.fixture
def reported(client: TestClient, body: Json) -> Callable[..., str]:
    """Report an incident; returns its number."""

    def report(**changes: Any) -> str:
        answer = client.post("/api/incidents", json=body | {"source_ref": uuid.uuid4().hex} | changes)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["number"]
        return number

    return report


class Worker:
    """Takes steps of one case and follows its revision."""

    def __init__(self, client: TestClient, number: str) -> None:
        self.client, self.number, self.revision = client, number, 0

    def step(self, action: str, role: str, by: str, organisation: str | None = None, **more: Any) -> Any:
        body = {"by": by, "role": role, "organisation": organisation, "action": action, **more}
        answer = self.client.post(
            f"/api/cases/{self.number}/steps", json={"revision": self.revision, **body}
        )
        if answer.status_code == 200:
            self.revision = answer.json()["revision"]
        return answer

    def take(self, action: str, role: str, by: str, organisation: str | None = None, **more: Any) -> Json:
        answer = self.step(action, role, by, organisation, **more)
        assert answer.status_code == 200, answer.text
        case: Json = answer.json()
        return case

    def case(self, **asked: Any) -> Json:
        answer = self.client.get(f"/api/cases/{self.number}", params=asked)
        assert answer.status_code == 200, answer.text
        case: Json = answer.json()
        return case


@pytest.fixture
def worker(client: TestClient, reported: Callable[..., str]) -> Callable[..., Worker]:
    """A worker at a case just reported."""
    return lambda **changes: Worker(client, reported(**changes))


def to_filed(worker: Worker) -> Json:
    worker.take("accept", "acceptor", "王受理")
    worker.take("verify", "supervisor", "钱监督", "LS")
    return worker.take("file", "acceptor", "王受理")


def to_fed_back(worker: Worker, lead: str = "LS-HW") -> Json:
    to_filed(worker)
    worker.take("dispatch", "dispatcher", "李派遣", lead=lead, supporting=["LS-CG"])
    worker.take("start", "officer", "赵处置", lead)
    return worker.take("feed_back", "officer", "赵处置", lead, result="已清运")


def test_a_call_becomes_an_archived_case(
    worker: Callable[..., Worker], database: psycopg.Connection
) -> None:
    call = worker()
    case = call.case()
    assert (case["state"], case["revision"], case["level"]) == ("reported", 0, "district")
    assert case["clock"]["started_at"] is not None
    case = to_fed_back(call)
    assert (case["state"], case["handler"]["name"], case["lead"]["code"]) == ("fed_back", "赵处置", "LS-HW")
    assert [order["kind"] for order in case["work_orders"]] == ["lead", "supporting"]
    assert all(order["closed_at"] for order in case["work_orders"])
    case = call.take("check_pass", "supervisor", "钱监督", "LS")
    assert case["lapses_at"] is not None
    case = call.take("evaluate", "acceptor", "王受理", satisfaction="satisfied")
    assert (case["satisfaction"], case["lapses_at"]) == ("satisfied", None)
    case = call.take("close", "acceptor", "王受理")
    assert (case["clock"]["state"], case["outcome"]) == ("stopped", "handled")
    case = call.take("archive", "acceptor", "王受理")
    told = [step["action"] for step in case["steps"]]
    assert told == ["report", "accept", "verify", "file", "dispatch", "start", "feed_back", "check_pass",
                    "evaluate", "close", "archive"]  # fmt: skip
    assert [step["to"] for step in case["steps"]][-2:] == ["closed", "archived"]
    row = database.execute(
        "SELECT count(*) FROM incident_clock JOIN incident ON incident.id = incident_id WHERE number = %s",
        [call.number],
    ).fetchone()
    assert row == (0,)
