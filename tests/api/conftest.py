"""The application over the small sample, and what tests ask it about."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.api.case_work import Worker
from tests.support.served import asking, english_client

Json = dict[str, Any]


@pytest.fixture(scope="session")
def client(laoshan_database: str) -> Iterator[TestClient]:
    """The server, started, asked in English; one for all tests of a worker."""
    with english_client(laoshan_database) as started:
        yield started


@pytest.fixture(scope="session")
def database(laoshan_database: str) -> Iterator[psycopg.Connection]:
    """A connection of our own to the same database, to look behind the answers."""
    with psycopg.connect(laoshan_database, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def get(client: TestClient) -> Callable[..., Json]:
    """Ask for a JSON document that must be there."""
    return asking(client)


@pytest.fixture(scope="session")
def matter(get: Callable[..., Json]) -> Json:
    """A minor class of a matter that is about no component."""
    return next(
        each for each in get("/api/categories")["items"] if each["kind"] == "matter" and each["level"] == 2
    )


@pytest.fixture(scope="session")
def grid(get: Callable[..., Json]) -> Json:
    """A base grid of today, with its shape."""
    listed = get("/api/zones", layer="base_grid", limit=1)["items"][0]
    return get(f"/api/zones/base_grid/{listed['code']}", geometry=True)


@dataclass(frozen=True)
class Place:
    """A place in degrees."""

    lon: float
    lat: float


@pytest.fixture(scope="session")
def inside(grid: Json) -> Place:
    """A place inside the grid."""
    return Place(*grid["centre"])


@pytest.fixture(scope="session")
def corner(grid: Json) -> Place:
    """A corner of the grid's shape: exactly on its edge."""
    lon, lat = grid["geometry"]["coordinates"][0][0][0]
    return Place(lon, lat)


@pytest.fixture
def body(matter: Json, inside: Place) -> Json:
    """A report as a source sends it, with a reference nobody used."""
    return {
        "category": matter["key"],
        "place": {"type": "Point", "coordinates": [inside.lon, inside.lat]},
        "crs": "wgs84",
        "accuracy_m": 5,
        "text": "路灯不亮，夜间通行不便。",
        "address": "测试路 1 号",
        "source": "hotline",
        "source_ref": uuid.uuid4().hex,
        "reporter": {"name": "不应外泄", "phone": "139-SECRET-0000", "email": "secret@example.org"},
    }


@pytest.fixture
def worker(client: TestClient, body: Json) -> Callable[..., Worker]:
    """Report an incident; returns somebody who takes steps of its case."""

    def report(**changes: Any) -> Worker:
        answer = client.post("/api/incidents", json=body | {"source_ref": uuid.uuid4().hex} | changes)
        assert answer.status_code == 201, answer.text
        return Worker(client, answer.json()["number"])

    return report
