"""Reports over HTTP with a million incidents stored: how many a second are routed and committed.

`gridgov up` and the client run as processes of their own on this machine; the database is a durable cluster
of its own, removed afterwards. Then the server and the database are killed in the middle of reports, and
everything answered is looked for.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import anyio
import numpy as np
import psycopg

from benchmarks.load import Answered, read_answers
from benchmarks.measure import Measure, percentile, processor_s, server_processor_s
from governance.access import OPERATOR
from governance.deadlines.watch import watch_clocks
from governance.settings import Settings
from governance.supervision.figure_counting import count_all
from grid_data.bulk.incidents import store_incidents
from grid_data.bulk.sample import load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sample import generate
from migrations.run import upgrade

INCIDENTS = 1_000_000
REPORTS = 9_000
CONNECTIONS = 16
KILLED_REPORTS = 1_500
BATCH = 100_000
DATABASE = "city"
Told = list[dict[str, Any]]
ROOT = Path(__file__).resolve().parents[1]


def run() -> Iterable[Measure]:
    """Fill, measure, kill."""
    cluster = Cluster(Settings().cluster_root.parent / "benchmark-intake")
    cluster.delete()
    try:
        cluster.start()
        cluster.create_database(DATABASE)
        url = cluster.url(DATABASE)
        upgrade(url)
        told = anyio.run(_fill, url)
        answers = [Measure("incidents stored before", INCIDENTS, "rows")]
        with tempfile.TemporaryDirectory() as folder:
            server = Server(url)
            try:
                _send(server, told, "warm", 500, Path(folder))
                before = worked(cluster, server)
                calm = _send(server, told, "calm", REPORTS, Path(folder))
                answers += _measured(url, *calm)
                answers += [
                    Measure(f"processor time of the {part}", (after - begun) / REPORTS * 1000, "ms/report")
                    for part, begun, after in zip(
                        ("server", "database"), before, worked(cluster, server), strict=True
                    )
                ]
                answers += _killed(cluster, server, told, Path(folder))
            finally:
                server.stop()
        return answers
    finally:
        cluster.delete()


async def _fill(url: str) -> Told:
    """The full sample, and its incidents again and again until there are enough; returns the sample's."""
    sample = generate()
    database = Database(url, size=1, statement_timeout_s=0)
    await database.open()
    try:
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, sample)
        told = sample["incidents"]
        missing = INCIDENTS - len(told)
        for start in range(0, missing, BATCH):
            rows = np.arange(start, min(start + BATCH, missing)) % len(told)
            batch = told.iloc[rows].assign(source_ref=None)
            async with database.transaction(OPERATOR) as connection:
                await store_incidents(connection, batch)
        # As some minutes after a load: else the worker starts clocks, raises late cases and counts a
        # million while reports come in.
        await watch_clocks(database)
        await count_all(database)
    finally:
        await database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) incident")
    plain = told[told["lon"].notna() & (told["crs"] == "wgs84")].astype(object)
    return cast(Told, plain.where(plain.notna(), None).to_dict("records"))


class Server:
    """``gridgov up`` on the benchmark's database."""

    def __init__(self, url: str, port: int = 0) -> None:
        self.url = url
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGOV_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from cli.main import main; main()", "up"],
            cwd=ROOT,
            env=kept
            | {
                "GRIDGOV_DATABASE_URL": url,
                "GRIDGOV_PORT": str(port),
                "GRIDGOV_ACCESS": "open",
                "LC_ALL": "C.UTF-8",
            },
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().strip().rsplit(":", 1)[1])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def reports_like(told: Told, name: str, count: int) -> list[str]:
    """New reports where, what and how people report in the sample."""
    chance = random.Random(name)
    rows: list[dict[str, Any]] = chance.choices(told, k=count)
    return [
        json.dumps(
            {
                "category": f"{row['standard_ref']}:{row['category_kind']}:{row['category']}",
                "place": {
                    "type": "Point",
                    "coordinates": [
                        round(row["lon"] + chance.uniform(-3e-4, 3e-4), 7),
                        round(row["lat"] + chance.uniform(-3e-4, 3e-4), 7),
                    ],
                },
                "accuracy_m": 8,
                "text": row["text"],
                "address": row["address"],
                "source": "app",
                "source_ref": f"{name}-{number}",
                "reporter": {"name": "测试", "phone": "0532-00000000"},
            },
            ensure_ascii=False,
        )
        for number, row in enumerate(rows)
    ]


def _send(
    server: Server, told: Told, name: str, count: int, folder: Path
) -> tuple[str, list[Answered], float]:
    """Name, answers and seconds of reports sent by a client process."""
    asked, answered = folder / f"{name}.jsonl", folder / f"{name}.answers"
    asked.write_text("\n".join(reports_like(told, name, count)), encoding="utf-8")
    started = time.perf_counter()
    subprocess.run(
        [
            sys.executable, "-m", "benchmarks.load", "127.0.0.1", str(server.port), str(asked), str(answered),
            "--connections", str(CONNECTIONS),
        ],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    return name, read_answers(answered), time.perf_counter() - started


def worked(cluster: Cluster, server: Server) -> tuple[float, float]:
    """Seconds of processor time that the server and the database's processes have used."""
    postmaster = cluster.status().pid
    assert postmaster is not None
    return processor_s(server.process.pid), server_processor_s(postmaster)


def _measured(url: str, name: str, answers: list[Answered], seconds: float) -> list[Measure]:
    took = [answer.ms for answer in answers]
    note = f"{len(answers):,} reports, {CONNECTIONS} connections, server, database and client on this machine"
    return [
        Measure("routed and committed", len(answers) / seconds, "1/s", note),
        *(
            Measure(f"answer, {name}", percentile(took, share), "ms")
            for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
        ),
        Measure("refused", sum(answer.status != 201 for answer in answers), "reports"),
        *_kept(url, name, answers, ""),
    ]


def _kept(url: str, name: str, answers: list[Answered], when: str) -> list[Measure]:
    """What is stored against what was answered."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT source_ref, number FROM incident WHERE starts_with(source_ref, %s)", (f"{name}-",)
        ).fetchall()
    stored: dict[str, str] = dict(rows)
    lost = sum(stored.get(answer.source_ref) != answer.number for answer in answers)
    return [
        Measure(f"lost{when}", lost, "reports"),
        Measure(f"stored twice{when}", len(rows) - len(stored), "reports"),
    ]


def _killed(cluster: Cluster, server: Server, told: Told, folder: Path) -> list[Measure]:
    """The same with the server, then the database killed (SIGKILL) two seconds after the first report."""

    def kill_server() -> None:
        server.kill()
        server.process = Server(server.url, server.port).process

    def kill_database() -> None:
        postmaster = cluster.status().pid
        assert postmaster is not None
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
        for process in (postmaster, *map(int, children)):
            os.kill(process, signal.SIGKILL)
        cluster.start()

    disasters: list[tuple[str, Callable[[], None]]] = [("server", kill_server), ("database", kill_database)]
    measures = []
    for name, disaster in disasters:
        timer = threading.Timer(2, disaster)
        timer.start()
        _, answers, _ = _send(server, told, name, KILLED_REPORTS, folder)
        timer.join()
        again = sum(answer.tries > 1 for answer in answers)
        measures.append(Measure(f"sent again, {name} killed", again, "reports", f"of {len(answers):,}"))
        measures += _kept(server.url, name, answers, f", {name} killed")
    return measures
