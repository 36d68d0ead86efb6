"""One box for everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.schemas import Hit, Hits
from tests.api.problems import assert_problem

Get = Callable[..., dict[str, Any]]


@pytest.fixture
def find(get: Get) -> Callable[..., list[Hit]]:
    def search(text: str, **more: Any) -> list[Hit]:
        return Hits.model_validate(get("/api/search", q=text, **more)).items

    return search


def sample(database: psycopg.Connection, statement: str) -> Any:
    row = database.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


def test_grid_code(find: Callable[..., list[Hit]], grid: dict[str, Any]) -> None:
    first = find(grid["code"])[0]
    assert (first.type, first.layer, first.code) == ("zone", "base_grid", grid["code"])
    assert first.point == grid["centre"]
    assert first.bounds == grid["bounds"]
    assert all(hit.code.startswith(grid["code"][:12]) for hit in find(grid["code"][:12]))


def test_zone_name_in_both_languages(find: Callable[..., list[Hit]]) -> None:
    assert find("崂山区")[0].layer == "district"
    assert any(hit.layer == "district" for hit in find("laoshan"))


def test_incident_number(find: Callable[..., list[Hit]], database: psycopg.Connection) -> None:
    number = sample(database, "SELECT max(number) FROM incident")
    assert [(hit.type, hit.code) for hit in find(number)] == [("incident", number)]
    assert find(number[:14], limit=50)[0].code.startswith(number[:14])


def test_address(find: Callable[..., list[Hit]], database: psycopg.Connection) -> None:
    address = sample(database, "SELECT address FROM building ORDER BY id LIMIT 1")
    hits = find(address)
    assert hits[0].type == "address"
    assert hits[0].detail.zh == address
    part = address[2:-1]
    assert any(part in hit.detail.zh for hit in find(part, limit=50))


def test_facility_code(find: Callable[..., list[Hit]], database: psycopg.Connection) -> None:
    code = sample(database, "SELECT max(code) FROM facility")
    assert [(hit.type, hit.code) for hit in find(code)] == [("facility", code)]


def test_road(find: Callable[..., list[Hit]], database: psycopg.Connection) -> None:
    name = sample(database, "SELECT min(name_zh) FROM road")
    hits = [hit for hit in find(name) if hit.type == "road"]
    assert hits[0].label.zh == name
    assert hits[0].bounds is not None
    assert len({hit.code for hit in hits}) == len(hits)


def test_nothing_found_and_nothing_broken(find: Callable[..., list[Hit]]) -> None:
    for text in ("不存在的地方", "100%", "_", "\\", "' OR 1=1 --", "0" * 100):
        assert find(text) == [] or all(text.strip("\\") in str(hit) for hit in find(text))


def test_limit(find: Callable[..., list[Hit]]) -> None:
    assert len(find("3702", limit=3)) == 3


@pytest.mark.parametrize("query", ["", "q=", "q=%20%20", f"q={'x' * 101}", "q=a%00b"])
def test_bad_text(client: TestClient, query: str) -> None:
    assert_problem(client.get(f"/api/search?{query}"), 400, "bad-parameter", "q")
