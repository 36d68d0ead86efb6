"""The duty roster: which post is on duty on which day, from when to when; changed whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gis.words import Words
from governance.access import Principal
from governance.incidents.answers import Answer, Name, Named
from grid_data.city import city_timezone
from grid_data.database import Connection
from grid_data.duties import (
    Period,
    clear_duties,
    duties_overlapping,
    find_posts,
    insert_duties,
    read_duties,
)
from grid_data.history import add_history

__all__ = ["KINDS", "Changed", "Duties", "DutiesRefused", "Duty", "DutyRow", "change_duties", "list_duties"]

KINDS = ("grid_lead", "police", "full_time", "part_time", "trade", "window")
Fault = tuple[int, str, str, Words]
"""Row, column, kind of fault, what is wrong."""


class DutiesRefused(Exception):
    """Rows are wrong; nothing was stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(words.en for *_, words in faults))
        self.faults = faults


@dataclass(frozen=True)
class DutyRow:
    """A post on duty on a day, on the city's clock.

    Attributes
    ----------
    person
        Code of who holds the post; needed only where a zone has several posts of the kind.
    begins, ends
        An end that is not after the beginning is on the next day. Neither: off duty on that day.
    """

    zone: str
    kind: str
    day: date
    begins: time | None = None
    ends: time | None = None
    person: str | None = None
    layer: str = "base_grid"


@dataclass(frozen=True)
class Changed:
    """How many periods came and went, of how many posts."""

    added: int
    removed: int
    posts: int


@dataclass
class _Found:
    periods: list[Period] = field(default_factory=list)
    days: dict[tuple[int, date], None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


async def change_duties(connection: Connection, principal: Principal, sent: Sequence[DutyRow]) -> Changed:
    """Replace the roster of every post and day that the rows name, with one entry in the history.

    Raises
    ------
    DutiesRefused
        Naming every row that is wrong.
    """
    timezone = await city_timezone(connection)
    found = await _understood(connection, sent, timezone)
    if found.faults:
        raise DutiesRefused(found.faults)
    removed = await clear_duties(connection, list(found.days))
    if faults := await _overlaps(connection, found.periods):
        raise DutiesRefused(faults)
    added = await insert_duties(connection, found.periods) if found.periods else 0
    changed = Changed(added, removed, len({post for post, _ in found.days}))
    if found.days:
        days = sorted(day for _, day in found.days)
        after = {
            "added": added, "removed": removed, "posts": changed.posts,
            "first": days[0].isoformat(), "last": days[-1].isoformat(),
        }  # fmt: skip
        await add_history(connection, principal.name, "duties.change", after=after)
    return changed


async def _understood(connection: Connection, sent: Sequence[DutyRow], timezone: str) -> _Found:
    found = _Found()
    zone = ZoneInfo(timezone)
    asked = [
        {
            "row": n, "layer": row.layer, "zone": row.zone, "kind": row.kind, "person": row.person,
            "day": row.day.isoformat(),
        }
        for n, row in enumerate(sent)
    ]  # fmt: skip
    posts = await find_posts(connection, asked, timezone)
    for n, row in enumerate(sent):
        known, fitting = posts[n]
        if (fault := _post_fault(n, row, known=known, fitting=fitting)) is not None:
            found.faults.append(fault)
            continue
        if (row.begins is None) != (row.ends is None):
            column = "from" if row.begins is None else "to"
            words = Words("起止时间须都填写，或都不填", "beginning and end are both given, or neither")
            found.faults.append((n, column, "half-a-period", words))
            continue
        found.days[fitting[0], row.day] = None
        if row.begins is not None and row.ends is not None:
            begins = datetime.combine(row.day, row.begins, zone)
            ends = datetime.combine(row.day, row.ends, zone)
            if ends <= begins:
                ends = datetime.combine(row.day + timedelta(days=1), row.ends, zone)
            found.periods.append(Period(n, fitting[0], row.day, begins, ends))
    return found


def _post_fault(n: int, row: DutyRow, *, known: bool, fitting: Sequence[int]) -> Fault | None:
    if not known:
        return n, "zone", "unknown-zone", Words(f"没有网格 {row.zone}", f"there is no zone {row.zone}")
    if not fitting:
        column = "kind" if row.person is None else "person"
        words = Words(f"网格 {row.zone} 当日没有这样的岗位", f"zone {row.zone} has no such post on that day")
        return n, column, "unknown-post", words
    if len(fitting) > 1:
        words = Words(
            f"网格 {row.zone} 有 {len(fitting)} 个此类岗位，须写明人员",
            f"zone {row.zone} has {len(fitting)} such posts: name the person",
        )
        return n, "person", "several-posts", words
    return None


async def _overlaps(connection: Connection, periods: Sequence[Period]) -> list[Fault]:
    """Periods that overlap with one another, or with what the post has on a day the rows do not name."""
    faults: list[Fault] = []
    last: Period | None = None
    for each in sorted(periods, key=lambda period: (period.post_id, period.begins)):
        if last is not None and last.post_id == each.post_id and each.begins < last.ends:
            words = Words(f"与第 {last.row + 1} 行重叠", f"overlaps with row {last.row + 1}")
            faults.append((each.row, "from", "overlap", words))
        last = each if last is None or last.post_id != each.post_id or each.ends > last.ends else last
    stored = await duties_overlapping(connection, periods) if periods else {}
    for n, day in stored.items():
        words = Words(f"与该岗位 {day} 的值班重叠", f"overlaps with the post's duty of {day}")
        faults.append((n, "from", "overlap", words))
    return sorted(faults, key=lambda fault: fault[0])


class Duty(Answer):
    """A post on duty; ``now``: at this moment."""

    id: int
    day: date
    begins_at: datetime
    ends_at: datetime
    now: bool
    layer: str
    zone: str
    kind: str
    person: str | None
    person_code: str | None
    organisation: Named | None


class Duties(Answer):
    """A stretch of the roster; ``next`` is the id to go on after, null at the end."""

    items: list[Duty]
    next: int | None


async def list_duties(
    connection: Connection,
    first: date,
    last: date,
    *,
    now: bool,
    zone: str | None,
    organisation: str | None,
    after: int,
    limit: int,
) -> Duties:
    """The roster from one day to another, filtered where a filter is given."""
    found = await read_duties(
        connection, first, last, now=now, zone=zone, organisation=organisation, after=after, limit=limit + 1
    )
    items = [_duty(row) for row in found[:limit]]
    return Duties(items=items, next=items[-1].id if len(found) > limit else None)


def _duty(row: dict[str, Any]) -> Duty:
    name = Name(zh=row["organisation_zh"], en=row["organisation_en"]) if row["organisation"] else None
    plain = {key: row[key] for key in Duty.model_fields if key in row and key != "organisation"}
    return Duty(**plain, organisation=Named(code=row["organisation"], name=name) if name else None)
