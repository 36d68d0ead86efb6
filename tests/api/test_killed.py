"""Killed without warning in the middle of reports: what was answered is there, and nothing is there twice.

A durable cluster of its own: the one of the other tests may lose data on purpose.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import psycopg
import pytest

from benchmarks.load import Answered, load
from governance.access import OPERATOR
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from migrations.run import upgrade
from tests.support import toy_city
from tests.support.databases import ROOT
from tests.support.live import Reader
from tests.support.toy_city import GARBAGE, LAMP_BROKEN, PARKING

BEFORE, AFTER = 75, 75
CONNECTIONS = 8
PATIENCE_S = 300.0
ENTRY = "INSERT INTO history (actor, action) VALUES ('somebody', 'test.entry') RETURNING seq"


@pytest.fixture(scope="module")
def durable() -> Iterator[Cluster]:
    """A cluster that keeps its promises, with the toy city in the database ``city``."""
    with tempfile.TemporaryDirectory(prefix="gridgov-test-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "postgres")
        try:
            cluster.start()
            cluster.create_database("city")
            upgrade(cluster.url("city"))
            anyio.run(_fill, cluster.url("city"))
            yield cluster
        finally:
            cluster.delete()


async def _fill(url: str) -> None:
    database = Database(url, size=1)
    await database.open()
    async with database.transaction(OPERATOR) as connection:
        await toy_city.load(connection)
    await database.close()


class Server:
    """``gridgov up`` on the durable cluster."""

    def __init__(self, cluster: Cluster, port: int = 0) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGOV_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from cli.main import main; main()", "up"],
            cwd=ROOT,
            env=kept
            | {
                "GRIDGOV_DATABASE_URL": cluster.url("city"),
                "GRIDGOV_PORT": str(port),
                "GRIDGOV_ACCESS": "open",
                "LC_ALL": "C.UTF-8",
            },
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        announced = self.process.stdout.readline()
        self.port = int(announced.strip().rsplit(":", 1)[1])

    def kill(self) -> None:
        """No warning, no last words."""
        self.process.kill()
        self.process.communicate()

    def stop(self) -> None:
        """The ordinary end."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE_S)


def reports(name: str, over: threading.Event) -> Iterator[str]:
    """Reports spread over the toy city, each with a reference of its own: until it is over, and some more."""
    more = iter(range(AFTER))
    for i in itertools.count():
        if over.is_set() and next(more, None) is None:
            return
        yield json.dumps(
            {
                "category": (GARBAGE, PARKING, LAMP_BROKEN)[i % 3],
                "text": f"{name} {i}",
                "place": {
                    "type": "Point",
                    "coordinates": [120.401 + i % 38 * 0.001, 36.101 + i % 37 * 0.001],
                },
                "source": "app",
                "source_ref": f"{name}-{i}",
                "reporter": {"phone": str(i)},
            }
        )


def send_and_meanwhile(port: int, name: str, disaster: Callable[[], None]) -> list[Answered]:
    """Send reports without a pause; when some are answered, disaster strikes. However slow this thread is,
    there are reports under way at that moment."""
    answers: list[Answered] = []
    failures: list[BaseException] = []
    over = threading.Event()

    def send() -> None:
        sending = reports(name, over)
        try:
            asyncio.run(
                load(
                    "127.0.0.1",
                    port,
                    sending,
                    connections=CONNECTIONS,
                    answers=answers,
                    patience_s=PATIENCE_S,
                )
            )
        except BaseException as failure:
            failures.append(failure)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        while len(answers) < BEFORE and sender.is_alive():
            time.sleep(0.01)
        disaster()
    finally:
        over.set()
        sender.join()
    assert failures == []
    return answers


def assert_kept(cluster: Cluster, name: str, answers: list[Answered]) -> None:
    """Every answered report is stored under the number told, once, with all that belongs to it."""
    with psycopg.connect(cluster.url("city")) as connection:
        stored = connection.execute(
            """SELECT source_ref, number,
                      (SELECT count(*) FROM routing WHERE incident_id = incident.id),
                      (SELECT count(*) FROM history WHERE incident_id = incident.id),
                      (SELECT count(*) FROM reporter WHERE incident_id = incident.id)
               FROM incident WHERE starts_with(source_ref, %s) ORDER BY number""",
            (f"{name}-",),
        ).fetchall()
        numbers, cells = connection.execute(
            "SELECT (SELECT sum(last) FROM incident_counter), (SELECT sum(total) FROM incident_cell)"
        ).fetchone() or (0, 0)
        incidents = connection.execute("SELECT count(*) FROM incident").fetchone()
    told = {answer.source_ref: answer.number for answer in answers}
    assert {answer.status for answer in answers} <= {200, 201}
    assert len(answers) == len(told) >= BEFORE + AFTER
    assert {ref: number for ref, number, *_ in stored} == told
    assert len(stored) == len(told)
    assert {tuple(parts) for _, _, *parts in stored} == {(1, 1, 1)}
    # What was cut off in the middle left nothing behind, neither a number nor a count.
    assert incidents == (numbers,)
    assert incidents == (cells,)
    # The disaster came while reports were under way.
    assert any(answer.tries > 1 for answer in answers)


def kill(cluster: Cluster) -> None:
    """All processes of the database, without warning."""
    postmaster = cluster.status().pid
    assert postmaster is not None
    # Halted, it makes no new ones while the old ones are looked up.
    os.kill(postmaster, signal.SIGSTOP)
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
    for process in (*map(int, children), postmaster):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_the_server_is_killed(durable: Cluster) -> None:
    servers = [Server(durable)]
    port = servers[0].port

    def disaster() -> None:
        servers[0].kill()
        servers.append(Server(durable, port))

    try:
        answers = send_and_meanwhile(port, "server", disaster)
        assert_kept(durable, "server", answers)
    finally:
        servers[-1].stop()


def test_the_database_is_killed(durable: Cluster) -> None:
    server = Server(durable)

    def disaster() -> None:
        kill(durable)
        durable.start()

    try:
        answers = send_and_meanwhile(server.port, "database", disaster)
        assert_kept(durable, "database", answers)
    finally:
        server.stop()


def test_live_events_outlive_a_killed_database(durable: Cluster) -> None:
    server = Server(durable)
    try:
        with Reader(server.port) as reader:
            with psycopg.connect(durable.url("city"), autocommit=True) as connection:
                before = connection.execute(ENTRY).fetchone()
            reader.wait("change")
            kill(durable)
            durable.start()
            with psycopg.connect(durable.url("city"), autocommit=True) as connection:
                after = [connection.execute(ENTRY).fetchone() for _ in range(2)]
            reader.wait("change", count=3)
        assert [(number,) for number in reader.numbers] == [before, *after]
    finally:
        server.stop()
