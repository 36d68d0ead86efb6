"""Rules that make a due moment of a reported one: what fitting looks for and checking applies.

A rule is more than a limit, because cities do not agree on where it starts, what counts, and where it ends.

``start``
    ``reported``: at once. ``next_opening``: a report outside business hours counts from the next opening.
``counting``
    ``continuous``: hours or days of the wall clock. ``business``: business time. ``days``: whole working
    days, the time of day stays.
``due``
    ``exact``: when the amount is up; business time that is up at closing is due then. ``opening``: the same,
    but what is up at closing is due at the next opening. A time of day such as ``17:00``: at that time on the
    day the amount is up.
``landing``
    ``stay``: wherever that is. ``next_opening``, ``next_working_day``: a due moment on a day without work is
    moved to the opening, or to the same time, of the next working day.
``calendar``
    Days without work: ``holidays`` (weekends, and the special days of a calendar file), ``weekdays``
    (weekends alone) or ``every_day`` (none).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from governance.deadlines.calendar import CalendarDay, Seconds, WorkingCalendar
from governance.deadlines.windows import DAY_S, Windows

__all__ = ["CALENDARS", "Calendars", "Moments", "Rule", "named_amount"]

Start = Literal["reported", "next_opening"]
Counting = Literal["continuous", "business", "days"]
Landing = Literal["stay", "next_opening", "next_working_day"]
CALENDARS = ("holidays", "weekdays", "every_day")
EXACT, OPENING = "exact", "opening"


@dataclass(frozen=True)
class Rule:
    """How a due moment is made.

    Attributes
    ----------
    amount
        Seconds of the wall clock or of business time, or a number of working days, as ``counting`` says.
    due
        ``exact``, ``opening`` or a second of the day.
    calendar, windows
        Which days and hours are worked.
    """

    counting: Counting
    amount: int
    start: Start = "reported"
    due: str | int = EXACT
    landing: Landing = "stay"
    calendar: str = "holidays"
    windows: Windows = field(default_factory=lambda: Windows.parse("08:30-17:00"))

    @property
    def needs_calendar(self) -> bool:
        """Whether days and hours of work matter at all."""
        return self.counting != "continuous" or self.start != "reported" or self.landing != "stay"

    @property
    def style(self) -> tuple[str, ...]:
        """All but the amount: what rules of one city have in common."""
        due = self.due if isinstance(self.due, str) else "at"
        days = self.calendar if self.needs_calendar else ""
        return (self.counting, self.start, due, self.landing, days)

    def longer(self, amount: int) -> Rule:
        """The same with another amount."""
        return replace(self, amount=amount)


class Calendars:
    """Working calendars by name and business hours, each made once."""

    def __init__(self, days: tuple[CalendarDay, ...] = ()) -> None:
        base = WorkingCalendar()
        self._named: Mapping[str, WorkingCalendar] = {
            "holidays": WorkingCalendar.of(days),
            "weekdays": base,
            "every_day": WorkingCalendar(weekend=frozenset()),
        }
        self._made: dict[tuple[str, Windows], WorkingCalendar] = {}
        self.has_days = bool(days)

    def get(self, name: str, windows: Windows) -> WorkingCalendar:
        """The calendar of a name with some business hours."""
        key = (name, windows)
        if key not in self._made:
            self._made[key] = self._named[name].with_windows(windows)
        return self._made[key]


class Moments:
    """Reported moments, in seconds of the wall clock, with what rules ask of them kept."""

    def __init__(self, wall: Seconds, calendars: Calendars) -> None:
        self.wall = wall
        self.calendars = calendars
        self._started: dict[tuple[str, str, Windows | None], Seconds] = {}
        self._worked: dict[tuple[str, Windows], Seconds] = {}

    def started(self, start: Start, calendar: str, windows: Windows) -> Seconds:
        """Where clocks start."""
        if start == "reported":
            return self.wall
        key = (start, calendar, windows)
        if key not in self._started:
            self._started[key] = self.calendars.get(calendar, windows).next_open_s(self.wall)
        return self._started[key]

    def worked(self, calendar: str, windows: Windows) -> Seconds:
        """Business time up to them."""
        key = (calendar, windows)
        if key not in self._worked:
            self._worked[key] = self.calendars.get(calendar, windows).worked_s(self.wall)
        return self._worked[key]

    def due(self, rule: Rule) -> Seconds:
        """When each is due.

        Raises
        ------
        governance.deadlines.calendar.OutOfCalendar
        """
        working = self.calendars.get(rule.calendar, rule.windows)
        if rule.counting == "business":
            up = self.worked(rule.calendar, rule.windows) + rule.amount
            if rule.amount == 0:
                found = self.started(rule.start, rule.calendar, rule.windows)
            elif rule.due == OPENING:
                found = working.opening_s(up)
            else:
                found = working.closing_s(up)
        else:
            found = self.started(rule.start, rule.calendar, rule.windows)
            if rule.counting == "continuous":
                found = found + rule.amount
            elif rule.amount:
                found = working.days_later_s(found, rule.amount)
        if isinstance(rule.due, int):
            found = found // DAY_S * DAY_S + rule.due
        if rule.landing != "stay":
            open_day = working.working_day_s(found)
            # The next working day; its opening or the same time.
            later = working.days_later_s(found, 1)
            if rule.landing == "next_opening":
                later = later // DAY_S * DAY_S + rule.windows.opens
            found = np.where(open_day, found, later)
        return found


def named_amount(rule: Rule) -> tuple[str, float, float | None]:
    """Clock kind, amount in its unit, and hours of a work day where business time makes one.

    >>> named_amount(Rule("continuous", 90 * 60)), named_amount(Rule("continuous", 48 * 3600))
    (('urgent_hour', 1.5, None), ('natural_day', 2.0, None))
    """
    if rule.counting == "days":
        return "work_day", float(rule.amount), None
    if rule.counting == "continuous":
        if rule.amount % DAY_S == 0 and rule.amount:
            return "natural_day", rule.amount / DAY_S, None
        return "urgent_hour", rule.amount / 3600, None
    for length in (rule.windows.length_s, 8 * 3600):
        if rule.amount and rule.amount % length == 0:
            return "work_day", rule.amount / length, length / 3600
    length = rule.windows.length_s
    if rule.amount > length and rule.amount % (length // 2) == 0:
        return "work_day", rule.amount / length, length / 3600
    return "work_hour", rule.amount / 3600, None
