"""Routing again after a change of 15 % of a layer's area: changed area against full pass, in one run.

Runs in a database of its own, dropped afterwards, on the sample's incidents, all of them open. Zones of a
specialist layer that cover at least 15 % of its area are renumbered: every incident in them moves. What
routing again costs goes with incidents, not with square kilometres; so of many seeded draws of zones one is
taken in which incidents have the same share as the area, then, on a second layer, one in which the changed
part is denser than the city; then the first again with a million incidents. Processor time is that of this
process and of the database's, which a busy machine disturbs less than the time on the clock; the two passes
take turns, and the middle of their ratios is told.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import anyio
import pandas as pd
import psycopg

from benchmarks.bulk_intake import reports
from benchmarks.measure import Measure, processor_s
from governance.access import OPERATOR
from governance.incidents.rerouting import Rerouted, reroute
from governance.settings import Settings
from grid_data.bulk.incidents import store_incidents
from grid_data.bulk.sample import load_sample
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sample import generate
from migrations.run import upgrade

NAME = "benchmark_rerouting"
SHARE = 0.15
MILLION = 1_000_000
# Layer, how many times the share of the area that of the incidents is to be, and the least incidents stored.
CASES = (("civil_affairs", 1.0, 0), ("police", 1.4, 0), ("civil_affairs", 1.0, MILLION))
TURNS = 3
LOAD = 100_000

RENUMBER = """
WITH listed AS MATERIALIZED (
    SELECT version.*, zone.code,
           (SELECT count(*) FROM incident WHERE zone_ids @> ARRAY[zone.id] AND is_open) AS incidents
    FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
    WHERE version.layer_id = (SELECT id FROM layer WHERE code = %(layer)s)
      AND upper_inf(valid) AND upper_inf(recorded)
), drawn AS (
    SELECT draw, id, area_m2, incidents,
           sum(area_m2) OVER (PARTITION BY draw ORDER BY md5(code || draw)) - area_m2 AS before
    FROM listed CROSS JOIN generate_series(1, 200) AS draw
), part AS (
    SELECT draw, sum(area_m2) / (SELECT sum(area_m2) FROM listed) AS area,
           sum(incidents) / (SELECT sum(incidents) FROM listed) AS share
    FROM drawn WHERE before < %(share)s * (SELECT sum(area_m2) FROM listed)
    GROUP BY draw
), best AS (
    SELECT draw, area, share FROM part
    ORDER BY abs(share - %(times)s * area) + abs(area - %(share)s), draw LIMIT 1
), chosen AS (
    SELECT listed.* FROM listed JOIN drawn USING (id) JOIN best USING (draw)
    WHERE drawn.before < %(share)s * (SELECT sum(area_m2) FROM listed)
), closed AS (
    UPDATE zone_version SET valid = tstzrange(lower(valid), now() - interval '1 minute')
    WHERE id IN (SELECT id FROM chosen)
), made AS (
    INSERT INTO zone (layer_id, code) SELECT layer_id, code || 'R' FROM chosen RETURNING id, code
), added AS (
    INSERT INTO zone_version
           (zone_id, layer_id, name_zh, name_en, parent_zone_id, organisation_id, geom, valid)
    SELECT made.id, layer_id, name_zh, name_en, parent_zone_id, organisation_id, geom,
           tstzrange(now() - interval '1 minute', NULL)
    FROM chosen JOIN made ON made.code = chosen.code || 'R'
)
SELECT area::float8, share::float8 FROM best
"""


def run() -> Iterable[Measure]:
    """Load, change, measure."""
    with Cluster(Settings().cluster_root).use() as cluster:
        cluster.drop_database(NAME)
        cluster.create_database(NAME)
        try:
            return anyio.run(_run, cluster.url(NAME))
        finally:
            cluster.drop_database(NAME)


async def _run(url: str) -> list[Measure]:
    await anyio.to_thread.run_sync(upgrade, url)
    database = Database(url, size=2, statement_timeout_s=0)
    await database.open()
    try:
        sample = generate()
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, sample)
        await _all_open(database)
        measures: list[Measure] = []
        stored = len(sample.frames["incidents"])
        for layer, times, least in CASES:
            if least > stored:
                more = reports(sample.frames["incidents"], least - stored)
                await _store(database, more.rename(columns={"category": "category_key"}))
                stored = least
            measures += await _case(database, url, layer, times)
        return measures
    finally:
        await database.close()


async def _store(database: Database, frame: pd.DataFrame) -> None:
    for begin in range(0, len(frame), LOAD):
        async with database.transaction(OPERATOR) as connection:
            await store_incidents(connection, frame.iloc[begin : begin + LOAD])
    await _all_open(database)


async def _all_open(database: Database) -> None:
    """Every incident open, where it is today, and reported so long ago that none counts as just come in."""
    async with database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        await connection.execute("UPDATE incident SET state = 'handling' WHERE state <> 'handling'")
    async with database.transaction(OPERATOR) as connection:
        # Before they are made older: whoever was stored after a change of zones was routed at its own moment.
        await reroute(connection, OPERATOR, full=True)
    async with database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        await connection.execute(
            """UPDATE incident SET recorded_at = recorded_at - interval '1 day'
               WHERE recorded_at > now() - interval '1 day'"""
        )


async def _case(database: Database, url: str, layer: str, times: float) -> list[Measure]:
    """Renumber zones of a layer, compare both passes, and move what is to move."""
    async with database.transaction(OPERATOR) as connection:
        await connection.execute("RESET ROLE")
        cursor = await connection.execute(RENUMBER, {"layer": layer, "share": SHARE, "times": times})
        part = await cursor.fetchone()
    assert part is not None
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as alone:
        # The preparations wrote every incident twice; dense and in the order of reports as a city's table is.
        await alone.execute("VACUUM (FULL) incident")
        # What autovacuum does after so many changes: index-only scans live on it.
        await alone.execute("VACUUM (ANALYZE)")
    # The first pass of each warms what both need.
    for full in (False, True):
        await _timed(database, full=full)
    areas = [await _timed(database, full=False)]
    full_passes = [await _timed(database, full=True)]
    for _ in range(TURNS - 1):
        areas.append(await _timed(database, full=False))
        full_passes.append(await _timed(database, full=True))
    area, full_pass = areas[-1].done, full_passes[-1].done
    mine, theirs = (set(map(tuple, done.moves.astype(str).to_numpy())) for done in (area, full_pass))
    async with database.transaction(OPERATOR) as connection:
        started = time.perf_counter()
        await reroute(connection, OPERATOR)
        moved_s = time.perf_counter() - started
    told = f"{part['area']:.1%} of the area, {part['share']:.1%} of its incidents"
    note = f"{area.asked:,} of {full_pass.asked:,} open incidents asked, {len(area.moves):,} move"

    cpu = middle([each.processor_s for each in full_passes]), middle([each.processor_s for each in areas])
    clock = middle([each.clock_s for each in full_passes]), middle([each.clock_s for each in areas])
    pairs = list(zip(full_passes, areas, strict=True))
    by_clock = middle([one.clock_s / other.clock_s for one, other in pairs])
    by_cpu = middle([one.processor_s / other.processor_s for one, other in pairs])
    layer = f"{layer}, {full_pass.asked:,} incidents"
    return [
        Measure(f"{layer}: full pass, dry run", clock[0], "s"),
        Measure(f"{layer}: changed area, dry run", clock[1], "s", f"{told}; {note}"),
        Measure(f"{layer}: full pass / changed area", by_clock, "times"),
        Measure(f"{layer}: full pass, processor time", cpu[0], "s"),
        Measure(f"{layer}: changed area, processor time", cpu[1], "s"),
        Measure(f"{layer}: full pass / changed area, processor time", by_cpu, "times"),
        Measure(f"{layer}: answers that differ", len(mine ^ theirs), "incidents"),
        Measure(f"{layer}: changed area, moved and committed", moved_s, "s"),
    ]


def middle(values: Sequence[float]) -> float:
    """The median of an odd number of values."""
    return sorted(values)[len(values) // 2]


@dataclass(frozen=True)
class Pass:
    """A dry run, its time on the clock and its processor time, s."""

    done: Rerouted
    clock_s: float
    processor_s: float


async def _timed(database: Database, *, full: bool) -> Pass:
    async with database.transaction(OPERATOR) as connection:
        backend = connection.info.backend_pid
        started, used = time.perf_counter(), time.process_time() + processor_s(backend)
        done = await reroute(connection, OPERATOR, full=full, dry_run=True)
        used = time.process_time() + processor_s(backend) - used
        return Pass(done, time.perf_counter() - started, used)
