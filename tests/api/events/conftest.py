"""A toy city that is served behind a real socket, with a reader of its live events and a writer beside it."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import psycopg
import pytest

from governance.access import OPERATOR
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from tests.support import databases, toy_city
from tests.support.live import Reader, Served, serving


@pytest.fixture(scope="package")
def city(cluster: Cluster) -> Iterator[str]:
    """Address of a toy city for the tests of this folder."""
    with databases.copy_of(cluster, databases.empty_template(cluster)) as url:

        async def fill() -> None:
            database = Database(url, size=1)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                await toy_city.load(connection)
            await database.close()

        anyio.run(fill)
        yield url


@pytest.fixture(scope="package")
def served(city: str) -> Iterator[Served]:
    """The server over it."""
    with serving(city) as server:
        yield server


@pytest.fixture
def reader(served: Served) -> Iterator[Reader]:
    """Somebody who watches everything."""
    with Reader(served.port) as reading:
        yield reading


@pytest.fixture
def writer(city: str) -> Iterator[psycopg.Connection]:
    """A connection that commits each statement."""
    with psycopg.connect(city, autocommit=True) as connection:
        yield connection
