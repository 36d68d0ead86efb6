"""Learning limits from past cases: per category the rule that explains most, and when it changed.

Every category proposes rules (`candidates.propose`). What categories have in common, such as whether reports
outside business hours wait for the next opening, is learnt from all of them and helps those with few cases.
Where limits have changed in the course of time, a category gets several rules, each with its period.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.deadlines.calendar import CalendarDay, Seconds
from governance.deadlines.candidates import SAME_S, Scored, Values, complexity, propose, scored
from governance.deadlines.cases import Cases
from governance.deadlines.day_search import Evidence, corrections
from governance.deadlines.rules import Calendars, Moments, Rule
from governance.deadlines.window_search import likely_windows
from governance.deadlines.windows import DAY_S, Windows

__all__ = ["ANY", "Fitted", "Learnt", "fit"]

ANY = "*"
"""Stands for every category that is not named."""
FIRST_LOOK, SECOND_LOOK = 400, 4000
"""Cases of a category that are looked at, spread over its time: for all rules, then for the best."""
KEPT = 24
"""Rules that reach the second look."""
SWITCH = 5.0
"""Cases that a change of the limit must explain for it to be believed."""
BLOCKS = 200
"""Parts of a category's time between which changes are looked for, before their moment is found exactly."""

STYLE, ROUNDS = 0.35, 5
"""Cases a style must explain for each halving of its share among categories; rounds of agreeing on it."""

TURNS = 4
"""How often rules are looked for anew with a calendar that was put right, at most."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Fitted:
    """A rule of a category.

    Attributes
    ----------
    since, until
        Seconds of the wall clock between which reports take it; None is open.
    cases, equal_minutes, equal_dates
        Cases of the period, and how many of them it explains to the minute and to the date.
    """

    category: str
    rule: Rule
    since: int | None = None
    until: int | None = None
    cases: int = 0
    equal_minutes: int = 0
    equal_dates: int = 0


@dataclass(frozen=True)
class Learnt:
    """What was learnt: rules, and days that were counted unlike the calendar says."""

    lines: list[Fitted]
    days: tuple[CalendarDay, ...] = ()

    def calendar(self, days: tuple[CalendarDay, ...]) -> Calendars:
        """A calendar with these days put right."""
        return Calendars(tuple({day.date: day for day in (*days, *self.days)}.values()))


@dataclass(frozen=True)
class _Looked:
    """A category with its best rules; ``seen`` are the cases they were scored on."""

    category: int
    rows: NDArray[np.int64]
    seen: NDArray[np.int64]
    best: Scored


def fit(
    cases: Cases,
    days: tuple[CalendarDay, ...] = (),
    windows: Windows | None = None,
    progress: Progress = lambda share: None,
) -> Learnt:
    """Rules for every category of some cases, in the order of categories and time; last one for any other.

    Parameters
    ----------
    days
        Special days. Days the cases contradict are put right, where enough of them do.
    windows
        Business hours; without them they are looked for.
    progress
        Told the share that is done.
    """
    if not len(cases):
        return Learnt([])
    groups = _groups(cases)
    hours = windows or likely_windows(cases, groups, Calendars(days))
    learnt = Learnt([])
    for turn in range(TURNS):
        calendars = learnt.calendar(days)
        looked: list[_Looked] = []
        for n, (category, rows) in enumerate(groups):
            looked.append(_look(cases, category, rows, calendars, hours))
            progress((turn + 0.9 * (n + 1) / len(groups)) / TURNS)
        cost = _style_costs(looked)
        corrected = _corrected(cases, looked, cost, days, learnt.days)
        if corrected == learnt.days or turn == TURNS - 1:
            break
        learnt = Learnt([], corrected)
    found = [line for each in looked for line in _lines(cases, each, cost, calendars)]
    found.append(_for_any(cases, found, calendars))
    progress(1.0)
    return Learnt(found, learnt.days)


def _corrected(
    cases: Cases,
    looked: Sequence[_Looked],
    cost: Callable[[Rule], float],
    days: tuple[CalendarDay, ...],
    before: tuple[CalendarDay, ...],
) -> tuple[CalendarDay, ...]:
    """Days that cases of rules which explain most of a category want counted otherwise."""
    evidence, weekdays, holidays = [], 0, 0
    for each in looked:
        if not each.best.rules:
            continue
        totals = each.best.scores.sum(axis=1)
        n = int(np.argmax(totals - [cost(rule) for rule in each.best.rules]))
        rule = each.best.rules[n]
        if (
            rule.counting == "continuous"
            or rule.calendar == "every_day"
            or len(each.seen) < 8
            or totals[n] < 0.6 * len(each.seen)
        ):
            continue
        weekdays += rule.calendar == "weekdays"
        holidays += rule.calendar == "holidays"
        evidence.append(Evidence(rule, cases.reported[each.seen], cases.due[each.seen]))
    if days and not before and weekdays > holidays:
        # The calendar is not followed as a whole: only what is seen of it holds.
        unseen = {day.date: CalendarDay(day.date, _other(day)) for day in days}
        seen = {day.date: day for day in corrections(evidence, ())}
        return tuple({**unseen, **seen}.values()) if seen else ()
    if days:
        # Those that do not follow the calendar say nothing of how the others follow it.
        evidence = [each for each in evidence if each.rule.calendar == "holidays"]
    now = {day.date: day for day in (*days, *before)}
    found = {day.date: day for day in (*before, *corrections(evidence, tuple(now.values())))}
    return tuple(found[day] for day in sorted(found))


def _other(day: CalendarDay) -> str:
    return "holiday" if day.kind == "workday" else "workday"


def _groups(cases: Cases) -> list[tuple[int, NDArray[np.int64]]]:
    """Rows of each category, in the order of their reports; categories by name."""
    order = np.argsort(cases.category, kind="stable")
    cuts = np.searchsorted(cases.category[order], np.arange(len(cases.categories) + 1))
    named = sorted(range(len(cases.categories)), key=cases.categories.__getitem__)
    return [(n, order[cuts[n] : cuts[n + 1]]) for n in named]


def _spread(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _look(
    cases: Cases, category: int, rows: NDArray[np.int64], calendars: Calendars, windows: Windows
) -> _Looked:
    few = _spread(rows, FIRST_LOOK)
    first = Moments(cases.reported[few], calendars)
    proposed = scored(propose(first, cases.due[few], windows), first, cases.due[few])
    kept = _best(proposed)
    seen = _spread(rows, SECOND_LOOK)
    if len(seen) > len(few):
        more = Moments(cases.reported[seen], calendars)
        best = scored([proposed.rules[n] for n in kept], more, cases.due[seen])
    else:
        best = Scored([proposed.rules[n] for n in kept], proposed.scores[kept])
    return _Looked(category, rows, seen, best)


def _best(found: Scored) -> list[int]:
    """The best rules over all cases, and the best of each eighth of them: those of a time."""
    costs = np.array([complexity(rule) for rule in found.rules])
    chosen = dict.fromkeys(np.argsort(costs - found.scores.sum(axis=1), kind="stable")[: KEPT // 2].tolist())
    for part in np.array_split(np.arange(found.scores.shape[1]), 8):
        if len(part) >= 2:
            order = np.argsort(costs - found.scores[:, part].sum(axis=1), kind="stable")
            chosen.update(dict.fromkeys(order[:3].tolist()))
    return list(chosen)[: KEPT + 8]


def _style_costs(looked: Sequence[_Looked]) -> Callable[[Rule], float]:
    """What a rule counts for that is made unlike the others of these cases."""
    told = [each for each in looked if each.best.rules]
    values = [each.best.scores.sum(axis=1) - [complexity(rule) for rule in each.best.rules] for each in told]
    usual: dict[tuple[str, ...], float] = {}
    for _ in range(ROUNDS):
        votes: dict[tuple[str, ...], float] = {}
        for each, value in zip(told, values, strict=True):
            # Styles that explain a category equally well share its vote: it says nothing of them.
            best: dict[tuple[str, ...], float] = {}
            for rule, worth in zip(each.best.rules, value.tolist(), strict=True):
                best[rule.style] = max(best.get(rule.style, -math.inf), worth + usual.get(rule.style, 0.0))
            top = max(best.values())
            shares = {style: math.exp(worth - top) for style, worth in best.items()}
            weight = math.log2(1 + len(each.seen)) / sum(shares.values())
            for style, share in shares.items():
                votes[style] = votes.get(style, 0.0) + share * weight
        total = sum(votes.values()) + 1
        usual = {style: STYLE * math.log2((vote + 0.05) / total) for style, vote in votes.items()}
    rare = STYLE * math.log2(0.05 / (total if told else 1))

    def cost(rule: Rule) -> float:
        return complexity(rule) - usual.get(rule.style, rare)

    return cost


def _lines(
    cases: Cases, looked: _Looked, cost: Callable[[Rule], float], calendars: Calendars
) -> list[Fitted]:
    """The rules of one category, each with its period and what it explains of all cases."""
    category = cases.categories[looked.category]
    if not looked.best.rules:
        return []
    costs = np.array([cost(rule) for rule in looked.best.rules])
    periods = _periods(looked.best.scores, costs)
    reported = cases.reported[looked.rows]
    seen = cases.reported[looked.seen]
    lines = []
    since = None
    ends: list[int | None] = [begin for _, begin in periods[1:]]
    for (rule, _), end in zip(periods, [*ends, None], strict=True):
        until = None if end is None else int(seen[end])
        low = 0 if since is None else int(np.searchsorted(reported, since))
        high = len(reported) if until is None else int(np.searchsorted(reported, until))
        rows = looked.rows[low:high]
        lines.append(_line(cases, rows, Fitted(category, looked.best.rules[rule], since, until), calendars))
        since = until
    return lines


def _line(cases: Cases, rows: NDArray[np.int64], line: Fitted, calendars: Calendars) -> Fitted:
    due = cases.due[rows]
    predicted = Moments(cases.reported[rows], calendars).due(line.rule)
    return Fitted(
        line.category,
        line.rule,
        line.since,
        line.until,
        len(rows),
        int((np.abs(predicted - due) <= SAME_S).sum()),
        int((predicted // DAY_S == due // DAY_S).sum()),
    )


def _periods(scores: Values, costs: Values) -> list[tuple[int, int]]:
    """Rules in the order of time, each with the first case it holds for.

    The best way through the cases, where a rule counts its cost once for each period, and a change `SWITCH`.
    """
    n = scores.shape[1]
    single = int(np.argmax(scores.sum(axis=1) - costs))
    if scores.max(axis=0).sum() - scores[single].sum() <= SWITCH:
        return [(single, 0)]
    cuts = np.unique(np.linspace(0, n, min(n, BLOCKS) + 1).astype(np.int64))
    sums = np.concatenate((np.zeros((len(scores), 1)), np.cumsum(scores, axis=1)), axis=1)
    blocks = np.diff(sums[:, cuts], axis=1)
    value = blocks[:, 0] - costs
    came = np.zeros((len(scores), blocks.shape[1]), np.int64)
    stay = np.arange(len(scores))
    for b in range(1, blocks.shape[1]):
        best = int(np.argmax(value))
        switched = value[best] - costs - SWITCH
        came[:, b] = np.where(switched > value, best, stay)
        value = np.maximum(switched, value) + blocks[:, b]
    way = [int(np.argmax(value))]
    for b in range(blocks.shape[1] - 1, 0, -1):
        way.append(int(came[way[-1], b]))
    way.reverse()
    changes = [b for b in range(1, len(way)) if way[b] != way[b - 1]]
    return [(way[0], 0), *((way[b], _exact(sums, way[b - 1], way[b], cuts, b)) for b in changes)]


def _exact(sums: Values, before: int, after: int, cuts: Seconds, block: int) -> int:
    """The case from which on the later of two rules explains more, in the two blocks around a change."""
    low, high = int(cuts[block - 1]), int(cuts[min(block + 1, len(cuts) - 1)])
    gain = sums[before, low : high + 1] - sums[after, low : high + 1]
    return min(low + int(np.argmax(gain)), high - 1) or 1


def _for_any(cases: Cases, lines: Sequence[Fitted], calendars: Calendars) -> Fitted:
    """The rule of the most cases, for categories that were not among them."""
    votes: Counter[Rule] = Counter()
    for line in lines:
        votes[line.rule] += line.equal_dates
    rule = votes.most_common(1)[0][0]
    return _line(cases, np.arange(len(cases)), Fitted(ANY, rule), calendars)
