"""The sample at work: every life follows the table of steps, and open cases are in all states."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import anyio
import psycopg
import pytest

from governance.access import OPERATOR
from governance.casework.names import Flow
from governance.casework.table import TRANSITIONS
from governance.deadlines.watch import start_missing_clocks
from governance.sample_lives import STEPS_DAYS, tell_lives
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from grid_data.sample.calendar import END
from tests.support import databases


@pytest.fixture(scope="module")
def lives(cluster: Cluster) -> Iterator[psycopg.Connection]:
    """The small sample whose lives were told for its own end."""
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:

        async def tell() -> None:
            database = Database(url, size=1, statement_timeout_s=0)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                await start_missing_clocks(connection)
                await tell_lives(connection, END)
            await database.close()

        anyio.run(tell)
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


def numbers(connection: psycopg.Connection, query: str) -> dict[str, int]:
    """Counts by a word."""
    return dict(connection.execute(query.encode(), {"end": END}).fetchall())


def test_every_step_is_one_that_the_table_has(lives: psycopg.Connection) -> None:
    allowed = {
        (row.action.value, row.source.value, row.target.value, flow)
        for row in TRANSITIONS
        for flow in row.flows
    }
    found = lives.execute(
        """SELECT DISTINCT split_part(action, '.', 2), history.after ->> 'from', history.after ->> 'to',
                  appeal_kind
           FROM history JOIN incident ON incident.id = incident_id
           WHERE action LIKE 'incident.%' AND action <> 'incident.report'"""
    ).fetchall()
    assert len(found) > 30
    wrong = [step for step in found if (*step[:3], Flow(step[3])) not in allowed]
    assert wrong == []


def test_each_life_is_one_chain_in_the_order_of_time(lives: psycopg.Connection) -> None:
    found = lives.execute(
        """SELECT incident_id, array_agg(history.after ->> 'from' ORDER BY seq),
                  array_agg(history.after ->> 'to' ORDER BY seq), array_agg(at ORDER BY seq),
                  min(incident.state), min(revision)
           FROM history JOIN incident ON incident.id = incident_id JOIN case_state USING (incident_id)
           WHERE action LIKE 'incident.%' GROUP BY incident_id"""
    ).fetchall()
    assert len(found) > 200
    for incident, sources, targets, moments, state, revision in found:
        assert targets[:-1] == sources[1:], incident
        assert all(first <= second for first, second in pairwise(moments)), incident
        assert targets[-1] == state, incident
        assert revision == len(targets) - 1, incident


def test_open_cases_have_all_and_ended_ones_lately(lives: psycopg.Connection) -> None:
    counted = numbers(
        lives,
        f"""SELECT CASE WHEN is_open THEN 'open'
                        WHEN closed_at > %(end)s - interval '{STEPS_DAYS} days' THEN 'lately'
                        ELSE 'before' END,
                   count(*) FILTER (WHERE NOT EXISTS (
                       SELECT FROM history WHERE history.incident_id = incident.id))
            FROM incident JOIN case_state ON case_state.incident_id = incident.id GROUP BY 1""",
    )
    assert counted["open"] == counted["lately"] == 0
    assert counted["before"] > 3_000


def test_clocks_are_on_time_due_soon_overdue_and_standing(lives: psycopg.Connection) -> None:
    clocks = numbers(
        lives,
        """SELECT CASE WHEN paused_at IS NOT NULL THEN 'paused' WHEN due_at <= %(end)s THEN 'overdue'
                       WHEN soon_at <= %(end)s THEN 'due_soon' ELSE 'running' END, count(*)
           FROM incident_clock GROUP BY 1""",
    )
    assert set(clocks) == {"paused", "overdue", "due_soon", "running"}
    assert clocks["running"] > clocks["overdue"]
    states = numbers(lives, "SELECT state, count(*) FROM incident WHERE is_open GROUP BY 1")
    assert len(states) == 9


def test_some_wait_are_disputed_supervised_or_at_the_sorting_desk(lives: psycopg.Connection) -> None:
    row = lives.execute(
        """SELECT count(suspended_at), count(objection), count(extension), count(supervised_at),
                  count(DISTINCT direct_reason), count(*) FILTER (WHERE level = 'street'), count(lapses_at)
           FROM case_state JOIN incident ON incident.id = incident_id WHERE is_open"""
    ).fetchone()
    assert row is not None
    assert all(row), row
    assert row[4] == 3


def test_every_ended_case_has_its_whole_and_stages_fit_together(lives: psycopg.Connection) -> None:
    ended = lives.execute("SELECT count(*) FROM incident WHERE NOT is_open").fetchone()
    wholes = lives.execute("SELECT count(*) FROM case_moment WHERE stage = 'total'").fetchone()
    assert wholes == ended
    backwards = lives.execute("SELECT count(*) FROM case_moment WHERE left_at < entered_at").fetchone()
    assert backwards == (0,)
    on_time = lives.execute(
        """SELECT stage, avg((left_at <= due_at)::integer)::float8 FROM case_moment GROUP BY 1"""
    ).fetchall()
    assert {stage for stage, _ in on_time} == {
        "total", "accept", "verify", "file", "dispatch", "handle", "check", "evaluate",
    }  # fmt: skip
    assert all(0.75 < share < 0.99 for _, share in on_time), on_time


def test_tasks_and_texts_are_there(lives: psycopg.Connection) -> None:
    shares = lives.execute(
        """SELECT count(*) FILTER (WHERE state = 'done'),
                  count(*) FILTER (WHERE state = 'acknowledged'), count(*)
           FROM task_receipt GROUP BY task_id ORDER BY task_id"""
    ).fetchall()
    assert len(shares) == 3
    assert 0 < shares[0][0] < shares[0][2]
    assert shares[0][1] > 0
    assert shares[2][0] == shares[2][2]
    texts = lives.execute(
        "SELECT count(*), count(*) FILTER (WHERE review_on < %s) FROM guidance_version", [END.date()]
    ).fetchone()
    assert texts == (11, 2)
    answers = lives.execute("SELECT count(*) FROM direct_answer").fetchone()
    assert answers is not None
    assert answers[0] > 10


def test_somebody_is_on_duty_by_day_and_at_night(lives: psycopg.Connection) -> None:
    kinds = lives.execute(
        """SELECT hours, array_agg(DISTINCT post.kind ORDER BY post.kind)
           FROM (VALUES (12), (24)) AS at (hours)
           JOIN duty ON duty.during @> date_trunc('day', %(end)s::timestamptz, 'Asia/Shanghai')
               + hours * interval '1 hour'
           JOIN post ON post.id = post_id GROUP BY hours ORDER BY hours""",
        {"end": END},
    ).fetchall()
    assert kinds == [(12, ["full_time", "window"]), (24, ["grid_lead"])]


def test_each_grid_has_a_patrol_point(lives: psycopg.Connection) -> None:
    grids = lives.execute(
        """SELECT count(*), count(DISTINCT unit_zone.zone_id) FROM patrol_point
           JOIN unit_zone USING (land_unit_id) WHERE unit_zone.valid @> now() AND upper_inf(recorded)
             AND layer_id = (SELECT id FROM layer WHERE kind = 'base_grid')"""
    ).fetchone()
    assert grids is not None
    assert grids[0] == grids[1] > 100
