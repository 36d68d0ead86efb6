"""Past cases made up by other means than the code under test: clocks stepped through day by day."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

Due = Callable[[datetime], datetime]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Office:
    """When an office works, told plainly."""

    windows: Sequence[tuple[time, time]] = ((time(8, 30), time(17)),)
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)

    def parts(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.works(day):
            return []
        return [(datetime.combine(day, a), datetime.combine(day, b)) for a, b in self.windows]

    def next_opening(self, at: datetime) -> datetime:
        day = at.date()
        while True:
            for first, last in self.parts(day):
                if at < last:
                    return max(at, first)
            day += DAY

    def after_work(self, at: datetime, left: timedelta, *, opening: bool) -> datetime:
        """When so much business time is up; at closing, or with ``opening`` when the next part begins."""
        day = at.date()
        while True:
            for first, last in self.parts(day):
                begin = max(at, first)
                if begin >= last and not (begin == last and left == timedelta(0) and not opening):
                    continue
                if left < last - begin or (left == last - begin and not opening):
                    return begin + left
                left -= last - begin
            day += DAY

    def days_later(self, at: datetime, n: int) -> datetime:
        """The same time on the n-th working day after a day."""
        day = at.date()
        while n:
            day += DAY
            n -= self.works(day)
        return datetime.combine(day, at.time())


def hours(n: float) -> Due:
    """So many hours by day and night."""
    return lambda at: at + timedelta(hours=n)


def natural_days(n: float, end: time | None = None) -> Due:
    """So many days, at the same time or at a time of day."""

    def due(at: datetime) -> datetime:
        found = at + timedelta(days=n)
        return found if end is None else datetime.combine(found.date(), end)

    return due


def work_hours(office: Office, n: float, *, opening: bool = False) -> Due:
    """So many business hours."""
    return lambda at: office.after_work(at, timedelta(hours=n), opening=opening)


def work_days(office: Office, n: int, *, rolled: bool = True, end: time | None = None) -> Due:
    """The same time n working days later; reports outside hours count from the next opening if rolled."""

    def due(at: datetime) -> datetime:
        found = office.days_later(office.next_opening(at) if rolled else at, n)
        return found if end is None else datetime.combine(found.date(), end)

    return due


def changed(at: datetime, before: Due, after: Due) -> Due:
    """Another limit from a moment on."""
    return lambda reported: (before if reported < at else after)(reported)


@dataclass
class Made:
    """Cases of a file, and which of their due dates are as the rules make them."""

    rows: list[dict[str, str]] = field(default_factory=list)
    clean: int = 0


def make(
    rules: dict[str, Due],
    *,
    per_category: int = 200,
    messy: float = 0.15,
    seed: int = 1,
    first: datetime = datetime(2023, 1, 1),  # noqa: DTZ001 - local times
    days: int = 720,
) -> Made:
    """Cases of some categories, a share of them with due dates as files have them."""
    draw = random.Random(seed)
    made = Made()
    for category, due in rules.items():
        for _ in range(per_category):
            at = first + timedelta(days=draw.randrange(days), seconds=_second(draw))
            right = due(at)
            text, clean = right.isoformat(sep=" "), True
            if draw.random() < messy:
                text, clean = _messed(draw, at, right)
            made.clean += clean
            made.rows.append({"reported": at.isoformat(sep=" "), "due": text, "category": category})
    draw.shuffle(made.rows)
    for n, row in enumerate(made.rows):
        row["id"] = f"C{n:06d}"
    return made


def _second(draw: random.Random) -> int:
    """Most reports come by day, some at night."""
    if draw.random() < 0.6:
        return draw.randrange(8 * 3600, 18 * 3600)
    return draw.randrange(24 * 3600)


def _messed(draw: random.Random, at: datetime, due: datetime) -> tuple[str, bool]:
    """A due date as it should not be, and whether its date is still right."""
    kind = draw.choice(
        ["missing", "before", "midnight", "minute", "hour", "end", "shifted", "format", "outlier"]
    )
    if kind == "missing":
        return "", False
    if kind == "before":
        return (at - timedelta(hours=draw.randrange(1, 100))).isoformat(sep=" "), False
    if kind == "midnight":
        return due.replace(hour=0, minute=0, second=0).isoformat(sep=" "), True
    if kind == "minute":
        return due.replace(second=0).isoformat(sep=" "), True
    if kind == "hour":
        return due.replace(minute=0, second=0).isoformat(sep=" "), True
    if kind == "end":
        return due.replace(hour=23, minute=59, second=59).isoformat(sep=" "), True
    if kind == "shifted":
        return (due + timedelta(days=draw.choice([1, 2, 7]))).isoformat(sep=" "), False
    if kind == "format":
        return due.strftime(draw.choice(["%m/%d/%Y %H:%M", "%d.%m.%Y", "soon"])), False
    return (at + timedelta(days=draw.randrange(1, 400), seconds=draw.randrange(86400))).isoformat(
        sep=" "
    ), False


def write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Rows as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "reported", "due", "category"])
        writer.writeheader()
        writer.writerows(rows)
    return path
