"""What is around an incident: other open ones by distance, and who has a post there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from starlette.testclient import TestClient

from tests.api.problems import assert_problem

Json = dict[str, Any]
Get = Callable[..., Json]


def test_near_incidents_are_those_within_the_distance(get: Get, database: psycopg.Connection) -> None:
    row = database.execute(
        "SELECT number FROM incident WHERE is_open AND place IS NOT NULL ORDER BY id LIMIT 1 OFFSET 100"
    ).fetchone()
    assert row is not None
    number, metres = row[0], 800
    expected = [
        each[0]
        for each in database.execute(
            """SELECT other.number FROM incident AS middle CROSS JOIN incident AS other
               WHERE middle.number = %s AND other.id <> middle.id AND other.is_open
                 AND ST_Distance(other.place::geography, middle.place::geography) <= %s
               ORDER BY ST_Distance(other.place::geography, middle.place::geography), other.id LIMIT 100""",
            (number, metres),
        ).fetchall()
    ]
    found = get(f"/api/incidents/{number}/nearby", metres=metres)["items"]
    assert [each["number"] for each in found] == expected
    assert expected
    assert all(0 <= each["distance_m"] <= metres for each in found)


def test_nothing_is_near_to_what_has_no_place(get: Get, client: TestClient, body: Json) -> None:
    sent = {key: value for key, value in body.items() if key != "place"}
    number = client.post("/api/incidents", json=sent).json()["number"]
    assert get(f"/api/incidents/{number}/nearby")["items"] == []
    assert_problem(client.get("/api/incidents/0/nearby"), 404, "not-found")


def test_posts_of_the_grid_come_first_and_telephones_are_for_who_coordinates(
    get: Get, database: psycopg.Connection
) -> None:
    row = database.execute(
        """SELECT incident.number, zone.code FROM incident JOIN zone ON zone.id = incident.base_grid_id
           WHERE EXISTS (SELECT FROM post WHERE post.zone_id = zone.id AND post.valid @> now()) LIMIT 1"""
    ).fetchone()
    assert row is not None
    posts = get("/api/posts", incident=row[0])["items"]
    assert (posts[0]["layer"], posts[0]["zone"], posts[0]["kind"]) == ("base_grid", row[1], "grid_lead")
    of_grid = [each["layer"] == "base_grid" for each in posts]
    assert of_grid == sorted(of_grid, reverse=True)
    held = [each for each in posts if each["person"]]
    assert held
    assert all(each["phone"][3:-4] == "****" for each in held)
    whole = get("/api/posts", incident=row[0], role="dispatcher")["items"]
    stored = {phone for (phone,) in database.execute("SELECT phone FROM person").fetchall()}
    assert {each["phone"] for each in whole if each["person"]} <= stored
    for role in ("officer", "grid_worker", "auditor"):
        assert get("/api/posts", incident=row[0], role=role)["items"] == posts
