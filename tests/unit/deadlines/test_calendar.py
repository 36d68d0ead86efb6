"""Working calendars: days, hours, and arrays that say what single moments say."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.deadlines.calendar import FIRST, LAST, US, CalendarDay, OutOfCalendar, WorkingCalendar
from governance.deadlines.windows import BadWindows, Windows
from grid_data.default_deadlines import read_calendars
from tests.support.deadline_cases import Office

CHINA = tuple(CalendarDay(date.fromisoformat(d["date"]), d["kind"], d["name"]) for d in read_calendars())
HOURS = (
    "08:00-12:00,14:00-18:00",
    "08:30-17:00",
    "00:00-24:00",
    "09:15-09:16",
    "06:00-07:00,07:00-08:30,22:00-24:00",
)
CALENDARS = [WorkingCalendar.of(CHINA, Windows.parse(text)) for text in HOURS]


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-02-04", True),  # Sunday, Spring Festival make-up
        ("2024-02-09", True),  # Friday, New Year's Eve 2024 is not off
        ("2024-02-10", False),  # Saturday, Spring Festival
        ("2024-02-16", False),  # Friday, Spring Festival
        ("2024-02-18", True),  # Sunday, make-up
        ("2024-04-07", True),  # Sunday, Qingming make-up
        ("2024-06-08", False),  # Saturday before Dragon Boat Festival
        ("2024-06-10", False),  # Monday, Dragon Boat Festival
        ("2024-10-12", True),  # Saturday, National Day make-up
        ("2025-01-26", True),  # Sunday, Spring Festival make-up
        ("2025-01-27", True),  # Monday
        ("2025-01-28", False),  # Tuesday, New Year's Eve
        ("2025-10-06", False),  # Monday, Mid-autumn in National Day week
        ("2025-10-08", False),  # Wednesday, the eighth day
        ("2025-10-11", True),  # Saturday, make-up
        ("2026-01-02", False),  # Friday, New Year
        ("2026-01-04", True),  # Sunday, make-up
        ("2026-02-23", False),  # Monday, the ninth day of Spring Festival
        ("2026-02-28", True),  # Saturday, make-up
        ("2026-05-09", True),  # Saturday, Labour Day make-up
        ("2026-09-20", True),  # Sunday, National Day make-up
        ("2026-09-25", False),  # Friday, Mid-autumn
        ("2026-11-27", True),  # Friday, a day like any other
    ],
)
def test_china_works(day: str, worked: bool) -> None:
    assert CALENDARS[0].is_working(date.fromisoformat(day)) is worked


def test_chinas_calendars_are_whole() -> None:
    """As many days off and make-up workdays as the notices grant; the latter on weekends."""
    counted = {
        (year, kind): sum(day.date.year == year and day.kind == kind for day in CHINA)
        for year in (2024, 2025, 2026)
        for kind in ("holiday", "workday")
    }
    assert counted == {
        (2024, "holiday"): 28, (2024, "workday"): 8, (2025, "holiday"): 28, (2025, "workday"): 5,
        (2026, "holiday"): 33, (2026, "workday"): 6,
    }  # fmt: skip
    assert len({day.date for day in CHINA}) == len(CHINA)
    assert all(day.date.weekday() >= 5 for day in CHINA if day.kind == "workday")
    assert all(day.name for day in CHINA)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_holidays_of_a_name_are_one_run(year: int) -> None:
    runs: dict[str | None, list[date]] = {}
    for day in CHINA:
        if day.date.year == year and day.kind == "holiday":
            runs.setdefault(day.name, []).append(day.date)
    for days in runs.values():
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


@pytest.mark.parametrize(
    "text",
    ["", "8-17", "08:00-08:00", "17:00-08:00", "08:00-25:00", "08:61-09:00", "08:00-12:00,11:00-13:00"],
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(BadWindows):
        Windows.parse(text)


@pytest.mark.parametrize("text", HOURS)
def test_hours_are_written_as_they_are_read(text: str) -> None:
    assert str(Windows.parse(text)) == text
    assert Windows.parse(text.replace(",", "，").replace("-", "–").replace(":", "：")) == Windows.parse(text)


WALLS = st.integers(19_000 * 86_400, 21_000 * 86_400)


@given(st.sampled_from(CALENDARS), st.lists(WALLS, min_size=1, max_size=20))
def test_arrays_say_what_single_moments_say(calendar: WorkingCalendar, walls: list[int]) -> None:
    several = np.array(walls, np.int64)
    worked = calendar.worked_s(several)
    assert (worked * US).tolist() == [calendar.worked(wall * US) for wall in walls]
    assert (calendar.closing_s(worked) * US).tolist() == [calendar.closing(w * US) for w in worked.tolist()]
    assert (calendar.opening_s(worked) * US).tolist() == [calendar.opening(w * US) for w in worked.tolist()]
    assert calendar.is_open_s(several).tolist() == [calendar.is_open(wall * US) for wall in walls]


@given(st.sampled_from(CALENDARS), WALLS, st.integers(0, 10_000_000))
def test_closing_and_opening_are_the_ends_of_the_moments_with_so_much_work(
    calendar: WorkingCalendar, wall: int, more: int
) -> None:
    worked = calendar.worked(wall * US) + more
    first, last = calendar.closing(worked), calendar.opening(worked)
    assert first <= last
    assert calendar.worked(first) == calendar.worked(last) == worked
    assert calendar.worked(first - 1) == worked - 1
    assert calendar.worked(last + 1) == worked + 1


@given(WALLS, st.integers(1, 30), st.sampled_from(HOURS[:2]))
def test_days_later_are_counted_day_by_day(wall: int, n: int, hours: str) -> None:
    calendar = WorkingCalendar.of(CHINA, Windows.parse(hours))
    office = Office(
        holidays=frozenset(day.date for day in CHINA if day.kind == "holiday"),
        workdays=frozenset(day.date for day in CHINA if day.kind == "workday"),
    )
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001
    expected = office.days_later(epoch + timedelta(seconds=wall), n)
    (found,) = calendar.days_later_s(np.array([wall]), n).tolist()
    assert epoch + timedelta(seconds=found) == expected
    (between,) = calendar.days_between_s(np.array([wall]), np.array([found])).tolist()
    assert between == n


def test_the_calendar_ends_loudly() -> None:
    for day in (FIRST - timedelta(days=1), LAST):
        with pytest.raises(OutOfCalendar):
            CALENDARS[0].is_working(day)
    with pytest.raises(OutOfCalendar):
        CALENDARS[0].worked_s(np.array([-1]))
