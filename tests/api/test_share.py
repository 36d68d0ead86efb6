"""Share links: one view, read-only, at most what its maker sees, until it expires or is revoked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.limiter import Limiter
from tests.api.problems import assert_problem
from tests.api.test_incident_list import listed

Json = dict[str, Any]


def soon(**ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


@pytest.fixture(autouse=True)
def unhurried(client: TestClient) -> Iterator[None]:
    """Tests open more links than an address may."""
    app: Any = client.app
    before, app.state.share_limiter = app.state.share_limiter, Limiter(burst=1000, per_minute=1000)
    yield
    app.state.share_limiter = before


@pytest.fixture
def shared(client: TestClient) -> Callable[..., Json]:
    """Make a link."""

    def make(query: str = "state=open", **more: Any) -> Json:
        body = {"title": "未结事件", "query": query, "expires_at": soon(days=7)} | more
        answer = client.post("/api/share-links", json=body)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    return make


def test_a_link_shows_what_the_filter_lists(client: TestClient, shared: Callable[..., Json]) -> None:
    made = shared("from=2026-06-01&to=2026-07-01", map={"centre": [120.5, 36.1], "zoom": 11})
    assert made["path"] == f"/share/{made['token']}"
    answer = client.get(f"/api/share/{made['token']}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    view = answer.json()
    known = listed(client, since="2026-06-01", to="2026-07-01")
    assert view["figures"]["total"] == len(known)
    assert [item["number"] for item in view["items"]] == known[: len(view["items"])]
    assert view["map"] == {"centre": [120.5, 36.1], "zoom": 11.0}
    assert [each["name"]["en"] for each in view["filters"]] == ["from", "to"]
    assert len(view["places"]) <= view["figures"]["total"] - view["figures"]["nowhere"]
    assert view["outlines"]


def test_texts_and_reporters_are_not_shown(
    client: TestClient, body: Json, shared: Callable[..., Json]
) -> None:
    at = "2026-05-08T07:08:09Z"
    told = body | {"text": "张三电话13812345678", "reported_at": at}
    assert client.post("/api/incidents", json=told).status_code == 201
    token = shared("from=2026-05-08T07:08:09Z&to=2026-05-08T07:08:10Z")["token"]
    shown = client.get(f"/api/share/{token}").text
    assert body["address"] in shown
    for secret in ("13812345678", "不应外泄", "SECRET"):
        assert secret not in shown


def test_a_link_ends(client: TestClient, shared: Callable[..., Json], database: psycopg.Connection) -> None:
    expired, revoked = shared(), shared()
    database.execute(
        "UPDATE share_link SET created_at = now() - interval '2 days',"
        " expires_at = now() - interval '1 second' WHERE id = %s",
        (expired["id"],),
    )
    assert client.delete(f"/api/share-links/{revoked['id']}").status_code == 204
    assert_problem(client.delete(f"/api/share-links/{revoked['id']}"), 404, "not-found")
    answers = [client.get(f"/api/share/{token}") for token in (expired["token"], revoked["token"], "x" * 43)]
    for answer in answers:
        assert_problem(answer, 404, "not-found")
    # Nothing tells a link that ended from one that never was.
    assert len({answer.text for answer in answers}) == 1
    numbers = {each["id"]: each for each in client.get("/api/share-links").json()["items"]}
    assert numbers[expired["id"]]["expired"]
    assert revoked["id"] not in numbers


def test_the_token_is_kept_nowhere_and_openings_are_written_down(
    client: TestClient, shared: Callable[..., Json], database: psycopg.Connection
) -> None:
    made = shared()
    for _ in range(2):
        assert client.get(f"/api/share/{made['token']}").status_code == 200
    stored = database.execute(
        "SELECT share_link::text FROM share_link WHERE id = %s", (made["id"],)
    ).fetchone()
    assert stored is not None
    assert made["token"] not in stored[0]
    entries = database.execute(
        "SELECT action FROM history WHERE after ->> 'share' = %s ORDER BY seq", (str(made["id"]),)
    ).fetchall()
    assert [action for (action,) in entries] == ["share.make", "share.open", "share.open"]
    (mine,) = [each for each in client.get("/api/share-links").json()["items"] if each["id"] == made["id"]]
    assert mine["opened"] == 2
    assert "token" not in mine


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"expires_at": soon(days=-1)}, "expires_at"),
        ({"expires_at": soon(days=91)}, "expires_at"),
        ({"query": "staet=open"}, "query"),
        ({"query": "zone=street:0"}, "query"),
        ({"title": ""}, "title"),
        ({"map": {"centre": [120.5, 36.1], "zoom": 99}}, "map.zoom"),
    ],
)
def test_a_view_that_cannot_be_meant_is_refused(client: TestClient, change: Json, field: str) -> None:
    body = {"title": "x", "query": "", "expires_at": soon(days=1)} | change
    assert_problem(client.post("/api/share-links", json=body), 400, "bad-parameter", field)


def test_guessing_is_slowed_down(client: TestClient) -> None:
    app: Any = client.app
    app.state.share_limiter = Limiter(burst=3, per_minute=1)
    answers = [client.get(f"/api/share/{number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
