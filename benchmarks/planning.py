"""A plan of 10,500 units on the full sample: started, read, judged, and moves saved, as the server answers.

The sample has fewer units: its largest ones are halved (`benchmarks.finer_city`). Runs in a database of its
own, dropped afterwards. Moves go through the whole application, HTTP and JSON included; the processor time is
that of this process and of the database's processes together.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import shapely
from shapely.geometry import shape
from starlette.testclient import TestClient

from api.app import create_app
from benchmarks.finer_city import finer
from benchmarks.measure import Measure, percentile
from governance.access import OPERATOR
from governance.settings import Settings
from grid_data.bulk.sample import load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sample import generate
from migrations.run import upgrade

NAME = "benchmark_planning"
UNITS = 10_500
MOVES = 60
TICKS = os.sysconf("SC_CLK_TCK")


def run() -> Iterable[Measure]:
    """Load, draw, measure."""
    with Cluster(Settings().cluster_root).use() as cluster:
        cluster.drop_database(NAME)
        cluster.create_database(NAME)
        url = cluster.url(NAME)
        try:
            upgrade(url)
            anyio.run(_load, url)
            with TestClient(create_app(Settings(database_url=url))) as client:
                yield from _measured(client)
        finally:
            cluster.drop_database(NAME)


async def _load(url: str) -> None:
    database = Database(url, size=1, statement_timeout_s=600)
    await database.open()
    async with database.transaction(OPERATOR) as connection:
        await load_sample(connection, finer(generate(), UNITS))
    await database.close()


def _processor_s() -> dict[int, float]:
    """Processor time so far of this process and of each server process of this database, by process.

    Other databases have server processes, too: a server process names its database in its title.
    """
    used = {os.getpid(): time.process_time()}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
            if title[:1] != ["postgres:"] or NAME not in title:
                continue
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used[int(folder.name)] = (int(fields[11]) + int(fields[12])) / TICKS
    return used


def processor_between(before: dict[int, float], after: dict[int, float]) -> float:
    """Seconds between two counts. What a process that has ended had used is not taken off again."""
    return sum(max(0.0, used - before.get(process, 0.0)) for process, used in after.items())


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    answer = work()
    taken = time.perf_counter() - started
    assert answer.is_success, answer.text
    return answer.json(), taken


def _measured(client: TestClient) -> Iterable[Measure]:
    body = {"layer": "base_grid", "name": {"zh": "全区方案"}, "by": "规划员"}
    before = _processor_s()
    plan, taken = _timed(lambda: client.post("/api/plans", json=body))
    used = processor_between(before, _processor_s())
    yield Measure(
        "start a draft on the whole layer", taken, "s", f"{plan['units']} units, {plan['zones']} grids"
    )
    yield Measure("start a draft, processor time", used, "s", "this process and the database")
    path = f"/api/plans/{plan['code']}"
    units, taken = _timed(lambda: client.get(f"{path}/units"))
    yield Measure("read units and borders", taken, "s", f"{len(units['edges']['a'])} borders")
    shapes, taken = _timed(lambda: client.get(f"{path}/shapes"))
    yield Measure("read shapes", taken, "s")
    _, taken = _timed(lambda: client.get(f"{path}/measures"))
    yield Measure("judge the whole plan", taken, "s", "every grid, Reock and problems included")
    revision = 0

    def move(kind: str, **values: Any) -> float:
        nonlocal revision
        asked = {"kind": kind, "revision": revision, "by": "规划员", **values}
        answer, seconds = _timed(lambda: client.post(f"{path}/moves", json=asked))
        revision = answer["revision"]
        return seconds

    chosen = random.Random(7)
    columns, edges = units["units"], units["edges"]
    borders = [
        (a, b)
        for a, b in zip(edges["a"], edges["b"], strict=True)
        if columns["zone"][a] != columns["zone"][b] and columns["community"][a] == columns["community"][b]
    ]
    # Each unit once: what has moved already may have nowhere to go.
    picked = chosen.sample(list(dict(borders).items()), MOVES)
    yield from _each(
        "paint one unit",
        [partial(move, "paint", units=[columns["id"][a]], zone=columns["zone"][b]) for a, b in picked],
    )

    def undo() -> float:
        nonlocal revision
        answer, seconds = _timed(
            lambda: client.post(f"{path}/undo", json={"revision": revision, "by": "规划员"})
        )
        revision = answer["revision"]
        return seconds

    yield from _each("take a step back", [undo] * 20)
    yield from _drawn(client, path, units, shapes, move, chosen)


def _drawn(
    client: TestClient, path: str, units: Any, shapes: Any, move: Callable[..., float], chosen: random.Random
) -> Iterable[Measure]:
    """Zones split by lines that cut units, and into parts."""
    now = client.get(f"{path}/units").json()["units"]
    polygons = {feature["id"]: shape(feature["geometry"]) for feature in shapes["units"]["features"]}
    zones = chosen.sample(sorted({zone for zone in now["zone"] if now["zone"].count(zone) > 4}), 40)

    lines = []
    for zone in zones[:20]:
        mine = [polygons[unit] for unit, of in zip(now["id"], now["zone"], strict=True) if of == zone]
        west, south, east, north = shapely.total_bounds(mine).tolist()
        middle = (south + north) / 2
        line = [[west - 0.0005, middle], [(west + east) / 2, middle + 0.0001], [east + 0.0005, middle]]
        lines.append(partial(move, "split_line", zone=zone, line=line))
    yield from _each("split a grid by a line", lines)
    yield from _each(
        "split a grid into two parts",
        [partial(move, "split_parts", zone=zone, parts=2) for zone in zones[20:]],
    )


def _each(name: str, moves: Sequence[Callable[[], float]]) -> Iterable[Measure]:
    """Seconds of moves, each saved and judged, and processor time; refused ones are left out and told."""
    before, times = _processor_s(), []
    for one in moves:
        try:
            times.append(one())
        except AssertionError:
            continue
    used = processor_between(before, _processor_s()) / max(len(times), 1)
    done = f"{len(times)} of {len(moves)} done"
    yield Measure(f"{name}, saved and judged, median", percentile(times, 0.5) * 1000, "ms", done)
    yield Measure(f"{name}, saved and judged, 95 %", percentile(times, 0.95) * 1000, "ms")
    yield Measure(f"{name}, processor time", used * 1000, "ms", "this process and the database")
