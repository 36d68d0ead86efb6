"""Days that rankings look at: which whole periods they hold, and what is compared with what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["Days", "Whole", "one_year_before", "whole_periods"]

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """Days from one (included) to another (not included).

    Raises
    ------
    ValueError
        The last lies before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} lies before {self.first}")

    @property
    def count(self) -> int:
        """How many."""
        return (self.last - self.first).days

    def until(self, day: date) -> Days:
        """Those before a day."""
        return Days(self.first, min(self.last, max(day, self.first)))


def one_year_before(days: Days) -> Days:
    """The same days of the calendar a year before; for 29 February the 28th.

    The last day of a span, not the one after it, decides where the other ends: what ends with 28 or
    29 February is compared with what ends with the 28th.

    >>> one_year_before(Days(date(2026, 1, 1), date(2026, 10, 1)))
    Days(first=datetime.date(2025, 1, 1), last=datetime.date(2025, 10, 1))
    >>> one_year_before(Days(date(2024, 2, 29), date(2024, 3, 1)))
    Days(first=datetime.date(2023, 2, 28), last=datetime.date(2023, 3, 1))
    """
    first = _year_before(days.first)
    if not days.count:
        return Days(first, first)
    return Days(first, _year_before(days.last - DAY) + DAY)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


@dataclass(frozen=True)
class Whole:
    """Whole periods inside a span: months, and ten days (1st, 11th, 21st) outside of these months.

    Attributes
    ----------
    days
        What they cover together, in one piece.
    first_month, last_month
        Months that begin on or after the one and before the other.
    tens
        First days of the ten days.
    """

    days: Days
    first_month: date
    last_month: date
    tens: tuple[date, ...]


def whole_periods(days: Days, today: date, *, tens: bool) -> Whole:
    """The whole periods of a span that are over; without ``tens``, months only.

    >>> found = whole_periods(Days(date(2026, 1, 5), date(2026, 4, 1)), date(2026, 3, 15), tens=True)
    >>> [str(day) for day in (found.days.first, found.days.last, found.first_month, found.last_month)]
    ['2026-01-11', '2026-03-11', '2026-02-01', '2026-03-01']
    >>> [str(each) for each in found.tens]
    ['2026-01-11', '2026-01-21', '2026-03-01']
    """
    over = days.until(today)
    first, last = _month_on_or_after(over.first), over.last.replace(day=1)
    if last < first:
        first = last = over.first
        months = False
    else:
        months = last > first
    if not tens:
        return Whole(Days(first, last) if months else Days(over.first, over.first), first, last, ())
    starts: list[date] = []
    begin = _ten_on_or_after(over.first)
    while (end := _next_ten(begin)) <= over.last:
        starts.append(begin)
        begin = end
    if not starts:
        return Whole(Days(over.first, over.first), over.first, over.first, ())
    kept = tuple(each for each in starts if not (months and first <= each < last))
    if not months:
        first = last = starts[0]
    return Whole(Days(starts[0], begin), first, last, kept)


def _month_on_or_after(day: date) -> date:
    return day if day.day == 1 else _next_month(day)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _ten_on_or_after(day: date) -> date:
    return day if day.day in (1, 11, 21) else _next_ten(day)


def _next_ten(day: date) -> date:
    """The first day of the ten days after those a day is in; the last of a month have eight to eleven."""
    if day.day < 11:
        return day.replace(day=11)
    return day.replace(day=21) if day.day < 21 else _next_month(day)
