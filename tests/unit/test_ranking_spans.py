"""Whole periods cover what they say, once; a year before has the same days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.supervision.ranking_spans import Days, one_year_before, whole_periods

DAYS = st.dates(date(2023, 1, 1), date(2029, 1, 1))


def days_of(days: Days) -> list[date]:
    return [days.first + timedelta(days=n) for n in range(days.count)]


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def ten_days(start: date) -> list[date]:
    stop = start + timedelta(days=10) if start.day < 21 else next_month(start)
    return days_of(Days(start, stop))


@given(DAYS, st.integers(0, 800), DAYS, st.booleans())
def test_whole_periods_cover_their_days_once_and_none_that_is_not_over(
    first: date, length: int, today: date, tens: bool
) -> None:
    days = Days(first, first + timedelta(days=length))
    whole = whole_periods(days, today, tens=tens)
    covered: list[date] = []
    month = whole.first_month
    while month < whole.last_month:
        covered += days_of(Days(month, next_month(month)))
        month = next_month(month)
    for start in whole.tens:
        assert start.day in (1, 11, 21)
        covered += ten_days(start)
    assert sorted(covered) == days_of(whole.days)
    assert set(covered) <= set(days_of(days.until(today)))
    left_over = days.until(today).count - whole.days.count
    # What is counted day by day is short: less than a period at either end.
    assert left_over < (22 if tens else 62)


@given(DAYS, st.integers(0, 800))
def test_a_year_before_has_the_same_calendar_days(first: date, length: int) -> None:
    days = Days(first, first + timedelta(days=length))
    before = one_year_before(days)
    assert abs(days.count - before.count) <= 1
    leaps = [day for day in days_of(days) if (day.month, day.day) == (2, 29)]
    ours = [(day.month, day.day) for day in days_of(days) if day not in leaps]
    theirs = [(day.month, day.day) for day in days_of(before) if (day.month, day.day) != (2, 29)]
    if not leaps or days.first not in leaps:
        assert theirs == ours
    else:
        # 29 February begins the span: the 28th stands for it.
        assert theirs == [(2, 28), *ours]


@pytest.mark.parametrize(
    ("first", "last", "first_before", "last_before"),
    [
        # A leap February beside an ordinary one; the other way round 29 February has no counterpart.
        ("2028-02-01", "2028-03-01", "2027-02-01", "2027-03-01"),
        ("2029-02-01", "2029-03-01", "2028-02-01", "2028-02-29"),
        # The last day decides, not the one after it.
        ("2028-02-01", "2028-02-29", "2027-02-01", "2027-03-01"),
        ("2028-02-29", "2028-03-01", "2027-02-28", "2027-03-01"),
        ("2026-05-05", "2026-05-05", "2025-05-05", "2025-05-05"),
    ],
)
def test_the_end_of_february(first: str, last: str, first_before: str, last_before: str) -> None:
    days = Days(date.fromisoformat(first), date.fromisoformat(last))
    assert one_year_before(days) == Days(date.fromisoformat(first_before), date.fromisoformat(last_before))


def test_days_do_not_end_before_they_begin() -> None:
    with pytest.raises(ValueError, match="before"):
        Days(date(2026, 2, 2), date(2026, 2, 1))
