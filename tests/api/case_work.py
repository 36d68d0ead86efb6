"""Somebody who takes steps of a case over HTTP, and what tests ask of the answers."""

from __future__ import annotations

from typing import Any

import psycopg
from starlette.testclient import TestClient

Json = dict[str, Any]


class Worker:
    """Takes steps of one case and follows its revision."""

    def __init__(self, client: TestClient, number: str) -> None:
        self.client, self.number, self.revision = client, number, 0

    def step(self, action: str, role: str, by: str, organisation: str | None = None, **more: Any) -> Any:
        body = {"by": by, "role": role, "organisation": organisation, "action": action, **more}
        answer = self.client.post(f"/api/cases/{self.number}/steps", json={"revision": self.revision, **body})
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


def to_filed(worker: Worker) -> Json:
    worker.take("accept", "acceptor", "王受理")
    worker.take("verify", "supervisor", "钱监督", "LS")
    return worker.take("file", "acceptor", "王受理")


def to_fed_back(worker: Worker, lead: str = "LS-HW") -> Json:
    to_filed(worker)
    worker.take("dispatch", "dispatcher", "李派遣", lead=lead, supporting=["LS-CG"])
    worker.take("start", "officer", "赵处置", lead)
    return worker.take("feed_back", "officer", "赵处置", lead, result="已清运")


def problem(answer: Any, code: str, status: int = 409) -> list[tuple[str, str]]:
    """The fields and kinds of a problem answered."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def entries(database: psycopg.Connection, number: str) -> int:
    row = database.execute(
        "SELECT count(*) FROM history JOIN incident ON incident.id = incident_id WHERE number = %s", [number]
    ).fetchone()
    assert row is not None
    count: int = row[0]
    return count


def area(database: psycopg.Connection, number: str) -> tuple[str, str]:
    """Community and street that govern the place of a case."""
    rows = database.execute(
        """SELECT organisation.kind, organisation.code FROM incident
           JOIN organisation ON organisation.region_zone_id = ANY (incident.zone_ids) WHERE number = %s""",
        [number],
    ).fetchall()
    found: dict[str, str] = dict(rows)
    return found["community"], found["street"]
