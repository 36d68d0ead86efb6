"""Finding business hours in past cases, where nobody has stated them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from governance.deadlines.calendar import Seconds
from governance.deadlines.candidates import SAME_S, calendar_names
from governance.deadlines.cases import Cases
from governance.deadlines.rules import Calendars
from governance.deadlines.windows import DAY_S, WINDOWS, Windows

__all__ = ["likely_windows"]

USUAL = (
    "08:30-17:00", "09:00-17:00", "08:00-17:00", "09:00-18:00", "08:30-17:30", "08:00-18:00", "08:00-16:00",
    "08:00-16:30", "08:30-16:30", "08:30-12:00,14:00-17:30", "08:30-12:00,14:00-18:00",
    "09:00-12:00,13:00-17:00", "09:00-12:00,13:00-18:00", "09:00-12:00,14:00-17:00",
    "09:00-12:00,13:30-17:30", "08:30-11:30,13:30-17:00", "08:30-12:00,13:30-17:00",
    "08:30-12:00,13:30-17:30", "08:30-12:00,13:30-18:00", "08:00-12:00,13:00-17:00",
    "08:00-12:00,14:00-17:00", "09:00-12:00,14:00-18:00", "08:00-11:30,14:00-17:30", "07:00-15:30",
    "08:00-20:00",
)  # fmt: skip
CATEGORIES, CASES = 12, 150
"""Categories, and cases of each, that are looked at."""
CLEARLY = 0.02
"""Share of the cases by which other hours must be better than the usual ones."""
LUNCHES = (None, ("12:00", "13:00"), ("12:00", "13:30"), ("12:00", "14:00"), ("11:30", "13:30"))


def likely_windows(
    cases: Cases, groups: Sequence[tuple[int, NDArray[np.int64]]], calendars: Calendars
) -> Windows:
    """The hours in which the business time of most cases of a category comes to the same amount.

    Without evidence they are the usual ones, `governance.deadlines.windows.WINDOWS`.
    """
    largest = sorted((rows for _, rows in groups), key=len, reverse=True)[:CATEGORIES]
    chosen = [rows[np.linspace(0, len(rows) - 1, min(len(rows), CASES)).astype(np.int64)] for rows in largest]
    chosen = [rows for rows in chosen if len(rows) >= 5]
    if not chosen:
        return WINDOWS
    pairs = [(cases.reported[rows], cases.due[rows]) for rows in chosen]
    total = sum(len(reported) for reported, _ in pairs)
    best, most = WINDOWS, _agreement(WINDOWS, pairs, calendars) + CLEARLY * total
    for windows in _tried(np.concatenate([due for _, due in pairs])):
        agreeing = _agreement(windows, pairs, calendars)
        if agreeing > most:
            best, most = windows, agreeing
    return best


def _tried(due: Seconds) -> Iterator[Windows]:
    """Usual hours, and hours that begin and end when many cases are due."""
    seen = {WINDOWS}
    values, counts = np.unique(due % DAY_S // 60, return_counts=True)
    often = [int(values[n]) for n in np.argsort(-counts, kind="stable")[:5] if counts[n] >= 0.01 * len(due)]
    texts = list(USUAL)
    for opens in sorted({minute for minute in often if 5 * 60 <= minute <= 11 * 60}):
        for closes in sorted({minute for minute in often if minute > opens + 240} | {990, 1020, 1050, 1080}):
            for lunch in LUNCHES:
                first, last = _clock(opens), _clock(closes)
                texts.append(f"{first}-{last}" if lunch is None else f"{first}-{lunch[0]},{lunch[1]}-{last}")
    for text in texts:
        try:
            windows = Windows.parse(text)
        except ValueError:
            continue
        if windows not in seen:
            seen.add(windows)
            yield windows


def _agreement(windows: Windows, pairs: Sequence[tuple[Seconds, Seconds]], calendars: Calendars) -> float:
    """Cases whose business time is the most frequent of their category, on the best calendar."""
    found = []
    for name in calendar_names(calendars):
        working = calendars.get(name, windows)
        agreeing = 0.0
        for reported, due in pairs:
            done = working.worked_s(due)
            near = np.minimum(np.abs(working.opening_s(done) - due), np.abs(working.closing_s(done) - due))
            between = ((done - working.worked_s(reported) + 1) // 60)[near <= SAME_S]
            # What counts day and night agrees no matter when an office is open: it says nothing of hours.
            agreeing += max(_most(between) - _most((due - reported + 1) // 60), 0)
        found.append(agreeing)
    return max(found)


def _most(values: Seconds) -> int:
    return int(np.unique(values, return_counts=True)[1].max()) if len(values) else 0


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
