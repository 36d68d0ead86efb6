"""What a department asks, with 1,000,000 incidents, 863 grids, 8 specialist layers: as an officer, as owner.

The officer sees the zone of a fire station and the work of its organisation by row-level security; the owner
sees everything and asks the same about the same zone. The quotient of their times is the price of row-level
security. Incidents are copies of the sample's with clocks, cases and stages
passed; places differ by a few metres. Processor time (of the database's process and of ours) is told beside
the clock: a busy machine disturbs it less.
"""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import psycopg
import shapely
from shapely.geometry import mapping

from benchmarks.filled import fill, hasty_database
from benchmarks.filled import load as load_into
from benchmarks.measure import Measure
from gis.lattice import snap_geometry
from governance.access import EVERYTHING, OPERATOR, Principal, Sight
from governance.department.figures import categories, hours, places_again, summary, trend
from governance.department.overlap import Chosen, Overlaps, overlap
from governance.department.people import Where, load, people
from governance.department.zone_query import AreaAsked, query_zone
from governance.incidents.reasons import place_problem_words
from grid_data.column_words import OPEN_STATES
from grid_data.database import Connection, Database
from grid_data.department.facilities import FacilityFilter, facilities_page
from grid_data.incidents import IncidentFilter, incidents_page
from grid_data.sample import Sample, generate
from grid_data.telephones import ToldWhole
from migrations.run import upgrade

STORED = 1_000_000
OPEN = 20_000
TOLD = 50_000
"""Incidents of the sample that are routed; the others are copies of them."""
ROUNDS = 5
LAYER = "fire"

FILL = f"""
    SET session_replication_role = replica;
    UPDATE incident SET state = 'closed';
    TRUNCATE incident_clock CASCADE;
    INSERT INTO incident (number, source, appeal_kind, category_id, text, address, place, place_problem,
                          urgency, state, state_since, reported_at, recorded_at, organisation_id,
                          land_unit_id, base_grid_id, zone_ids, facility_id, concerned_ids)
    SELECT '370212' || to_char(moment, 'YYYYMMDD') || 90000000 + n, source, appeal_kind, category_id, text,
           address,
           ST_SetSRID(ST_Point(round((ST_X(place) + (n % 7 - 3) * 2e-5)::numeric, 7)::float8,
                               round((ST_Y(place) + (n % 5 - 2) * 2e-5)::numeric, 7)::float8), 4326),
           place_problem, urgency,
           CASE WHEN n > {STORED - OPEN}
                THEN (ARRAY['reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back'])[1 + n % 6]
                ELSE 'closed' END,
           moment, moment, moment, organisation_id, land_unit_id, base_grid_id, zone_ids, facility_id,
           CASE WHEN n % 20 = 0 THEN ARRAY[organisation_id] ELSE '{{}}' END
    FROM (SELECT n, now() - ({STORED} - n) * interval '95 seconds' AS moment,
                 1 + (n::bigint * 7919) % (SELECT count(*) FROM incident) AS pick
          FROM generate_series(1, {STORED}) AS n) AS copies
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS position FROM incident) AS told
      ON told.position = copies.pick
    ORDER BY n;
    INSERT INTO case_state (incident_id, level, send_backs, reworks, due_at, closed_at)
    SELECT id, (ARRAY['district', 'community', 'street'])[1 + id % 3], (id % 20 = 0)::int, (id % 33 = 0)::int,
           reported_at + interval '4 days',
           CASE WHEN NOT is_open THEN reported_at + (1 + id % 6) * interval '1 day' END
    FROM incident ON CONFLICT DO NOTHING;
    INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, stage, paused_at)
    SELECT id, 'work_day', reported_at, reported_at + span, reported_at + span * 0.75, 'handle',
           CASE WHEN id % 40 = 0 THEN now() END
    FROM (SELECT id, reported_at, (1 + id % 25) * interval '1 day' AS span
          FROM incident WHERE is_open) AS open_ones;
    INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state)
    SELECT id, stage, reported_at, reported_at + interval '4 days',
           reported_at + (1 + id % 6) * interval '1 day', to_state
    FROM incident CROSS JOIN (VALUES ('handle', 'fed_back'), ('total', 'closed')) AS told (stage, to_state)
    WHERE NOT is_open ON CONFLICT DO NOTHING;
"""

Question = Callable[[Connection], Awaitable[Any]]


@dataclass(frozen=True)
class Ground:
    """The officer's zone and organisation, an area in the zone, a road, and how many incidents there are."""

    zone: int
    code: str
    organisation: int
    shape: Any
    road: str
    stored: int
    in_zone: int


def run() -> Iterable[Measure]:
    """Fill and ask."""
    with hasty_database("zones") as url:
        prepare(url)
        return measured(url)


def prepare(url: str) -> None:
    """A migrated database with the whole sample and a million incidents."""
    upgrade(url)
    sample = generate()
    frames: dict[str, Any] = dict(sample.frames)
    frames["incidents"] = frames["incidents"].sample(TOLD, random_state=1).sort_index()
    load_into(url, Sample(**{**vars(sample), "frames": frames}))
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, FILL)


def measured(url: str) -> list[Measure]:
    """Ask everything, as both."""
    with psycopg.connect(url, autocommit=True) as connection:
        ground = _ground(connection)
    return [
        Measure("stored", ground.stored, "incidents"),
        Measure("in the officer's zone", ground.in_zone, "incidents"),
        *anyio.run(_asked, url, ground),
        Measure(
            "peak memory of the asking process",
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "MiB",
        ),
    ]


def _ground(connection: psycopg.Connection) -> Ground:
    """The zone of the layer that has the median number of incidents."""
    zones = connection.execute(
        """SELECT zone.id, zone.code, version.organisation_id, ST_AsBinary(version.geom),
                  (SELECT count(*) FROM incident WHERE zone_ids @> ARRAY[zone.id]) AS n
           FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
           JOIN layer ON layer.id = zone.layer_id AND layer.code = %s
           WHERE version.valid @> now() AND upper_inf(version.recorded) ORDER BY n""",
        (LAYER,),
    ).fetchall()
    zone, code, organisation, shape, n = zones[len(zones) // 2]
    whole = shapely.from_wkb(shape)
    # Most of the zone, as somebody would draw it: both see the same in it.
    drawn = shapely.simplify(shapely.buffer(whole, -0.002), 0.001)
    largest = max(shapely.get_parts(drawn).tolist(), key=lambda part: float(part.area))
    road = connection.execute(
        """SELECT min(code) FROM road
           WHERE ST_Intersects(geom, ST_GeomFromWKB(%s, 4326)) AND name_zh IS NOT NULL
           GROUP BY name_zh ORDER BY sum(ST_Length(geom)) DESC LIMIT 1""",
        (shape,),
    ).fetchone()
    stored = connection.execute("SELECT count(*) FROM incident").fetchone()
    assert road is not None
    assert stored is not None
    return Ground(zone, code, organisation, snap_geometry(largest), road[0], stored[0], n)


async def _asked(url: str, ground: Ground) -> list[Measure]:
    officer = Principal(
        "officer", Sight(zones=frozenset({ground.zone}), organisations=frozenset({ground.organisation}))
    )
    owner = Principal("owner", EVERYTHING)
    database = Database(url, size=1)
    await database.open()
    measures: list[Measure] = []
    ratios = []
    try:
        for name, question in _questions(ground).items():
            times = {}
            answers = {}
            for who in (owner, officer):
                answers[who.name], times[who.name] = await _timed(database, who, question)
            wall, spent = times["officer"]
            owner_wall, owner_spent = times["owner"]
            ratio = spent / max(owner_spent, 1e-3)
            ratios.append((wall, owner_wall, spent, owner_spent))
            note = f"processor {spent:.0f} ms; owner {owner_wall:.0f} ms, processor {owner_spent:.0f} ms"
            measures.append(Measure(name, wall, "ms", note))
            measures.append(Measure(f"{name}, officer / owner", ratio, "of processor time"))
        together = [sum(column) for column in zip(*ratios, strict=True)]
        measures.append(
            Measure(
                "price of row-level security, all together", together[2] / together[3], "of processor time"
            )
        )
        async with database.transaction(OPERATOR) as connection:
            process = connection.info.backend_pid
        measures.append(Measure("peak memory of the database's process", _peak(process), "MiB"))
    finally:
        await database.close()
    return measures


async def _timed(database: Database, who: Principal, question: Question) -> tuple[Any, tuple[float, float]]:
    waits, spent = [], []
    answer = None
    for turn in range(ROUNDS + 1):
        async with database.transaction(who) as connection:
            process = connection.info.backend_pid
            before, used = _processor_ms(process), time.process_time()
            started = time.perf_counter()
            answer = await question(connection)
            wait = (time.perf_counter() - started) * 1000
            if turn:
                waits.append(wait)
                spent.append(_processor_ms(process) - before + (time.process_time() - used) * 1000)
    return answer, (statistics.median(waits), statistics.fmean(spent))


def _processor_ms(process: int) -> float:
    """Milliseconds of processor time of a process so far, to the nanosecond of the scheduler's books."""
    return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]) / 1e6


def _peak(process: int) -> float:
    """MiB a process of the database has held at most of its own."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    # Shared buffers are counted with every process that has touched them.
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return (int(fields["VmHWM"].split()[0]) - int(fields["RssShmem"].split()[0])) / 1024


def _questions(ground: Ground) -> dict[str, Question]:
    now = datetime.now(UTC)
    zone = IncidentFilter(zone_id=ground.zone)
    year = IncidentFilter(zone_id=ground.zone, from_time=now - timedelta(days=365))
    quarter = IncidentFilter(zone_id=ground.zone, from_time=now - timedelta(days=90))
    still = IncidentFilter(zone_id=ground.zone, states=OPEN_STATES)
    kept = Overlaps()
    words = place_problem_words()
    where = Where([ground.organisation], None, None)

    def area(wanted: IncidentFilter, **asked: Any) -> Question:
        return lambda connection: query_zone(connection, AreaAsked(**asked), wanted, one_by_one=False)

    every = IncidentFilter()
    lately = IncidentFilter(from_time=now - timedelta(days=365))
    return {
        "summary": lambda c: summary(c, zone, []),
        "list, newest": lambda c: incidents_page(c, zone, words, after=None, limit=50),
        "list, due first": lambda c: incidents_page(c, still, words, order="due", after=None, limit=50),
        "course, 12 months": lambda c: trend(c, year, "month"),
        "course, 12 months, with what was done": lambda c: trend(c, year, "month", done=True),
        "categories, 90 days": lambda c: categories(c, quarter),
        "hour by weekday, 365 days": lambda c: hours(c, year),
        "repeat places, 90 days": lambda c: places_again(c, quarter, least=3, metres=30, limit=50),
        "facilities, a page of 100": lambda c: facilities_page(
            c,
            FacilityFilter(zone_id=ground.zone),
            within_m=100,
            with_incidents=False,
            latitude=36.1,
            after=None,
            limit=100,
        ),
        "specialist zone over grids": lambda c: overlap(
            c, kept, Chosen(own_ids=[ground.zone]), one_by_one=False, after=None, limit=10
        ),
        "people": lambda c: people(c, where, whole=ToldWhole()),
        "load": lambda c: load(c, zone, where),
        "area: the zone, all time": area(every, zones=[(LAYER, ground.code)]),
        "area: the zone, 12 months": area(lately, zones=[(LAYER, ground.code)]),
        "area: drawn, all time": area(every, polygon=mapping(ground.shape)),
        "area: drawn, 12 months": area(lately, polygon=mapping(ground.shape)),
        "area: 100 m round a road": area(every, road=ground.road, buffer_m=100),
    }


if __name__ == "__main__":
    for each in measured(os.environ["GRIDGOV_BENCHMARK_URL"]):
        print(each.name, each.shown(), each.unit, each.note)
