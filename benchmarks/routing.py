"""Three million clustered places over nine layers: the router and its peers in one run, answers compared.

District: 863 base grids and eight layers of 20 to 300 zones, 60 to 200 vertices a zone. City: 50,000 base
grids. `GRIDGOV_BENCH_POINTS` asks fewer points; ratios change little, the small ones of the router excepted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.coverages import layer, layers, places, vertex_count
from benchmarks.measure import Measure
from benchmarks.routing_peers import Peer, geopandas_join, postgis_join, sedonadb_join, shapely_tree
from gis.cells.edges import Int32s
from gis.cells.locate import BLOCK, places_of
from gis.compiled import Whole, compiled
from gis.lattice import to_lattice, to_steps
from gis.router import Router, in_threads
from gis.threads import thread_count
from grid_data.cluster.private import Cluster

POINTS = int(os.environ.get("GRIDGOV_BENCH_POINTS", "3000000"))
REPEATS = 5
# Sides of the squares in lattice steps: some 20 km and 140 km.
DISTRICT, CITY = (863, 2_000_000, 12), (50_000, 14_000_000, 120)

Floats = NDArray[np.float64]
T = TypeVar("T")


def run() -> Iterable[Measure]:
    """District first, with all peers; then the city, with the fastest of them; then how both grow."""
    with Cluster(Path(".gridgov/bench/postgres")).use() as cluster:
        peers: dict[str, Peer] = {
            "SedonaDB": sedonadb_join,
            "shapely STRtree": shapely_tree,
            "GeoPandas sjoin": geopandas_join,
            "PostGIS set join": postgis_join(cluster),
        }
        district = list(_place("district", *DISTRICT, peers, None))
    yield from district
    seconds = next(measure.value for measure in district if measure.name == "district: zones")
    yield from _place("city", *CITY, {"SedonaDB": sedonadb_join}, seconds)
    yield from _growth()


def _place(
    name: str, grids: int, side: int, towns: int, peers: dict[str, Peer], compared: float | None
) -> Iterator[Measure]:
    zones = layers(grids, side)
    lon, lat = places(POINTS, side, towns)
    size = f"{sum(len(layer.codes) for layer in zones):,} zones, {sum(map(vertex_count, zones)):,} vertices"
    Router.build(zones[1:2], 4549).route(lon[:10], lat[:10])  # the compiler's time is not the router's
    build, build_cpu, router = _timed(lambda: Router.build(zones, 4549), 1)
    yield Measure(f"{name}: build", build, "s", f"{size}, {build_cpu:.2f} s of processor time")
    yield Measure(f"{name}: size", router.nbytes / 1e6, "MB")
    seconds, cpu, answer = _timed(lambda: router.zones(lon, lat))
    note = f"{POINTS:,} places × {len(zones)} layers, {thread_count()} cores"
    note += f", {seconds / POINTS * 1e9:.0f} ns a place, {_processor(cpu)}"
    if compared is not None:
        note += f", {seconds / compared:.2f} × the district"
    yield Measure(f"{name}: zones", seconds, "s", note)
    shape = (len(zones), POINTS)
    limit = _limit(router, lon, lat, lambda: np.empty(shape, np.int32))
    note = "the input and output of the router, all cores"
    note += f"; the router takes {seconds / limit:.1f} ×"
    yield Measure(f"{name}: one gather a place", limit, "s", note)
    one_each = np.zeros((1, POINTS), np.int32)
    look_up = _limit(router, lon, lat, lambda: one_each)
    note = f"one number out, into memory that is there; the router takes {seconds / look_up:.1f} ×"
    yield Measure(f"{name}: one gather a place, hardly written", look_up, "s", note)
    order = np.lexsort((lon // 0.001, lat // 0.001))
    lon_near, lat_near = lon[order].copy(), lat[order].copy()
    sorted_seconds, sorted_cpu, _ = _timed(lambda: router.zones(lon_near, lat_near))
    note = f"{seconds / sorted_seconds:.1f} × faster, {_processor(sorted_cpu)}: {cpu / sorted_cpu:.1f} × less"
    yield Measure(f"{name}: zones, in spatial order", sorted_seconds, "s", note)
    with_all, all_cpu, _ = _timed(lambda: router.route(lon, lat), 2)
    yield Measure(f"{name}: zones, methods, distances below 30 m", with_all, "s", _processor(all_cpu))
    lean_build, _, lean = _timed(lambda: Router.build(zones, 4549, memory="lean"), 1)
    lean_seconds, lean_cpu, lean_answer = _timed(lambda: lean.zones(lon, lat))
    differ = int((lean_answer != answer).sum())
    note = f"built in {lean_build:.1f} s, {lean.nbytes / 1e6:,.0f} MB, {_processor(lean_cpu)}"
    note += f", {differ} answers differ"
    yield Measure(f"{name}: zones, lean", lean_seconds, "s", note)
    # Whole lattice steps, in which all agree what lies on an edge; in degrees, edges end up beside points.
    whole = [replace(layer, geometries=to_lattice(np.asarray(layer.geometries))) for layer in zones]
    x, y = (steps.astype(np.float64) for steps in to_steps(lon, lat))
    for peer, join in peers.items():
        found, took = join(whole, x, y)
        differ = int((found != answer).sum())
        note = f"{took.seconds / seconds:,.0f} × the router, "
        note += f"{took.seconds / (seconds + build):,.1f} × with its build; "
        note += f"{_processor(took.processor_s)}: {took.processor_s / cpu:,.0f} ×, "
        note += f"{took.processor_s / (cpu + build_cpu):,.1f} × with building; {differ:,} answers differ"
        yield Measure(f"{name}: {peer}", took.seconds, "s", note)


def _growth() -> Iterator[Measure]:
    """What a place costs, and the memory, with more places, zones and vertices; base: 900 zones, 130 each."""
    for name, zones, vertices, points in (
        ("base", 900, (60, 200), 1_000_000),
        ("places × 4", 900, (60, 200), 4_000_000),
        ("zones × 4", 3600, (60, 200), 1_000_000),
        ("vertices × 4", 900, (240, 800), 1_000_000),
    ):
        one = layer("grid", 1, zones, 2_000_000, vertices)
        lon, lat = places(points, 2_000_000, 12)
        build, _, router = _timed(partial(Router.build, [one], 4549), 1)
        seconds, cpu, _ = _timed(partial(router.zones, lon, lat))
        note = f"{router.nbytes / 1e6:.1f} MB, built in {build:.2f} s"
        note += f"; {cpu / points * 1e9:.0f} ns of processor time"
        yield Measure(f"one layer, {name}", seconds / points * 1e9, "ns a place", note)


def _processor(seconds: float) -> str:
    return f"{seconds:.3g} s of processor time"


def _timed(work: Callable[[], T], repeats: int = REPEATS) -> tuple[float, float, T]:
    """Least seconds of some runs, on the clock and of processors, and what the work gave back."""
    best, least, result = np.inf, np.inf, None
    for _ in range(repeats):
        started, used = time.perf_counter(), time.process_time()
        result = work()
        best = min(best, time.perf_counter() - started)
        least = min(least, time.process_time() - used)
    assert result is not None
    return float(best), float(least), result


def _limit(router: Router, lon: Floats, lat: Floats, found: Callable[[], Int32s]) -> float:
    """The least a router over cells can take: read the places, look each one's cell up, write numbers.

    ``found`` gives the array written, int32 (k, n): k numbers a place. The loops are those of the router,
    up to the look-up, on all cores.
    """
    g = router._grid
    gather(lon, lat, 0, 1, g.x0, g.y0, g.shift, g.nx, g.ny, g.cells, found())

    def all_places() -> Int32s:
        into = found()
        in_threads(
            lambda begin, end: gather(lon, lat, begin, end, g.x0, g.y0, g.shift, g.nx, g.ny, g.cells, into),
            len(lon),
        )
        return into

    return _timed(all_places)[0]


@compiled
def gather(
    lon: Floats,
    lat: Floats,
    begin: Whole,
    end: Whole,
    x0: Whole,
    y0: Whole,
    shift: Whole,
    nx: Whole,
    ny: Whole,
    cells: Int32s,
    found: Int32s,
) -> None:
    """One look-up for each point, and what it says in every row of ``found``."""
    x, y, place = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    value = np.empty(BLOCK, np.int32)
    for block in range(begin, end, BLOCK):
        size = min(BLOCK, end - block)
        places_of(lon[block : block + size], lat[block : block + size], x0, y0, shift, nx, ny, x, y, place)
        for k in range(size):
            value[k] = cells[place[k]]
        for number in range(len(found)):
            row = found[number, block : block + size]
            for k in range(size):
                row[k] = value[k]
