"""Live events: from commit to viewer, with 200 connected viewers and 50 reports a second.

`gridgov up`, its database and the viewers run on this machine. The moment of commit is PostgreSQL's own
(``track_commit_timestamp``), the moment of hearing is when a viewer has the line.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import anyio
import psycopg

from benchmarks.intake import DATABASE, ROOT, Server, worked
from benchmarks.load import Answered, load
from benchmarks.measure import Measure, percentile
from benchmarks.watching import Heard, read_heard
from governance.access import OPERATOR
from governance.settings import Settings
from grid_data.bulk.sample import load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sample import generate
from migrations.run import upgrade

VIEWERS = 200
RATE = 50
SECONDS = 20
LANES = 8


def run() -> Iterable[Measure]:
    """Fill, watch, report."""
    cluster = Cluster(
        Settings().cluster_root.parent / "benchmark-live", settings={"track_commit_timestamp": "on"}
    )
    cluster.delete()
    try:
        cluster.start()
        cluster.create_database(DATABASE)
        url = cluster.url(DATABASE)
        upgrade(url)
        told = anyio.run(_fill, url)
        server = Server(url)
        try:
            measures = []
            for viewers in (1, VIEWERS):
                measures += _watched(cluster, server, told, viewers)
            started = time.perf_counter()
            with _watching(server, 20, Path(tempfile.gettempdir()) / "gridgov-live-stop"):
                server.stop()
                took = time.perf_counter() - started
            return [*measures, Measure("server stops with 20 viewers", took, "s", "their start included")]
        finally:
            if server.process.poll() is None:
                server.stop()
    finally:
        cluster.delete()


async def _fill(url: str) -> list[dict[str, Any]]:
    """The small sample; returns its incidents."""
    sample = generate(small=True)
    database = Database(url, size=1, statement_timeout_s=0)
    await database.open()
    try:
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, sample)
    finally:
        await database.close()
    told = sample["incidents"]
    plain = told[told["lon"].notna() & (told["crs"] == "wgs84")].astype(object)
    return cast("list[dict[str, Any]]", plain.where(plain.notna(), None).to_dict("records"))


class _watching:
    """A process of viewers, all of them ready."""

    def __init__(self, server: Server, viewers: int, report: Path) -> None:
        self.report = report
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "benchmarks.watching", "127.0.0.1", str(server.port), str(viewers),
                str(report),
            ],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready"

    def __enter__(self) -> _watching:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate("stop\n", timeout=60)


def _watched(cluster: Cluster, server: Server, told: list[dict[str, Any]], viewers: int) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        with _watching(server, viewers, Path(folder) / "heard.json") as watching:
            before = worked(cluster, server)
            started = time.perf_counter()
            answers = asyncio.run(_report(server, told, f"v{viewers}"))
            took = time.perf_counter() - started
            time.sleep(1)
            after = worked(cluster, server)
        heard, viewers_s = read_heard(watching.report)
    committed = _committed(server.url, f"v{viewers}")
    waits = [(at - committed[seq]) * 1000 for seq, times in heard.items() if seq in committed for at in times]
    note = f"{len(answers) / took:.0f} reports/s, {viewers} viewers"
    return [
        Measure("commit to viewer, p50", percentile(waits, 0.5), "ms", note),
        Measure("commit to viewer, p95", percentile(waits, 0.95), "ms", note),
        Measure("commit to viewer, p99", percentile(waits, 0.99), "ms", note),
        Measure("commit to viewer, longest", max(waits), "ms", note),
        *_whole(heard, committed, viewers, note),
        Measure("processor, server", (after[0] - before[0]) / took, "cores", note),
        Measure("processor, database", (after[1] - before[1]) / took, "cores", note),
        Measure("processor, viewers", viewers_s / took, "cores", note),
    ]


def _whole(heard: Heard, committed: dict[int, float], viewers: int, note: str) -> list[Measure]:
    """What did not reach everybody once."""
    times = [len(heard.get(seq, ())) for seq in committed]
    return [
        Measure("not heard", sum(max(0, viewers - count) for count in times), "events", note),
        Measure("heard twice", sum(max(0, count - viewers) for count in times), "events", note),
    ]


async def _report(server: Server, told: list[dict[str, Any]], name: str) -> list[Answered]:
    """Reports at a steady rate."""
    lanes: list[list[str]] = [[] for _ in range(LANES)]
    for number in range(RATE * SECONDS):
        row = told[number * 7 % len(told)]
        body = {
            "category": f"{row['standard_ref']}:{row['category_kind']}:{row['category']}",
            "place": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "text": row["text"],
            "source": "app",
            "source_ref": f"{name}-{number}",
        }
        lanes[number % LANES].append(json.dumps(body, ensure_ascii=False))

    answers: list[Answered] = []
    started = time.perf_counter()

    async def lane(at: int, reports: list[str]) -> None:
        for turn, report in enumerate(reports):
            due = started + (turn * LANES + at) / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await load("127.0.0.1", server.port, [report], connections=1, answers=answers)

    await asyncio.gather(*(lane(at, reports) for at, reports in enumerate(lanes)))
    return answers


def _committed(url: str, name: str) -> dict[int, float]:
    """When each report was committed, by the number of its entry."""
    with psycopg.connect(url) as connection:
        rows: list[tuple[int, datetime]] = connection.execute(
            """SELECT history.seq, pg_xact_commit_timestamp(history.xmin)
               FROM history JOIN incident ON incident.id = history.incident_id
               WHERE history.action = 'incident.report' AND starts_with(incident.source_ref, %s)""",
            (f"{name}-",),
        ).fetchall()
    return {seq: at.timestamp() for seq, at in rows}
