"""When incidents are reported: season, weekday and hour of day per kind of incident."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from grid_data.sample.calendar import CHINA, REPORTS, Reports
from grid_data.sample.lattice import Floats, Ints

# Month and day in odd and in even years; of winters, by the year in which they begin.
_TYPHOONS = {1: ((8, 12), (8, 27)), 0: ((8, 9), (8, 22))}
_SNOWFALLS = {0: ((12, 14), (1, 25), (2, 7)), 1: ((12, 20), (1, 17), (2, 3))}
_RECENT_DAYS = 14

# Weight per month, January first.
_MONTHS: dict[str, tuple[float, ...]] = {
    "flat": (0.9, 0.75, 1, 1, 1.05, 1.05, 1.05, 1.05, 1.05, 1, 1, 0.95),
    "summer": (0.4, 0.4, 0.6, 0.8, 1.2, 1.6, 1.9, 1.9, 1.3, 0.8, 0.5, 0.4),
    "barbecue": (0.1, 0.1, 0.25, 0.7, 1.5, 2.1, 2.5, 2.4, 1.4, 0.6, 0.2, 0.1),
    "beach": (0.1, 0.1, 0.2, 0.4, 0.8, 1.6, 3.6, 3.7, 1.2, 0.5, 0.2, 0.1),
    "spring": (0.6, 0.7, 1.6, 1.8, 1.5, 1.1, 0.8, 0.8, 0.9, 0.9, 0.8, 0.6),
    "autumn": (0.6, 0.4, 0.5, 0.5, 0.6, 1.2, 0.6, 0.6, 1.3, 2.2, 2.2, 1.1),
    "winter": (1.9, 1.6, 1.0, 0.7, 0.6, 0.6, 0.6, 0.6, 0.7, 0.8, 1.3, 1.8),
    "heating": (2.6, 2.2, 1.0, 0.15, 0.02, 0.02, 0.02, 0.02, 0.03, 0.25, 3.0, 2.6),
    "rain": (0.3, 0.3, 0.4, 0.6, 0.8, 1.2, 2.1, 2.3, 1.1, 0.6, 0.5, 0.3),
    "school": (0.5, 0.6, 1.2, 0.9, 0.9, 1.3, 1.6, 2.2, 1.9, 0.7, 0.6, 0.6),
    "festival": (1.8, 1.8, 0.8, 0.8, 1.3, 0.9, 0.8, 0.8, 1.2, 1.5, 0.8, 1.2),
    "snow": (0.01, 0.01, 0, 0, 0, 0, 0, 0, 0, 0, 0.005, 0.01),
}

# Weight per hour, midnight first.
_HOURS: dict[str, tuple[float, ...]] = {
    "day": (1, 1, 1, 1, 1, 2, 6, 14, 30, 42, 40, 32, 18, 22, 36, 38, 34, 26, 16, 12, 9, 6, 3, 2),
    "morning": (1, 1, 1, 1, 2, 6, 20, 40, 42, 32, 24, 16, 10, 10, 14, 14, 12, 10, 9, 7, 5, 4, 2, 1),
    "evening": (4, 2, 1, 1, 1, 1, 3, 5, 8, 10, 12, 14, 12, 8, 9, 11, 16, 28, 38, 42, 40, 32, 20, 9),
    "night": (18, 12, 8, 6, 5, 6, 8, 8, 8, 8, 8, 8, 8, 7, 7, 7, 8, 10, 18, 30, 40, 46, 42, 30),
    "all": (5, 3, 3, 2, 3, 6, 14, 26, 30, 30, 28, 24, 20, 20, 24, 26, 28, 32, 32, 28, 22, 16, 10, 7),
}

_STORM_FACTOR = 14.0
_SNOW_FACTOR = (60.0, 45.0, 15.0)


def _typhoons(reports: Reports) -> list[date]:
    years = range(reports.first.year, reports.last.year + 1)
    return [date(year, *day) for year in years for day in _TYPHOONS[year % 2]]


def _snowfalls(reports: Reports) -> list[date]:
    winters = range(reports.first.year - 1, reports.last.year + 1)
    return [
        date(winter + (month < 7), month, day) for winter in winters for month, day in _SNOWFALLS[winter % 2]
    ]


def _day_weights(season: str, reports: Reports, recent: float) -> Floats:
    """Weight of each day from the first to the last; of the last two weeks so many times as much."""
    count = reports.days
    weights = np.zeros(count)
    for index in range(count):
        day = reports.first + timedelta(days=index)
        weight = _MONTHS[season][day.month - 1]
        weight *= 1.08 if day.weekday() == 0 else 0.78 if day.weekday() >= 5 and season != "beach" else 1.0
        # The public learns to use the service: a fifth more in the second year.
        weights[index] = weight * (1.0 + 0.2 * index / count)
    storms = {
        "rain": (_typhoons(reports), (_STORM_FACTOR, _STORM_FACTOR / 2.0)),
        "snow": (_snowfalls(reports), _SNOW_FACTOR),
    }
    if season in storms:
        days, factors = storms[season]
        for day in days:
            for later, factor in enumerate(factors):
                place = (day - reports.first).days + later
                if 0 <= place < count:
                    weights[place] = factor * (0.05 if season == "snow" else weights[place])
    weights[-_RECENT_DAYS:] *= recent
    return np.asarray(weights / weights.sum())


def draw_moments(
    season: list[str],
    hours: list[str],
    random: np.random.Generator,
    reports: Reports = REPORTS,
    recent: float = 1.0,
) -> Ints:
    """Seconds since midnight (China) of the first day, one per incident; none beyond the end.

    Parameters
    ----------
    season, hours
        Name of the season and of the daily profile of each incident.
    recent
        So many times as many incidents as usual happen in the last two weeks.
    """
    result = np.zeros(len(season), dtype=np.int64)
    seasons, which = np.unique(np.array(season, dtype=str), return_inverse=True)
    for index, name in enumerate(seasons.tolist()):
        here = np.flatnonzero(which == index)
        weights = _day_weights(name, reports, recent)
        result[here] = random.choice(len(weights), len(here), p=weights) * 86_400
    profiles, which = np.unique(np.array(hours, dtype=str), return_inverse=True)
    for index, name in enumerate(profiles.tolist()):
        here = np.flatnonzero(which == index)
        shares = np.array(_HOURS[name], dtype=float)
        result[here] += random.choice(24, len(here), p=shares / shares.sum()) * 3_600
    result += random.integers(0, 3_600, len(result))
    # What would come later today came at that hour of the day before.
    began = np.datetime64(reports.first.isoformat(), "s")
    end = np.datetime64(reports.end.astimezone(CHINA).replace(tzinfo=None), "s")
    result[result >= (end - began).astype(np.int64)] -= 86_400
    return result
