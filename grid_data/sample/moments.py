"""When incidents are reported: season, weekday and hour of day per kind of incident."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from grid_data.sample.calendar import FIRST_DAY, LAST_DAY
from grid_data.sample.lattice import Floats, Ints

_TYPHOONS = (date(2025, 8, 12), date(2025, 8, 27), date(2026, 8, 9), date(2026, 8, 22))
_SNOWFALLS = (
    date(2024, 12, 14), date(2025, 1, 25), date(2025, 2, 7),
    date(2025, 12, 20), date(2026, 1, 17), date(2026, 2, 3),
)  # fmt: skip

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


def _day_weights(season: str) -> Floats:
    """Weight of each day from the first to the last."""
    count = (LAST_DAY - FIRST_DAY).days + 1
    weights = np.zeros(count)
    for index in range(count):
        day = FIRST_DAY + timedelta(days=index)
        weight = _MONTHS[season][day.month - 1]
        weight *= 1.08 if day.weekday() == 0 else 0.78 if day.weekday() >= 5 and season != "beach" else 1.0
        # The public learns to use the service: a fifth more in the second year.
        weights[index] = weight * (1.0 + 0.2 * index / count)
    storms = {"rain": (_TYPHOONS, (_STORM_FACTOR, _STORM_FACTOR / 2.0)), "snow": (_SNOWFALLS, _SNOW_FACTOR)}
    if season in storms:
        days, factors = storms[season]
        for day in days:
            for later, factor in enumerate(factors):
                place = (day - FIRST_DAY).days + later
                if 0 <= place < count:
                    weights[place] = factor * (0.05 if season == "snow" else weights[place])
    return np.asarray(weights / weights.sum())


def draw_moments(season: list[str], hours: list[str], random: np.random.Generator) -> Ints:
    """Seconds since midnight (China) of the first day, one per incident.

    Parameters
    ----------
    season, hours
        Name of the season and of the daily profile of each incident.
    """
    result = np.zeros(len(season), dtype=np.int64)
    seasons, which = np.unique(np.array(season, dtype=str), return_inverse=True)
    for index, name in enumerate(seasons.tolist()):
        here = np.flatnonzero(which == index)
        weights = _day_weights(name)
        result[here] = random.choice(len(weights), len(here), p=weights) * 86_400
    profiles, which = np.unique(np.array(hours, dtype=str), return_inverse=True)
    for index, name in enumerate(profiles.tolist()):
        here = np.flatnonzero(which == index)
        shares = np.array(_HOURS[name], dtype=float)
        result[here] += random.choice(24, len(here), p=shares / shares.sum()) * 3_600
    return result + random.integers(0, 3_600, len(result))
