"""Cases in the database: whole steps or none, lapses exactly once, references, lives drawn at random."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from governance.access import OPERATOR, Actor, Role
from governance.casework import storing
from governance.casework.errors import CaseChanged, StepRefused
from governance.casework.facts import Fields
from governance.casework.lapsing import lapse_evaluations
from governance.casework.names import OPEN, Action, State
from governance.casework.reading import FACTS, asked_for, facts_of
from governance.casework.steps import decide
from governance.casework.storing import Done, Step, step_transaction, take_in, take_step
from governance.casework.table import Transition
from governance.errors import UnknownOrganisation
from governance.incidents.intake import Report, report
from governance.incidents.overrides import override_incident
from grid_data.casework import open_cases
from grid_data.database import Database, ask, one, rows
from grid_data.statements import numbered
from tests.support.toy_city import GARBAGE

ACCEPTOR = Actor("王受理", Role.ACCEPTOR)
DISPATCHER = Actor("李派遣", Role.DISPATCHER)
SUPERVISOR = Actor("钱监督", Role.SUPERVISOR, "GOV")
OFFICER = Actor("赵处置", Role.OFFICER, "MKT")


async def reported(database: Database, reference: str, **changes: Any) -> str:
    sent = replace(Report(GARBAGE, "垃圾", "hotline", reference, 120.425, 36.125), **changes)
    async with database.transaction(OPERATOR) as connection:
        return (await report(connection, OPERATOR, sent)).incident.number


async def take(
    database: Database, number: str, action: Action, actor: Actor, revision: int | None = None, **said: Any
) -> Done:
    step = Step(action, revision, Fields(**said))
    async with step_transaction(database, actor, number, step) as (connection, row):
        return await take_step(connection, actor, number, step, row)


async def to_checked(database: Database, number: str) -> None:
    for action, actor, said in (
        (Action.ACCEPT, ACCEPTOR, {}),
        (Action.VERIFY, SUPERVISOR, {}),
        (Action.FILE, ACCEPTOR, {}),
        (Action.DISPATCH, DISPATCHER, {"lead": "MKT"}),
        (Action.START, OFFICER, {}),
        (Action.FEED_BACK, OFFICER, {"result": "已清运"}),
        (Action.CHECK_PASS, SUPERVISOR, {}),
    ):
        await take(database, number, action, actor, None, **said)


async def stored(database: Database, number: str) -> dict[str, Any]:
    async with database.transaction(OPERATOR) as connection:
        cursor = await connection.execute(
            """SELECT incident.state, is_open, case_state.*, overridden, organisation_id,
                      (SELECT count(*) FROM history WHERE history.incident_id = incident.id) AS entries,
                      (SELECT count(*) FROM work_order WHERE work_order.incident_id = incident.id
                       AND work_order.closed_at IS NULL) AS orders,
                      EXISTS (SELECT FROM incident_clock
                              WHERE incident_clock.incident_id = incident.id) AS clock
               FROM incident JOIN case_state ON case_state.incident_id = incident.id WHERE number = %s""",
            [number],
        )
        row = await cursor.fetchone()
        assert row is not None
        return row


async def test_a_report_opens_its_case_with_a_clock(toy_database: Database) -> None:
    number = await reported(toy_database, "A1", source="patrol")
    case = await stored(toy_database, number)
    assert (case["revision"], case["level"], case["clock"], case["closed_at"]) == (0, "community", True, None)
    assert case["reported_grid_id"] is not None
    public = await stored(toy_database, await reported(toy_database, "A2"))
    assert (public["level"], public["reported_grid_id"]) == ("district", None)


async def test_a_step_that_fails_in_the_middle_leaves_nothing(
    toy_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await reported(toy_database, "B1")
    for action, actor in ((Action.ACCEPT, ACCEPTOR), (Action.VERIFY, SUPERVISOR), (Action.FILE, ACCEPTOR)):
        await take(toy_database, number, action, actor)
    before = await stored(toy_database, number)

    async def broken(*_: Any) -> int:
        raise ConnectionError("the cable is out")

    # After the case, the orders and the history were written, before the routing by hand.
    monkeypatch.setattr(storing, "run", broken)
    with pytest.raises(ConnectionError):
        await take(toy_database, number, Action.DISPATCH, DISPATCHER, lead="PWR")
    monkeypatch.undo()
    assert await stored(toy_database, number) == before
    done = await take(toy_database, number, Action.DISPATCH, DISPATCHER, lead="PWR")
    assert (done.state, (await stored(toy_database, number))["orders"]) == (State.DISPATCHED, 1)


async def test_a_clock_that_a_step_leaves_as_it_was_is_told_and_not_written_again(
    toy_database: Database,
) -> None:
    number = await reported(toy_database, "CLOCK-1", source="patrol")
    await take(toy_database, number, Action.ACCEPT, ACCEPTOR)
    await take(toy_database, number, Action.FILE, ACCEPTOR)

    async def written_by() -> tuple[str, str]:
        """The transaction that wrote the clock, and the stage that the last entry tells."""
        async with toy_database.transaction(OPERATOR) as connection:
            cursor = await connection.execute(
                """SELECT incident_clock.xmin::text AS by, history.after -> 'clock' ->> 'stage' AS told
                   FROM incident JOIN incident_clock ON incident_clock.incident_id = incident.id
                   JOIN history ON history.incident_id = incident.id
                   WHERE number = %s ORDER BY seq DESC LIMIT 1""",
                [number],
            )
            row = await cursor.fetchone()
            assert row is not None
            return row["by"], row["told"]

    filed = await written_by()
    await take(toy_database, number, Action.DISPATCH, DISPATCHER, lead="MKT")
    dispatched = await written_by()
    await take(toy_database, number, Action.START, OFFICER)
    assert await written_by() == dispatched
    assert (filed[1], dispatched[1]) == ("dispatch", "handle")
    assert dispatched[0] != filed[0]


async def test_refused_steps_write_nothing(toy_database: Database) -> None:
    number = await reported(toy_database, "C1")
    before = await stored(toy_database, number)
    with pytest.raises(StepRefused):
        await take(toy_database, number, Action.CLOSE, ACCEPTOR)
    with pytest.raises(UnknownOrganisation):
        await take(toy_database, number, Action.ACCEPT, replace(ACCEPTOR, organisation="NO"))
    with pytest.raises(CaseChanged):
        await take(toy_database, number, Action.ACCEPT, ACCEPTOR, revision=3)
    assert await stored(toy_database, number) == before


async def test_of_many_at_once_one_takes_the_step(toy_database: Database) -> None:
    number = await reported(toy_database, "D1")

    async def once(n: int) -> bool:
        try:
            await take(toy_database, number, Action.ACCEPT, Actor(f"受理员{n}", Role.ACCEPTOR), revision=0)
        except CaseChanged:
            return False
        return True

    assert sum(await asyncio.gather(*(once(n) for n in range(10)))) == 1
    case = await stored(toy_database, number)
    assert (case["revision"], case["entries"]) == (1, 2)


async def test_one_who_was_read_before_and_writes_after_is_refused(toy_database: Database) -> None:
    """Both read the same revision before either writes: the second finds it changed and writes nothing."""
    number = await reported(toy_database, "D2")
    step = Step(Action.ACCEPT, 0)
    other = Step(Action.REJECT, 0, Fields(reason="重复"))
    async with (
        step_transaction(toy_database, ACCEPTOR, number, step) as (first, row),
        step_transaction(toy_database, ACCEPTOR, number, other) as (second, other_row),
    ):
        await take_step(first, ACCEPTOR, number, step, row)
        with pytest.raises(CaseChanged):
            await take_step(second, ACCEPTOR, number, other, other_row)
    case = await stored(toy_database, number)
    assert (case["state"], case["entries"]) == ("accepted", 2)


async def test_silence_lapses_once_however_many_look(toy_database: Database) -> None:
    silent, early = await reported(toy_database, "E1"), await reported(toy_database, "E2")
    for number in (silent, early):
        await to_checked(toy_database, number)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            """UPDATE case_state SET lapses_at = now() - interval '1 minute'
               FROM incident WHERE incident.id = incident_id AND number = %s""",
            [silent],
        )
    assert sum(await asyncio.gather(*(lapse_evaluations(toy_database) for _ in range(3)))) == 1
    case = await stored(toy_database, silent)
    assert (case["state"], case["satisfaction"], case["lapses_at"]) == ("evaluated", "lapsed", None)
    async with toy_database.transaction(OPERATOR) as connection:
        told = await rows(connection, "casework/case_by_number", {"incident_id": case["incident_id"]})
    assert [step["action"] for step in told[0]["steps"]].count("lapse") == 1
    assert told[0]["steps"][-1]["after"]["role"] == "program"
    assert (await stored(toy_database, early))["state"] == "checked"


async def test_what_came_checked_waits_from_its_check_on_and_lapses(toy_database: Database) -> None:
    """An import says that a case was checked; its appellant is waited for as long as any other."""
    silent, fresh = await reported(toy_database, "I1"), await reported(toy_database, "I2")
    found = await reported(toy_database, "I3", source="patrol")
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "UPDATE incident SET state = 'checked',"
            " state_since = now() - CASE number WHEN %s THEN interval '2 days' ELSE interval '9 days' END",
            [fresh],
        )
    assert await lapse_evaluations(toy_database, silence=timedelta(days=8)) == 1
    states = [(await stored(toy_database, number))["state"] for number in (silent, fresh, found)]
    assert states == ["evaluated", "checked", "checked"]
    assert (await stored(toy_database, fresh))["lapses_at"] - datetime.now(UTC) > timedelta(days=5)
    assert (await stored(toy_database, found))["lapses_at"] is None


async def test_a_step_within_the_open_life_writes_no_index(toy_database: Database) -> None:
    """Every row stays on its page, with the indexes as they were: that is what `is_open` is for."""
    numbers = [await reported(toy_database, f"H{n}") for n in range(5)]
    async with toy_database.transaction(OPERATOR) as connection:
        for state in ("accepted", "verified"):
            await connection.execute(
                "UPDATE incident SET state = %s, state_since = now() WHERE number = ANY (%s)",
                [state, numbers],
            )
        cursor = await connection.execute(
            """SELECT pg_stat_get_xact_tuples_hot_updated('incident'::regclass) AS hot,
                      pg_stat_get_xact_tuples_updated('incident'::regclass) AS updated"""
        )
        counted = await cursor.fetchone()
    assert counted is not None
    assert counted["hot"] == counted["updated"] >= 10


async def test_loading_opens_cases_once(toy_database: Database) -> None:
    number = await reported(toy_database, "O1")
    case = await stored(toy_database, number)
    async with toy_database.transaction(OPERATOR) as connection:
        assert await open_cases(connection, [case["incident_id"]]) == 0


async def test_a_person_who_chooses_another_organisation_moves_the_case(toy_database: Database) -> None:
    number = await reported(toy_database, "P1")
    for action, actor in ((Action.ACCEPT, ACCEPTOR), (Action.VERIFY, SUPERVISOR), (Action.FILE, ACCEPTOR)):
        await take(toy_database, number, action, actor)
    await take(toy_database, number, Action.DISPATCH, DISPATCHER, lead="MKT")
    async with toy_database.transaction(OPERATOR) as connection:
        await override_incident(connection, OPERATOR, number, "POL", "警方已到场", ["PWR"])
    case = await stored(toy_database, number)
    assert (case["revision"], case["hand_overs"], case["orders"], case["lead_id"]) == (
        5, 1, 2, case["organisation_id"],
    )  # fmt: skip


@pytest.fixture
async def owner(toy_database: Database) -> AsyncIterator[psycopg.AsyncConnection]:
    """The login role, in a city with one case."""
    await reported(toy_database, "R1")
    conninfo = toy_database._pool.conninfo
    assert isinstance(conninfo, str)
    async with await psycopg.AsyncConnection.connect(conninfo) as opened:
        await opened.set_autocommit(True)
        yield opened


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE case_state SET lead_id = 987654", "fk_case_state_lead_id"),
        ("UPDATE case_state SET handler_organisation_id = 987654", "fk_case_state_handler_organisation_id"),
        ("UPDATE case_state SET duplicate_of_id = 987654", "fk_case_state_duplicate_of_id"),
        ("UPDATE case_state SET reported_grid_id = 987654", "fk_case_state_reported_grid_id"),
        (
            "INSERT INTO case_state (incident_id, level) VALUES (987654, 'street')",
            "fk_case_state_incident_id",
        ),
        (
            """INSERT INTO work_order (incident_id, organisation_id, kind)
               SELECT incident_id, 987654, 'lead' FROM case_state""",
            "fk_work_order_organisation_id",
        ),
        (
            """INSERT INTO work_order (incident_id, organisation_id, kind)
               SELECT 987654, id, 'lead' FROM organisation""",
            "fk_work_order_incident_id",
        ),
        ("UPDATE incident SET organisation_id = 987654", "fk_incident_organisation_id"),
    ],
)
async def test_cases_name_what_is_there(owner: psycopg.AsyncConnection, statement: str, named: str) -> None:
    with pytest.raises(errors.ForeignKeyViolation, match=named):
        await owner.execute(statement.encode())


async def test_cases_are_never_removed(owner: psycopg.AsyncConnection) -> None:
    for statement in ("DELETE FROM case_state", "TRUNCATE case_state"):
        with pytest.raises(errors.RestrictViolation):
            await owner.execute(statement.encode())


@pytest.mark.parametrize("seed", range(3))
async def test_lives_drawn_at_random_leave_the_database_sound(toy_database: Database, seed: int) -> None:
    """What the table decides is what is stored: one entry for each step, and the rows of a case agree."""
    chance = random.Random(seed)
    numbers = [
        await reported(toy_database, f"L{seed}-{n}", source=chance.choice(("hotline", "patrol", "video")))
        for n in range(4)
    ]
    taken = dict.fromkeys(numbers, 0)
    codes = ("MKT", "POL", "GOV", "CM2", "ST1", None)
    async with toy_database.transaction(OPERATOR) as connection:
        for _ in range(120):
            number = chance.choice(numbers)
            fields = Fields(
                reason="缘由", note="说明", result="结果", satisfaction=None, reference="110-1",
                lead=chance.choice(("MKT", "POL", None)), supporting=chance.choice((None, ("CM1",))),
                amount=1.0, unit="work_day", into=chance.choice([n for n in numbers if n != number]),
            )  # fmt: skip
            asker = Actor(chance.choice("赵钱孙李"), Role.ACCEPTOR, chance.choice(codes))
            row = await one(connection, FACTS, asked_for(number, asker, None, fields))
            assert row is not None
            willing = [
                (action, replace(asker, role=role))
                for action in Action
                for role in Role
                if action is not Action.ANSWER_DIRECTLY
                and isinstance(decide(action, facts_of(row, replace(asker, role=role), fields)), Transition)
            ]
            action, actor = chance.choice(willing)
            done = await take_in(connection, actor, number, Step(action, row["revision"], fields))
            taken[number] += 1
            assert done.revision == row["revision"] + (action is not Action.NOTE)
    for number, steps in taken.items():
        case = await stored(toy_database, number)
        is_open = State(case["state"]) in OPEN
        assert case["entries"] == steps + 1
        assert (case["clock"], case["is_open"], case["closed_at"] is None) == (is_open, is_open, is_open)
        if not is_open:
            assert case["orders"] == 0
        assert (case["duplicate_of_id"] is not None) == (case["state"] == "merged")


async def test_a_step_that_ends_nothing_reads_no_clock_and_no_order_under_a_plan_of_empty_tables(
    toy_database: Database,
) -> None:
    number = await reported(toy_database, "PLAN-1")
    explained = numbered("casework/step")
    explained = replace(explained, text=b"EXPLAIN (ANALYZE, FORMAT JSON) " + explained.text)
    counters = dict.fromkeys(("reworks", "send_backs", "extensions", "hand_overs", "reopens"), 0)
    document: dict[str, Any] = counters | {
        "seen": 0, "revision": 1, "level": "district", "supporting_ids": [], "state": "accepted",
        "moves": True, "orders": [], "closes": None, "clock": None, "ends": False, "actor": "王受理",
        "action": "incident.accept", "before": {}, "after": {},
    }  # fmt: skip

    async with toy_database.transaction(OPERATOR) as connection:
        row = await one(connection, FACTS, asked_for(number, ACCEPTOR, Action.ACCEPT, Fields()))
        assert row is not None
        # What is chosen for tables that were empty: nothing is looked up in an index.
        await connection.execute("SET LOCAL enable_indexscan = off")
        await connection.execute("SET LOCAL enable_bitmapscan = off")
        sent = {"sent": Jsonb(document | {"incident_id": row["id"]})}
        told = await (await ask(connection, explained, sent)).fetchone()

    assert told is not None
    (plan,) = next(iter(told.values()))
    scans = [node for node in nodes_of(plan["Plan"]) if node["Node Type"].endswith("Scan")]
    read = {node.get("Relation Name") for node in scans if node["Actual Loops"]}
    assert {"incident", "case_state"} <= read
    assert not read & {"incident_clock", "work_order"}


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for below in plan.get("Plans", ()) for node in nodes_of(below))]
