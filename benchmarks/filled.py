"""Servers that hold a million copied incidents for benchmarks of reading: started, filled, deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import anyio
import psycopg

from governance.access import OPERATOR
from governance.settings import Settings
from grid_data.bulk.sample import load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sample import Sample

__all__ = ["fill", "hasty_database", "load", "make_durable"]

DATABASE = "city"
# Only reading is measured; filling need not survive the machine.
_HASTY = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "8GB", "maintenance_work_mem": "512MB"}


@contextmanager
def hasty_database(name: str) -> Iterator[str]:
    """The URL of an empty database on a server of its own, which is deleted afterwards."""
    cluster = Cluster(Settings().cluster_root.parent / f"benchmark-{name}", settings=_HASTY)
    cluster.delete()
    try:
        cluster.start()
        cluster.create_database(DATABASE)
        yield cluster.url(DATABASE)
    finally:
        cluster.delete()


def make_durable(connection: psycopg.Connection, durable: bool) -> None:
    """Let the server of a connection in autocommit flush its commits to the disk, as others do, or not."""
    for setting in ("fsync", "full_page_writes"):
        connection.execute(f"ALTER SYSTEM SET {setting} = {'on' if durable else 'off'}".encode())
    connection.execute("SELECT pg_reload_conf()")
    if durable:
        connection.execute("CHECKPOINT")


def load(url: str, sample: Sample) -> None:
    """Load a sample into a migrated database, however long it takes."""

    async def loaded() -> None:
        database = Database(url, size=1, statement_timeout_s=0)
        await database.open()
        try:
            async with database.transaction(OPERATOR) as connection:
                await load_sample(connection, sample)
        finally:
            await database.close()

    anyio.run(loaded)


def fill(connection: psycopg.Connection, statements: str, tables: Sequence[str] = ("incident",)) -> None:
    """Make rows, by statements on a connection in autocommit.

    Indexes of the tables that hold nothing unique are built afterwards, which takes a fraction of the time.
    """
    indexes = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
           WHERE indrelid = ANY (%s::regclass[]) AND NOT indisunique""",
        [list(tables)],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    connection.execute(statements.encode())
    for _, definition in indexes:
        connection.execute(definition.encode())
    connection.execute("VACUUM ANALYZE")
