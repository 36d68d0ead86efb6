"""Stretches of time by a city's clock: days, weeks that begin on Monday, months."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

__all__ = ["MOST_STEPS", "Bucket", "bucket_for", "day_begins", "steps"]

Bucket = Literal["day", "week", "month"]
MOST_STEPS = 1_200
"""Most steps of a course: three years of days."""


def bucket_for(since: datetime, until: datetime) -> Bucket:
    """The width of steps that shows a span well.

    >>> from datetime import UTC
    >>> bucket_for(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    'week'
    """
    days = (until - since).days
    return "day" if days <= 45 else "week" if days <= 200 else "month"


def day_begins(moment: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the day in which a moment lies."""
    return datetime.combine(moment.astimezone(zone).date(), time(), zone)


def steps(bucket: Bucket, since: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """When each step begins, from the one that holds ``since`` to the last one that begins before ``until``.

    Of more than `MOST_STEPS` the last ones are given.

    >>> from datetime import UTC
    >>> moments = datetime(2026, 1, 30, 18, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    >>> [str(step)[:10] for step in steps("month", *moments, ZoneInfo("Asia/Shanghai"))]
    ['2026-01-01', '2026-02-01', '2026-03-01']
    """
    day = _first(bucket, since.astimezone(zone).date())
    last = _first(bucket, (until - timedelta(microseconds=1)).astimezone(zone).date())
    found = [day]
    while day < last:
        day = _next(bucket, day)
        found.append(day)
    return [datetime.combine(each, time(), zone) for each in found[-MOST_STEPS:]]


def _first(bucket: Bucket, day: date) -> date:
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def _next(bucket: Bucket, day: date) -> date:
    if bucket == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if bucket == "week" else 1)
