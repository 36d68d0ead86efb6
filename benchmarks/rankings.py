"""Rankings with 1,000,000 stored cases over three years (synthetic rows in the full sample's zones)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from typing import Any

import anyio
import psycopg

from benchmarks.filled import fill, hasty_database, load
from benchmarks.measure import Measure
from governance.access import NIGHTLY, OPERATOR, VISITOR, Principal, Sight
from governance.incidents.reasons import place_problem_words
from governance.supervision.figure_counting import Part, count_all, count_part
from governance.supervision.rankings import RankingQuestion, rank
from grid_data.categories import category_subtree
from grid_data.city import read_city
from grid_data.database import Connection, Database
from grid_data.figures import freshness
from grid_data.incidents import Counted, IncidentFilter, incidents_page
from grid_data.sample import generate
from migrations.run import upgrade

STORED = 1_000_000
ROUNDS = 7
STEPS = 4_000

# Copies of the sample's incidents, one in 95 seconds; a quarter was late, one in 25 done again.
FILL = f"""
    SET session_replication_role = replica;
    TRUNCATE incident_clock, case_moment, case_state, routing, history, history_incident, figure_mark CASCADE;
    CREATE TEMPORARY TABLE told AS SELECT *, row_number() OVER (ORDER BY id) AS position FROM incident;
    CREATE INDEX ON told (position);
    DELETE FROM incident;
    INSERT INTO incident (number, source, appeal_kind, category_id, text, address, place, place_problem,
                          urgency, state, state_since, reported_at, recorded_at, organisation_id,
                          land_unit_id, base_grid_id, zone_ids)
    SELECT '370212' || to_char(moment, 'YYYYMMDD') || 90000000 + n, source, appeal_kind, category_id, text,
           address, place, place_problem, urgency,
           CASE WHEN n > {STORED} - 20000 THEN 'handling' ELSE 'closed' END,
           moment + interval '4 days', moment, moment, organisation_id, land_unit_id, base_grid_id, zone_ids
    FROM (SELECT n, now() - ({STORED} - n) * interval '95 seconds' AS moment,
                 1 + (n::bigint * 7919) % (SELECT count(*) FROM told) AS pick
          FROM generate_series(1, {STORED}) AS n) AS copies
    JOIN told ON told.position = copies.pick
    ORDER BY n;
    INSERT INTO case_state (incident_id, level, lead_id, closed_at, reworks, satisfaction)
    SELECT id, 'district', organisation_id, CASE WHEN NOT is_open THEN state_since END,
           (id % 25 = 0)::integer,
           CASE WHEN NOT is_open AND source = 'hotline'
                THEN (ARRAY['satisfied', 'basic', 'satisfied', 'unsatisfied', 'lapsed'])[1 + id % 5] END
    FROM incident;
    INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state, reworks, extensions)
    SELECT id, 'total', reported_at, reported_at + (1 + id % 9) * interval '1 day',
           reported_at + (1 + id % 9) * interval '1 day' + (id % 16 - 12) * interval '2 hours', 'closed',
           (id % 25 = 0)::integer, 0
    FROM incident WHERE NOT is_open;
    INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at)
    SELECT id, 'work_day', reported_at, reported_at + (1 + id % 25) * interval '1 day', reported_at
    FROM incident WHERE is_open;
    INSERT INTO figure_mark (first_id, last_id) SELECT min(id), max(id) FROM incident;
"""
REDO = """UPDATE case_state SET reworks = reworks + 1
          WHERE incident_id = (SELECT max(id) FROM incident) - %s"""
UNMARKED = (
    "incident DISABLE TRIGGER incidents_are_marked", "incident DISABLE TRIGGER incident_is_marked",
    "case_state DISABLE TRIGGER case_is_marked", "incident_clock DISABLE TRIGGER changed_clock_is_marked",
)  # fmt: skip

Question = Callable[[Connection], Awaitable[object]]


def run() -> Iterable[Measure]:
    """Fill, count, and ask."""
    with hasty_database("rankings") as url:
        upgrade(url)
        load(url, generate())
        with psycopg.connect(url, autocommit=True) as connection:
            fill(connection, FILL, ("incident", "case_moment"))
        measures = anyio.run(_measured, url)
        with psycopg.connect(url, autocommit=True) as connection:
            measures += _marked(connection)
        return measures


async def _measured(url: str) -> list[Measure]:
    database = Database(url, size=2, statement_timeout_s=0)
    await database.open()
    try:
        started = time.perf_counter()
        await count_all(database)
        took = time.perf_counter() - started
        measures = [
            Measure("counted at first", STORED / took, "cases/s", f"{STORED:,} in {took:.0f} s"),
            await _one_more(database),
        ]
        async with database.transaction(OPERATOR) as connection:
            await connection.execute("SELECT set_config('role', 'none', true)")
            await connection.execute("ANALYZE case_figure, period_figure, figure_place")
        people, questions = await _questions(database)
        for name, (who, question) in questions.items():
            waits = []
            for _ in range(ROUNDS):
                async with database.transaction(people[who]) as connection:
                    started = time.perf_counter()
                    await question(connection)
                    waits.append((time.perf_counter() - started) * 1000)
            measures.append(Measure(name, statistics.median(waits), "ms", f"median of {ROUNDS}, as {who}"))
        return measures
    finally:
        await database.close()


async def _one_more(database: Database) -> Measure:
    """What a question waits for when something has just changed."""
    waits = []
    for n in range(ROUNDS):
        async with database.transaction(OPERATOR) as connection:
            await connection.execute(
                REDO,
                [n],
            )
        started = time.perf_counter()
        assert await count_part(database, 2_000) == Part(1, more=False)
        waits.append((time.perf_counter() - started) * 1000)
    return Measure("one changed case counted again", statistics.median(waits), "ms", f"median of {ROUNDS}")


async def _questions(database: Database) -> tuple[dict[str, Principal], dict[str, tuple[str, Question]]]:
    async with database.transaction(NIGHTLY) as connection:
        state = await freshness(connection)
        await read_city(connection)
        minor = await category_subtree(connection, "GB/T 47678.5-2026:matter:06010")
        whole = await category_subtree(connection, "GB/T 47678.5-2026:matter:06")
        cursor = await connection.execute(
            """SELECT (SELECT id FROM zone WHERE code = '370212002') AS street,
                      (SELECT id FROM zone WHERE code = '370212002001') AS community,
                      (SELECT array_agg(id)
                       FROM (SELECT organisation_id AS id FROM incident WHERE organisation_id IS NOT NULL
                             GROUP BY 1 ORDER BY count(*) DESC LIMIT 3) AS busy) AS organisations"""
        )
        (ids,) = await cursor.fetchall()
    street = frozenset({ids["street"]})
    people = {
        "owner": VISITOR,
        "street lead": Principal("lead", Sight(zones=street, roots=street)),
        "officer": Principal("officer", Sight(organisations=frozenset(ids["organisations"]))),
    }
    today = state.as_of.date()
    year = {"first": today - timedelta(days=365), "last": today + timedelta(days=1)}
    month = {"first": today.replace(day=1), "last": today + timedelta(days=1)}

    def asks(who: str, **asked: Any) -> tuple[str, Question]:
        question = RankingQuestion.model_validate({**year, **asked})
        return who, lambda connection: rank(connection, question, people[who].sight, state)

    def lists(figure: str, zone: int | None, first: date, last: date) -> tuple[str, Question]:
        wanted = IncidentFilter(zone_id=zone, counted=Counted(figure, first, last, state.as_of))
        words = place_problem_words()
        return "owner", lambda connection: incidents_page(connection, wanted, words, after=None, limit=50)

    return people, {
        "year, streets": asks("owner", level="street"),
        "year, communities, year on year": asks("owner", level="community", compare="year"),
        "year, all grids": asks("owner", level="grid"),
        "year, all grids, year on year": asks("owner", level="grid", compare="year"),
        "year, grids of a community": asks("owner", level="grid", within="370212002001", compare="year"),
        "year, communities, one class": asks("owner", level="community", category_ids=whole),
        "year, communities, hotline": asks("owner", level="community", sources=["hotline"]),
        "year, communities, one class, hotline": asks(
            "owner", level="community", category_ids=whole, sources=["hotline"]
        ),
        "year, communities, one category": asks("owner", level="community", category_ids=minor),
        "this month, all grids": asks("owner", level="grid", **month),
        "year, communities, under policies": asks("street lead", level="community", compare="year"),
        "year, communities, by organisation": asks("officer", level="community", compare="year"),
        "list: closed this year": lists("due_closed", None, year["first"], year["last"]),
        "list: overdue this year": lists("overdue", None, year["first"], year["last"]),
        "list: done again, a month long ago": lists(
            "reworked", None, today - timedelta(days=700), today - timedelta(days=670)
        ),
        "list: done again, a community": lists("reworked", ids["community"], year["first"], year["last"]),
    }


def _marked(connection: psycopg.Connection) -> list[Measure]:
    """What marks cost who writes: the same steps with the triggers and without."""

    def steps() -> float:
        started = time.perf_counter()
        with connection.transaction():
            for n in range(STEPS):
                connection.execute(
                    REDO,
                    [n % 500],
                )
        return (time.perf_counter() - started) / STEPS * 1e6

    steps()
    with_marks = min(steps() for _ in range(3))
    for each in UNMARKED:
        connection.execute(f"ALTER TABLE {each}".encode())
    without = min(steps() for _ in range(3))
    return [
        Measure("a mark", with_marks - without, "µs", f"of {with_marks:.0f} µs for a changed row of a case")
    ]
