"""Recomputing due moments by rules, and how far they agree with those of past cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.deadlines.calendar import CalendarDay, OutOfCalendar, Seconds
from governance.deadlines.candidates import SAME_S
from governance.deadlines.cases import Cases
from governance.deadlines.fitting import ANY, Fitted, Learnt
from governance.deadlines.rules import Moments
from governance.deadlines.windows import DAY_S

__all__ = ["Agreement", "Checked", "Unlike", "check"]

EXAMPLES = 10
"""Cases shown that are not explained; of one category, at most two."""


@dataclass(frozen=True)
class Agreement:
    """How many cases of a category, or of all, are due when the rules say.

    Attributes
    ----------
    equal_minutes, equal_dates
        Those within a minute, and those on the same date.
    """

    category: str
    cases: int
    equal_minutes: int
    equal_dates: int

    @property
    def equal_minutes_share(self) -> float:
        """Share of the cases, 0 without any."""
        return self.equal_minutes / self.cases if self.cases else 0.0

    @property
    def equal_dates_share(self) -> float:
        """Share of the cases, 0 without any."""
        return self.equal_dates / self.cases if self.cases else 0.0


@dataclass(frozen=True)
class Unlike:
    """A case that is due on another date than the rules say; moments are seconds of the wall clock."""

    case: str
    line: int
    category: str
    reported: int
    due: int
    recomputed: int


@dataclass(frozen=True)
class Checked:
    """What a check finds.

    Attributes
    ----------
    without_limit
        Usable cases for which there is no rule; they count as not equal.
    by_default
        Cases of categories that are not named, and take the rule for any other.
    recomputed
        When each case is due by the rules; -1 where none fits.
    """

    total: Agreement
    categories: list[Agreement]
    without_limit: int
    by_default: int
    unlike: list[Unlike]
    recomputed: Seconds


def check(cases: Cases, learnt: Learnt, days: tuple[CalendarDay, ...] = ()) -> Checked:
    """Recompute when cases are due. Reports before the first period of a category take its first rule."""
    calendars = learnt.calendar(days)
    by_category: dict[str, list[Fitted]] = {}
    for line in learnt.lines:
        by_category.setdefault(line.category, []).append(line)
    recomputed = np.full(len(cases), -1, np.int64)
    by_default = 0
    order = np.argsort(cases.category, kind="stable")
    cuts = np.searchsorted(cases.category[order], np.arange(len(cases.categories) + 1))
    groups = [order[cuts[n] : cuts[n + 1]] for n in range(len(cases.categories))]
    for name, rows in zip(cases.categories, groups, strict=True):
        rules = by_category.get(name)
        if rules is None:
            rules = by_category.get(ANY, [])
            by_default += len(rows) if rules else 0
        for line, some in _periods(rules, rows, cases.reported):
            try:
                recomputed[some] = Moments(cases.reported[some], calendars).due(line.rule)
            except OutOfCalendar:
                continue
    known = recomputed >= 0
    minutes = known & (np.abs(recomputed - cases.due) <= SAME_S)
    dates = known & (recomputed // DAY_S == cases.due // DAY_S)
    categories = [
        Agreement(name, len(rows), int(minutes[rows].sum()), int(dates[rows].sum()))
        for name, rows in sorted(zip(cases.categories, groups, strict=True))
    ]
    return Checked(
        Agreement("", len(cases), int(minutes.sum()), int(dates.sum())),
        categories,
        int((~known).sum()),
        by_default,
        _unlike(cases, groups, known & ~dates, recomputed),
        recomputed,
    )


def _periods(
    lines: Sequence[Fitted], rows: NDArray[np.int64], reported: Seconds
) -> Iterator[tuple[Fitted, NDArray[np.int64]]]:
    """The rules of a category with the rows of their periods."""
    ordered = sorted(lines, key=lambda line: (line.since is not None, line.since or 0))
    if not ordered:
        return
    left = rows
    for line, following in zip(ordered, [*ordered[1:], None], strict=True):
        if following is None or following.since is None:
            yield line, left
            return
        mine = reported[left] < following.since
        yield line, left[mine]
        left = left[~mine]


def _unlike(
    cases: Cases, groups: Sequence[NDArray[np.int64]], wrong: NDArray[np.bool_], recomputed: Seconds
) -> list[Unlike]:
    """Examples, of the categories with most of them first."""
    bad = sorted((rows[wrong[rows]] for rows in groups), key=len, reverse=True)
    rows = [int(row) for some in bad for row in some[:2]][:EXAMPLES]
    return [
        Unlike(
            cases.ids[row],
            int(cases.line[row]),
            cases.categories[int(cases.category[row])],
            int(cases.reported[row]),
            int(cases.due[row]),
            int(recomputed[row]),
        )
        for row in rows
    ]
