"""Rules over HTTP: listed in the order in which they decide, read with their versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from tests.api.problems import assert_problem

Json = dict[str, Any]


def order(rule: Json) -> tuple[Any, ...]:
    return (
        -(rule["category"]["level"] if rule["category"] else 0),
        rule["zone"] is None,
        -(rule["layer"]["depth"] if rule["layer"] else 0),
        -rule["priority"],
        rule["code"],
    )


def test_rules_are_listed_as_they_decide(get: Callable[..., Json]) -> None:
    items = get("/api/rules")["items"]
    assert len(items) > 50
    assert items == sorted(items, key=order)
    assert {rule["state"] for rule in items} == {"in_force"}
    assert items[-1]["category"] is None


def test_only_rules_that_may_decide_for_a_category(get: Callable[..., Json]) -> None:
    key = "GB/T 47678.5-2026:matter:09012"
    found = {
        rule["category"]["key"] if rule["category"] else None
        for rule in get("/api/rules", category=key)["items"]
    }
    assert found == {key, "GB/T 47678.5-2026:matter:09", None}


def test_only_rules_that_name_an_organisation(get: Callable[..., Json]) -> None:
    items = get("/api/rules", organisation="LS-CG")["items"]
    assert items
    for rule in items:
        codes = [organisation["code"] for organisation in rule["supporting"]]
        assert "LS-CG" in [*codes, (rule["organisation"] or {}).get("code")]


def test_before_any_rule_there_is_none(get: Callable[..., Json]) -> None:
    assert get("/api/rules", at="1990-01-01")["items"] == []


def test_one_rule_with_its_versions(client: TestClient) -> None:
    response = client.get("/api/rules/R001")
    rule = response.json()
    assert response.headers["etag"] == f'"{rule["version"]}"'
    assert [version["version"] for version in rule["versions"]] == [rule["version"]]
    assert (rule["state"], rule["valid_to"], rule["scheduled"], rule["history"]) == (
        "in_force",
        None,
        None,
        [],
    )


def test_unknown_things(client: TestClient) -> None:
    assert_problem(client.get("/api/rules/NONE"), 404, "not-found")
    assert_problem(client.get("/api/rules?category=x:y:z"), 400, "unknown-category", "category")
    assert_problem(client.get("/api/rules?organisation=NONE"), 400, "unknown-organisation", "organisation")
