"""A working calendar: which seconds of which days are working time, and arithmetic with them.

Wall-clock moments are whole numbers since 1970-01-01T00:00 of the local clock: microseconds in the functions
on one moment, seconds in those on arrays. Working time is counted from the same zero; it is a non-decreasing
function of the wall clock, and everything here is that function and its two inverses.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from governance.deadlines.windows import DAY_S, WINDOWS, Windows

__all__ = ["FIRST", "LAST", "US", "CalendarDay", "OutOfCalendar", "WorkingCalendar"]

US = 1_000_000
"""Microseconds of a second."""
FIRST, LAST = date(1970, 1, 1), date(2200, 1, 1)
"""Days a calendar knows, the last one not among them."""
SATURDAY_AND_SUNDAY = frozenset({5, 6})
_DAY_US = DAY_S * US
_N = (LAST - FIRST).days

Seconds = NDArray[np.int64]


class OutOfCalendar(ValueError):
    """A moment before 1970 or after 2199."""


@dataclass(frozen=True)
class CalendarDay:
    """A day that is not what its weekday says: a ``holiday``, or a ``workday`` on a weekend."""

    date: date
    kind: str
    name: str | None = None


@dataclass(frozen=True)
class WorkingCalendar:
    """Working time: weekdays that are no holidays, and make-up workdays, between opening and closing.

    Attributes
    ----------
    windows
        Business hours of a working day.
    holidays, workdays
        Days off, and days worked although they are weekends; a day in both is worked.
    weekend
        Weekdays off, Monday is 0.
    """

    windows: Windows = WINDOWS
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY

    @classmethod
    def of(cls, days: Iterable[CalendarDay], windows: Windows = WINDOWS) -> WorkingCalendar:
        """The calendar of some special days."""
        kinds: Mapping[str, set[date]] = {"holiday": set(), "workday": set()}
        for day in days:
            kinds[day.kind].add(day.date)
        return cls(windows, frozenset(kinds["holiday"]), frozenset(kinds["workday"]))

    def with_windows(self, windows: Windows) -> WorkingCalendar:
        """The same days with other business hours."""
        return WorkingCalendar(windows, self.holidays, self.workdays, self.weekend)

    def is_working(self, day: date) -> bool:
        """Whether a day is worked.

        Raises
        ------
        OutOfCalendar
        """
        return bool(self._working[_day_number(day)])

    def next_working(self, day: date) -> date:
        """The first working day that is not before a day."""
        return FIRST + timedelta(days=int(self._days[self._before[_day_number(day)]]))

    @cached_property
    def day_s(self) -> int:
        """Seconds of work in a working day."""
        return self.windows.length_s

    # On one moment, in microseconds ------------------------------------------------------------------------

    def worked(self, wall: int) -> int:
        """Microseconds of work up to a moment of the wall clock."""
        day, second = divmod(wall, _DAY_US)
        self._check(day)
        done = self._before_one[day] * self.day_s * US
        if self._working_one[day]:
            done += sum(min(max(second - first, 0), last - first) for first, last in self._parts_us)
        return done

    def closing(self, worked: int) -> int:
        """The first moment by which so much is worked: at the end of a part, not when the next one begins."""
        day, rest = divmod(worked - 1, self.day_s * US)
        rest += 1
        for (first, last), before in zip(self._parts_us, self._sums_us, strict=True):
            if rest <= before + last - first:
                return self._day(day) + first + rest - before
        raise AssertionError("a rest is less than a day")

    def opening(self, worked: int) -> int:
        """The last moment by which no more than so much is worked: when the next part begins."""
        day, rest = divmod(worked, self.day_s * US)
        for (first, last), before in zip(self._parts_us, self._sums_us, strict=True):
            if rest < before + last - first:
                return self._day(day) + first + rest - before
        raise AssertionError("a rest is less than a day")

    def is_open(self, wall: int) -> bool:
        """Whether a moment is working time; a part does not contain its end."""
        day, second = divmod(wall, _DAY_US)
        self._check(day)
        return bool(self._working_one[day]) and any(first <= second < last for first, last in self._parts_us)

    # On arrays, in seconds ---------------------------------------------------------------------------------

    def worked_s(self, wall: Seconds) -> Seconds:
        """Seconds of work up to moments of the wall clock; `worked` for arrays.

        Raises
        ------
        OutOfCalendar
        """
        day, second = np.divmod(wall, DAY_S)
        if len(day) and not (day.min() >= 0 and day.max() < _N):
            raise OutOfCalendar(f"moments must lie in {FIRST.year} to {LAST.year - 1}")
        done = np.zeros(len(wall), np.int64)
        for first, last in self.windows.parts:
            done += np.clip(second - first, 0, last - first)
        return self._before[day].astype(np.int64) * self.day_s + np.where(self._working[day], done, 0)

    def closing_s(self, worked: Seconds) -> Seconds:
        """First moments by which so much is worked; `closing` for arrays."""
        day, rest = np.divmod(worked - 1, self.day_s)
        return self._at(day, rest + 1, "left")

    def opening_s(self, worked: Seconds) -> Seconds:
        """Last moments by which no more than so much is worked; `opening` for arrays."""
        day, rest = np.divmod(worked, self.day_s)
        return self._at(day, rest, "right")

    def is_open_s(self, wall: Seconds) -> NDArray[np.bool_]:
        """Whether moments are working time; `is_open` for arrays."""
        day, second = np.divmod(wall, DAY_S)
        inside = np.zeros(len(wall), bool)
        for first, last in self.windows.parts:
            inside |= (second >= first) & (second < last)
        return inside & self._working[day]

    def next_open_s(self, wall: Seconds) -> Seconds:
        """The moments themselves where there is work, else when it next begins."""
        return np.where(self.is_open_s(wall), wall, self.opening_s(self.worked_s(wall)))

    def days_later_s(self, wall: Seconds, n: int) -> Seconds:
        """The same time of day, ``n`` >= 1 working days later."""
        day, second = np.divmod(wall, DAY_S)
        place = self._before[day] + n - np.where(self._working[day], 0, 1)
        if len(place) and place.max() >= len(self._days):
            raise OutOfCalendar(f"{n} working days later is after {LAST.year - 1}")
        return self._days[place].astype(np.int64) * DAY_S + second

    def days_between_s(self, first: Seconds, last: Seconds) -> Seconds:
        """How many working days later moments on working days are; undoes `days_later_s`."""
        before, day = self._before.astype(np.int64), first // DAY_S
        return before[last // DAY_S] - before[day] + np.where(self._working[day], 0, 1)

    def working_day_s(self, wall: Seconds) -> NDArray[np.bool_]:
        """Whether moments lie on working days, open or not."""
        return self._working[wall // DAY_S]

    # What is worked out once -------------------------------------------------------------------------------

    @cached_property
    def _working(self) -> NDArray[np.bool_]:
        # 1970-01-01 was a Thursday.
        weekday = (np.arange(_N) + FIRST.weekday()) % 7
        working = ~np.isin(weekday, list(self.weekend))
        for days, worked in ((self.holidays, False), (self.workdays, True)):
            known = [(day - FIRST).days for day in days if FIRST <= day < LAST]
            working[np.array(known, np.int64)] = worked
        return working

    @cached_property
    def _before(self) -> NDArray[np.int32]:
        """Number of working days before each day."""
        return np.concatenate(([0], np.cumsum(self._working))).astype(np.int32)

    @cached_property
    def _days(self) -> NDArray[np.int32]:
        """Day numbers of the working days."""
        return np.flatnonzero(self._working).astype(np.int32)

    # The same for one moment at a time: reading one element of an array of numpy takes ten times as long.
    @cached_property
    def _working_one(self) -> bytes:
        return self._working.tobytes()

    @cached_property
    def _before_one(self) -> array[int]:
        return array("i", self._before.tobytes())

    @cached_property
    def _days_one(self) -> array[int]:
        return array("i", self._days.tobytes())

    @cached_property
    def _parts_us(self) -> tuple[tuple[int, int], ...]:
        return tuple((first * US, last * US) for first, last in self.windows.parts)

    @cached_property
    def _sums_us(self) -> tuple[int, ...]:
        """Work of a day before each part begins."""
        return tuple(accumulate((last - first for first, last in self._parts_us[:-1]), initial=0))

    def _day(self, place: int) -> int:
        """Where the working day of a place in the order of working days begins."""
        if not 0 <= place < len(self._days_one):
            raise OutOfCalendar(f"moments must lie in {FIRST.year} to {LAST.year - 1}")
        return self._days_one[place] * _DAY_US

    def _check(self, day: int) -> None:
        if not 0 <= day < _N:
            raise OutOfCalendar(f"moments must lie in {FIRST.year} to {LAST.year - 1}")

    def _at(self, place: Seconds, rest: Seconds, side: str) -> Seconds:
        if len(place) and not (place.min() >= 0 and place.max() < len(self._days)):
            raise OutOfCalendar(f"moments must lie in {FIRST.year} to {LAST.year - 1}")
        sums = np.array([0, *accumulate(last - first for first, last in self.windows.parts)], np.int64)
        begins = np.array([first for first, _ in self.windows.parts], np.int64)
        # "left": a rest equal to a sum is the end of its part; "right": the beginning of the next.
        part = np.searchsorted(sums[1:], rest, side="left" if side == "left" else "right")
        return self._days[place].astype(np.int64) * DAY_S + begins[part] + rest - sums[part]


def _day_number(day: date) -> int:
    if not FIRST <= day < LAST:
        raise OutOfCalendar(f"{day} is not in {FIRST.year} to {LAST.year - 1}")
    return (day - FIRST).days
