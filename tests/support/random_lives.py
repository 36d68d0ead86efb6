"""Random lives of cases in the toy city, and what each counts for in a ranking by the plain definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from governance.access import OPERATOR
from governance.supervision.figure_counting import count_all
from grid_data.database import Connection, Database
from tests.support.importing import look

CHINA = ZoneInfo("Asia/Shanghai")
TODAY = datetime.now(CHINA).date()
PLACES = ((120.405, 36.105), (120.415, 36.135), (120.425, 36.105), (120.435, 36.135), (None, None))
SOURCES = ("hotline", "app", "grid_worker", "video", "department")
CODES = ("06010", "01037", "09009")
SELF_FOUND, COMPLAINED = {"grid_worker", "patrol", "video", "sensor"}, {"hotline", "app", "transfer_110"}
GONE = {"rejected", "cancelled", "merged"}
N = 24


@dataclass(frozen=True)
class Life:
    """One life of a case in the plain definition: when due and ended, and how."""

    due_at: datetime | None
    ended_at: datetime | None
    state: str
    paused: bool
    reworked: bool
    extended: bool


@dataclass(frozen=True)
class Case:
    """An incident as it stands, for counting from scratch."""

    id: int
    source: str
    category: str
    zones: frozenset[str]
    located: bool
    reported_at: datetime
    satisfaction: str | None
    lives: tuple[Life, ...]


moments = st.integers(-430 * 24, 30 * 24).map(lambda hours: timedelta(hours=hours, minutes=7))
past = st.integers(-430 * 24, -1).map(lambda hours: timedelta(hours=hours, minutes=-3))
changes = st.one_of(
    st.tuples(
        st.just("end"),
        st.integers(0, N - 1),
        past,
        moments,
        st.sampled_from(["closed", "closed", "rejected", "merged"]),
    ),
    st.tuples(st.just("run"), st.integers(0, N - 1), moments, st.one_of(st.none(), past)),
    st.tuples(st.just("stop"), st.integers(0, N - 1)),
    st.tuples(
        st.just("say"),
        st.integers(0, N - 1),
        st.sampled_from([None, "satisfied", "basic", "unsatisfied", "lapsed"]),
    ),
    st.tuples(st.just("redo"), st.integers(0, N - 1)),
    st.tuples(st.just("report"), st.integers(0, N - 1), past),
    st.tuples(st.just("move"), st.integers(0, N - 1), st.integers(0, N - 1)),
    st.tuples(
        st.just("count"),
    ),
)
spans = st.tuples(st.integers(-400, 0), st.integers(1, 400)).map(
    lambda told: (TODAY + timedelta(days=told[0]), TODAY + timedelta(days=min(told[0] + told[1], 3)))
)
questions = st.tuples(
    spans,
    st.sampled_from(["district", "street", "community", "grid"]),
    st.sampled_from([None, "370212001", "370212001002"]),
    st.sampled_from([None, "06", "06010"]),
    st.sampled_from([None, ["hotline"], ["grid_worker", "video"]]),
)


async def change(connection: Connection, ids: Sequence[int], told: tuple[Any, ...]) -> None:
    """One thing that happens."""
    kind, now, its, run = told[0], datetime.now(UTC), ids[told[1]], connection.execute
    if kind == "end":
        await run(
            """INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state,
                                        reworks, extensions)
               SELECT %(id)s, 'total', %(left)s, %(due)s, %(left)s, %(state)s, reworks, extensions
               FROM case_state WHERE incident_id = %(id)s ON CONFLICT DO NOTHING""",
            {"id": its, "left": now + told[2], "due": now + told[3], "state": told[4]},
        )
    elif kind == "run":
        await run(
            """INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, paused_at)
               VALUES (%(id)s, 'work_day', %(due)s, %(due)s, %(due)s, %(paused)s)
               ON CONFLICT (incident_id) DO UPDATE SET
                   due_at = excluded.due_at, soon_at = excluded.due_at, paused_at = excluded.paused_at""",
            {"id": its, "due": now + told[2], "paused": told[3] and now + told[3]},
        )
    elif kind == "stop":
        await run("DELETE FROM incident_clock WHERE incident_id = %s", [its])
    elif kind == "say":
        await run("UPDATE case_state SET satisfaction = %s WHERE incident_id = %s", [told[2], its])
    elif kind == "redo":
        await run(
            """UPDATE case_state SET reworks = reworks + 1, extensions = reworks %% 2
               WHERE incident_id = %s""",
            [its],
        )
    elif kind == "report":
        await run("UPDATE incident SET reported_at = %s WHERE id = %s", [now + told[2], its])
    elif kind == "move":
        await run(
            """UPDATE incident SET zone_ids = other.zone_ids, base_grid_id = other.base_grid_id,
                   place = other.place, place_problem = other.place_problem, category_id = other.category_id
               FROM incident AS other WHERE incident.id = %s AND other.id = %s""",
            [its, ids[told[2]]],
        )


async def live(database: Database, ids: Sequence[int], told: Sequence[tuple[Any, ...]]) -> None:
    """All of it, each run of changes between two counts in a transaction."""
    for counting, some in groupby(told, key=lambda each: each[0] == "count"):
        if counting:
            await count_all(database)
            continue
        async with database.transaction(OPERATOR) as connection:
            for each in some:
                await change(connection, ids, each)


async def cases(database: Database) -> list[Case]:
    """Everything as it stands, read from the tables of casework alone."""
    found = await look(
        database,
        """SELECT incident.id, source, reported_at, place IS NOT NULL AS located, satisfaction,
                  category.code AS category, reworks, extensions,
                  (SELECT coalesce(array_agg(code), '{}') FROM zone WHERE id = ANY (zone_ids)) AS zones
           FROM incident JOIN category ON category.id = category_id
           JOIN case_state ON incident_id = incident.id""",
    )
    ended = await look(database, "SELECT * FROM case_moment WHERE stage = 'total'")
    running = await look(database, "SELECT incident_id, due_at, paused_at FROM incident_clock")
    lives: dict[int, list[Life]] = {}
    for row in ended:
        lives.setdefault(row["incident_id"], []).append(
            Life(
                row["due_at"],
                row["left_at"],
                row["to_state"],
                False,
                row["reworks"] > 0,
                row["extensions"] > 0,
            )
        )
    counts = {row["id"]: row for row in found}
    for row in running:
        kept = counts[row["incident_id"]]
        paused = (
            row["paused_at"] is not None and row["due_at"] is not None and row["paused_at"] <= row["due_at"]
        )
        lives.setdefault(row["incident_id"], []).append(
            Life(row["due_at"], None, "", paused, kept["reworks"] > 0, kept["extensions"] > 0)
        )
    return [
        Case(
            row["id"],
            row["source"],
            row["category"],
            frozenset(row["zones"]),
            row["located"],
            row["reported_at"],
            row["satisfaction"],
            tuple(lives.get(row["id"], ())),
        )
        for row in found
    ]


def counted(case: Case, first: date, last: date, now: datetime) -> set[str]:
    """Which figures of the days count a case: the definition."""
    begin, stop = (datetime.combine(day, datetime.min.time(), CHINA) for day in (first, last))
    figures: set[str] = set()
    if begin <= case.reported_at < stop:
        figures.add("reported")
        figures |= {"self_found"} if case.source in SELF_FOUND else set()
        figures |= {"complained"} if case.source in COMPLAINED else set()
    last_moment = datetime.max.replace(tzinfo=UTC)
    due = [life for life in case.lives if life.due_at is not None and begin <= life.due_at < min(stop, now)]
    if due:
        life = max(due, key=lambda each: (each.due_at, each.ended_at or last_moment))
        done = life.ended_at is not None and life.ended_at < stop
        if life.paused or (done and life.state in GONE):
            figures.add("excluded")
        else:
            assert life.due_at is not None
            figures.add("due")
            figures.add("due_closed" if done else "overdue")
            figures |= (
                {"on_time"} if done and life.ended_at is not None and life.ended_at <= life.due_at else set()
            )
            figures |= {"reworked"} if life.reworked else set()
            figures |= {"extended"} if life.extended else set()
    if any(
        life.state == "closed" and life.ended_at is not None and begin <= life.ended_at < stop
        for life in case.lives
    ):
        figures.add("closed")
        figures |= {"evaluated"} if case.satisfaction in ("satisfied", "basic", "unsatisfied") else set()
        figures |= {"satisfied"} if case.satisfaction in ("satisfied", "basic") else set()
    return figures
