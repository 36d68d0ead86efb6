"""A server of its own for plans that come into force: they change the grids other tests ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from grid_data.cluster.private import Cluster
from tests.support import databases
from tests.support.served import asking, english_client

Json = dict[str, Any]


@pytest.fixture(scope="session")
def changing_database(cluster: Cluster) -> Iterator[str]:
    """Address of a copy of the small sample for these tests alone."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        yield url


@pytest.fixture(scope="session")
def client(changing_database: str) -> Iterator[TestClient]:
    with english_client(changing_database) as started:
        yield started


@pytest.fixture(scope="session")
def database(changing_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(changing_database, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def get(client: TestClient) -> Callable[..., Json]:
    return asking(client)
