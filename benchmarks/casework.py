"""Lives of cases over HTTP, from the report to the close, with 0, 300,000 and a million incidents stored.

A life is eight requests: report (routed), accept, file, dispatch, start, feed back, check, close; each is a
transaction of its own with one entry in the history, clocks and work orders. `gridgov up` and the client
run as processes of their own on this machine; the database is a durable cluster of its own, removed
afterwards. In the end ten times as many connections come for a minute, and everything answered is looked for.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

import anyio
import numpy as np
import psycopg

from benchmarks.intake import ROOT, Server, Told, reports_like, worked
from benchmarks.lifecycles import STEPS, Life, read_lives
from benchmarks.measure import Measure, percentile
from governance.access import OPERATOR
from governance.deadlines.watch import watch_clocks
from governance.settings import Settings
from governance.supervision.figure_counting import count_all
from grid_data.bulk.incidents import store_incidents
from grid_data.bulk.sample import load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sample import Sample, generate
from migrations.run import upgrade

SIZES = (0, 300_000, 1_000_000)
CONNECTIONS = 16
WARM, MEASURED_S = 60, 20.0
SPIKE_CONNECTIONS, SPIKE_S = 160, 60.0
BATCH = 100_000
DATABASE = "city"


def run() -> Iterable[Measure]:
    """Measure, fill, measure again; then the spike."""
    cluster = Cluster(Settings().cluster_root.parent / "benchmark-casework")
    cluster.delete()
    try:
        cluster.start()
        cluster.create_database(DATABASE)
        url = cluster.url(DATABASE)
        upgrade(url)
        sample = generate(small=True)
        told = sample["incidents"]
        anyio.run(_load, url, sample)
        fitting = told["lon"].notna() & (told["crs"] == "wgs84") & (told["appeal_kind"] == "livelihood")
        plain = told[fitting].astype(object)
        like = cast(Told, plain.where(plain.notna(), None).to_dict("records"))
        rates: list[float] = []
        with tempfile.TemporaryDirectory() as folder:
            for size in SIZES:
                anyio.run(_fill, url, sample, size)
                server = Server(url)
                try:
                    rate, measures = _measured(cluster, server, like, size, Path(folder))
                    rates.append(rate)
                    yield from measures
                    if size == SIZES[-1]:
                        yield from _spike(cluster, server, like, Path(folder))
                finally:
                    server.stop()
        fall = (1 - rates[-1] / rates[0]) * 100
        yield Measure(f"fall from {SIZES[0]:,} to {SIZES[-1]:,} incidents", fall, "%")
    finally:
        cluster.delete()


async def _load(url: str, sample: Sample) -> None:
    """The small sample without its incidents."""
    frames = {**sample.frames, "incidents": sample["incidents"].iloc[:0]}
    empty = replace(sample, frames=frames)
    database = Database(url, size=1, statement_timeout_s=0)
    await database.open()
    try:
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, empty)
    finally:
        await database.close()


async def _fill(url: str, sample: Sample, size: int) -> None:
    """The sample's incidents again and again, until there are so many; most of them are closed."""
    told = sample["incidents"]
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM incident").fetchone()
        assert row is not None
        missing = size - int(row[0])
    database = Database(url, size=1, statement_timeout_s=0)
    await database.open()
    try:
        for start in range(0, missing, BATCH):
            rows = np.arange(start, min(start + BATCH, missing)) % len(told)
            async with database.transaction(OPERATOR) as connection:
                await store_incidents(connection, told.iloc[rows].assign(source_ref=None))
        # As some minutes after a load: else the worker starts clocks, raises late cases and counts a
        # million while cases are led.
        await watch_clocks(database)
        await count_all(database)
    finally:
        await database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _lead(
    server: Server, like: Told, name: str, count: int, folder: Path, connections: int, seconds: float | None
) -> tuple[list[Life], float]:
    """Cases led by a client process, and how long that took."""
    reports, lives = folder / f"{name}.jsonl", folder / f"{name}.lives"
    text = [line.replace('"source": "app"', '"source": "patrol"') for line in reports_like(like, name, count)]
    reports.write_text("\n".join(text), encoding="utf-8")
    limit = [] if seconds is None else ["--seconds", str(seconds)]
    started = time.perf_counter()
    subprocess.run(
        [
            sys.executable, "-m", "benchmarks.lifecycles", "127.0.0.1", str(server.port), str(reports),
            str(lives), "--connections", str(connections), *limit,
        ],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    return read_lives(lives), time.perf_counter() - started


def _measured(
    cluster: Cluster, server: Server, like: Told, size: int, folder: Path
) -> tuple[float, list[Measure]]:
    """Lives a second, what each request takes, processor time and memory, with so many incidents stored."""
    _lead(server, like, f"warm{size}", WARM, folder, CONNECTIONS, None)
    before = worked(cluster, server)
    name = f"calm{size}"
    lives, seconds = _lead(server, like, name, 5_000, folder, CONNECTIONS, MEASURED_S)
    after = worked(cluster, server)
    whole = sum(life.whole for life in lives)
    rate = whole / seconds
    at = f" at {size:,}"
    note = f"{len(STEPS) + 1} requests each, {CONNECTIONS} connections"
    measures = [Measure(f"lives{at}", rate, "1/s", note)]
    took = [ms for life in lives for _, _, ms in life.asked]
    measures += [
        Measure(f"request, {word}{at}", percentile(took, share), "ms")
        for share, word in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    ]
    reporting = [ms for life in lives for what, _, ms in life.asked if what == "report"]
    stepping = [ms for life in lives for what, _, ms in life.asked if what != "report"]
    measures.append(Measure(f"report, p50{at}", percentile(reporting, 0.5), "ms"))
    measures.append(Measure(f"step, p50{at}", percentile(stepping, 0.5), "ms"))
    for part, begun, ended in zip(("server", "database"), before, after, strict=True):
        measures.append(
            Measure(f"processor time of the {part}{at}", (ended - begun) / whole * 1000, "ms/life")
        )
    server_mb, database_mb = _memory(cluster, server)
    measures.append(Measure(f"memory of the server{at}", server_mb, "MB"))
    measures.append(Measure(f"memory of the database{at}", database_mb, "MB", "shared pages counted once"))
    measures += _kept(server.url, name, lives, at)
    return rate, measures


def _spike(cluster: Cluster, server: Server, like: Told, folder: Path) -> list[Measure]:
    """Ten times as many connections at once, for a minute."""
    lives, seconds = _lead(server, like, "spike", 60_000, folder, SPIKE_CONNECTIONS, SPIKE_S)
    failed = Counter((what, status) for life in lives for what, status, _ in life.asked if status >= 300)
    lost, refused = (
        {key: count for key, count in failed.items() if (key[1] >= 500) == server_side}
        for server_side in (True, False)
    )
    took = [ms for life in lives for _, _, ms in life.asked]
    at = " in the spike"
    note = f"{SPIKE_CONNECTIONS} connections for {SPIKE_S:.0f} s"
    return [
        Measure(f"lives{at}", sum(life.whole for life in lives) / seconds, "1/s", note),
        Measure(f"requests{at}", len(took) / seconds, "1/s"),
        Measure(f"request, p95{at}", percentile(took, 0.95), "ms"),
        Measure(f"request, longest{at}", max(took), "ms"),
        Measure(f"answers of 5xx, lost connections{at}", sum(lost.values()), "requests", _told(lost)),
        Measure(f"other refusals{at}", sum(refused.values()), "requests", _told(refused)),
        Measure(f"memory of the server{at}", _memory(cluster, server)[0], "MB"),
        *_kept(server.url, "spike", lives, at),
    ]


def _told(failed: dict[tuple[str, int], int]) -> str:
    return ", ".join(f"{what} {status}: {count}" for (what, status), count in sorted(failed.items()))


def _kept(url: str, name: str, lives: list[Life], at: str) -> list[Measure]:
    """What is stored against what was answered: reports, steps, entries in the history."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """SELECT source_ref, revision,
                      (SELECT count(*) FROM history
                       WHERE history.incident_id = incident.id AND action LIKE 'incident.%%')
               FROM incident JOIN case_state ON incident_id = incident.id
               WHERE starts_with(source_ref, %s)""",
            (f"{name}-",),
        ).fetchall()
    stored = {reference: (revision, entries) for reference, revision, entries in rows}
    answered = [life for life in lives if life.number]
    lost = sum(life.reference not in stored or stored[life.reference][0] < life.steps for life in answered)
    unequal = sum(entries != revision + 1 for revision, entries in stored.values())
    return [
        Measure(f"answered, not stored{at}", lost, "cases", f"of {len(answered):,}"),
        Measure(f"steps without their one entry{at}", unequal, "cases"),
    ]


def _memory(cluster: Cluster, server: Server) -> tuple[float, float]:
    """Megabytes that the server's and the database's processes hold, shared pages divided among them."""
    postmaster = cluster.status().pid
    assert postmaster is not None
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()

    def held(process: int) -> float:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            return 0.0
        return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024

    return held(server.process.pid), sum(held(each) for each in (postmaster, *map(int, children)))
