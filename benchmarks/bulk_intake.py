"""Import of a million incidents against bare COPY of the same rows, in the same run.

Runs in a database of its own, dropped afterwards. The file is the sample's incidents several times over,
moved by some metres, with references of their own. What is measured is the whole command: reading, checking,
routing of all layers, department, evidence, storing, building the indexes that were set aside. COPY gets the
finished rows of all tables an import fills: into twins with the same columns, checks and indexes, and into
tables with nothing at all. Processor time is told beside: a busy machine disturbs it less than the clock.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import anyio
import numpy as np
import pandas as pd
from psycopg import sql as compose

from benchmarks.measure import Measure, server_processor_s
from governance.access import OPERATOR
from governance.settings import Settings
from grid_data.bulk.sample import load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Connection, Database
from grid_data.importers.batch import Request
from grid_data.importers.incident_batches import LANES, import_incidents
from grid_data.importers.reading import read_source
from grid_data.sample import Sample, generate
from grid_data.set_aside import MAINTENANCE
from migrations.run import upgrade

NAME = "benchmark_bulk_intake"
ROWS = 1_000_000
TABLES = ("incident", "routing", "case_state", "reporter")
CHUNK = 1 << 20


def run() -> Iterable[Measure]:
    """Import, then copy."""
    with Cluster(Settings().cluster_root).use() as cluster, tempfile.TemporaryDirectory() as folder:
        cluster.drop_database(NAME)
        cluster.create_database(NAME)
        try:
            postmaster = cluster.status().pid
            assert postmaster is not None
            return anyio.run(_run, cluster.url(NAME), Path(folder), postmaster)
        finally:
            cluster.drop_database(NAME)


async def _run(url: str, folder: Path, postmaster: int) -> list[Measure]:
    sample = generate()
    file = folder / "incidents.csv"
    reports(sample.frames["incidents"], ROWS).to_csv(file, index=False)
    await anyio.to_thread.run_sync(upgrade, url)
    database = Database(url, size=LANES + 2, statement_timeout_s=0, name=MAINTENANCE)
    await database.open()
    try:
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, _without_incidents(sample))
        steps: dict[str, float] = {}
        started, used = time.perf_counter(), (time.process_time(), server_processor_s(postmaster))
        report = await import_incidents(
            database,
            OPERATOR,
            Request(read_source(file)),
            lambda step, _, took: steps.update({step: took}),
        )
        seconds = time.perf_counter() - started
        client, server = time.process_time() - used[0], server_processor_s(postmaster) - used[1]
        assert (report.plan.new, report.stored) == (ROWS, True), list(report.findings)[:3]
        async with database.transaction(OPERATOR) as connection:
            await connection.execute("RESET ROLE")
            indexed = await _copied(connection, folder, "INCLUDING CONSTRAINTS INCLUDING INDEXES")
            bare = await _copied(connection, folder, "")
    finally:
        await database.close()
    building = steps.get("indexes built again", 0.0)
    note = "routed in all layers, department, evidence; checks, reading and history included"
    return [
        Measure("import incidents", ROWS / seconds, "rows/s", f"{ROWS:,} rows in {seconds:.1f} s; {note}"),
        Measure("until the last row was stored", ROWS / (seconds - building), "rows/s"),
        Measure("indexes built again", building, "s"),
        Measure("processor time of the client", client / ROWS * 1e6, "µs/row"),
        Measure("processor time of the database", server / ROWS * 1e6, "µs/row"),
        Measure("COPY of the finished rows, same indexes and checks", ROWS / indexed, "rows/s"),
        Measure("COPY of the finished rows, bare tables", ROWS / bare, "rows/s"),
        Measure("import / COPY with indexes", indexed / seconds, "of its speed"),
        Measure("import / bare COPY", bare / seconds, "of its speed"),
        Measure("until the last row was stored / bare COPY", bare / (seconds - building), "of its speed"),
    ]


def reports(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    """So many reports made of the sample's, in the order of time."""
    rng = np.random.default_rng(20260101)
    parts = []
    for k in range(-(-rows // len(frame))):
        part = frame.assign(source_ref=f"{k}-" + frame["source_ref"])
        for name in ("lon", "lat"):
            part[name] = (part[name] + rng.normal(0, 3e-5, len(part))).round(7)
        parts.append(part)
    whole = pd.concat(parts).iloc[:rows].sort_values("reported_at", kind="stable")
    whole["category"] = whole["standard_ref"] + ":" + whole["category_kind"] + ":" + whole["category"]
    for name in ("reported_at", "state_since"):
        whole[name] = whole[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return whole.drop(columns=["standard_ref", "category_kind"])


def _without_incidents(sample: Sample) -> Sample:
    frames: dict[str, Any] = dict(sample.frames)
    frames["incidents"] = frames["incidents"].iloc[:0]
    return type(sample)(**{**vars(sample), "frames": frames})


async def _copied(connection: Connection, folder: Path, including: str) -> float:
    """Seconds of COPY of all that was imported into fresh tables like its own."""
    seconds = 0.0
    for table in TABLES:
        names = {"table": compose.Identifier(table), "twin": compose.Identifier(f"twin_{table}")}
        create = f"CREATE TABLE {{twin}} (LIKE {{table}} INCLUDING GENERATED {including})"
        with (folder / table).open("w+b") as kept:
            async with connection.cursor() as cursor:
                out = compose.SQL("COPY {table} TO STDOUT (FORMAT binary)").format(**names)
                async with cursor.copy(out) as stream:
                    async for piece in stream:
                        kept.write(piece)
            kept.seek(0)
            await connection.execute(compose.SQL(create).format(**names))
            into = compose.SQL("COPY {twin} FROM STDIN (FORMAT binary)").format(**names)
            started = time.perf_counter()
            await _sent(connection, into, kept)
            seconds += time.perf_counter() - started
            await connection.execute(compose.SQL("DROP TABLE {twin}").format(**names))
    return seconds


async def _sent(connection: Connection, statement: compose.Composed, data: BinaryIO) -> None:
    async with connection.cursor() as cursor, cursor.copy(statement) as stream:
        while piece := data.read(CHUNK):
            await stream.write(piece)
