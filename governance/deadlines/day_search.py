"""Finding in past cases the days that were not worked although a calendar says so, or the other way round.

A case proves by its due moment that the days between were counted as the calendar says, or that it is due so
many working days later or earlier. A day that cases speak against and hardly any for is a candidate; it is
believed when counting it otherwise explains several more cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from governance.deadlines.calendar import FIRST, CalendarDay, OutOfCalendar, Seconds, WorkingCalendar
from governance.deadlines.candidates import SAME_S
from governance.deadlines.rules import Calendars, Moments, Rule
from governance.deadlines.windows import DAY_S

__all__ = ["Evidence", "corrections"]

SPEAKING, AGAINST = 3, 0.15
"""Cases that must speak for a change of a day, and the share of as many that may speak against it."""
GAIN = 2.5
"""Cases that a change must explain; for each further day of a run a third as many."""
MOST_DAYS = 10
"""Days in a row that are looked at together, and working days by which a case may be late or early."""
MOST_RUNS = 80


@dataclass(frozen=True)
class Evidence:
    """Cases of a category and the rule that explains most of them."""

    rule: Rule
    reported: Seconds
    due: Seconds


def corrections(evidence: Sequence[Evidence], days: tuple[CalendarDay, ...]) -> tuple[CalendarDay, ...]:
    """Days to be counted unlike a calendar says, in their order; those of weekends only where worked."""
    speaking = [each for each in evidence if each.rule.counting != "continuous"]
    known = {day.date: day for day in days}
    changed: dict[date, CalendarDay] = {}
    if not speaking:
        return ()
    for run in _runs(speaking, days):
        best: tuple[float, list[CalendarDay]] | None = None
        now = tuple({**known, **changed}.values())
        near = _near(speaking, run)
        before = _explained(near, now)
        for some in _parts(run):
            after = _explained(near, tuple({**known, **changed, **{day.date: day for day in some}}.values()))
            gain = after - before - GAIN * (1 + (len(some) - 1) / 3)
            if gain >= 0 and (best is None or gain > best[0]):
                best = gain, some
        if best is not None:
            changed.update({day.date: day for day in best[1]})
    return tuple(changed[day] for day in sorted(changed))


def _runs(speaking: Sequence[Evidence], days: tuple[CalendarDay, ...]) -> list[list[CalendarDay]]:
    """Candidates in runs of days, those with the most cases first."""
    calendars = Calendars(days)
    first = min(int(each.reported.min()) for each in speaking) // DAY_S
    last = max(int(each.due.max()) for each in speaking) // DAY_S + 2
    last = min(last, first + 366 * 60)
    for_it, late, early = (np.zeros(last - first + 1) for _ in range(3))
    for each in speaking:
        working = calendars.get("holidays", each.rule.windows)
        _count(each, working, calendars, first, last, (for_it, late, early))
    for_it, late, early = (np.cumsum(counted)[:-1] for counted in (for_it, late, early))
    working = calendars.get("holidays", speaking[0].rule.windows)
    open_day = working.working_day_s((first + np.arange(len(for_it))) * DAY_S)
    speaks = np.where(open_day, late, early)
    candidate = (speaks >= SPEAKING) & (for_it <= AGAINST * speaks)
    runs: list[tuple[float, list[CalendarDay]]] = []
    for kind, chosen in (("holiday", candidate & open_day), ("workday", candidate & ~open_day)):
        places = np.flatnonzero(chosen)
        # Days between which none of the same kind lies belong together.
        same = np.cumsum(open_day if kind == "holiday" else ~open_day)
        cuts = np.flatnonzero(np.diff(same[places]) > 1) + 1
        for run in np.split(places, cuts):
            if len(run):
                found = [CalendarDay(FIRST + timedelta(days=int(first + n)), kind) for n in run]
                runs.append((float(speaks[run].max()), found))
    runs.sort(key=lambda run: -run[0])
    return [run for _, run in runs[:MOST_RUNS]]


def _count(
    each: Evidence,
    working: WorkingCalendar,
    calendars: Calendars,
    first: int,
    last: int,
    counts: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Add to every day how many cases speak for it, and how many want it away or in."""
    moments = Moments(each.reported, calendars)
    rule = _on_holidays(each.rule)
    try:
        predicted = moments.due(rule)
    except OutOfCalendar:
        return
    begun = moments.started("next_opening", rule.calendar, rule.windows)
    off = np.abs((predicted - each.due + DAY_S // 2) % DAY_S - DAY_S // 2) <= SAME_S
    passed = np.where(
        predicted <= each.due,
        working.days_between_s(np.minimum(predicted, each.due), each.due),
        -working.days_between_s(each.due, np.maximum(predicted, each.due)),
    )
    equal = np.abs(predicted - each.due) <= SAME_S
    moved = off & ~equal & (np.abs(passed) <= MOST_DAYS) & (each.due < last * DAY_S)
    # The day a clock begins at opening speaks as well; one that begins in the middle was worked anyhow.
    begins = begun // DAY_S + np.where(begun % DAY_S == rule.windows.opens, 0, 1)
    for counted, chosen, ends in (
        (counts[0], equal, each.due // DAY_S + 1),
        (counts[1], moved & (predicted < each.due), each.due // DAY_S),
        (counts[2], moved & (predicted > each.due), np.maximum(each.due, predicted) // DAY_S + 1),
    ):
        low, high = begins[chosen] - first, np.minimum(ends[chosen], last) - first
        some = low < high
        np.add.at(counted, low[some], 1)
        np.add.at(counted, high[some], -1)


def _on_holidays(rule: Rule) -> Rule:
    return Rule(rule.counting, rule.amount, rule.start, rule.due, rule.landing, "holidays", rule.windows)


def _near(speaking: Sequence[Evidence], run: Sequence[CalendarDay]) -> list[Evidence]:
    """Cases whose time touches some days."""
    low = ((run[0].date - FIRST).days - 20) * DAY_S
    high = ((run[-1].date - FIRST).days + 20) * DAY_S
    near = []
    for each in speaking:
        rows = (each.reported < high) & (each.due > low)
        if rows.any():
            near.append(Evidence(_on_holidays(each.rule), each.reported[rows], each.due[rows]))
    return near


def _explained(near: Sequence[Evidence], days: tuple[CalendarDay, ...]) -> float:
    calendars = Calendars(days)
    total = 0.0
    for each in near:
        try:
            predicted = Moments(each.reported, calendars).due(each.rule)
        except OutOfCalendar:
            continue
        total += float((np.abs(predicted - each.due) <= SAME_S).sum())
    return total


def _parts(run: Sequence[CalendarDay]) -> Iterator[list[CalendarDay]]:
    """All parts of a run without gaps, the longest at most `MOST_DAYS`."""
    for begin in range(len(run)):
        for end in range(begin + 1, min(len(run), begin + MOST_DAYS) + 1):
            yield list(run[begin:end])
