"""The day report of a base grid: grid, person, duty, route, time, quality, quantity and verdict (八定).

It is made from what is stored anyway, and says from what; nobody writes it. What is not stored (a track of
the person) is not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from gis.words import Words
from governance.incidents.answers import Answer, Name, Named
from grid_data.city import city_timezone
from grid_data.database import Connection
from grid_data.day_reports import GridDay, read_grid_day

__all__ = ["NEAR_M", "DayReport", "Verdict", "day_report", "judged"]

NEAR_M = 50.0
"""A report or photo from so near, in metres, shows that a patrol point was visited."""

Verdict = Literal["good", "attention", "no_record", "vacant", "not_over"]

RESTS_ON = (
    Words("定格：网格当日版本", "grid: the edition of the zones on that day"),
    Words("定人：当日在岗的岗位登记", "person: posts held on that day"),
    Words("定责：岗位类别与当日应办的紧急任务", "duty: kinds of the posts, and the urgent tasks of the day"),
    Words(
        f"定线：当日有效的巡查点；距点 {NEAR_M:.0f} 米内有当日上报或照片即视为到过，系统不记录轨迹",
        f"route: patrol points of the day; a report or photo from within {NEAR_M:.0f} m shows a visit; "
        "no track is kept",
    ),
    Words(
        "定时：值班表，以及当日首末次上报和回执", "time: the roster, and the first and last report or receipt"
    ),
    Words(
        "定质：当日上报案件的现状（有效、返工、附照片）",
        "quality: how the reports of the day stand now (effective, done again, with photos)",
    ),
    Words(
        "定量：本网格网格员、巡查上报数与紧急任务回执数",
        "quantity: reports of grid workers and patrols from the grid, and receipts",
    ),
    Words(
        "定论：由以上按固定规则得出，理由逐条列出", "verdict: from all this by fixed rules, with its reasons"
    ),
)


class Period(Answer):
    """From one moment to another."""

    begins_at: datetime
    ends_at: datetime


class PostOnDay(Answer):
    """A post of the grid; ``person`` is null when it was vacant."""

    kind: str
    person: str | None
    organisation: Named | None
    duties: list[Period]


class PointOnDay(Answer):
    """A patrol point; ``seen_at``: when something shows first that somebody was there."""

    code: str
    name: Name
    lon: float
    lat: float
    seen_at: datetime | None


class ReportOnDay(Answer):
    """A report of the day, as it stands now."""

    number: str
    reported_at: datetime
    category: Name
    state: str
    self_handled: bool
    reworked: bool
    has_photo: bool
    lon: float | None
    lat: float | None


class TaskOnDay(Answer):
    """An urgent task that waited for the grid's answer."""

    code: str
    title: Name
    due_at: datetime
    state: str
    done_today: bool


class Times(Answer):
    """When work shows first and last; null: it does not show."""

    first_at: datetime | None
    last_at: datetime | None


class Quantity(Answer):
    """How much."""

    reports: int
    self_handled: int
    escalated: int
    points_seen: int
    points: int
    tasks: int
    tasks_done: int
    tasks_late: int


class Quality(Answer):
    """How well: of the reports of the day, as they stand now."""

    effective: int
    rejected: int
    reworked: int
    with_photo: int
    effective_rate: float | None


class Judgement(Answer):
    """The verdict, and why."""

    verdict: Verdict
    reasons: list[Name]


class DayReport(Answer):
    """The eight parts of a grid's day."""

    day: date
    grid: Named
    layer: str
    community: Named | None
    persons: list[PostOnDay]
    tasks: Annotated[list[TaskOnDay], Field(description="Duty: what the grid had to answer.")]
    route: list[PointOnDay]
    time: Times
    quality: Quality
    quantity: Quantity
    judgement: Judgement
    reports: list[ReportOnDay]
    opens: Annotated[
        str, Field(description="Query of GET /api/incidents for the reports that lie in the grid.")
    ]
    rests_on: list[Name]


async def day_report(connection: Connection, code: str, day: date) -> DayReport | None:
    """The report of a base grid on a day of the city's clock; None: no base grid has the code."""
    zone = ZoneInfo(await city_timezone(connection))
    start = datetime.combine(day, datetime.min.time(), zone)
    stop = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    found = await read_grid_day(connection, code, day, start, stop, NEAR_M)
    if found is None:
        return None
    quantity, quality = _quantity(found, stop), _quality(found.reports)
    posts = [_post(row) for row in found.posts]
    grid = found.grid
    return DayReport(
        day=day,
        grid=Named(code=grid["code"], name=Name(zh=grid["name_zh"], en=grid["name_en"])),
        layer=grid["layer"],
        community=_named(grid, "community"),
        persons=posts,
        tasks=[
            TaskOnDay(
                code=row["code"],
                title=Name(zh=row["title_zh"], en=row["title_en"]),
                due_at=row["due_at"],
                state=row["state"],
                done_today=row["done_today"],
            )
            for row in found.receipts
        ],
        route=[
            PointOnDay(
                code=row["code"],
                name=Name(zh=row["name_zh"], en=row["name_en"]),
                lon=row["lon"],
                lat=row["lat"],
                seen_at=row["seen_at"],
            )
            for row in found.points
        ],
        time=_times(found),
        quality=quality,
        quantity=quantity,
        judgement=judged(
            quantity,
            quality,
            staffed=any(post.person for post in posts),
            over=datetime.now(zone) >= stop,
        ),
        reports=[_report(row) for row in found.reports],
        opens=f"zone={grid['layer']}:{grid['code']}&source=grid_worker&source=patrol&from={day}&to={stop.date()}",
        rests_on=[Name(zh=words.zh, en=words.en) for words in RESTS_ON],
    )


def judged(quantity: Quantity, quality: Quality, *, staffed: bool, over: bool) -> Judgement:
    """The verdict by fixed rules.

    ``vacant``: nobody held a post. ``not_over``: the day goes on. ``no_record``: nothing shows work.
    ``attention``: a task past its time is not done, fewer than half of the patrol points show a visit, fewer
    than nine of ten reports were effective, or something had to be done again. ``good``: none of these.
    """
    if not staffed:
        return _judgement("vacant", Words("当日无人在岗", "nobody held a post on that day"))
    reasons = []
    if quantity.tasks_late:
        reasons.append(
            Words(f"{quantity.tasks_late} 项紧急任务到期未完成", f"{quantity.tasks_late} urgent tasks late")
        )
    if quantity.points and quantity.points_seen * 2 < quantity.points:
        seen = f"{quantity.points_seen}/{quantity.points}"
        reasons.append(Words(f"巡查点有到访依据的仅 {seen}", f"only {seen} patrol points show a visit"))
    if quality.effective_rate is not None and quality.effective_rate < 0.9:
        reasons.append(
            Words(
                f"有效上报率 {quality.effective_rate:.0%}",
                f"{quality.effective_rate:.0%} of reports effective",
            )
        )
    if quality.reworked:
        reasons.append(Words(f"{quality.reworked} 件返工", f"{quality.reworked} done again"))
    if not over:
        return _judgement("not_over", Words("当日尚未结束", "the day is not over"), *reasons)
    if not (quantity.reports or quantity.points_seen or quantity.tasks_done):
        return _judgement("no_record", Words("当日无工作记录", "nothing shows work on that day"), *reasons)
    return _judgement("attention" if reasons else "good", *reasons)


def _judgement(verdict: Verdict, *reasons: Words) -> Judgement:
    return Judgement(verdict=verdict, reasons=[Name(zh=words.zh, en=words.en) for words in reasons])


def _quantity(found: GridDay, stop: datetime) -> Quantity:
    handled = sum(row["self_handled"] for row in found.reports)
    return Quantity(
        reports=len(found.reports),
        self_handled=handled,
        escalated=len(found.reports) - handled,
        points_seen=sum(row["seen_at"] is not None for row in found.points),
        points=len(found.points),
        tasks=len(found.receipts),
        tasks_done=sum(row["done_today"] for row in found.receipts),
        tasks_late=sum(
            row["due_at"] < stop and (row["done_at"] is None or row["done_at"] > row["due_at"])
            for row in found.receipts
        ),
    )


def _quality(reports: Sequence[dict[str, Any]]) -> Quality:
    rejected = sum(row["state"] in ("rejected", "cancelled") for row in reports)
    return Quality(
        effective=len(reports) - rejected,
        rejected=rejected,
        reworked=sum(row["reworked"] for row in reports),
        with_photo=sum(row["has_photo"] for row in reports),
        effective_rate=round((len(reports) - rejected) / len(reports), 6) if reports else None,
    )


def _times(found: GridDay) -> Times:
    told = [row["reported_at"] for row in found.reports]
    told += [row["acknowledged_at"] for row in found.receipts if row["acknowledged_today"]]
    told += [row["done_at"] for row in found.receipts if row["done_today"]]
    told += [row["seen_at"] for row in found.points if row["seen_at"] is not None]
    return Times(first_at=min(told, default=None), last_at=max(told, default=None))


def _post(row: dict[str, Any]) -> PostOnDay:
    return PostOnDay(
        kind=row["kind"],
        person=row["person"],
        organisation=_named(row, "organisation"),
        duties=[Period.model_validate(each) for each in row["duties"] or ()],
    )


def _report(row: dict[str, Any]) -> ReportOnDay:
    return ReportOnDay(
        number=row["number"],
        reported_at=row["reported_at"],
        category=Name(zh=row["category_zh"], en=row["category_en"]),
        state=row["state"],
        self_handled=row["self_handled"],
        reworked=row["reworked"],
        has_photo=row["has_photo"],
        lon=row["lon"],
        lat=row["lat"],
    )


def _named(row: dict[str, Any], what: str) -> Named | None:
    if row[what] is None:
        return None
    return Named(code=row[what], name=Name(zh=row[f"{what}_zh"] or row[what], en=row[f"{what}_en"]))
