"""The dispatcher's queries with 1,000,000 stored and 20,000 open incidents (synthetic rows, no routing)."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta

import anyio
import psycopg

from benchmarks.filled import fill, hasty_database, load
from benchmarks.measure import Measure
from governance.access import VISITOR
from governance.incidents.reasons import place_problem_words
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection, Database
from grid_data.dispatch import histogram, incidents_near, open_tile, queue_counts, summary
from grid_data.incidents import IncidentFilter, Order, incidents_page
from grid_data.sample import generate
from grid_data.tiles import Address
from migrations.run import upgrade

STORED = 1_000_000
OPEN = 20_000
ROUNDS = 7
MIDDLE = (120.47, 36.12)
OPEN_ONES = IncidentFilter(states=OPEN_STATES)

# Copies of the sample's incidents, the newest of them open, with clocks in every state.
FILL = f"""
    SET session_replication_role = replica;
    UPDATE incident SET state = 'closed';
    TRUNCATE incident_clock CASCADE;
    INSERT INTO incident (number, source, appeal_kind, category_id, text, address, place, place_problem,
                          urgency, state, state_since, reported_at, recorded_at, organisation_id,
                          land_unit_id, base_grid_id, zone_ids)
    SELECT '370212' || to_char(moment, 'YYYYMMDD') || 90000000 + n, source, appeal_kind, category_id, text,
           address, place, place_problem, urgency,
           CASE WHEN n > {STORED - OPEN}
                THEN (ARRAY['reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back'])[1 + n % 6]
                ELSE 'closed' END,
           moment, moment, moment, organisation_id, land_unit_id, base_grid_id, zone_ids
    FROM (SELECT n, now() - ({STORED} - n) * interval '95 seconds' AS moment,
                 1 + (n::bigint * 7919) % (SELECT count(*) FROM incident) AS pick
          FROM generate_series(1, {STORED}) AS n) AS copies
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS position FROM incident) AS told
      ON told.position = copies.pick
    ORDER BY n;
    INSERT INTO case_state (incident_id, level, supervised_at, objection, closed_at)
    SELECT id, (ARRAY['district', 'community', 'street'])[1 + id % 3],
           CASE WHEN is_open AND id % 200 = 0 THEN now() END,
           CASE WHEN is_open AND id % 500 = 0 THEN '{{}}'::jsonb END,
           CASE WHEN NOT is_open THEN state_since END
    FROM incident ON CONFLICT DO NOTHING;
    INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, stage, paused_at)
    SELECT id, 'work_day', reported_at, reported_at + span, reported_at + span * 0.75, 'handle',
           CASE WHEN id % 40 = 0 THEN now() END
    FROM (SELECT id, reported_at, (1 + id % 25) * interval '1 day' AS span
          FROM incident WHERE is_open) AS open_ones;
"""

Question = Callable[[Connection], Awaitable[object]]


def run() -> Iterable[Measure]:
    """Fill and ask."""
    with hasty_database("dispatch") as url:
        upgrade(url)
        load(url, generate(small=True))
        with psycopg.connect(url, autocommit=True) as connection:
            fill(connection, FILL)
            stored = connection.execute(
                "SELECT count(*), count(*) FILTER (WHERE is_open), "
                "min(id) FILTER (WHERE is_open AND place IS NOT NULL) FROM incident"
            ).fetchone()
        assert stored is not None
        return [
            Measure("stored", stored[0], "incidents"),
            Measure("open", stored[1], "incidents"),
            *anyio.run(_asked, url, stored[2]),
        ]


async def _asked(url: str, incident_id: int) -> list[Measure]:
    database = Database(url, size=2)
    await database.open()
    try:
        measures = []
        for name, question in _questions(incident_id).items():
            waits = []
            for _ in range(ROUNDS):
                async with database.transaction(VISITOR) as connection:
                    started = time.perf_counter()
                    await question(connection)
                    waits.append((time.perf_counter() - started) * 1000)
            measures.append(Measure(name, statistics.median(waits), "ms", f"median of {ROUNDS}"))
        return measures
    finally:
        await database.close()


def _questions(incident_id: int) -> dict[str, Question]:
    now = datetime.now(UTC)

    def page(order: Order, **filters: object) -> Question:
        wanted = IncidentFilter(states=OPEN_STATES, **filters)  # type: ignore[arg-type]
        words = place_problem_words()
        return lambda connection: incidents_page(connection, wanted, words, order=order, after=None, limit=50)

    def tile(zoom: int) -> Question:
        columns = 2**zoom
        x = int((MIDDLE[0] + 180) / 360 * columns)
        y = int((1 - math.asinh(math.tan(math.radians(MIDDLE[1]))) / math.pi) / 2 * columns)
        return lambda connection: open_tile(connection, OPEN_ONES, Address(zoom, x, y))

    return {
        "list, newest": page("newest"),
        "list, due first": page("due"),
        "list, due soon": page("newest", clocks=["due_soon"]),
        "list, overdue, due first": page("due", clocks=["overdue"]),
        "list, held by a street": page("newest", levels=["street"]),
        "list, supervised": page("due", supervised=True),
        "sorting desk, objections": page("due", queue="objection"),
        "sorting desk, unassigned": page("due", queue="unassigned"),
        "counts": lambda connection: summary(connection, OPEN_ONES),
        "counts, overdue": lambda connection: summary(
            connection, IncidentFilter(states=OPEN_STATES, clocks=["overdue"])
        ),
        "queue and alarm": queue_counts,
        "histogram, 60 days": lambda connection: histogram(
            connection, OPEN_ONES, "day", now - timedelta(days=60), now
        ),
        **{f"tile, zoom {zoom}": tile(zoom) for zoom in (9, 11, 13, 15)},
        "near, 300 m": lambda connection: incidents_near(connection, incident_id, 300),
    }
