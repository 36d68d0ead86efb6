"""The dates of the sample. They are fixed; only the two years of reports may end at another moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))

EDITION_1 = "2021-01-01T00:00:00+08:00"
"""All zones and posts begin; the first edition of the base grids holds from here."""

EDITION_2 = "2026-01-01T00:00:00+08:00"
"""The redraw takes effect."""

PLAN_MADE = "2025-11-03T09:00:00+08:00"
PLAN_SUBMITTED = "2025-12-08T10:00:00+08:00"
PLAN_APPROVED = "2025-12-15T15:30:00+08:00"
PLAN_SCHEDULED = "2025-12-16T09:00:00+08:00"
"""How the redraw came about: begun a year after the first incidents, in force with `EDITION_2`."""

TRIAL_MADE = "2026-10-26T09:00:00+08:00"
"""The draft that lies open was begun."""

FIRST_DAY = date(2024, 11, 1)
LAST_DAY = date(2026, 10, 31)
"""Incidents are reported from the first to the last of these days."""

END = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
"""Midnight after the last day in China: the sample's "now"."""


@dataclass(frozen=True)
class Reports:
    """When incidents are reported: from a day on until a moment, the sample's "now"."""

    first: date
    end: datetime

    @property
    def last(self) -> date:
        """The last day, in China."""
        return (self.end - timedelta(microseconds=1)).astimezone(CHINA).date()

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1


REPORTS = Reports(FIRST_DAY, END)


def reports_until(now: datetime) -> Reports:
    """Two years of reports that end at a moment, to the minute: a demo is alive on any day.

    >>> reports_until(datetime(2027, 3, 5, 9, 30, 20, tzinfo=CHINA)).first
    datetime.date(2025, 3, 6)
    """
    end = now.astimezone(UTC).replace(second=0, microsecond=0)
    last = (end - timedelta(microseconds=1)).astimezone(CHINA).date()
    return Reports(last - timedelta(days=729), end)
