"""Points of files through ``gridgov route``'s engines: on this machine, and on Dask with one and two workers.

Nine layers of a district (863 base grids and eight layers of 20 to 300 zones, 60 to 200 vertices a zone), in
GeoParquet with whole numbers as ids, out a folder of GeoParquet. Each worker is held to a core of its own.
``GRIDGOV_BENCH_POINTS`` asks fewer points. Results of all engines are compared.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.coverages import layers, places
from benchmarks.measure import Measure
from gis.point_router import PointRouter
from gis.threads import thread_count
from grid_data.point_files.batches import ID_TYPES
from grid_data.point_files.cluster import run_dask
from grid_data.point_files.outputs import output_for
from grid_data.point_files.parts import PartNote
from grid_data.point_files.point_geometry import from_points
from grid_data.point_files.run import Job, run_local
from grid_data.point_files.sources import Points, open_points
from tests.support.dask_cluster import dask_cluster

POINTS = int(os.environ.get("GRIDGOV_BENCH_POINTS", "8000000"))
FILES = 16
GRIDS, SIDE, TOWNS = 863, 2_000_000, 12
BATCH_ROWS = 250_000
BILLION = 1e9


def run() -> Iterable[Measure]:
    """This machine, then one worker, then two."""
    with tempfile.TemporaryDirectory(prefix="gridgov-bench-") as name:
        yield from _run(Path(name))


def _run(folder: Path) -> Iterator[Measure]:
    router = PointRouter.build(layers(GRIDS, SIDE), 4549)
    _write(folder / "points", POINTS)
    _write(folder / "warm", FILES * 1_000)
    note = f"{POINTS:,} points × {len(router.router.layers)} layers, GeoParquet in and out"

    def local(points: str) -> PartNote:
        return run_local(_job(folder, points, router, "local"), router, _Silent())[0]

    local("warm")
    expected, seconds = _timed(lambda: local("points"))
    yield Measure("local engine", POINTS / seconds, "points/s", f"{note}, {thread_count()} cores")
    rates: dict[int, float] = {}
    (folder / "cluster").mkdir()
    with dask_cluster(folder / "cluster", 0) as cluster:
        for workers in (1, 2):
            cluster.add_worker({(workers - 1) % thread_count()})

            def on_cluster(points: str, address: str = cluster.address) -> PartNote:
                return run_dask(_job(folder, points, router, "dask"), router, _Silent(), address)[0]

            on_cluster("warm")
            before = cluster.processor_seconds()
            found, seconds = _timed(lambda: on_cluster("points"))
            worked = cluster.processor_seconds() - before
            assert found == expected, "the engines do not agree"
            assert pq.read_table(folder / "dask").equals(pq.read_table(folder / "local"))
            rates[workers] = POINTS / seconds
            yield Measure(
                f"Dask, {workers} worker(s) of one core",
                rates[workers],
                "points/s",
                f"{note}; {worked / POINTS * 1e6:.2f} s of processor time for a million points",
            )
    yield Measure("two workers to one", rates[2] / rates[1], "×", "client and scheduler share their cores")
    yield Measure(
        "1 billion points: processor time of workers",
        worked / POINTS * BILLION / 3600,
        "core hours",
        "time grows with the points; nine layers of this size, local disk; what workers wait for a slower "
        "disk or network comes on top",
    )
    yield Measure(
        "1 billion points: at the rate of two workers",
        BILLION / rates[2] * 2 / 3600,
        "worker hours",
        "whatever else ran meanwhile included",
    )


class _Silent:
    """A listener."""

    def reading_layer(self, name: str) -> None: ...
    def reads_points(self, points: Points, system: str) -> None: ...
    def read_layer(self, name: str, zones: int) -> None: ...
    def indexed(self, metric_srid: int, width: float, error: float) -> None: ...
    def begins_anew(self, because: str) -> None: ...
    def goes_on(self, rows: int) -> None: ...
    def routed(self, rows: int, share: float | None) -> None: ...
    def assembling(self, share: float) -> None: ...


def _job(folder: Path, points: str, router: PointRouter, out: str) -> Job:
    shutil.rmtree(folder / out, ignore_errors=True)
    opened = open_points(str(folder / points))
    output = output_for(folder / out, router.router.layers, opened.id_type)
    return Job(opened, "wgs84", output, folder / out, {"engine": out, "points": points}, BATCH_ROWS)


def _write(folder: Path, number: int) -> None:
    folder.mkdir()
    lon, lat = places(number, SIDE, TOWNS)
    for n, rows in enumerate(np.array_split(np.arange(number), FILES)):
        columns = [pa.array(rows, ID_TYPES["int64"]), from_points(lon[rows], lat[rows])]
        pq.write_table(pa.table(columns, ["id", "geometry"]), folder / f"points-{n:03}.parquet")


def _timed(work: Callable[[], PartNote]) -> tuple[PartNote, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
