"""The first day: how long the full sample takes to generate and to load, per table.

Runs in a database of its own, dropped afterwards. Incidents are measured against a bare COPY of the same rows
into a table without index, constraint or trigger: what routing and the invariants cost.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import anyio
from psycopg import sql as compose

from benchmarks.measure import Measure
from governance.access import OPERATOR
from governance.settings import Settings
from grid_data.bulk.sample import Loaded, load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Connection, Database
from grid_data.sample import generate
from migrations.run import upgrade

NAME = "benchmark_demo_load"


def run() -> Iterable[Measure]:
    """Generate, migrate, load."""
    with Cluster(Settings().cluster_root).use() as cluster:
        cluster.drop_database(NAME)
        cluster.create_database(NAME)
        try:
            return anyio.run(_run, cluster.url(NAME))
        finally:
            cluster.drop_database(NAME)


async def _run(url: str) -> list[Measure]:
    steps: list[tuple[str, float]] = []
    sample = generate(progress=lambda name, seconds: steps.append((name, seconds)))
    answers = [Measure(f"generate: {name}", seconds, "s") for name, seconds in steps]
    answers.append(Measure("generate: everything", sum(seconds for _, seconds in steps), "s"))
    await anyio.to_thread.run_sync(upgrade, url)
    database = Database(url, size=1, statement_timeout_s=0)
    await database.open()
    try:
        started = time.perf_counter()
        async with database.transaction(OPERATOR) as connection:
            loaded = await load_sample(connection, sample)
        committed = time.perf_counter() - started
        answers += _tables(loaded)
        answers.append(Measure("load: everything, committed", committed, "s"))
        async with database.transaction(OPERATOR) as connection:
            bare, rows = await _bare_copy(connection)
    finally:
        await database.close()
    routed = next(seconds for name, _, seconds in loaded.steps if name == "incidents")
    answers.append(Measure("bare COPY of the incidents", rows / bare, "rows/s"))
    answers.append(Measure("incidents routed and stored / bare COPY", routed / bare, "times"))
    return answers


def _tables(loaded: Loaded) -> list[Measure]:
    return [
        Measure(f"load: {name}", seconds, "s", f"{rows:,} rows, {rows / seconds:,.0f} rows/s" if rows else "")
        for name, rows, seconds in loaded.steps
    ]


async def _bare_copy(connection: Connection) -> tuple[float, int]:
    """Seconds and rows of a COPY of all incidents into a plain table."""
    await connection.execute("RESET ROLE")
    await connection.execute("CREATE TEMPORARY TABLE bare (LIKE incident)")
    async with connection.cursor() as cursor:
        async with cursor.copy(compose.SQL("COPY incident TO STDOUT (FORMAT binary)")) as stream:
            data = b"".join([bytes(part) async for part in stream])
        started = time.perf_counter()
        async with cursor.copy(compose.SQL("COPY bare FROM STDIN (FORMAT binary)")) as stream:
            await stream.write(data)
        return time.perf_counter() - started, cursor.rowcount
