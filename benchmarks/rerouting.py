"""Routing again after a change of 15 % of a layer's area: changed area against full pass, in one run.

Runs in a database of its own, dropped afterwards, on the sample's incidents, all of them open. Zones that
cover at least 15 % of a specialist layer are renumbered: every incident in them moves. Processor time is that
of this process and of the database's, which a busy machine disturbs less than the time on the clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import anyio
import psycopg

from benchmarks.measure import Measure, processor_s
from governance.access import OPERATOR
from governance.rerouting import Rerouted, reroute
from governance.settings import Settings
from grid_data.bulk.sample import load_sample
from grid_data.database import Connection, Database
from grid_data.embedded import Cluster
from grid_data.sample import generate
from migrations.run import upgrade

NAME = "benchmark_rerouting"
LAYER = "civil_affairs"
SHARE = 0.15

RENUMBER = """
WITH listed AS (
    SELECT version.*, zone.code,
           sum(area_m2) OVER (ORDER BY md5(zone.code)) - area_m2 AS before, sum(area_m2) OVER () AS whole
    FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
    WHERE version.layer_id = (SELECT id FROM layer WHERE code = %(layer)s)
      AND upper_inf(valid) AND upper_inf(recorded)
), chosen AS (
    SELECT * FROM listed WHERE before < whole * %(share)s
), closed AS (
    UPDATE zone_version SET valid = tstzrange(lower(valid), now() - interval '1 minute')
    WHERE id IN (SELECT id FROM chosen)
), made AS (
    INSERT INTO zone (layer_id, code) SELECT layer_id, code || 'R' FROM chosen RETURNING id, code
)
INSERT INTO zone_version (zone_id, layer_id, name_zh, name_en, parent_zone_id, organisation_id, geom, valid)
SELECT made.id, layer_id, name_zh, name_en, parent_zone_id, organisation_id, geom,
       tstzrange(now() - interval '1 minute', NULL)
FROM chosen JOIN made ON made.code = chosen.code || 'R'
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
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, generate())
        async with database.transaction(OPERATOR) as connection:
            await connection.execute("RESET ROLE")
            # Reported long enough ago that nothing counts as just come in.
            await connection.execute(
                "UPDATE incident SET state = 'handling', recorded_at = recorded_at - interval '1 day'"
            )
            await reroute(connection, OPERATOR)
        async with database.transaction(OPERATOR) as connection:
            await connection.execute("RESET ROLE")
            await connection.execute(RENUMBER, {"layer": LAYER, "share": SHARE})
        # What autovacuum does after so many changes: index-only scans and ranges of pages live on it.
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as alone:
            await alone.execute("VACUUM (ANALYZE)")
        # The first pass of each warms what both need.
        for full in (False, True):
            await _timed(database, full=full)
        area, area_s, area_cpu_s = await _timed(database, full=False)
        full_pass, full_s, full_cpu_s = await _timed(database, full=True)
        async with database.transaction(OPERATOR) as connection:
            started = time.perf_counter()
            await _moved(connection)
            moved_s = time.perf_counter() - started
    finally:
        await database.close()
    one, other = (set(map(tuple, done.moves.astype(str).to_numpy())) for done in (area, full_pass))
    note = f"{area.asked:,} of {full_pass.asked:,} open incidents asked, {len(area.moves):,} move"
    return [
        Measure("full pass, dry run", full_s, "s", f"{full_pass.asked:,} incidents"),
        Measure("changed area, dry run", area_s, "s", note),
        Measure("full pass / changed area", full_s / area_s, "times"),
        Measure("full pass, processor time", full_cpu_s, "s"),
        Measure("changed area, processor time", area_cpu_s, "s"),
        Measure("full pass / changed area, processor time", full_cpu_s / area_cpu_s, "times"),
        Measure("answers that differ", len(one ^ other), "incidents"),
        Measure("changed area, moved and committed", moved_s, "s"),
    ]


async def _timed(database: Database, *, full: bool) -> tuple[Rerouted, float, float]:
    """A dry run with its time on the clock and its processor time, s."""
    async with database.transaction(OPERATOR) as connection:
        backend = connection.info.backend_pid
        started, used = time.perf_counter(), time.process_time() + processor_s(backend)
        done = await reroute(connection, OPERATOR, full=full, dry_run=True)
        used = time.process_time() + processor_s(backend) - used
        return done, time.perf_counter() - started, used


async def _moved(connection: Connection) -> Rerouted:
    return await reroute(connection, OPERATOR)
