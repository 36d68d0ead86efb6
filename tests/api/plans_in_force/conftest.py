"""A server of its own for plans that come into force: they change the grids other tests ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from governance.settings import Settings
from grid_data.embedded import Cluster
from tests.support import databases

Json = dict[str, Any]


@pytest.fixture(scope="session")
def changing_database(cluster: Cluster) -> Iterator[str]:
    """Address of a copy of the small sample for these tests alone."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster), large=True) as url:
        yield url


@pytest.fixture(scope="session")
def client(changing_database: str) -> Iterator[TestClient]:
    app = create_app(Settings(database_url=changing_database))
    with TestClient(app, headers={"Accept-Language": "en"}, raise_server_exceptions=False) as started:
        yield started


@pytest.fixture(scope="session")
def database(changing_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(changing_database, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def get(client: TestClient) -> Callable[..., Json]:
    def ask(path: str, **parameters: Any) -> Json:
        response = client.get(path, params=parameters)
        assert response.status_code == 200, response.text
        document: Json = response.json()
        return document

    return ask
