"""A Dask scheduler and workers in processes of their own, on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.databases import ROOT

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


class DaskCluster:
    """Processes that were started; ``address`` is the scheduler's."""

    def __init__(self, folder: Path, held: dict[str, str]) -> None:
        self.folder = folder
        self._held = held
        self.scheduler_file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", self.scheduler_file)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.address = str(self._wait()["address"])

    def add_worker(self, cores: set[int] | None = None) -> None:
        """Start a worker of one thread, held to some cores."""
        alone = ("--nthreads", "1", "--no-nanny", "--local-directory", self.folder)
        held = ("--preload", "tests.support.held_parts")
        worker = self._start("worker", self.address, *alone, *held, "--death-timeout", "300")
        if cores is not None:
            os.sched_setaffinity(worker.pid, cores)
        self.workers.append(worker)

    def kill_worker(self) -> None:
        """Kill one without warning."""
        worker = self.workers.pop(0)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def processor_seconds(self) -> float:
        """Processor time of all workers since they started."""
        ticks = 0
        for worker in self.workers:
            # User and system time stand behind the name, which may hold anything but a bracket.
            fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Stop what was started."""
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()

    def _start(self, kind: str, *words: object) -> subprocess.Popen[bytes]:
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *LOOPBACK, *map(str, words)],
                cwd=self.folder, env=ENVIRONMENT | self._held, stdout=log, stderr=log,
            )  # fmt: skip

    def _wait(self) -> dict[str, object]:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                found: dict[str, object] = json.loads(self.scheduler_file.read_text())
            except (FileNotFoundError, ValueError):
                assert self.scheduler.poll() is None, (self.folder / "scheduler.log").read_text()
                time.sleep(0.02)
            else:
                return found
        raise TimeoutError("the scheduler does not start")


@contextmanager
def dask_cluster(folder: Path, workers: int, held: dict[str, str] | None = None) -> Iterator[DaskCluster]:
    """A running scheduler with so many workers, which may be held in the middle of their work."""
    cluster = DaskCluster(folder, held or {})
    try:
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.stop()
