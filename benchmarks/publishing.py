"""Publishing a plan: 15 % of the district, of base grids and of a specialist layer, with a million incidents
stored; a split with three million.

Runs on a server of its own, deleted afterwards, on the sample's incidents, copied until there are enough:
without flushing to the disk while they are copied, with it while plans take effect.
In the large plan every grid over 15 % of the area is split and gets another code, so that every open incident
there moves: the heaviest case. Afterwards all open incidents are routed in full, to count those that differ.
``GRIDGOV_BENCHMARK_INCIDENTS`` (two numbers, with a comma) sets other numbers of incidents.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Any

import anyio
import numpy as np
import psycopg
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from benchmarks.filled import fill, hasty_database, make_durable
from benchmarks.measure import Measure, processor_s
from gis.words import Words
from governance.access import OPERATOR
from governance.incidents.rerouting import reroute
from governance.planning.plans import create_plan
from governance.planning.publishing import Done, act
from governance.planning.states import Action
from grid_data.bulk.sample import load_sample
from grid_data.database import Connection, Database
from grid_data.land_units.graphs import read_unit_graph
from grid_data.sample import generate
from migrations.run import upgrade

SHARE = 0.15
SPECIALIST = "police"
SIZES = (1_000_000, 3_000_000)

# Copies of the sample's incidents, in its order; one in fifty is open, in every state and with its case.
FILL = """
    SET session_replication_role = replica;
    INSERT INTO incident (number, source, appeal_kind, category_id, text, address, place, place_accuracy_m,
                          original_lon, original_lat, original_crs, urgency, state, state_since, reported_at,
                          recorded_at, organisation_id, land_unit_id, base_grid_id, zone_ids, facility_id,
                          place_problem)
    SELECT number || {round}, source, appeal_kind, category_id, text, address, place, place_accuracy_m,
           original_lon, original_lat, original_crs, urgency,
           CASE WHEN (id + {round}) % 50 = 0
                THEN (ARRAY['reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back'])
                     [1 + id / 50 % 6]
                ELSE 'closed' END,
           state_since, reported_at, recorded_at, organisation_id, land_unit_id, base_grid_id, zone_ids,
           facility_id, place_problem
    FROM incident WHERE length(number) = 19 ORDER BY id LIMIT {n};
    INSERT INTO case_state (incident_id, level, lead_id)
    SELECT id, 'district', organisation_id FROM incident WHERE is_open AND right(number, 3) = '{round}'
    ON CONFLICT DO NOTHING;
    SET session_replication_role = DEFAULT;
"""


def run() -> Iterable[Measure]:
    """Load, copy, publish, measure."""
    given = os.environ.get("GRIDGOV_BENCHMARK_INCIDENTS")
    sizes = tuple(int(size) for size in given.split(",")) if given else SIZES
    with hasty_database("publishing") as url:
        upgrade(url)
        return anyio.run(_run, url, sizes)


async def _run(url: str, sizes: tuple[int, ...]) -> list[Measure]:
    database = Database(url, size=1, statement_timeout_s=0)
    await database.open()
    try:
        async with database.transaction(OPERATOR) as connection:
            await load_sample(connection, generate())
        measures = []
        for size, layer, share, name in (
            (sizes[0], "base_grid", SHARE, "15 % of the district"),
            (sizes[0], SPECIALIST, SHARE, f"15 % of the {SPECIALIST} layer"),
            (sizes[1], "base_grid", 0.0, "one grid split"),
        ):
            await anyio.to_thread.run_sync(_fill, url, size)
            # Copies of closed incidents have the zones of their time.
            async with database.transaction(OPERATOR) as connection:
                await reroute(connection, OPERATOR, full=True)
            measures += await _published(database, name, layer, share, size)
        return measures
    finally:
        await database.close()


def _fill(url: str, size: int) -> None:
    """Copy incidents until there are so many; from then on every commit is written to the disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        there, told, last = connection.execute(
            """SELECT count(*), count(*) FILTER (WHERE length(number) = 19),
                      max(CASE WHEN length(number) = 22 THEN right(number, 3)::int ELSE 99 END)
               FROM incident"""
        ).fetchone() or (0, 0, 0)
        rounds = []
        while there < size:
            n, last = min(size - there, told), last + 1
            rounds.append(FILL.format(round=last, n=n))
            there += n
        if rounds:
            make_durable(connection, False)
            fill(connection, "".join(rounds), ("incident", "case_state"))
        make_durable(connection, True)


async def _number(connection: Connection, query: str) -> int:
    row = await (await connection.execute(query.encode())).fetchone()
    assert row is not None
    return int(row["n"])


async def _published(database: Database, name: str, layer: str, share: float, size: int) -> list[Measure]:
    async with database.transaction(OPERATOR) as connection:
        code = f"B{size}-{layer}-{share:g}"
        await create_plan(connection, layer=layer, name=Words("测量", "Benchmark"), by="A", code=code)
        grids = await _redraw(connection, code, share, recode=bool(share) and layer == "base_grid")
    for action, by in ((Action.SUBMIT, "A"), (Action.APPROVE, "B")):
        async with database.transaction(OPERATOR) as connection:
            await act(connection, action, code, by=by)
    async with database.transaction(OPERATOR) as connection:
        backend = await _number(connection, "SELECT pg_backend_pid() AS n")
    ours, theirs = time.process_time(), processor_s(backend)
    started = time.perf_counter()
    async with database.transaction(OPERATOR) as connection:
        same = backend == await _number(connection, "SELECT pg_backend_pid() AS n")
        done: Done = await act(connection, Action.PUBLISH, code, by="B")
    seconds = time.perf_counter() - started
    # On a machine that has other work the time of day says little.
    worked = time.process_time() - ours + (processor_s(backend) - theirs if same else float("nan"))
    assert done.edition is not None
    async with database.transaction(OPERATOR) as connection:
        opened = await _number(
            connection,
            "SELECT count(*) AS n FROM incident WHERE is_open",
        )
        started = time.perf_counter()
        full = await reroute(connection, OPERATOR, full=True, dry_run=True)
        full_s = time.perf_counter() - started
    note = (
        f"{size:,} stored, {opened:,} open; {grids} zones redrawn, {done.edition.incidents.asked:,} asked, "
        f"{len(done.edition.incidents.ids):,} moved"
    )
    return [
        Measure(f"{name}, published and committed", seconds, "s", note),
        Measure(f"{name}, processor time of it", worked, "s", "Python and PostgreSQL together"),
        Measure(f"{name}, full routing for comparison", full_s, "s", f"{full.asked:,} incidents"),
        Measure(f"{name}, answers that differ from full routing", len(full.moves), "incidents"),
    ]


async def _redraw(connection: Connection, code: str, share: float, *, recode: bool) -> int:
    """Split zones over a share of the area (one of them, if it is 0); recoded, the old ones move as well."""
    stored = await read_unit_graph(connection)
    cursor = await connection.execute(
        """SELECT plan_unit.plan_id, land_unit_id AS unit, number, plan_unit.area_m2 FROM plan_unit
           JOIN plan ON plan.id = plan_id WHERE plan.code = %s AND number IS NOT NULL
           ORDER BY land_unit_id""",
        [code],
    )
    units = await cursor.fetchall()
    plan = units[0]["plan_id"]
    members: dict[int, list[int]] = {}
    area: dict[int, float] = {}
    row_of = {unit: k for k, unit in enumerate(stored.ids.tolist())}
    for unit in units:
        members.setdefault(unit["number"], []).append(row_of[unit["unit"]])
        area[unit["number"]] = area.get(unit["number"], 0.0) + unit["area_m2"]
    whole, taken = sum(area.values()), 0.0
    order = np.random.default_rng(7).permutation(sorted(members)).tolist()
    if not share:
        # One grid: of those that can be split, the one where most is open.
        cursor = await connection.execute(
            """SELECT plan_unit.number FROM incident JOIN plan_unit USING (land_unit_id)
               WHERE plan_id = %s AND plan_unit.number IS NOT NULL AND is_open
               GROUP BY 1 ORDER BY count(*) DESC""",
            [plan],
        )
        order = [row["number"] for row in await cursor.fetchall()]
    next_number = max(members) + 1
    redrawn = 0
    for number in order:
        if len(members[number]) < 2 or (redrawn and taken >= whole * share):
            continue
        part = _half(members[number], stored.graph.ends[stored.graph.joined])
        if not part:
            continue
        await connection.execute(
            """INSERT INTO plan_zone (plan_id, number, name_zh, community_zone_id)
               SELECT plan_id, %s, name_zh || '新', community_zone_id FROM plan_zone
               WHERE plan_id = %s AND number = %s""",
            [next_number, plan, number],
        )
        await connection.execute(
            "UPDATE plan_unit SET number = %s WHERE plan_id = %s AND land_unit_id = ANY (%s)",
            [next_number, plan, stored.ids[part].tolist()],
        )
        if recode:
            await connection.execute(
                """UPDATE plan_zone SET code = left(code, 12) || (500 + right(code, 3)::int)::text
                   WHERE plan_id = %s AND number = %s""",
                [plan, number],
            )
        taken += area[number]
        next_number += 1
        redrawn += 1
    return redrawn


def _half(rows: list[int], ends: Any) -> list[int]:
    """About half of a connected set of units, connected, as is the rest; none if the set is not connected."""
    position = {row: k for k, row in enumerate(rows)}
    inside = [(position[a], position[b]) for a, b in ends.tolist() if a in position and b in position]
    n = len(rows)
    a, b = np.array(inside, dtype=np.int64).reshape(-1, 2).T
    graph = csr_array((np.ones(len(a)), (a, b)), shape=(n, n))
    order, parent = breadth_first_order(graph, 0, directed=False)
    if len(order) < n:
        # A grid in two parts from the beginning: a plan that touches it would be refused.
        return []
    size = np.ones(n, dtype=int)
    for k in order[::-1].tolist():
        if parent[k] >= 0:
            size[parent[k]] += size[k]
    root = int(min(order[1:].tolist(), key=lambda k: abs(size[k] - n / 2)))
    branch = {root}
    for k in order.tolist():
        if parent[k] in branch:
            branch.add(k)
    return [rows[k] for k in sorted(branch)]
