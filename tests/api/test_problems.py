"""Errors: one shape, the right status, the field named, in the language asked for; nothing leaks."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from api.problems import PROBLEMS
from tests.api.problems import assert_problem


def test_a_path_that_does_not_exist(client: TestClient) -> None:
    assert_problem(client.get("/api/nothing"), 404, "not-found")


def test_a_method_a_path_does_not_take(client: TestClient) -> None:
    for path, methods in (
        ("/api/incidents", "GET, HEAD, POST"), ("/api/zones/a/b", "GET, HEAD"), ("/", "GET, HEAD"),
        ("/api/rules/checks", "GET, HEAD"), ("/api/rules/apply", "POST"),
        ("/api/rules/checks", "GET, HEAD"),
    ):  # fmt: skip
        response = client.delete(path)
        assert_problem(response, 405, "method-not-allowed")
        assert response.headers["allow"] == methods


@pytest.mark.parametrize(
    "path", ["/api/layers", "/healthz", "/tiles/land.json", "/", "/api/incidents?limit=2"]
)
def test_head_is_get_without_a_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers == get.headers


@pytest.mark.parametrize(
    "path",
    [
        "/api/city", "/api/layers", "/api/zones", "/api/categories", "/api/organisations", "/api/search?q=x",
        "/api/routing?lon=1&lat=1", "/api/incidents", "/api/problems", "/api/rules", "/healthz", "/readyz",
        "/tiles/water.json", "/tiles/water/0/0/0.mvt",
    ],
)  # fmt: skip
def test_an_unknown_parameter_is_refused_everywhere(client: TestClient, path: str) -> None:
    joined = f"{path}{'&' if '?' in path else '?'}nonsense=1"
    body = assert_problem(client.get(joined), 400, "unknown-parameter", "nonsense")
    assert "nonsense" in body["detail"]


def test_the_language_follows_the_request(client: TestClient) -> None:
    english = client.get("/api/search", headers={"Accept-Language": "en-GB,zh;q=0.5"}).json()
    chinese = client.get("/api/search", headers={"Accept-Language": "zh-CN,en;q=0.9"}).json()
    other = client.get("/api/search", headers={"Accept-Language": "de"}).json()
    assert english["title"] == "Bad parameter"
    assert chinese["title"] == "参数有误"
    assert chinese["errors"] == [{"field": "q", "message": "缺少此项", "code": "missing"}]
    assert other["title"] == chinese["title"]


def test_every_kind_is_documented(client: TestClient) -> None:
    listed = client.get("/api/problems").json()["items"]
    assert [each["code"] for each in listed] == list(PROBLEMS)
    for kind in listed:
        assert kind["type"] == f"/problems/{kind['code']}"
        assert re.search("[一-鿿]", kind["title"]["zh"])
        assert kind["title"]["en"].isascii()
        page = client.get(kind["type"])
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert kind["description"]["zh"] in unescape(page.text)
        assert kind["title"]["en"] in page.text


def test_a_kind_that_does_not_exist(client: TestClient) -> None:
    assert_problem(client.get("/problems/nonsense"), 404, "not-found")


def test_unknown_zone_layer_and_incident(client: TestClient) -> None:
    assert_problem(client.get("/api/zones/base_grid/nonsense"), 404, "not-found")
    assert_problem(client.get("/api/zones/nonsense/370212"), 404, "not-found")
    assert_problem(client.get("/api/incidents/nonsense"), 404, "not-found")
    assert_problem(client.get(f"/api/incidents/{'9' * 41}"), 404, "not-found")
    assert_problem(client.get("/api/zones/base_grid/a%00b"), 404, "not-found")
    assert_problem(client.get("/tiles/nonsense.json"), 404, "not-found")
    assert_problem(client.get("/tiles/nonsense/3/1/1.mvt"), 404, "not-found")


def test_a_failure_tells_nothing_of_the_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("api.city.city_document", broken)
    response = client.get("/api/city")
    assert_problem(response, 500, "internal-error")
    assert "swordfish" not in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'self'")
