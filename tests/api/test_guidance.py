"""Guidance texts, triage and hand-overs to 110 over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.problems import problem

Json = dict[str, Any]
OWNER = "LS-CG"
OFFICER = {"by": "陈科员", "role": "officer", "organisation": OWNER}
CLASS, LEAF = "GRIDGOV social:social:S04", "GRIDGOV social:social:S0401"


@pytest.fixture(scope="module")
def add(client: TestClient) -> Callable[..., Json]:
    def added(**values: Any) -> Json:
        body = {
            **OFFICER, "category": LEAF, "owner": OWNER, "title": {"zh": "小学报名"},
            "text": {"zh": "六月网上报名"}, "review_on": "2999-05-01", **values,
        }  # fmt: skip
        response = client.post("/api/guidance", json=body)
        assert response.status_code == 201, response.text
        document: Json = response.json()
        return document

    return added


def test_texts_are_found_by_category_and_words(get: Callable[..., Json], add: Callable[..., Json]) -> None:
    leaf = add(title={"zh": "小学报名百分之100%"})
    above = add(category=CLASS, title={"zh": "教育总则"})

    def codes(**asked: Any) -> set[str]:
        return {item["code"] for item in get("/api/guidance", limit=200, **asked)["items"]}

    mine = {leaf["code"], above["code"]}
    assert codes(category=CLASS) & mine == mine
    assert codes(category=LEAF) & mine == {leaf["code"]}
    # A text for the whole class fits an incident of the minor class.
    assert codes(fits=LEAF) & mine == mine
    assert codes(fits=CLASS) & mine == {above["code"]}
    assert codes(q="100%") & mine == {leaf["code"]}
    assert codes(organisation="LS") & mine == mine
    first = get("/api/guidance", limit=1)
    second = get("/api/guidance", limit=1, after=first["next"])
    assert first["items"][0]["code"] < second["items"][0]["code"]


def test_a_change_is_a_version_and_the_old_one_stays(client: TestClient, add: Callable[..., Json]) -> None:
    text = add()
    assert [version["revision"] for version in text["versions"]] == [1]
    body = {**OFFICER, "revision": 1, "text": {"zh": "五月网上报名"}, "reason": "时间提前"}
    changed = client.put(f"/api/guidance/{text['code']}", json=body).json()
    assert (changed["revision"], changed["text"]["zh"], changed["title"]) == (
        2,
        "五月网上报名",
        text["title"],
    )
    assert [v["text"]["zh"] for v in changed["versions"]] == ["五月网上报名", "六月网上报名"]
    late = problem(client.put(f"/api/guidance/{text['code']}", json=body), "task-refused")
    assert late["errors"][0]["code"] == "changed"


def test_what_should_have_been_looked_at_is_listed(
    client: TestClient, get: Callable[..., Json], add: Callable[..., Json]
) -> None:
    old = add(review_on="2020-01-01")
    assert old["overdue"]

    def overdue() -> set[str]:
        return {item["code"] for item in get("/api/guidance", overdue=True, limit=200)["items"]}

    assert old["code"] in overdue()
    body = {**OFFICER, "revision": 1, "review_on": "2999-01-01"}
    assert not client.put(f"/api/guidance/{old['code']}", json=body).json()["overdue"]
    assert old["code"] not in overdue()


def test_a_retired_text_is_kept_and_not_offered(
    client: TestClient, get: Callable[..., Json], add: Callable[..., Json]
) -> None:
    code = add()["code"]
    gone = client.post(
        f"/api/guidance/{code}/retire", json={**OFFICER, "revision": 1, "reason": "过时"}
    ).json()
    assert gone["retired_at"] is not None
    assert code not in {item["code"] for item in get("/api/guidance", limit=200)["items"]}
    assert code in {item["code"] for item in get("/api/guidance", limit=200, retired=True)["items"]}


@pytest.mark.parametrize("organisation", ["LS-JC", None])
def test_only_the_owner_keeps_a_text(
    client: TestClient, add: Callable[..., Json], organisation: str | None
) -> None:
    code = add()["code"]
    body = {"by": "外人", "role": "officer", "organisation": organisation, "revision": 1, "reason": "改"}
    found = problem(client.put(f"/api/guidance/{code}", json=body), "task-refused")
    assert found["errors"][0]["code"] == "not-owner"
    # Who stands above the owner may.
    assert client.put(f"/api/guidance/{code}", json=body | {"organisation": "LS"}).status_code == 200


def test_unknown_names_are_refused(client: TestClient) -> None:
    problem(client.get("/api/guidance", params={"category": "a:b:c"}), "unknown-category")
    problem(client.get("/api/guidance/G9999"), "not-found")
    problem(client.get("/api/triage", params={"text": "x", "category": "a:b:c"}), "unknown-category")


def test_triage_heeds_text_and_category(get: Callable[..., Json]) -> None:
    fire = get("/api/triage", text="楼下着火了")
    assert (fire["urgent"], fire["to"]) == (True, "119")
    lift = get("/api/triage", text="电梯不动了", category="GRIDGOV social:social:S0303")
    assert lift["urgent"]
    assert [flag["source"] for flag in lift["flags"]] == ["category"]


def test_hand_overs_are_listed_in_both_directions_and_answered_once(
    client: TestClient, get: Callable[..., Json], database: psycopg.Connection, body: Json
) -> None:
    reference = f"110-{body['source_ref']}"
    sent = client.post(
        "/api/incidents", json=body | {"source": "transfer_110", "source_ref": reference}
    ).json()
    (came,) = get("/api/transfers", direction="in", reference=reference)["items"]
    assert (came["number"], came["direction"], came["transfer"]) == (sent["number"], "in", None)
    row = database.execute(
        """INSERT INTO transfer (incident_id, by)
           SELECT id, '受理员' FROM incident WHERE number = %s RETURNING id""",
        [sent["number"]],
    ).fetchone()
    assert row is not None
    desk = {"by": "受理员", "role": "acceptor", "text": "已出警", "reference": f"out-{reference}"}
    path = f"/api/transfers/{row[0]}/reply"
    assert client.post(path, json=desk).status_code == 200
    assert client.post(path, json=desk).status_code == 200
    (went,) = get("/api/transfers", reference=f"out-{reference}")["items"]
    assert (went["direction"], went["reply"], went["replied_by"]) == ("out", "已出警", "受理员")
    assert (
        problem(client.post(path, json=desk | {"text": "另一答复"}), "task-refused")["errors"][0]["code"]
        == "answered"
    )
    wrong = problem(client.post(path, json=desk | {"role": "grid_worker"}), "task-refused")
    assert wrong["errors"][0]["code"] == "wrong-role"
    problem(client.post("/api/transfers/999999999/reply", json=desk), "not-found")
