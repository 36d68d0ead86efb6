"""Clocks: a limit, when it is due, and what pausing and extending do to it.

Four kinds. An ``urgent_hour`` runs day and night. A ``work_hour`` counts only in business hours of working
days. A ``work_day`` is the business time of one working day (eight hours with the usual windows): begun in
business hours, it ends at the same time on a later working day. A ``natural_day`` is a day of the wall clock.
A limit is met up to and including the moment it is due.

Working time and natural days are counted on the local wall clock, urgent hours in true hours: where clocks
are put forward and back, a natural day has 23 or 25 hours, and an urgent hour always 60 minutes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from governance.deadlines.calendar import US, WorkingCalendar

__all__ = [
    "WARN",
    "BadLimit",
    "Clock",
    "ClockState",
    "Kind",
    "Limit",
    "LocalCalendar",
    "elapsed",
    "extend",
    "pause",
    "remaining",
    "resume",
    "start",
]

WARN = 0.25
"""Share of a limit that is left when it counts as due soon."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zero of the wall clock has no zone
_LIMIT = re.compile(r"(\d+(?:\.\d+)?) (urgent_hour|work_hour|work_day|natural_day)")


class BadLimit(ValueError):
    """Text that is no limit."""


class Kind(StrEnum):
    """How a limit is counted."""

    URGENT_HOUR = "urgent_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"

    @property
    def works(self) -> bool:
        """Whether only working time counts."""
        return self in (Kind.WORK_HOUR, Kind.WORK_DAY)


@dataclass(frozen=True)
class Limit:
    """An amount of a kind; amounts need not be whole.

    Attributes
    ----------
    warn
        Share of it, from 0 to 1, that is left when it counts as due soon.
    """

    amount: float
    kind: Kind
    warn: float = WARN

    def __post_init__(self) -> None:
        if not (0 <= self.amount < 1e6 and 0 <= self.warn <= 1):
            raise BadLimit(f"{self.amount} {self.kind} with a warning at {self.warn} is no limit")

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read ``4 work_hour``.

        Raises
        ------
        BadLimit
        """
        match = _LIMIT.fullmatch(text.strip())
        if match is None:
            raise BadLimit(f"{text!r} is not of the form 4 work_hour")
        return cls(float(match[1]), Kind(match[2]))

    def __str__(self) -> str:
        return f"{self.amount:g} {self.kind}"

    def own_us(self, calendar: WorkingCalendar) -> int:
        """Its length in microseconds of its own time."""
        unit = {Kind.WORK_DAY: calendar.day_s, Kind.NATURAL_DAY: 86_400}.get(self.kind, 3600)
        return round(self.amount * unit * US)


class ClockState(StrEnum):
    """How a clock stands at a moment. ``none``: there is no limit. ``stopped``: the incident has ended."""

    NONE = "none"
    RUNNING = "running"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class LocalCalendar:
    """A working calendar and the zone whose wall clock it is read on."""

    working: WorkingCalendar
    zone: ZoneInfo

    def wall(self, at: datetime) -> int:
        """Microseconds of the wall clock at an instant."""
        local = at.astimezone(self.zone).replace(tzinfo=None)
        return (local - _EPOCH) // timedelta(microseconds=1)

    def instant(self, wall: int) -> datetime:
        """The instant, in UTC, of a moment of the wall clock; of one that comes twice, the first."""
        return (_EPOCH + timedelta(microseconds=wall)).replace(tzinfo=self.zone).astimezone(UTC)

    def later(self, at: datetime, own_us: int, kind: Kind) -> datetime:
        """So much of a kind's own time later; nothing later is the same instant. Not negative."""
        return self.moments(at, (own_us,), kind)[0]

    def moments(self, at: datetime, own_us: Sequence[int], kind: Kind) -> list[datetime]:
        """The instants some amounts of a kind's own time later; none negative."""
        begin = at.astimezone(UTC)
        if kind is Kind.URGENT_HOUR:
            return [begin + timedelta(microseconds=amount) for amount in own_us]
        wall = self.wall(at)
        if kind is Kind.NATURAL_DAY:
            found = [self.instant(wall + amount) for amount in own_us]
        else:
            worked, closing = self.working.worked(wall), self.working.closing
            found = [self.instant(closing(worked + amount)) if amount else begin for amount in own_us]
        # A clock that is put back must not make a limit end before it begins.
        return [max(each, begin) if amount else begin for each, amount in zip(found, own_us, strict=True)]

    def own(self, first: datetime, last: datetime, kind: Kind) -> int:
        """Microseconds of a kind's own time from one instant to another; negative when that is earlier."""
        if kind is Kind.URGENT_HOUR:
            return (last - first) // timedelta(microseconds=1)
        if kind is Kind.NATURAL_DAY:
            return self.wall(last) - self.wall(first)
        return self.working.worked(self.wall(last)) - self.working.worked(self.wall(first))


@dataclass(frozen=True)
class Clock:
    """A clock of one incident, in UTC. Whether it is overdue is not stored: it follows from the moment asked.

    Attributes
    ----------
    soon_at
        From here on it is due soon.
    paused_at
        Since when it stands still.
    """

    kind: Kind
    started_at: datetime
    due_at: datetime
    soon_at: datetime
    paused_at: datetime | None = None

    def state(self, at: datetime) -> ClockState:
        """How it stands at an instant."""
        if self.paused_at is not None:
            return ClockState.PAUSED
        if at > self.due_at:
            return ClockState.OVERDUE
        return ClockState.DUE_SOON if at >= self.soon_at else ClockState.RUNNING

    def remaining_s(self, at: datetime) -> float:
        """Seconds of natural time until it is due, negative when late; a paused clock stands."""
        return (self.due_at - (self.paused_at or at)).total_seconds()


def start(limit: Limit, at: datetime, calendar: LocalCalendar) -> Clock:
    """A clock that starts at an instant.

    Raises
    ------
    governance.deadlines.calendar.OutOfCalendar
    """
    whole = limit.own_us(calendar.working)
    due_at, soon_at = calendar.moments(at, (whole, round(whole * (1 - limit.warn))), limit.kind)
    return Clock(limit.kind, at.astimezone(UTC), due_at, min(soon_at, due_at))


def elapsed(clock: Clock, at: datetime, calendar: LocalCalendar) -> float:
    """Seconds of the clock's own time since its start; a paused clock stands at its pause."""
    return calendar.own(clock.started_at, clock.paused_at or at, clock.kind) / US


def remaining(clock: Clock, at: datetime, calendar: LocalCalendar) -> float:
    """Seconds of the clock's own time until it is due, negative when late; a paused clock stands."""
    return calendar.own(clock.paused_at or at, clock.due_at, clock.kind) / US


def pause(clock: Clock, at: datetime) -> Clock:
    """Let it stand; one that stands already does so from its first pause on."""
    return clock if clock.paused_at is not None else replace(clock, paused_at=at.astimezone(UTC))


def resume(clock: Clock, at: datetime, calendar: LocalCalendar) -> Clock:
    """Let it run again: due later by exactly the own time that has passed since the pause."""
    if clock.paused_at is None:
        return clock
    passed = max(calendar.own(clock.paused_at, at, clock.kind), 0)
    return replace(_later(clock, passed, clock.kind, calendar), paused_at=None)


def extend(clock: Clock, limit: Limit, calendar: LocalCalendar) -> Clock:
    """Due later by an amount, of whatever kind; so is the warning."""
    return _later(clock, limit.own_us(calendar.working), limit.kind, calendar)


def _later(clock: Clock, own_us: int, kind: Kind, calendar: LocalCalendar) -> Clock:
    return replace(
        clock,
        due_at=calendar.later(clock.due_at, own_us, kind),
        soon_at=calendar.later(clock.soon_at, own_us, kind),
    )
