"""``gridgov up`` as a newcomer meets it: starts everything, says where, and stops everything it started.

What runs until it is told to stop is a process of its own; what ends by itself is called in this one.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from cli.main import main
from grid_data.cluster.private import Cluster
from tests.support.databases import ROOT

GRIDGOV = [sys.executable, "-c", "from cli.main import main; main()"]
# What a stop may take on a machine that has much other work; one that waits for a client would take for ever.
STOP_S = 120
# An answer may take as long as it likes.
ASKED = httpx2.Client(timeout=None)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home of these tests alone, where the server's user may go."""
    with tempfile.TemporaryDirectory(prefix="gridgov-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"
        Cluster(Path(folder) / "home" / "postgres").delete()


def environment(home: Path, **variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGOV_")}
    return (
        kept
        | {
            "GRIDGOV_HOME": str(home),
            "GRIDGOV_PORT": "0",
            "GRIDGOV_ACCESS": "open",
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
        }
        | variables
    )


Called = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    """Call the command; its exit code, and what it wrote to both outputs."""

    def called(*words: str, **variables: str) -> tuple[int, str, str]:
        wanted = environment(home, **variables)
        for name in os.environ.keys() - wanted.keys():
            monkeypatch.delenv(name)
        for name, value in wanted.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["gridgov", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return called


class Server:
    """A running ``gridgov up``."""

    def __init__(self, home: Path, *options: str, **variables: str) -> None:
        self.process = subprocess.Popen(
            [*GRIDGOV, "up", *options],
            cwd=ROOT,
            env=environment(home, **variables),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        announced = re.search(r"http://127\.0\.0\.1:\d+", self.process.stdout.readline())
        assert announced, self.process.communicate(timeout=STOP_S)
        self.address = announced[0]

    def stop(self, number: signal.Signals) -> float:
        """Send a signal; returns the seconds until the process ended."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.said, self.complained = self.process.communicate(timeout=STOP_S)
        return time.monotonic() - started


def test_starts_and_stops_everything(home: Path) -> None:
    server = Server(home)
    cluster = Cluster(home / "postgres")
    assert cluster.status().running
    assert ASKED.get(f"{server.address}/healthz").json() == {"status": "ok"}
    ready = ASKED.get(f"{server.address}/readyz")
    # No city is loaded yet, the rest is there.
    assert (ready.status_code, ready.json()["database"], ready.json()["migrations"]) == (503, "ok", "ok")
    assert server.stop(signal.SIGINT) < STOP_S
    assert server.process.returncode == 0
    assert "Traceback" not in server.complained
    assert not cluster.status().running


def test_the_demo_says_where_its_redraw_is_to_be_seen(home: Path, laoshan_database: str) -> None:
    server = Server(home, "--demo", GRIDGOV_DATABASE_URL=laoshan_database, GRIDGOV_WORKER="false")
    assert server.process.stdout is not None
    line = server.process.stdout.readline()
    plan = ASKED.get(f"{server.address}/api/plans/LS-2025-01")
    server.stop(signal.SIGINT)
    assert plan.status_code == 200
    assert f"{server.address}/planner?plan=LS-2025-01" in line


def test_stopped_while_the_demo_is_loading_it_leaves_no_process_and_no_row(
    home: Path, empty_database: str
) -> None:
    with psycopg.connect(empty_database) as connection:
        # However late the signal comes, it is not loaded yet.
        connection.execute("LOCK TABLE dataset IN SHARE MODE")
        loading = subprocess.Popen(
            [*GRIDGOV, "up", "--demo", "--small"],
            cwd=ROOT,
            env=environment(home, GRIDGOV_DATABASE_URL=empty_database, GRIDGOV_WORKER="false"),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert loading.stderr is not None
        for line in loading.stderr:
            if "communities" in line:
                break
        [child] = Path(f"/proc/{loading.pid}/task/{loading.pid}/children").read_text().split()[-1:]
        loading.send_signal(signal.SIGTERM)
        _, complained = loading.communicate(timeout=STOP_S)
        assert "Traceback" not in complained
        assert not Path(f"/proc/{child}").exists()
        assert connection.execute("SELECT count(*) FROM dataset").fetchone() == (0,)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_end_stop_the_database_too(home: Path, number: signal.Signals) -> None:
    server = Server(home)
    assert server.stop(number) < STOP_S
    assert "Traceback" not in server.complained
    assert not Cluster(home / "postgres").status().running


def test_an_open_connection_does_not_keep_it(home: Path) -> None:
    server = Server(home)
    port = int(server.address.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(15).startswith(b"HTTP/1.1 200")
        assert server.stop(signal.SIGINT) < STOP_S


def test_a_killed_server_leaves_nothing_that_hinders_the_next(home: Path) -> None:
    server = Server(home)
    server.process.kill()
    server.process.communicate(timeout=STOP_S)
    cluster = Cluster(home / "postgres")
    assert cluster.status().running
    server = Server(home)
    assert ASKED.get(f"{server.address}/healthz").status_code == 200
    server.stop(signal.SIGINT)
    assert not cluster.status().running


def test_a_port_in_use_is_said_before_anything_starts(call: Called) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, complained = call("up", GRIDGOV_PORT=str(port))
    assert code == 2
    assert f"GRIDGOV_PORT={port + 1}" in re.sub(r"[\s│]+", " ", complained)
    assert "starting" not in complained


def test_an_unreachable_database_is_said_in_one_line(call: Called) -> None:
    code, _, complained = call("migrate", GRIDGOV_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert code == 1
    assert "refused" in complained
    assert "Traceback" not in complained


@pytest.mark.parametrize(
    ("number", "beside"), [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, False)]
)
def test_a_worker_apart_from_the_server_stops_with_what_it_started(
    home: Path, number: signal.Signals, beside: bool
) -> None:
    server = Server(home) if beside else None
    worker = subprocess.Popen(
        [*GRIDGOV, "worker"], cwd=ROOT, env=environment(home), text=True, stderr=subprocess.PIPE
    )
    assert worker.stderr is not None
    assert any("background tasks" in line for line in worker.stderr), "the worker did not start"
    if server is not None:
        server.stop(signal.SIGINT)
    # The worker still needs the database.
    assert Cluster(home / "postgres").status().running
    worker.send_signal(number)
    _, complained = worker.communicate(timeout=STOP_S)
    assert (worker.returncode, "Traceback" in complained) == (0, False), complained
    assert not Cluster(home / "postgres").status().running


def test_a_worker_needs_the_schema(call: Called, blank_database: str) -> None:
    code, _, complained = call("worker", GRIDGOV_DATABASE_URL=blank_database)
    assert (code, "gridgov migrate" in complained) == (1, True)


def test_a_setting_that_is_no_cron_expression_is_named(home: Path) -> None:
    finished = subprocess.run(
        [*GRIDGOV, "up"],
        cwd=ROOT,
        env=environment(home, GRIDGOV_CHECK_PLACES_AT="at night"),
        text=True,
        capture_output=True,
        check=False,
        timeout=STOP_S,
    )
    assert finished.returncode != 0
    assert "check_places_at" in finished.stderr


def test_stop_ends_what_a_killed_terminal_left(home: Path, call: Called) -> None:
    cluster = Cluster(home / "postgres")
    cluster.start()
    for answer in ("stopped", "no private server was running"):
        code, said, _ = call("stop")
        assert (code, said.strip()) == (0, answer)
    assert not cluster.status().running
