"""Headers of every answer, whatever it is."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/city", "/api/nothing", "/api/city?x=1", "/tiles/water/0/0/0.mvt"]
)
def test_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"]


@pytest.mark.parametrize("path", ["/api/incidents?limit=1", "/api/city", "/api/me"])
def test_answers_of_the_api_are_kept_by_no_browser(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"


def test_over_https_a_browser_is_told_to_come_by_nothing_else(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/healthz").headers
    secure = client.get("https://testserver/healthz").headers
    assert secure["strict-transport-security"] == "max-age=31536000"


def test_large_json_is_compressed_when_accepted(client: TestClient) -> None:
    packed = client.get("/api/categories", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/api/categories", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_the_page_is_never_kept_unasked(client: TestClient) -> None:
    assert client.get("/").headers["cache-control"] in ("no-cache", "no-store")
