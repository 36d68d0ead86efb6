"""Which limit holds for an incident: a book of limits, the most specific one wins.

A limit names a stage, and may name a category (it then holds for the whole subtree), a condition, an appeal
kind and an urgency; what it leaves open fits everything. The winner of those that fit is found by looking, in
this order, for

1. the nearest category: the incident's own, then its parent, and so on up; last those of any category,
2. one that names the condition,
3. one that names the appeal kind,
4. one that names the urgency.

No two limits of one stage that hold at the same moment name the same things, so that there is one winner.
A limit in the catalogue of categories is one for the total of its category, and yields to a limit that names
the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from governance.deadlines.clock import Clock, Limit, LocalCalendar, start

__all__ = ["Book", "Entry", "Stage"]


class Stage(StrEnum):
    """What a limit is for: the whole life of an incident, or one stage of it."""

    TOTAL = "total"
    ACCEPT = "accept"
    VERIFY = "verify"
    FILE = "file"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    CHECK = "check"
    EVALUATE = "evaluate"


@dataclass(frozen=True)
class Entry:
    """One limit of the book; None leaves open. It holds for clocks started in ``[since, until)``."""

    stage: Stage
    limit: Limit
    category_id: int | None = None
    condition: str | None = None
    appeal_kind: str | None = None
    urgency: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    from_catalogue: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether a clock started now takes it."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


Asked = tuple[Stage, int | None, str | None, str | None, str | None]


@dataclass(frozen=True, eq=False)
class Book:
    """Limits and calendars of a city, as they were read at one revision.

    Attributes
    ----------
    revision
        Changes with anything in the book.
    parents
        Parent of each category.
    calendar
        What holds for an organisation that has no business hours of its own.
    calendars
        By organisation; one without own hours has those of the organisation it is part of.
    """

    revision: str
    entries: tuple[Entry, ...]
    parents: Mapping[int, int | None]
    calendar: LocalCalendar
    calendars: Mapping[int, LocalCalendar] = field(default_factory=dict)
    _found: dict[Asked, tuple[Entry, ...]] = field(default_factory=dict, repr=False)
    _by_stage: dict[tuple[Stage, int | None], list[Entry]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._by_stage.setdefault((entry.stage, entry.category_id), []).append(entry)

    def calendar_of(self, organisation_id: int | None) -> LocalCalendar:
        """The calendar an organisation works by."""
        if organisation_id is None:
            return self.calendar
        return self.calendars.get(organisation_id, self.calendar)

    def conditions(self, category_id: int | None) -> list[str]:
        """Conditions that limits tell apart for a category and what lies above it, the nearest first."""
        levels = [
            entry.condition
            for nearest in self._upwards(category_id)
            for entry in self.entries
            if entry.category_id == nearest and entry.condition is not None
        ]
        return list(dict.fromkeys(levels))

    def entry(
        self,
        stage: Stage,
        at: datetime,
        *,
        category_id: int | None,
        appeal_kind: str | None = None,
        urgency: str | None = None,
        condition: str | None = None,
    ) -> Entry | None:
        """The entry that holds for a clock started at an instant; None where nothing fits."""
        asked = (stage, category_id, condition, appeal_kind, urgency)
        fitting = self._found.get(asked)
        if fitting is None:
            fitting = self._found[asked] = tuple(self._fitting(*asked))
        return next((entry for entry in fitting if entry.holds(at)), None)

    def clock_at(
        self,
        stage: Stage,
        entered_at: datetime,
        *,
        category_id: int | None,
        appeal_kind: str | None = None,
        urgency: str | None = None,
        condition: str | None = None,
        organisation_id: int | None = None,
    ) -> Clock | None:
        """The clock of a stage entered at an instant, on the calendar of who works; None without a limit."""
        entry = self.entry(
            stage,
            entered_at,
            category_id=category_id,
            appeal_kind=appeal_kind,
            urgency=urgency,
            condition=condition,
        )
        return None if entry is None else start(entry.limit, entered_at, self.calendar_of(organisation_id))

    def _fitting(
        self,
        stage: Stage,
        category_id: int | None,
        condition: str | None,
        appeal_kind: str | None,
        urgency: str | None,
    ) -> Iterable[Entry]:
        """Entries that fit, most specific first."""
        for nearest in self._upwards(category_id):
            level = [
                entry
                for entry in self._by_stage.get((stage, nearest), ())
                if entry.condition in (None, condition)
                and entry.appeal_kind in (None, appeal_kind)
                and entry.urgency in (None, urgency)
            ]
            yield from sorted(
                level,
                key=lambda entry: (
                    entry.condition is None,
                    entry.appeal_kind is None,
                    entry.urgency is None,
                    entry.from_catalogue,
                ),
            )

    def _upwards(self, category_id: int | None) -> Iterable[int | None]:
        seen: set[int] = set()
        while category_id is not None and category_id not in seen:
            seen.add(category_id)
            yield category_id
            category_id = self.parents.get(category_id)
        yield None
