"""Urgent tasks in the toy city: fan-out, receipts, reminders exactly once, and plans that move grids."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from governance.access import VISITOR, Actor, Role
from governance.patrols.errors import AreaRefused, TaskMissing, TaskRefused
from governance.patrols.urgent_task_answers import TaskDetail, get_task, list_tasks
from governance.patrols.urgent_task_rules import ReceiptAction
from governance.patrols.urgent_tasks import (
    Area,
    Given,
    Text,
    answer,
    cancel,
    find_grids,
    issue,
    remind,
    remind_of_due,
)
from governance.planning.states import Action
from grid_data.bulk.incidents import store_incidents
from grid_data.database import Database
from tests.support.drafts import REVIEWER, do, publish
from tests.support.editions import merge, split, toy_change
from tests.support.importing import look
from tests.support.incident_frames import incident_frame
from tests.support.toy_city import STREET, box

CHIEF = Actor("周指挥", Role.DISTRICT_LEAD, "GOV")
WORKER = Actor("王网格", Role.GRID_WORKER)
WHOLE = Area(zones=[("subdistrict", STREET)])


def polygon(*extent: float) -> Area:
    """A rectangle counted in units of the toy city."""
    return Area(polygon=box(*extent).__geo_interface__)


def grids_of(task: TaskDetail, state: str | None = None) -> list[str]:
    return [r.grid.code[-6:] for r in task.receipts if state is None or r.state == state]


async def issued(database: Database, area: Area = WHOLE, hours: float = 8) -> str:
    due = datetime.now(UTC) + timedelta(hours=hours)
    async with database.transaction(VISITOR) as connection:
        return await issue(connection, CHIEF, Given(Text("转移"), Text("今晚转移"), due, area))


async def read(database: Database, code: str) -> TaskDetail:
    async with database.transaction(VISITOR) as connection:
        return await get_task(connection, code)


async def answered(
    database: Database, code: str, grid: str, action: ReceiptAction = ReceiptAction.DONE, **values: Any
) -> bool:
    async with database.transaction(VISITOR) as connection:
        actor = values.pop("actor", WORKER)
        return await answer(connection, actor, code, f"{STREET}{grid}", action, **values)


MEETING = [
    (WHOLE, ["001001", "001002", "002001", "002002"]),
    (Area(zones=[("community", f"{STREET}001")]), ["001001", "001002"]),
    (Area(zones=[("base_grid", f"{STREET}002002")]), ["002002"]),
    # The police's border runs through the northern half of the units of row 1.
    (Area(zones=[("police", "P-SOUTH")]), ["001001", "002001"]),
    (Area(zones=[("police", "P-NORTH")]), ["001001", "001002", "002001", "002002"]),
    (
        Area(zones=[("market", "M-WEST"), ("base_grid", f"{STREET}002002")]),
        ["001001", "001002", "002002"],
    ),
    (polygon(0.2, 0.2, 1, 1), ["001001"]),
    # Along the border of the grids: touching is not meeting.
    (polygon(2, 0, 2, 2), ["002001"]),
    (polygon(0.5, 0.5, 3, 3), ["001001", "001002", "002001", "002002"]),
    (Area(line=[(120.405, 36.105)], radius_m=50), ["001001"]),
    (Area(line=[(120.4199, 36.105)], radius_m=50), ["001001", "002001"]),
]


async def test_a_task_goes_to_every_grid_that_shares_ground_with_its_area(toy_database: Database) -> None:
    for area, expected in MEETING:
        async with toy_database.transaction(VISITOR) as connection:
            found = await find_grids(connection, area)
        assert sorted(code[-6:] for code in found.grids.values()) == expected, area
        task = await read(toy_database, await issued(toy_database, area))
        assert grids_of(task) == expected, area
        n = len(expected)
        assert task.completion.model_dump() == {
            "grids": n, "waiting": n, "acknowledged": 0, "done": 0, "share": 0.0, "answered": 0.0,
        }  # fmt: skip


async def test_the_place_of_an_incident_can_be_the_centre(toy_database: Database) -> None:
    async with toy_database.transaction(VISITOR) as connection:
        await store_incidents(connection, incident_frame([(120.435, 36.135), (None, None)], ["a", "b"]))
    numbers = [row["number"] for row in await look(toy_database, "SELECT number FROM incident ORDER BY id")]
    task = await read(toy_database, await issued(toy_database, Area(incident=numbers[0], radius_m=100)))
    assert grids_of(task) == ["002002"]
    with pytest.raises(AreaRefused, match="has no place"):
        await issued(toy_database, Area(incident=numbers[1], radius_m=100))


REFUSED = [
    (Area(zones=[("subdistrict", "370212009")]), "area.zones.0"),
    (Area(zones=[("community", f"{STREET}001"), ("nothing", "1")]), "area.zones.1"),
    (polygon(10, 10), "area"),
    (Area(polygon={"type": "Point", "coordinates": [120.4, 36.1]}), "area"),
    (Area(incident="370212202601010000001", radius_m=10), "area.buffer.incident"),
]


async def test_an_area_that_meets_nothing_is_refused_and_nothing_is_stored(toy_database: Database) -> None:
    for area, field in REFUSED:
        with pytest.raises(AreaRefused) as refused:
            await issued(toy_database, area)
        assert refused.value.field == field
    assert await look(toy_database, "SELECT id FROM urgent_task") == []
    assert await look(toy_database, "SELECT seq FROM history WHERE action LIKE 'task.%%'") == []


async def test_who_issues_and_until_when_is_checked(toy_database: Database) -> None:
    given = Given(Text("标题"), Text("内容"), datetime.now(UTC) + timedelta(hours=1), WHOLE)
    async with toy_database.transaction(VISITOR) as connection:
        with pytest.raises(TaskRefused, match="issued and cancelled by"):
            await issue(connection, WORKER, given)
        with pytest.raises(TaskRefused, match="no organisation"):
            await issue(connection, Actor("周", Role.DISPATCHER, "NOBODY"), given)
    with pytest.raises(TaskRefused) as late:
        await issued(toy_database, hours=-1)
    assert (late.value.field, late.value.code) == ("due_at", "late")


async def test_issuing_is_one_entry_and_numbers_go_on(toy_database: Database) -> None:
    first, second = await issued(toy_database), await issued(toy_database)
    assert (first[-2:], second[-2:]) == ("01", "02")
    entries = await look(toy_database, "SELECT actor, after FROM history WHERE action = 'task.issue'")
    assert [(row["actor"], row["after"]["grids"]) for row in entries] == [("周指挥", 4), ("周指挥", 4)]


async def test_grids_acknowledge_and_finish_and_the_shares_follow(toy_database: Database) -> None:
    code = await issued(toy_database)
    assert await answered(toy_database, code, "001001", ReceiptAction.ACKNOWLEDGE)
    assert not await answered(toy_database, code, "001001", ReceiptAction.ACKNOWLEDGE)
    assert await answered(toy_database, code, "001002", note="已通知", count=120)
    # Sent again by a telephone that lost the answer.
    assert not await answered(toy_database, code, "001002", note="已通知", count=120)
    task = await read(toy_database, code)
    assert task.completion.share == 0.25
    assert task.completion.answered == 0.5
    assert task.total_count == 120
    assert [(region.region.code[-3:], region.share) for region in task.by_community] == [
        ("001", 0.5), ("002", 0.0),
    ]  # fmt: skip
    assert [region.share for region in task.by_street] == [0.25]
    entries = await look(toy_database, "SELECT 1 FROM history WHERE action = 'task.receipt'")
    assert len(entries) == 2
    await answered(toy_database, code, "001002", ReceiptAction.UNDO, note="漏了一栋")
    receipt = next(r for r in (await read(toy_database, code)).receipts if r.grid.code.endswith("001002"))
    assert (receipt.state, receipt.done_at, receipt.note, receipt.count) == (
        "acknowledged", None, "漏了一栋", 120,
    )  # fmt: skip


async def test_all_done_is_done_and_beyond_the_moment_is_overdue(toy_database: Database) -> None:
    code = await issued(toy_database, Area(zones=[("community", f"{STREET}001")]))
    other = await issued(toy_database)
    for grid in ("001001", "001002"):
        await answered(toy_database, code, grid)
    await toy_change(
        toy_database,
        "UPDATE urgent_task SET issued_at = now() - interval '2 h', remind_at = now() - interval '90 min', "
        "due_at = now() - interval '1 h'",
    )
    async with toy_database.transaction(VISITOR) as connection:
        listed = await list_tasks(connection, states=None, grid=None, before=None, limit=10)
        mine = await list_tasks(connection, states=["overdue"], grid=f"{STREET}001001", before=None, limit=10)
        page = await list_tasks(connection, states=None, grid=None, before=None, limit=1)
        rest = await list_tasks(connection, states=None, grid=None, before=page.next, limit=10)
    assert [(each.code, each.state) for each in listed.items] == [(other, "overdue"), (code, "done")]
    assert [each.code for each in mine.items] == [other]
    assert mine.items[0].mine is not None
    assert mine.items[0].mine.state == "waiting"
    assert [each.code for each in rest.items] == [code]


async def test_who_holds_a_post_elsewhere_does_not_answer(toy_database: Database) -> None:
    code = await issued(toy_database)
    await toy_change(toy_database, "INSERT INTO person (code, name) VALUES ('PX', '赵网格')")
    await toy_change(
        toy_database,
        f"""INSERT INTO post (zone_id, kind, person_id, valid)
            SELECT zone.id, 'full_time', person.id, '[2024-01-01,)' FROM zone, person
            WHERE zone.code = '{STREET}002001' AND person.code = 'PX'""",
    )
    other = Actor("赵网格", Role.GRID_WORKER)
    with pytest.raises(TaskRefused) as refused:
        await answered(toy_database, code, "001001", actor=other)
    assert refused.value.code == "not-your-grid"
    assert await answered(toy_database, code, "002001", actor=other)
    with pytest.raises(TaskMissing):
        await answered(toy_database, code, "009009")


async def test_a_cancelled_task_takes_no_answers_and_reminds_of_nothing(toy_database: Database) -> None:
    code = await issued(toy_database)
    async with toy_database.transaction(VISITOR) as connection:
        await cancel(connection, CHIEF, code, "台风转向")
        await cancel(connection, CHIEF, code, "again")
    task = await read(toy_database, code)
    assert task.state == "cancelled"
    assert task.cancelled is not None
    assert task.cancelled.reason == "台风转向"
    with pytest.raises(TaskRefused, match="cancelled"):
        await answered(toy_database, code, "001001")
    async with toy_database.transaction(VISITOR) as connection:
        with pytest.raises(TaskRefused, match="cancelled"):
            await remind(connection, CHIEF, code)


async def test_a_person_reminds_who_has_not_finished(toy_database: Database) -> None:
    code = await issued(toy_database)
    await answered(toy_database, code, "001001")
    await answered(toy_database, code, "001002", ReceiptAction.ACKNOWLEDGE)
    async with toy_database.transaction(VISITOR) as connection:
        assert await remind(connection, Actor("李主任", Role.COMMUNITY_LEAD), code) == 3
    task = await read(toy_database, code)
    assert [r.reminders for r in task.receipts] == [0, 1, 1, 1]
    assert [(r.kind, r.by, r.grids) for r in task.reminders] == [("manual", "李主任", 3)]


async def test_each_moment_is_reminded_of_once_however_many_workers_look(toy_database: Database) -> None:
    code = await issued(toy_database)
    finished = await issued(toy_database, Area(zones=[("base_grid", f"{STREET}001001")]))
    await answered(toy_database, finished, "001001")
    moment = "UPDATE urgent_task SET issued_at = now() - interval '4 h', "
    await toy_change(
        toy_database, moment + "remind_at = now() - interval '1 min', due_at = now() + interval '1 h'"
    )

    async def worker() -> list[tuple[str, str, int]]:
        async with toy_database.transaction(VISITOR) as connection:
            found = await remind_of_due(connection)
            await asyncio.sleep(0.05)
            return found

    done = await asyncio.gather(*(worker() for _ in range(4)))
    assert [each for found in done for each in found] == [(code, "due_soon", 4)]
    await toy_change(
        toy_database, "UPDATE urgent_task SET due_at = now() - interval '1 s', remind_at = issued_at"
    )
    done = await asyncio.gather(*(worker() for _ in range(4)))
    assert [each for found in done for each in found] == [(code, "overdue", 4)]
    task = await read(toy_database, code)
    assert {r.reminders for r in task.receipts} == {2}
    entries = await look(toy_database, "SELECT 1 FROM history WHERE action = 'task.remind'")
    assert len(entries) == 2


async def test_a_reminder_of_a_killed_worker_is_made_by_the_next(toy_database: Database) -> None:
    await issued(toy_database)
    await toy_change(
        toy_database,
        "UPDATE urgent_task SET issued_at = now() - interval '9 h', remind_at = now() - interval '2 h', "
        "due_at = now() - interval '1 h'",
    )
    with pytest.raises(RuntimeError, match="killed"):
        async with toy_database.transaction(VISITOR) as connection:
            assert len(await remind_of_due(connection)) == 1
            raise RuntimeError("killed before commit")
    async with toy_database.transaction(VISITOR) as connection:
        assert [kind for _, kind, _ in await remind_of_due(connection)] == ["overdue"]


async def test_receipts_follow_a_split_and_come_back_with_its_roll_back(toy_database: Database) -> None:
    whole, south = await issued(toy_database), await issued(toy_database, polygon(1.2, 0.2, 0.5, 0.5))
    await answered(toy_database, whole, "001001", count=10)
    await split(toy_database)  # U00 and U10, the western half, become 001003
    await publish(toy_database)
    task = await read(toy_database, whole)
    new = next(r for r in task.receipts if r.grid.code.endswith("001003"))
    assert (new.state, new.plan, [code[-6:] for code in new.sources]) == ("done", "P1", ["001001"])
    assert new.done_by == "王网格"
    assert task.completion.grids == 5
    # The drawn area lies in the eastern half: the new grid is not concerned.
    assert grids_of(await read(toy_database, south)) == ["001001"]
    (entry,) = await look(toy_database, "SELECT after FROM history WHERE action = 'task.follow'")
    assert entry["after"]["task"] == whole
    await do(toy_database, Action.ROLL_BACK, by=REVIEWER)
    task = await read(toy_database, whole)
    assert task.completion.grids == 4
    gone = next(r for r in task.receipts if r.grid.code.endswith("001003"))
    assert gone.state == "moved"
    assert gone.reason is not None
    assert "001001" in gone.reason.zh


async def test_receipts_of_a_merged_grid_move_or_say_why_not(toy_database: Database) -> None:
    whole = await issued(toy_database)
    north = await issued(toy_database, Area(zones=[("base_grid", f"{STREET}001002")]))
    shut = await issued(toy_database)
    async with toy_database.transaction(VISITOR) as connection:
        await cancel(connection, CHIEF, shut, "不再需要")
    await answered(toy_database, whole, "001001")
    await merge(toy_database)  # 001002 is dissolved into 001001
    await publish(toy_database)
    task = await read(toy_database, whole)
    states = {r.grid.code[-6:]: r.state for r in task.receipts}
    # 001001 had finished, but not for the ground it has now.
    assert states == {"001001": "waiting", "001002": "moved", "002001": "waiting", "002002": "waiting"}
    with pytest.raises(TaskRefused, match="carry on"):
        await answered(toy_database, whole, "001002")
    # A grid that was named is meant by its ground.
    named = {r.grid.code[-6:]: r.state for r in (await read(toy_database, north)).receipts}
    assert named == {"001001": "waiting", "001002": "moved"}
    assert grids_of(await read(toy_database, shut), "waiting") == ["001001", "001002", "002001", "002002"]
