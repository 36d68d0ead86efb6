"""A small city with everything that sights differ by, one for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from grid_data.cluster.private import Cluster
from tests.access.people import server
from tests.access.sights import World, scatter, world
from tests.support import databases


@pytest.fixture(scope="module")
def seen_city(cluster: Cluster) -> Iterator[World]:
    """The small sample, with cases that several organisations worked on and reports of accounts."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        scatter(url)
        yield world(url)


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[TestClient]:
    """A server where people sign in, over the database that a module calls `url`."""
    with server(url) as started:
        yield started
