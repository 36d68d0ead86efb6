"""Fixtures of the database tests: a toy city, and transactions in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from governance.access import OPERATOR, VISITOR
from governance.owners import Owners
from governance.webhooks.delivering import Deliverer
from grid_data.cluster.private import Cluster
from grid_data.database import Connection, Database
from tests.support import databases, toy_city
from tests.support.receiver import Receiver, receiving
from tests.support.webhooks import FAST


@pytest.fixture(scope="session")
def toy_template(cluster: Cluster) -> Iterator[str]:
    """Name of a database with the toy city, to be copied."""
    with databases.copy_of(cluster, databases.empty_template(cluster)) as url:

        async def fill() -> None:
            database = Database(url, size=1)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                await toy_city.load(connection)
            await database.close()

        anyio.run(fill)
        yield url.split("?")[0].rsplit("/", 1)[-1]


@pytest.fixture
async def toy_database(cluster: Cluster, toy_template: str, anyio_backend: str) -> AsyncIterator[Database]:
    """An open database of this test alone, with the toy city."""
    with databases.copy_of(cluster, toy_template) as url:
        database = Database(url, size=4)
        await database.open()
        yield database
        await database.close()


@pytest.fixture
async def connection(toy_database: Database) -> AsyncIterator[Connection]:
    """A visitor's transaction in the toy city."""
    async with toy_database.transaction(VISITOR) as opened:
        yield opened


@pytest.fixture
def toy_url(cluster: Cluster, toy_template: str) -> Iterator[str]:
    """Address of a database of this test alone, with the toy city."""
    with databases.copy_of(cluster, toy_template) as url:
        yield url


@pytest.fixture
async def empty_open_database(empty_database: str, anyio_backend: str) -> AsyncIterator[Database]:
    """An open database of this test alone, migrated and without rows."""
    database = Database(empty_database, size=2)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes what webhooks send, and can fail."""
    with receiving() as running:
        yield running


@pytest.fixture
async def deliverer(toy_database: Database) -> AsyncIterator[Deliverer]:
    """Who sends what webhooks have to tell, here without accounts."""
    made = Deliverer(toy_database, Owners(toy_database, open=True), FAST)
    yield made
    await made.settled()
    await made._sender.close()
