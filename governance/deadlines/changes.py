"""Changing calendars, limits and business hours: checked as a whole, one action, one entry in the history.

Clocks that run keep the limit they started with; a changed limit holds for clocks that start from now on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from gis.words import Words
from governance.access import Principal
from governance.deadlines.calendar import FIRST, LAST, CalendarDay
from governance.deadlines.clock import BadLimit, Kind, Limit
from governance.deadlines.limits import Stage
from governance.deadlines.windows import BadWindows, Windows
from grid_data.database import Connection, one, rows, run
from grid_data.deadlines import read_limits, read_windows
from grid_data.history import add_history

__all__ = [
    "CalendarYear",
    "Changes",
    "DeadlinesChanged",
    "DeadlinesRefused",
    "LimitChange",
    "WindowChange",
    "calendar_changes",
    "change_deadlines",
]

Fault = tuple[str, str, Words]
"""Field, kind of fault, what is wrong."""
APPEALS, URGENCIES = ("livelihood", "enterprise", "enforcement"), ("normal", "urgent")


class DeadlinesChanged(Exception):
    """Calendars or limits are not as the caller read them."""


class DeadlinesRefused(Exception):
    """The changes would be wrong; nothing was stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(words.en for _, _, words in faults))
        self.faults = faults


@dataclass(frozen=True)
class CalendarYear:
    """All special days of a year; they replace those there are."""

    year: int
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True)
class LimitChange:
    """A limit from now on; ``amount`` None ends it. The other fields name it, None leaves open."""

    stage: str
    amount: float | None = None
    kind: str | None = None
    category: str | None = None
    condition: str | None = None
    appeal_kind: str | None = None
    urgency: str | None = None
    warn: float = 0.25
    note_zh: str | None = None
    note_en: str | None = None

    @property
    def key(self) -> tuple[str | None, ...]:
        """What no two limits that hold at a moment share."""
        return self.stage, self.category, self.condition, self.appeal_kind, self.urgency


@dataclass(frozen=True)
class WindowChange:
    """Business hours of an organisation, None: of the city; without hours, those above hold."""

    organisation: str | None
    windows: str | None


@dataclass(frozen=True)
class Changes:
    """What changes together."""

    calendars: tuple[CalendarYear, ...] = ()
    limits: tuple[LimitChange, ...] = ()
    windows: tuple[WindowChange, ...] = ()


def calendar_changes(days: Sequence[CalendarDay]) -> Changes:
    """The years that some special days fall in, each replaced by them."""
    years = sorted({day.date.year for day in days})
    return Changes(tuple(CalendarYear(y, tuple(d for d in days if d.date.year == y)) for y in years))


async def change_deadlines(
    connection: Connection, principal: Principal, changes: Changes, *, seen: str | None = None
) -> int:
    """Make all changes or none; returns the entry's number in the history.

    Parameters
    ----------
    seen
        The revision that was read; another one means that somebody else was faster.

    Raises
    ------
    DeadlinesChanged, DeadlinesRefused
    """
    row = await one(connection, "deadlines/lock")
    assert row is not None
    if seen is not None and row["revision"] != seen:
        raise DeadlinesChanged
    faults = [*_faults(changes), *await _unknown(connection, changes)]
    if faults:
        raise DeadlinesRefused(faults)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if changes.calendars:
        before["calendars"], after["calendars"] = await _change_calendars(connection, changes.calendars)
    if changes.limits:
        before["limits"], after["limits"] = await _change_limits(connection, changes.limits, row["at"])
    if changes.windows:
        before["windows"], after["windows"] = await _change_windows(
            connection, changes.windows, row["windows"]
        )
    return await add_history(connection, principal.name, "deadlines.change", before=before, after=after)


async def _change_calendars(
    connection: Connection, calendars: Sequence[CalendarYear]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    years = [each.year for each in calendars]
    old = [_day(row) for row in await rows(connection, "deadlines/days", {"years": years})]
    await run(connection, "deadlines/clear_days", {"years": years})
    new = [_day(asdict(day)) for each in calendars for day in each.days]
    await run(connection, "deadlines/put_days", {"days": Jsonb(new)})
    return old, new


async def _change_limits(
    connection: Connection, limits: Sequence[LimitChange], at: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    there = {_key(row): row for row in await read_limits(connection)}
    touched = [there[limit.key] for limit in limits if limit.key in there]
    await run(connection, "deadlines/end_limits", {"ids": [row["id"] for row in touched], "at": at})
    fresh = [_limit(asdict(limit)) for limit in limits if limit.amount is not None]
    told = [{**limit, "since": at.isoformat()} for limit in fresh]
    await run(connection, "deadlines/add_limits", {"limits": Jsonb(told)})
    return [_limit(row) for row in touched], fresh


async def _change_windows(
    connection: Connection, windows: Sequence[WindowChange], usual: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    own = {row["code"]: row["windows"] for row in await read_windows(connection) if row["own"]}
    old, new = [], []
    for change in windows:
        code, text = change.organisation, change.windows and str(Windows.parse(change.windows))
        old.append({"organisation": code, "windows": own.get(code) if code else usual})
        new.append({"organisation": code, "windows": text})
        if code is None:
            await run(connection, "deadlines/put_city_windows", {"windows": text})
        elif text is None:
            await run(connection, "deadlines/drop_window", {"code": code})
        else:
            await run(connection, "deadlines/put_window", {"code": code, "windows": text})
    return old, new


def _faults(changes: Changes) -> list[Fault]:
    """What is wrong with the changes by themselves."""
    faults: list[Fault] = []
    for n, calendar in enumerate(changes.calendars):
        faults += _calendar_faults(f"calendars.{n}", calendar)
    keys: set[tuple[str | None, ...]] = set()
    for n, limit in enumerate(changes.limits):
        faults += _limit_faults(f"limits.{n}", limit)
        if limit.key in keys:
            faults.append((f"limits.{n}", "doubled", Words("同一时限出现两次", "the same limit comes twice")))
        keys.add(limit.key)
    for n, window in enumerate(changes.windows):
        field = f"windows.{n}.windows"
        if window.windows is None:
            if window.organisation is None:
                faults.append(
                    (field, "missing", Words("全市的工作时间不能为空", "the city needs business hours"))
                )
            continue
        try:
            Windows.parse(window.windows)
        except BadWindows as problem:
            faults.append((field, "windows", Words(f"工作时间有误：{problem}", str(problem))))
    return faults


def _calendar_faults(field: str, calendar: CalendarYear) -> list[Fault]:
    faults: list[Fault] = []
    if not FIRST.year <= calendar.year < LAST.year:
        faults.append((f"{field}.year", "year", Words("年份超出范围", "the year is out of range")))
    seen: set[date] = set()
    for n, day in enumerate(calendar.days):
        where = f"{field}.days.{n}"
        if day.date.year != calendar.year:
            faults.append(
                (f"{where}.date", "year", Words(f"{day.date} 不在该年", f"{day.date} is of another year"))
            )
        if day.date in seen:
            faults.append(
                (f"{where}.date", "doubled", Words(f"{day.date} 出现两次", f"{day.date} comes twice"))
            )
        seen.add(day.date)
        if day.kind == "workday" and day.date.weekday() < 5:
            faults.append(
                (
                    f"{where}.kind",
                    "weekday",
                    Words(
                        f"{day.date} 本来就是工作日，不是调休",
                        f"{day.date} is worked anyhow: no make-up workday",
                    ),
                )
            )
    return faults


def _limit_faults(field: str, limit: LimitChange) -> list[Fault]:
    faults: list[Fault] = []
    for name, value, allowed in (
        ("stage", limit.stage, tuple(Stage)),
        ("kind", limit.kind, tuple(Kind)),
        ("appeal_kind", limit.appeal_kind, APPEALS),
        ("urgency", limit.urgency, URGENCIES),
    ):
        if value is not None and value not in allowed:
            listed = ", ".join(allowed)
            faults.append(
                (f"{field}.{name}", "unknown", Words(f"应为以下之一：{listed}", f"must be one of {listed}"))
            )
    if limit.amount is not None and not faults:
        if limit.kind is None:
            faults.append((f"{field}.kind", "missing", Words("缺少时限类型", "the kind is missing")))
        else:
            try:
                Limit(limit.amount, Kind(limit.kind), limit.warn)
            except BadLimit as problem:
                faults.append((f"{field}.amount", "amount", Words("时限数值有误", str(problem))))
    return faults


async def _unknown(connection: Connection, changes: Changes) -> list[Fault]:
    """Categories and organisations that do not exist, and limits to be ended that do not hold."""
    row = await one(
        connection,
        "deadlines/known",
        {
            "categories": [limit.category for limit in changes.limits if limit.category],
            "organisations": [window.organisation for window in changes.windows if window.organisation],
        },
    )
    assert row is not None
    there = {_key(limit) for limit in await read_limits(connection)}
    faults: list[Fault] = []
    for n, limit in enumerate(changes.limits):
        if limit.category is not None and limit.category not in row["categories"]:
            words = Words(f"没有事项类别 {limit.category}", f"there is no category {limit.category}")
            faults.append((f"limits.{n}.category", "unknown-category", words))
        elif limit.amount is None and limit.key not in there:
            faults.append((f"limits.{n}", "not-there", Words("没有这个时限", "there is no such limit")))
    for n, window in enumerate(changes.windows):
        if window.organisation is not None and window.organisation not in row["organisations"]:
            words = Words(
                f"没有部门 {window.organisation}", f"there is no organisation {window.organisation}"
            )
            faults.append((f"windows.{n}.organisation", "unknown-organisation", words))
    return faults


def _key(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    return row["stage"], row["category"], row["condition"], row["appeal_kind"], row["urgency"]


def _day(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"date": row["date"].isoformat(), "kind": row["kind"], "name": row["name"]}


def _limit(row: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "stage", "category", "condition", "appeal_kind", "urgency", "amount", "kind", "warn", "note_zh",
        "note_en",
    )  # fmt: skip
    return {name: row[name] for name in names}
