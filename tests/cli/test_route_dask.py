"""``gridgov route --engine dask`` on a real scheduler with workers in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from distributed.client import FutureCancelledError

from grid_data.point_files import cluster
from tests.support.dask_cluster import DaskCluster, dask_cluster
from tests.support.databases import ROOT
from tests.support.held_parts import holding
from tests.support.point_files import Shell, places, read_answers, write_layers, write_points

FILES, ROWS = 40, 2_000
LAYERS = ("--layer", "grid=grid.gpkg", "--layer", "police=police.geojson:name")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "200"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layers, and a folder of GeoParquet files."""
    folder = tmp_path_factory.mktemp("town")
    write_layers(folder)
    (folder / "points").mkdir()
    lon, lat = places(FILES * ROWS)
    for number in range(FILES):
        rows = slice(number * ROWS, (number + 1) * ROWS)
        path = folder / "points" / f"p{number:03}.parquet"
        write_points(path, np.arange(FILES * ROWS)[rows], lon[rows], lat[rows])
    return folder


def start(town: Path, address: str, out: Path, *words: str) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    program = [sys.executable, "-c", "from cli.main import main; main()", "route", "points", *LAYERS]
    return subprocess.Popen(
        [*program, "-o", str(out), "--engine", "dask", "--scheduler", address, *words],
        cwd=town, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for_parts(process: subprocess.Popen[str], out: Path, number: int) -> None:
    """Until so many parts are finished."""
    while len(list(Path(f"{out}.parts").glob("part-*.json"))) < number:
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)


def test_killed_workers_and_a_killed_client_lose_and_double_nothing(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town)
    shell = Shell(monkeypatch)
    go_on = tmp_path / "go on"
    with dask_cluster(tmp_path, 2, holding(15, go_on)) as machines:
        for name in ("local", "local.csv"):
            shell.route("points", *LAYERS, "-o", tmp_path / name)
        out = tmp_path / "folder"
        running = start(town, machines.address, out)
        wait_for_parts(running, out, 5)
        assert len(machines.workers) == 2
        machines.kill_worker()
        go_on.touch()
        said = running.communicate()
        assert running.returncode == 0, said
        # One part for each partition, in their order, and equal to the engine on this machine.
        assert sorted(path.name for path in out.iterdir()) == [f"part-{n:06}.parquet" for n in range(FILES)]
        ids = pq.read_table(out / "part-000007.parquet")["id"].to_pylist()
        assert ids == list(range(7 * ROWS, 8 * ROWS))
        assert read_answers(out).equals(read_answers(tmp_path / "local"))

        machines.add_worker()
        go_on.unlink()
        out = tmp_path / "out.csv"
        running = start(town, machines.address, out)
        wait_for_parts(running, out, 5)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        go_on.touch()
        running = start(town, machines.address, out)
        _, told = running.communicate()
        assert running.returncode == 0, told
        assert "rows are finished already, going on" in told
        assert out.read_bytes() == (tmp_path / "local.csv").read_bytes()
        assert not Path(f"{out}.parts").exists()
        refused_on_a_worker(shell, machines, tmp_path)
        without_rows(shell, machines, tmp_path)


def refused_on_a_worker(shell: Shell, machines: DaskCluster, folder: Path) -> None:
    """What is wrong with a row is told as it is by the other engine."""
    path = write_points(folder / "plain.parquet", ["a", "b"], [120.5, np.nan], [36.2, np.nan])
    words = (path, *LAYERS, "--engine", "dask", "--scheduler", machines.address)
    said = shell.refuse(*words, "-o", folder / "strict.csv", "--strict")
    assert "row 2 (id b): no place is given" in said
    said = shell.refuse(Path("points.csv"), *words[1:], "-o", folder / "o.csv")
    assert "there is no file points.csv" in said


def without_rows(shell: Shell, machines: DaskCluster, folder: Path) -> None:
    """A row group without rows is a part without rows."""
    frame = pd.DataFrame({"id": [1], "lon": [120.5], "lat": [36.2]})
    frame[:0].to_parquet(folder / "none.parquet")
    words = (*LAYERS, "-o", folder / "none.csv", "--engine", "dask", "--scheduler", machines.address)
    shell.route(folder / "none.parquet", *words)
    assert len(pd.read_csv(folder / "none.csv")) == 0


def test_other_forms_and_missing_schedulers_are_refused(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town)
    shell = Shell(monkeypatch)
    (tmp_path / "p.csv").write_text("lon,lat\n120.5,36.2\n")
    out = ("-o", tmp_path / "out.csv")
    said = shell.refuse(
        tmp_path / "p.csv", *LAYERS, *out, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9"
    )
    assert "--engine dask reads Parquet only, not p.csv" in said
    assert "go together" in shell.refuse("points", *LAYERS, *out, "--engine", "dask")
    assert "must be local or dask" in shell.refuse("points", *LAYERS, *out, "--engine", "spark")
    # As if the extra were not installed.
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = shell.refuse("points", *LAYERS, *out, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9")
    assert "pip install 'gridgov[dask]'" in said
    assert list(tmp_path.iterdir()) == [tmp_path / "p.csv"]


class LostScheduler:
    """Stands for ``distributed`` and for a client whose scheduler was killed."""

    loop = None

    def nthreads(self) -> dict[str, int]:
        return {"one": 1}

    def submit(self, *_: object, key: str, **__: object) -> LostScheduler:
        self.key = key
        return self

    def as_completed(self, futures: list[LostScheduler], loop: None) -> list[LostScheduler]:
        return futures[:1]

    def result(self) -> None:
        raise FutureCancelledError(self.key, "scheduler-connection-lost")

    def close(self) -> None: ...
    def __enter__(self) -> LostScheduler:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_a_scheduler_that_is_lost_is_told_as_such(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town)
    monkeypatch.setattr(cluster, "_distributed", LostScheduler)
    monkeypatch.setattr(cluster, "_client", lambda distributed, scheduler: distributed)
    said = Shell(monkeypatch).refuse(
        "points", *LAYERS, "-o", tmp_path / "out.csv", "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9"
    )
    assert "the connection to the scheduler was lost; what is finished stays" in said
