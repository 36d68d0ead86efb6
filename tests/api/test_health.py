"""Liveness and readiness, with the database there, empty, and away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from governance.settings import Settings
from tests.api.problems import assert_problem

NOWHERE = "postgresql://nobody@127.0.0.1:9/nowhere"


@contextmanager
def serving(url: str) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=url))) as client:
        yield client


def test_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "database": "ok", "migrations": "ok", "city": "370212"}


def test_without_a_city(empty_database: str) -> None:
    with serving(empty_database) as client:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {"status": "not_ready", "database": "ok", "migrations": "ok", "city": None}
        assert_problem(client.get("/api/city"), 503, "city-missing")
        assert_problem(client.get("/api/routing?lon=120&lat=36"), 503, "city-missing")
        assert client.get("/api/layers").json() == {"items": []}
        assert client.get("/api/incidents").json() == {"items": [], "next": None}
        assert client.get("/tiles/incidents/3/6/3.mvt").status_code == 204


def test_without_migrations(blank_database: str) -> None:
    with serving(blank_database) as client:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["database"] == "ok"
        assert response.json()["migrations"].startswith("at nothing, expected ")


def test_database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.dependencies.WAIT_S", 0.3)
    with serving(NOWHERE) as client:
        assert client.get("/healthz").status_code == 200
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["database"] == "away"
        problem = client.get("/api/city")
        assert_problem(problem, 503, "database-away")
        assert int(problem.headers["retry-after"]) > 0
