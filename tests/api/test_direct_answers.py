"""Cases that end without dispatch: answered by a text, or handed to 110; and what stages leave behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.problems import problem

Json = dict[str, Any]
DESK = {"by": "王受理", "role": "acceptor"}


@pytest.fixture
def number(client: TestClient, body: Json) -> str:
    """A report just come in."""
    answer = client.post("/api/incidents", json=body | {"source_ref": uuid.uuid4().hex})
    found: str = answer.json()["number"]
    return found


@pytest.fixture
def step(client: TestClient, number: str) -> Callable[..., Any]:
    return lambda action, revision, **said: client.post(
        f"/api/cases/{number}/steps", json={**DESK, "action": action, "revision": revision, **said}
    )


@pytest.fixture
def text(client: TestClient, matter: Json) -> str:
    said = {
        "by": "陈科员", "role": "officer", "organisation": "LS-CG", "owner": "LS-CG",
        "category": matter["key"], "title": {"zh": "说明"}, "text": {"zh": "请联系物业"},
        "review_on": "2999-01-01",
    }  # fmt: skip
    code: str = client.post("/api/guidance", json=said).json()["code"]
    return code


def test_a_text_answers_a_report_and_counts_it(
    client: TestClient, number: str, step: Callable[..., Any], text: str
) -> None:
    answered = step("answer_directly", 0, guidance=text).json()
    assert (answered["state"], answered["outcome"]) == ("closed", "direct_answer")
    assert client.get(f"/api/guidance/{text}").json()["answers"] == 1


def test_a_text_that_is_not_in_use_answers_nothing(
    client: TestClient, number: str, step: Callable[..., Any], text: str
) -> None:
    retired = {"by": "陈科员", "role": "officer", "organisation": "LS-CG", "revision": 1, "reason": "过时"}
    client.post(f"/api/guidance/{text}/retire", json=retired)
    for code in (text, "G9999"):
        found = problem(step("answer_directly", 0, guidance=code), "bad-parameter")
        assert [error["field"] for error in found["errors"]] == ["guidance"]
    assert client.get(f"/api/cases/{number}").json()["state"] == "reported"


def test_what_was_handed_to_110_is_listed(
    client: TestClient, number: str, step: Callable[..., Any], database: psycopg.Connection
) -> None:
    reference = uuid.uuid4().hex
    done = step("transfer_110", 0, reference=reference, note="打架")
    assert done.status_code == 200, done.text
    assert done.json()["outcome"] == "transferred_110"
    (handed,) = client.get("/api/transfers", params={"reference": reference}).json()["items"]
    assert (handed["direction"], handed["number"], handed["reason"]) == ("out", number, "打架")


def test_stages_and_the_whole_leave_their_moments_behind(
    number: str, step: Callable[..., Any], database: psycopg.Connection
) -> None:
    step("accept", 0)
    step("reject", 1, reason="不属于受理范围")
    found = database.execute(
        """SELECT stage, to_state, left_at >= entered_at, due_at IS NOT NULL, reworks
           FROM case_moment JOIN incident ON incident.id = incident_id
           WHERE number = %s ORDER BY left_at, stage""",
        [number],
    ).fetchall()
    stages = {stage: (to_state, later, reworks) for stage, to_state, later, _, reworks in found}
    assert stages == {
        "accept": ("accepted", True, None),
        "verify": ("rejected", True, None),
        "total": ("rejected", True, 0),
    }
