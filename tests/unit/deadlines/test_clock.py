"""Clocks as tables, with the weekdays and holidays beside each row, and as laws for any clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.deadlines.calendar import CalendarDay, OutOfCalendar, WorkingCalendar
from governance.deadlines.clock import (
    BadLimit,
    Clock,
    ClockState,
    Kind,
    Limit,
    LocalCalendar,
    elapsed,
    extend,
    pause,
    remaining,
    resume,
    start,
)
from governance.deadlines.windows import Windows
from grid_data.default_deadlines import read_calendars

QINGDAO, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
CHINA = tuple(CalendarDay(date.fromisoformat(d["date"]), d["kind"], d["name"]) for d in read_calendars())
OFFICE = LocalCalendar(WorkingCalendar.of(CHINA), QINGDAO)


def at(text: str, zone: ZoneInfo = QINGDAO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# Hours are 08-12 and 14-18. Behind a row stand the weekdays of start and end, and what lies between.
ROWS = [
    ("4 work_hour", "2026-06-01 08:00", "2026-06-01 12:00"),  # Mon Mon, ends with the morning
    ("4 work_hour", "2026-06-01 09:00", "2026-06-01 15:00"),  # Mon Mon, over noon
    ("4 work_hour", "2026-06-01 12:30", "2026-06-01 18:00"),  # Mon Mon, begins at noon rest
    ("4 work_hour", "2026-06-01 16:00", "2026-06-02 10:00"),  # Mon Tue
    ("4 work_hour", "2026-06-05 16:00", "2026-06-08 10:00"),  # Fri Mon, a plain weekend
    ("4 work_hour", "2026-06-06 10:00", "2026-06-08 12:00"),  # Sat Mon
    ("4 work_hour", "2026-06-07 23:59", "2026-06-08 12:00"),  # Sun Mon
    ("4 work_hour", "2026-06-18 16:00", "2026-06-22 10:00"),  # Thu Mon, Dragon Boat Festival Fri to Sun
    ("0.5 work_hour", "2026-06-01 17:45", "2026-06-02 08:15"),  # Mon Tue
    ("1 work_day", "2026-06-01 10:30", "2026-06-02 10:30"),  # Mon Tue
    ("1 work_day", "2026-06-01 08:00", "2026-06-01 18:00"),  # Mon Mon, a whole day
    ("1 work_day", "2026-06-01 20:00", "2026-06-02 18:00"),  # Mon Tue, begins after closing
    ("5 work_day", "2026-06-01 10:30", "2026-06-08 10:30"),  # Mon Mon
    ("1 work_day", "2026-01-03 10:00", "2026-01-04 18:00"),  # Sat off, Sun 4 January is worked
    ("2 work_day", "2025-12-31 10:00", "2026-01-05 10:00"),  # Wed Mon: New Year Thu to Sat, Sun worked
    (
        "3 work_day",
        "2026-02-13 09:00",
        "2026-02-25 09:00",
    ),  # Fri Wed: Sat 14 worked, Spring Festival 15 to 23
    ("1 work_day", "2026-02-28 09:00", "2026-03-02 09:00"),  # Sat worked, to Mon
    ("1 work_day", "2026-09-30 17:00", "2026-10-08 17:00"),  # Wed Thu: National Day 1 to 7
    ("2 work_day", "2026-10-08 09:00", "2026-10-10 09:00"),  # Thu Sat, worked
    ("1 work_day", "2024-02-09 15:00", "2024-02-18 15:00"),  # Fri Sun: Spring Festival 10 to 17, Sun worked
    ("1 work_day", "2025-09-30 15:00", "2025-10-09 15:00"),  # Tue Thu: National Day and Mid-autumn 1 to 8
    ("24 urgent_hour", "2026-06-05 16:00", "2026-06-06 16:00"),  # Fri Sat
    ("0.25 urgent_hour", "2026-10-01 00:00", "2026-10-01 00:15"),  # Thu, a holiday
    ("7 natural_day", "2026-09-28 12:00", "2026-10-05 12:00"),  # Mon Mon, over National Day
    ("0.5 natural_day", "2026-06-01 18:00", "2026-06-02 06:00"),  # Mon Tue
]


@pytest.mark.parametrize(("limit", "begin", "end"), ROWS)
def test_due(limit: str, begin: str, end: str) -> None:
    assert start(Limit.parse(limit), at(begin), OFFICE).due_at == at(end)


@pytest.mark.parametrize(
    ("limit", "begin", "end"),
    [
        ("1 natural_day", "2026-03-07 12:00", "2026-03-08 12:00"),  # Sat Sun, 23 hours: clocks go forward
        ("24 urgent_hour", "2026-03-07 12:00", "2026-03-08 13:00"),  # Sat Sun, 24 hours
        ("1 natural_day", "2026-10-31 12:00", "2026-11-01 12:00"),  # Sat Sun, 25 hours: clocks go back
        ("24 urgent_hour", "2026-10-31 12:00", "2026-11-01 11:00"),  # Sat Sun
        ("8 work_hour", "2026-03-06 14:00", "2026-03-09 14:00"),  # Fri Mon, on the wall clock
    ],
)
def test_due_where_clocks_are_changed(limit: str, begin: str, end: str) -> None:
    office = LocalCalendar(WorkingCalendar(Windows.parse("08:00-16:00")), NEW_YORK)
    assert start(Limit.parse(limit), at(begin, NEW_YORK), office).due_at == at(end, NEW_YORK)


def test_a_limit_is_met_up_to_the_moment_it_is_due() -> None:
    clock = start(Limit(4, Kind.WORK_HOUR), at("2026-06-01 08:00"), OFFICE)
    second = timedelta(seconds=1)
    soon = at("2026-06-01 11:00")
    assert clock.state(soon - second) is ClockState.RUNNING
    assert clock.state(soon) is ClockState.DUE_SOON
    assert clock.state(clock.due_at) is ClockState.DUE_SOON
    assert clock.state(clock.due_at + second) is ClockState.OVERDUE
    assert clock.remaining_s(clock.due_at + second) == -1


def test_pausing_over_a_holiday_costs_working_time_only() -> None:
    # Wednesday afternoon before National Day; two hours are left. Back on Friday 9 October.
    clock = start(Limit(4, Kind.WORK_HOUR), at("2026-09-30 14:00"), OFFICE)
    standing = pause(clock, at("2026-09-30 16:00"))
    assert standing.state(at("2026-10-20 08:00")) is ClockState.PAUSED
    assert elapsed(standing, at("2026-10-20 08:00"), OFFICE) == 2 * 3600
    assert remaining(standing, at("2026-10-20 08:00"), OFFICE) == 2 * 3600
    again = resume(standing, at("2026-10-09 09:00"), OFFICE)
    assert (again.paused_at, again.due_at) == (None, at("2026-10-09 11:00"))


def test_a_late_clock_that_stood_stays_as_late() -> None:
    clock = start(Limit(1, Kind.WORK_HOUR), at("2026-06-01 08:00"), OFFICE)
    again = resume(pause(clock, at("2026-06-01 10:00")), at("2026-06-02 10:00"), OFFICE)
    assert again.due_at == at("2026-06-02 09:00")


def test_an_extension_counts_by_its_own_kind() -> None:
    # Friday 17:00 plus one working day: Monday 17:00, and two natural days: Wednesday.
    clock = start(Limit(1, Kind.WORK_HOUR), at("2026-06-05 16:00"), OFFICE)
    longer = extend(clock, Limit(1, Kind.WORK_DAY), OFFICE)
    assert longer.due_at == at("2026-06-08 17:00")
    assert extend(longer, Limit(2, Kind.NATURAL_DAY), OFFICE).due_at == at("2026-06-10 17:00")


@pytest.mark.parametrize("text", ["4", "4 hours", "-1 work_day", "x work_day", "", "1 work_day or so"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(BadLimit):
        Limit.parse(text)


def test_moments_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(OutOfCalendar):
        start(Limit(900_000, Kind.WORK_DAY), at("2026-06-01 08:00"), OFFICE)


KINDS = st.sampled_from(list(Kind))
AMOUNTS = st.floats(0, 400, allow_nan=False)
MOMENTS = st.datetimes(datetime(2023, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
PAUSES = st.timedeltas(timedelta(0), timedelta(days=60))
PLACES = st.sampled_from(
    [OFFICE, LocalCalendar(WorkingCalendar.of(CHINA, Windows.parse("08:30-17:00")), NEW_YORK)]
)


@given(KINDS, AMOUNTS, MOMENTS, PLACES)
def test_due_is_not_before_the_start_nor_soon_after_due(
    kind: Kind, amount: float, begin: datetime, place: LocalCalendar
) -> None:
    clock = start(Limit(amount, kind), begin, place)
    assert begin <= clock.soon_at <= clock.due_at


@given(KINDS, MOMENTS, PLACES)
def test_due_of_nothing_is_now(kind: Kind, begin: datetime, place: LocalCalendar) -> None:
    assert start(Limit(0, kind), begin, place).due_at == begin


@given(KINDS, AMOUNTS, AMOUNTS, MOMENTS, PLACES)
def test_a_longer_limit_is_due_no_earlier(
    kind: Kind, one: float, other: float, begin: datetime, place: LocalCalendar
) -> None:
    short, long = sorted((one, other))
    assert start(Limit(short, kind), begin, place).due_at <= start(Limit(long, kind), begin, place).due_at


@given(KINDS, AMOUNTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_what_starts_later_is_due_no_earlier(
    kind: Kind, amount: float, begin: datetime, later: timedelta
) -> None:
    limit = Limit(amount, kind)
    assert start(limit, begin, OFFICE).due_at <= start(limit, begin + later, OFFICE).due_at


@given(KINDS, st.integers(0, 2000), st.integers(1, 2000), MOMENTS)
def test_a_limit_in_two_parts_is_due_when_it_is_due_in_one(
    kind: Kind, first: int, second: int, begin: datetime
) -> None:
    # In quarters of an hour or of a day, which microseconds hold exactly.
    whole = start(Limit((first + second) / 4, kind), begin, OFFICE)
    part = start(Limit(first / 4, kind), begin, OFFICE)
    assert start(Limit(second / 4, kind), part.due_at, OFFICE).due_at == whole.due_at


@given(KINDS, AMOUNTS, MOMENTS, PAUSES, PAUSES)
def test_pausing_adds_exactly_the_own_time_of_the_pause(
    kind: Kind, amount: float, begin: datetime, after: timedelta, pause_for: timedelta
) -> None:
    clock = start(Limit(amount, kind), begin, OFFICE)
    paused, resumed = begin + after, begin + after + pause_for
    again = resume(pause(clock, paused), resumed, OFFICE)
    passed = OFFICE.own(paused, resumed, kind)
    assert OFFICE.own(clock.due_at, again.due_at, kind) == passed
    assert (again.due_at == clock.due_at) == (passed == 0)
    assert again.soon_at <= again.due_at


@given(KINDS, st.floats(0.01, 100), MOMENTS)
def test_own_time_is_what_the_limit_says(kind: Kind, amount: float, begin: datetime) -> None:
    clock: Clock = start(Limit(amount, kind), begin, OFFICE)
    whole = Limit(amount, kind).own_us(OFFICE.working) / 1_000_000
    assert remaining(clock, begin, OFFICE) == pytest.approx(whole, abs=1e-6)
    assert elapsed(clock, clock.due_at, OFFICE) == pytest.approx(whole, abs=1e-6)
