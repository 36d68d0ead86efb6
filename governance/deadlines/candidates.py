"""Rules that might have made some due moments, and how well each explains them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from governance.deadlines.calendar import OutOfCalendar, Seconds
from governance.deadlines.rules import CALENDARS, EXACT, OPENING, Calendars, Moments, Rule, Start
from governance.deadlines.windows import DAY_S, Windows

__all__ = ["SAME_S", "Scored", "calendar_names", "complexity", "propose", "score", "scored"]

SAME_S = 60
"""Moments so near, in seconds, are the same: sources keep reports to the minute, due times to the second."""
SOME = 0.03
"""Share of due moments on weekends from which on weekends may be worked."""
LONGEST_S = 20 * 366 * DAY_S
HOUR, END_OF_DAY = 3600, DAY_S - 1
ROUND = ((DAY_S, 0.0), (HOUR, 0.3), (HOUR // 2, 0.6), (HOUR // 4, 0.8), (300, 1.1), (60, 1.5))
"""Units in which people set limits, and what a limit of nothing rounder counts against a rule, in cases."""
USUAL = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 20, 21, 24, 28, 30, 36, 40, 45, 48, 60, 72, 90})
"""Numbers people choose; above these, multiples of ten."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Rules with how well each explains each case, from 0 to 1; one row for each rule."""

    rules: Sequence[Rule]
    scores: Values


def score(predicted: Seconds, due: Seconds) -> Values:
    """Half for the same minute, half for the same date."""
    minute = np.abs(predicted - due) <= SAME_S
    date = predicted // DAY_S == due // DAY_S
    found: Values = 0.5 * minute + 0.5 * date
    return found


def scored(rules: Sequence[Rule], moments: Moments, due: Seconds) -> Scored:
    """Rules with what they explain of some cases; those that leave the calendar are left out."""
    kept: list[Rule] = []
    rows: list[Values] = []
    for rule in rules:
        try:
            rows.append(score(moments.due(rule), due))
        except OutOfCalendar:
            continue
        kept.append(rule)
    return Scored(kept, np.array(rows).reshape(len(kept), len(due)))


def calendar_names(calendars: Calendars) -> tuple[str, ...]:
    """Calendars worth trying: that with special days only where there are any."""
    return CALENDARS if calendars.has_days else CALENDARS[1:]


def propose(moments: Moments, due: Seconds, windows: Windows) -> list[Rule]:
    """Rules whose amounts occur often among some cases; duplicates left out, the plainest first.

    Amounts are not guessed: every way of counting says how much lies between a report and its due moment, and
    amounts that come again and again are tried.
    """
    found: dict[Rule, None] = {}
    times = _times(due, windows)
    names = calendar_names(moments.calendars)
    if _weekends(due) < SOME * len(due):
        names = names[:-1]
    for base in _plain(moments, due, names[0], windows, times):
        found.setdefault(base)
    for name in names:
        for rule in (
            *_continuous(moments, due, name, windows, times),
            *_business(moments, due, name, windows),
            *_days(moments, due, name, windows, times),
        ):
            found.setdefault(rule)
    return sorted(found, key=complexity)


@lru_cache(maxsize=100_000)
def complexity(rule: Rule) -> float:
    """How unlikely a rule is before anything is known, in cases that speak against it."""
    if rule.counting != "days":
        units: tuple[tuple[int, float], ...] = ROUND
        if rule.counting == "business":
            units = (
                (rule.windows.length_s, 0.0),
                (8 * HOUR, 0.1),
                (rule.windows.length_s // 2, 0.3),
                *ROUND[1:],
            )
        unit, amount = next(((u, cost) for u, cost in units if u and rule.amount % u == 0), (60, 2.0))
        amount += _number_cost(rule.amount // unit)
    else:
        amount = _number_cost(rule.amount)
    start = 0.5 if rule.counting == "continuous" and rule.start != "reported" else 0.0
    if isinstance(rule.due, int):
        usual = rule.due in (0, END_OF_DAY, END_OF_DAY - 59, rule.windows.opens, rule.windows.closes)
        due = 0.3 if usual else 0.8
    else:
        due = 0.0
    landing = 0.0 if rule.landing == "stay" else 0.8
    calendar = (
        {"holidays": 0.0, "weekdays": 0.2, "every_day": 0.6}[rule.calendar] if rule.needs_calendar else 0
    )
    return amount + start + due + landing + calendar


def _number_cost(number: int) -> float:
    if number in USUAL or (number > 90 and number % 10 == 0) or number in (365, 730):
        return 0.0
    return 0.3 if number % 5 == 0 or number < 10 else 1.0


def _weekends(due: Seconds) -> int:
    """How many moments lie on a Saturday or a Sunday."""
    # 1970-01-01 was a Thursday.
    return int(((due // DAY_S + 3) % 7 >= 5).sum())


def _plain(
    moments: Moments, due: Seconds, name: str, windows: Windows, times: Sequence[int]
) -> Iterator[Rule]:
    """Days and hours of the wall clock, whatever the calendar says."""
    for amount in _often(due - moments.wall):
        yield Rule("continuous", amount, "reported", EXACT, "stay", name, windows)
    for n in _top(due // DAY_S - moments.wall // DAY_S, 3):
        for time in times:
            yield Rule("continuous", n * DAY_S, "reported", time, "stay", name, windows)


def _continuous(
    moments: Moments, due: Seconds, name: str, windows: Windows, times: Sequence[int]
) -> Iterator[Rule]:
    """Days and hours of the wall clock where the calendar says when they begin, or where they end."""
    base = moments.started("next_opening", name, windows)
    for amount in _often(due - base):
        yield Rule("continuous", amount, "next_opening", EXACT, "stay", name, windows)
    for n in _top(due // DAY_S - base // DAY_S, 3):
        for time in times:
            yield Rule("continuous", n * DAY_S, "next_opening", time, "stay", name, windows)
    if name == CALENDARS[-1]:
        return
    # Landings move few moments: the amounts stand out all the same.
    between = due - moments.wall
    for amount in [a for a in _often(between) if a % DAY_S == 0][:3]:
        yield Rule("continuous", amount, "reported", EXACT, "next_opening", name, windows)
        yield Rule("continuous", amount, "reported", EXACT, "next_working_day", name, windows)
    for n in _top(due // DAY_S - moments.wall // DAY_S, 3):
        for time in times:
            yield Rule("continuous", n * DAY_S, "reported", time, "next_working_day", name, windows)


def _business(moments: Moments, due: Seconds, name: str, windows: Windows) -> Iterator[Rule]:
    working = moments.calendars.get(name, windows)
    done = working.worked_s(due)
    # A due moment outside business hours was not made by counting business time.
    inside = (
        np.minimum(np.abs(working.opening_s(done) - due), np.abs(working.closing_s(done) - due)) <= SAME_S
    )
    between = (done - moments.worked(name, windows))[inside]
    units = (windows.length_s, 8 * HOUR)
    for amount in _often(between, units):
        yield Rule("business", amount, "next_opening", EXACT, "stay", name, windows)
        yield Rule("business", amount, "next_opening", OPENING, "stay", name, windows)


def _days(
    moments: Moments, due: Seconds, name: str, windows: Windows, times: Sequence[int]
) -> Iterator[Rule]:
    working = moments.calendars.get(name, windows)
    on_working = working.working_day_s(due)
    for start in _starts():
        base = moments.started(start, name, windows)
        passed = working.days_between_s(base, due)[on_working]
        for n in _top(passed, 4):
            if n:
                yield Rule("days", n, start, EXACT, "stay", name, windows)
            for time in times:
                yield Rule("days", n, start, time, "stay", name, windows)


def _starts() -> tuple[Start, Start]:
    return "reported", "next_opening"


def _times(due: Seconds, windows: Windows) -> list[int]:
    """Times of day at which many cases are due."""
    seconds = due % DAY_S
    values, counts = np.unique(seconds, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:3]
    often = [int(values[n]) for n in order if counts[n] > 1 and counts[n] >= 0.15 * len(due)]
    usual = (windows.closes, END_OF_DAY, 0, windows.opens)
    return list(dict.fromkeys([*often, *(t for t in usual if (seconds == t).any())]))[:4]


def _often(between: Seconds, units: Sequence[int] = ()) -> list[int]:
    """Amounts that come again and again, to the minute; and to the hour and the day where minutes scatter."""
    between = between[(between >= 0) & (between < LONGEST_S)]
    exact = [_rounded(k * 60, units) for k in _top(between // 60, 6)]
    coarse = [k * HOUR for k in _top((between + HOUR // 2) // HOUR, 2)]
    for unit in (DAY_S, *units[:1]):
        coarse += [k * unit for k in _top((between + unit // 2) // unit, 2)]
    return list(dict.fromkeys([*exact, *coarse]))


def _rounded(amount: int, units: Sequence[int]) -> int:
    """A round amount that is the same within the seconds that sources lose."""
    for unit in (*units, DAY_S, HOUR, HOUR // 2, HOUR // 4, 300):
        nearest = (amount + unit // 2) // unit * unit
        if nearest and abs(nearest - amount) <= SAME_S:
            return nearest
    return amount


def _top(values: Seconds, most: int) -> list[int]:
    """The most frequent values that are not negative."""
    values = values[values >= 0]
    if not len(values):
        return []
    found, counts = np.unique(values, return_counts=True)
    return [int(found[n]) for n in np.argsort(-counts, kind="stable")[:most]]
