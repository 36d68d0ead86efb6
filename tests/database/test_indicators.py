"""Indicators against rows built one by one: a real month, stability afterwards, what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from governance.access import OPERATOR, VISITOR
from governance.supervision.indicators import GroupBy, IndicatorAnswer, Scope, indicators_of
from grid_data import indicators
from grid_data.bulk.incidents import store_incidents
from grid_data.casework import open_cases
from grid_data.database import Database
from tests.support.editions import toy_change
from tests.support.importing import look
from tests.support.incident_frames import incident_frame

DECEMBER, JANUARY = datetime(2016, 12, 1, tzinfo=UTC), datetime(2017, 1, 1, tzinfo=UTC)
DUE = datetime(2016, 12, 20, tzinfo=UTC)
WEST, EAST = (120.405, 36.105), (120.435, 36.105)


@pytest.fixture(autouse=True, params=["short", "long"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of counting, of short and of long spans, give the same numbers."""
    monkeypatch.setattr(indicators, "LONG", timedelta(days=45 if request.param == "short" else 0))


Moment = tuple[int, str, datetime, datetime | None, datetime, str]
"""Incident (counted from 0), stage, entered, due, left, state afterwards."""


async def incidents(
    database: Database, points: list[tuple[float | None, float | None]], **columns: Any
) -> list[int]:
    """Incidents with cases and without clocks, oldest first; their ids."""
    async with database.transaction(OPERATOR) as connection:
        refs = [f"r{n}" for n in range(len(points))]
        frame = incident_frame(points, refs, **columns)
        await store_incidents(connection, frame)
    found = await look(database, "SELECT id FROM incident ORDER BY id")
    ids = [row["id"] for row in found]
    async with database.transaction(OPERATOR) as connection:
        await open_cases(connection, ids)
    return ids


async def moments(database: Database, ids: list[int], passed: Iterable[Moment], **counts: int) -> None:
    """Stages passed, stored as the clocks leave them behind."""
    rows = [(ids[n], *rest) for n, *rest in passed]
    async with database.transaction(OPERATOR) as connection, connection.cursor() as cursor:
        await cursor.executemany(
            """INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state, reworks,
                                        send_backs, extensions)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                (*row, *(counts.get(name, 0) for name in ("reworks", "send_backs", "extensions")))
                for row in rows
            ],
        )


async def december(database: Database, group_by: GroupBy = "none", **scope: Any) -> IndicatorAnswer:
    async with database.transaction(VISITOR) as connection:
        asked = {"start": DECEMBER, "stop": JANUARY} | scope
        return await indicators_of(connection, Scope(**asked), group_by)


async def test_a_real_month_and_what_is_done_later(toy_database: Database) -> None:
    """Tianmen, December 2016, as published: accepted 1,054, filed 996, due to be closed 972, closed 911
    (93.72 %), on time 737 (75.82 %).
    """
    since = DECEMBER + timedelta(days=1)
    ids = await incidents(toy_database, [WEST] * 1054, reported_at=[since] * 1054, state=["accepted"] * 1054)
    rows: list[Moment] = []
    for n in range(1054):
        rows.append((n, "accept", since, since + timedelta(days=1), since + timedelta(hours=2), "accepted"))
        if n < 996:
            rows.append((n, "file", since, since + timedelta(days=1), since + timedelta(hours=4), "filed"))
        if n < 737:
            rows.append((n, "total", since, DUE, DUE, "closed"))
        elif n < 911:
            rows.append((n, "total", since, DUE, DUE + timedelta(seconds=1), "closed"))
    await moments(toy_database, ids, rows)
    # 61 are due and open: their clocks run. The others are due in the next month.
    await toy_change(
        toy_database,
        f"""INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at)
            SELECT id, 'work_day', '{since}', CASE WHEN n < 972 THEN timestamptz '{DUE}' ELSE '{JANUARY}' END,
                   '{since}'
            FROM unnest(ARRAY{ids}) WITH ORDINALITY AS told (id, position)
            CROSS JOIN LATERAL (SELECT position - 1 AS n) AS counted WHERE n >= 911""",
    )
    (row,) = (await december(toy_database)).rows
    counts, values = row.counts, row.values
    assert (counts["accepted"], counts["filed"], counts["due_total"]) == (1054, 996, 972)
    assert (counts["due_total_done"], counts["due_total_on_time"]) == (911, 737)
    assert round(values["closing_rate"].value or 0, 4) == 0.9372
    assert round(values["on_time_closing_rate"].value or 0, 4) == 0.7582
    assert (values["closing_rate"].above, values["closing_rate"].below) == (911, 972)
    # The rest is closed today: December stays what it was.
    await toy_change(
        toy_database, f"UPDATE incident SET state = 'closed', state_since = now() WHERE id >= {ids[911]}"
    )
    await toy_change(toy_database, "DELETE FROM incident_clock")
    again = (await december(toy_database)).rows[0]
    assert (again.counts, again.values) == (counts, values)
    # What was due in January is late there.
    january = (await december(toy_database, start=JANUARY, stop=JANUARY + timedelta(days=31))).rows[0]
    assert january.counts["due_total"] == 1054 - 972
    assert january.values["closing_rate"].value == 0


async def test_every_count_comes_from_its_own_rows(toy_database: Database) -> None:
    at = DECEMBER + timedelta(days=2)
    late = DUE + timedelta(days=1)
    ids = await incidents(
        toy_database,
        [WEST] * 6,
        reported_at=[at] * 6,
        state=["closed"] * 4 + ["rejected", "cancelled"],
        state_since=[DUE] * 6,
        source=["hotline", "app", "grid_worker", "video", "hotline", "patrol"],
    )
    await moments(
        toy_database,
        ids,
        [
            (0, "verify", at, DUE, DUE, "verified"),
            (1, "verify", at, DUE, late, "verified"),
            (0, "file", at, DUE, DUE, "filed"),
            (1, "file", at, DUE, late, "filed"),
            (2, "file", at, None, DUE, "filed"),
            (5, "file", at, DUE, DUE - timedelta(days=1), "filed"),
            (0, "dispatch", at, DUE, DUE - timedelta(days=2), "dispatched"),
            (1, "dispatch", at, DUE, DUE - timedelta(days=2), "dispatched"),
            # The first organisation gives it back; the second one handles it late.
            (0, "handle", DUE - timedelta(days=2), DUE, DUE - timedelta(days=1), "filed"),
            (0, "dispatch", DUE - timedelta(days=1), DUE, DUE, "dispatched"),
            (0, "handle", DUE, late, late + timedelta(hours=1), "fed_back"),
            (1, "handle", DUE - timedelta(days=2), DUE, DUE, "fed_back"),
            (1, "check", DUE, late, late, "checked"),
        ],
    )
    await moments(toy_database, ids, [(0, "total", at, late, late, "closed")], reworks=2)
    await moments(toy_database, ids, [(n, "total", at, DUE, DUE, "closed") for n in (1, 2, 3)], extensions=1)
    await moments(
        toy_database, ids, [(4, "total", at, DUE, DUE, "rejected"), (5, "total", at, DUE, DUE, "cancelled")]
    )
    await toy_change(
        toy_database,
        f"""UPDATE case_state SET outcome = 'direct_answer', satisfaction = 'unsatisfied'
            WHERE incident_id = {ids[3]}""",
    )
    await toy_change(
        toy_database,
        f"UPDATE case_state SET satisfaction = 'basic' WHERE incident_id IN ({ids[0]}, {ids[1]})",
    )
    await toy_change(toy_database, f"UPDATE case_state SET send_backs = 1 WHERE incident_id = {ids[0]}")
    (row,) = (await december(toy_database)).rows
    rates = {code: each.value and round(each.value, 4) for code, each in row.values.items()}
    assert rates == {
        "effective_report_rate": 0.6667,  # 4 of 6
        "on_time_filing_rate": 0.75,  # incident 1 was late, 2 had no limit
        "filing_accuracy": 0.75,  # incident 5 was cancelled
        "on_time_dispatching_rate": 1.0,  # 3 of 3
        "dispatch_accuracy": 0.6667,  # the first dispatch of 0 came back
        "handling_rate": 1.0,
        "on_time_handling_rate": 0.5,
        "overdue_open_rate": 0.0,
        "extension_rate": 0.75,  # 1, 2, 3
        "closing_rate": 1.0,
        "on_time_closing_rate": 1.0,
        "rework_rate": 0.25,  # one case, however often
        "on_time_verifying_rate": 0.5,
        "on_time_checking_rate": 1.0,
        "missed_rate": 0.5,  # 0 and 1 came from the public
        "response_rate": None,
        "solution_rate": 0.75,  # 3 was found unsatisfactory
        "satisfaction_rate": 0.6667,
        "direct_answer_rate": 0.25,
        "completion_rate": None,
        "self_found_ratio": 1.0,  # 3 to 3
        "dispatch_volume": 3.0,
    }
    assert row.excluded.model_dump() == {
        "cancelled_or_merged": 2, "suspended": 0, "no_place": 0, "no_times": 0,
    }  # fmt: skip
    # handling 100·30 + 50·20 + 75·20 + 100·20 + 25·10, of 100
    assert row.scores["handling"].points == 77.5
    assert row.scores["handling"].grade == "B"
    assert row.scores["supervisor"].grade is not None


async def test_cases_without_place_suspended_or_without_times_are_said(toy_database: Database) -> None:
    at = DECEMBER + timedelta(days=2)
    ids = await incidents(
        toy_database,
        [WEST, (None, None), EAST],
        reported_at=[at] * 3,
        state=["handling", "closed", "closed"],
        state_since=[DUE] * 3,
    )
    await moments(toy_database, ids, [(1, "total", at, DUE, DUE, "closed")])
    await toy_change(
        toy_database,
        f"""INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, paused_at)
            VALUES ({ids[0]}, 'work_day', '{at}', '{DUE}', '{at}', '{at}')""",
    )
    (row,) = (await december(toy_database)).rows
    assert row.counts["due_total"] == 1
    assert row.excluded.model_dump() == {
        "cancelled_or_merged": 0, "suspended": 1, "no_place": 0, "no_times": 1,
    }  # fmt: skip
    by_grid = await december(toy_database, "grid")
    assert sum(each.excluded.no_place for each in by_grid.rows) == 1
    assert sum(each.counts.get("due_total", 0) for each in by_grid.rows) == 0


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        ("grid", {"370212001001001": 1, "370212001002001": 2}),
        ("community", {"370212001001": 1, "370212001002": 2}),
        ("street", {"370212001": 3}),
        ("district", {"370212": 3}),
        ("source", {"app": 1, "hotline": 2}),
        ("organisation", {"CM1": 1, "MKT": 2}),
        ("category", {"GB/T 47678.5-2026:matter:06": 3}),
    ],
)
async def test_groups_and_regions(
    toy_database: Database, group_by: GroupBy, expected: dict[str, int]
) -> None:
    at = DECEMBER + timedelta(days=2)
    ids = await incidents(
        toy_database, [WEST, EAST, EAST], reported_at=[datetime(2025, 12, 3, tzinfo=UTC)] * 3,
        state=["closed"] * 3, source=["hotline", "hotline", "app"],
    )  # fmt: skip
    await moments(toy_database, ids, [(n, "total", at, DUE, DUE, "closed") for n in range(3)])
    answer = await december(toy_database, group_by)
    assert {row.group.code if row.group else None: row.counts["due_total"] for row in answer.rows} == expected
    (east,) = await look(toy_database, "SELECT id FROM zone WHERE code = '370212001002'")
    (row,) = (await december(toy_database, region=east["id"])).rows
    assert row.counts["due_total"] == 2
    (row,) = (await december(toy_database, sources=["app"])).rows
    assert row.counts["due_total"] == 1


async def test_an_earlier_span_stands_beside(toy_database: Database) -> None:
    year = datetime(2015, 12, 10, tzinfo=UTC)
    ids = await incidents(toy_database, [WEST] * 2, reported_at=[year] * 2, state=["closed"] * 2)
    await moments(
        toy_database,
        ids,
        [
            (0, "total", year, year, year, "closed"),
            (1, "total", year, DUE, DUE + timedelta(days=1), "closed"),
        ],
    )
    async with toy_database.transaction(VISITOR) as connection:
        scope = Scope(start=DECEMBER, stop=JANUARY)
        answer = await indicators_of(connection, scope, "none", compare="year")
    assert answer.compared_with is not None
    assert answer.compared_with.start == datetime(2015, 12, 1, tzinfo=UTC)
    rate = answer.rows[0].values["on_time_closing_rate"]
    assert (rate.value, rate.before) == (0.0, 1.0)


@pytest.mark.parametrize("compare", ["span", "year"])
async def test_a_span_of_all_days_has_one_before_it_that_begins_with_the_calendar(
    toy_database: Database, compare: Literal["span", "year"]
) -> None:
    scope = Scope(start=datetime(1, 6, 1, tzinfo=UTC), stop=datetime(9999, 12, 1, tzinfo=UTC))
    async with toy_database.transaction(VISITOR) as connection:
        answer = await indicators_of(connection, scope, "none", compare=compare)
    assert answer.compared_with is not None
    assert answer.compared_with.start.year == 1


async def test_nothing_due_is_no_rate(toy_database: Database) -> None:
    (row,) = (await december(toy_database)).rows
    assert {each.value for each in row.values.values()} == {None, 0.0}
    assert row.scores["handling"].points is None
    (empty,) = (await december(toy_database, stop=DECEMBER)).rows
    assert empty.counts == {}
