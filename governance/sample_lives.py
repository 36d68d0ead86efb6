"""The sample city at work: incidents have lives, some open cases wait or are disputed, tasks are under way.

Everything is told for one moment, the end of the sample's reports, so that clocks run on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import orjson

from governance.access import Actor, Role
from governance.casework.clocks import Subject
from governance.casework.names import Flow
from governance.deadlines.book import deadline_book
from governance.deadlines.limits import Stage
from governance.patrols.guidance import create
from governance.patrols.urgent_tasks import Area, Given, Text, issue
from grid_data.categories import category_subtree
from grid_data.database import Connection
from grid_data.sample.names import person_names
from grid_data.sample.tables import read_table
from grid_data.sample_lives import (
    add_duties,
    add_moments,
    add_steps,
    answer_directly,
    date_task,
    ended_lately,
    finish_cases,
    remember_lives,
    set_due,
    turn,
)
from grid_data.zones import zones_page

__all__ = ["tell_lives"]

Progress = Callable[[str, int], None]

STEPS_DAYS = 21
"""Cases that ended within so many days have every step in the history."""
STAGES_DAYS = 92
"""Cases reported within so many days have their stages."""
DUTY_DAYS = 13
"""So far ahead the roster is made."""
PEOPLE = 48
CHIEF = Actor("周指挥", Role.DISTRICT_LEAD, "LS-ZX")


@dataclass(frozen=True)
class _Turn:
    """A step that some open cases have taken; see `grid_data.sample_lives.turn`."""

    kind: str
    states: tuple[str, ...]
    role: str
    reason: str
    every: int
    most: int = 60
    late: bool | None = None
    level: str | None = None


_EARLY, _WORKING = ("accepted", "verified", "filed"), ("dispatched", "handling")
TURNS = (
    _Turn("direct_report", _EARLY, "community_lead", "multi_department", 6, 12, False),
    _Turn("direct_report", _EARLY, "community_lead", "unclear_responsibility", 7, 8, False),
    _Turn("direct_report", _EARLY, "community_lead", "outside_list", 8, 4, False),
    _Turn("suspend", _WORKING, "dispatcher", "待材料到货，挂账处理", 14, 40, False),
    _Turn("object", ("dispatched",), "officer", "不属于本部门职责，申请改派", 5, 12, False),
    _Turn("ask_extension", ("handling",), "officer", "需协调产权单位，申请延期两个工作日", 12, 30, False),
    _Turn("escalate", _WORKING, "community_lead", "社区无法解决，上报街道", 4, 60, None, "community"),
    _Turn("supervise", ("dispatched", "handling", "fed_back"), "district_lead", "超期督办", 2, 60, True),
)


async def tell_lives(connection: Connection, now: datetime, told: Progress | None = None) -> None:
    """Tell the lives of a sample that was just loaded, whose open cases have clocks, in the same transaction.

    Parameters
    ----------
    now
        When the sample's reports end.
    """
    say = told or (lambda _name, _n: None)
    names = person_names(PEOPLE, np.random.default_rng(20_231_201))
    await remember_lives(connection)
    await _due(connection, now)
    say("stages passed", await add_moments(connection, now, STAGES_DAYS))
    say("cases ended", await finish_cases(connection))
    say("steps in the history", await add_steps(connection, now, STEPS_DAYS, names))
    for each in TURNS:
        await turn(
            connection, each.kind, now, names, states=each.states, role=each.role, reason=each.reason,
            every=each.every, most=each.most, late=each.late, level=each.level,
        )  # fmt: skip
    say("guidance texts", await _guidance(connection, now.date()))
    say("urgent tasks", await _tasks(connection, now))
    say("duties", await add_duties(connection, now, DUTY_DAYS))


async def _due(connection: Connection, now: datetime) -> None:
    """Cases that ended lately were due by their limits and the calendar."""
    book = await deadline_book(connection)
    ids, moments = [], []
    for row in await ended_lately(connection, now, STEPS_DAYS):
        subject = Subject(
            row["category_id"], Flow(row["flow"]), row["urgency"], "hotline", row["organisation_id"]
        )
        clock = subject.clock(book, Stage.TOTAL, row["reported_at"])
        if clock is not None:
            ids.append(row["id"])
            moments.append(clock.due_at)
    await set_due(connection, ids, moments)


async def _guidance(connection: Connection, today: date) -> int:
    made = 0
    for row in read_table("guidance", text=("category", "owner")).to_dict("records"):
        ids = await category_subtree(connection, row["category"])
        owner = Actor("科室经办人", Role.OFFICER, row["owner"])
        review = today + timedelta(days=int(row["review_in_days"]))
        code = await create(
            connection, owner, category=row["category"], owner=row["owner"],
            title=Text(row["title_zh"], row["title_en"]), text=Text(row["text_zh"], row["text_en"]),
            review_on=review,
        )  # fmt: skip
        if row["category"].endswith("S0801"):
            await answer_directly(connection, code, ids, "王受理")
        made += 1
    return made


@dataclass(frozen=True)
class _Task:
    """An urgent task issued ``ago`` minutes ago, due ``ahead`` minutes from now; answers in shares of 100."""

    title: Text
    text: str
    forward: str | None
    streets: slice
    ago: int
    ahead: int
    seen: int
    done: int


TASKS = (
    _Task(
        Text("寒潮大风防御：逐户提醒", "Cold wave and gale: tell every household"),
        "今晚起降温并有大风，请逐户提醒关闭门窗、检查取暖，登记独居老人情况。",
        "寒潮来袭，请关好门窗，注意用火用电用气安全；独居老人如需帮助请联系网格员。",
        slice(None), 360, 300, 78, 46,
    ),
    _Task(
        Text("出租房屋消防隐患排查", "Fire hazards in rented housing"),
        "今日内完成出租房屋和合用场所排查，清点隐患数。",
        None,
        slice(0, 1), 1500, -90, 92, 83,
    ),
    _Task(
        Text("停水通知转告", "Water will be off"),
        "请转告居民明日 9:00–15:00 停水。",
        "因管网检修，明日 9:00–15:00 停水，请提前储水。",
        slice(-1, None), 4320, -2880, 100, 100,
    ),
)  # fmt: skip


async def _tasks(connection: Connection, now: datetime) -> int:
    streets = await zones_page(
        connection, layer="subdistrict", text=None, parent=None, at=None, after=None, limit=50
    )
    codes = sorted(str(orjson.loads(item)["code"]) for item in streets.items)
    for task in TASKS:
        given = Given(
            task.title,
            Text(task.text),
            # Set back right below: a task is issued for the future only.
            datetime.now(UTC) + timedelta(days=1),
            Area(zones=[("subdistrict", code) for code in codes[task.streets]]),
            Text(task.forward) if task.forward else None,
        )
        code = await issue(connection, CHIEF, given)
        await date_task(connection, code, now, ago=task.ago, ahead=task.ahead, seen=task.seen, done=task.done)
    return len(TASKS)
