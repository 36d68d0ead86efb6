"""Which limit holds: the nearest category, then condition, appeal kind, urgency."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from governance.deadlines.calendar import WorkingCalendar
from governance.deadlines.clock import Kind, Limit, LocalCalendar
from governance.deadlines.limits import Book, Entry, Stage
from governance.deadlines.windows import Windows

# 1 is a class, 11 and 12 are its minors.
PARENTS = {1: None, 11: 1, 12: 1, 2: None}
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
CALENDAR = LocalCalendar(WorkingCalendar(), ZoneInfo("Asia/Shanghai"))


def entry(amount: float, stage: Stage = Stage.TOTAL, **names: object) -> Entry:
    return Entry(stage, Limit(amount, Kind.WORK_DAY), **names)  # type: ignore[arg-type]


ENTRIES = (
    entry(1),
    entry(2, urgency="urgent"),
    entry(3, appeal_kind="enterprise"),
    entry(4, condition="large"),
    entry(5, category_id=1),
    entry(6, category_id=1, urgency="urgent"),
    entry(7, category_id=1, appeal_kind="enterprise"),
    entry(8, category_id=1, condition="large"),
    entry(9, category_id=11),
    entry(10, category_id=11, from_catalogue=True),
    entry(11, category_id=12, from_catalogue=True),
    entry(12, category_id=11, condition="large", appeal_kind="enterprise"),
    entry(13, Stage.CHECK),
)
BOOK = Book(
    "r",
    ENTRIES,
    PARENTS,
    CALENDAR,
    {7: LocalCalendar(CALENDAR.working.with_windows(Windows.parse("08:00-09:00")), CALENDAR.zone)},
)


@pytest.mark.parametrize(
    ("category", "condition", "appeal", "urgency", "amount"),
    [
        (2, None, "livelihood", "normal", 1),  # nothing fits but what fits everything
        (None, None, None, None, 1),
        (2, None, "livelihood", "urgent", 2),
        (2, None, "enterprise", "urgent", 3),  # appeal kind before urgency
        (2, "large", "enterprise", "urgent", 4),  # condition before appeal kind
        (1, None, "livelihood", "normal", 5),
        (1, None, "livelihood", "urgent", 6),
        (1, None, "enterprise", "urgent", 7),
        (1, "large", "enterprise", "urgent", 8),
        (11, None, "enterprise", "urgent", 9),  # its own category before everything about its class
        (11, "large", "livelihood", "urgent", 9),
        (11, "large", "enterprise", "urgent", 12),
        (12, None, "livelihood", "normal", 11),  # the catalogue's, where nobody set another
        (1, "small", "livelihood", "normal", 5),  # a condition nobody named
    ],
)
def test_the_most_specific_wins(
    category: int | None, condition: str | None, appeal: str | None, urgency: str | None, amount: float
) -> None:
    found = BOOK.entry(
        Stage.TOTAL, NOW, category_id=category, condition=condition, appeal_kind=appeal, urgency=urgency
    )
    assert found is not None
    assert found.limit.amount == amount


def test_a_stage_without_a_limit_has_no_clock() -> None:
    assert BOOK.clock_at(Stage.VERIFY, NOW, category_id=11) is None
    assert BOOK.clock_at(Stage.CHECK, NOW, category_id=11) is not None


def test_a_clock_runs_in_the_hours_of_who_works() -> None:
    usual = BOOK.clock_at(Stage.CHECK, NOW, category_id=None, organisation_id=8)
    own = BOOK.clock_at(Stage.CHECK, NOW, category_id=None, organisation_id=7)
    assert usual is not None
    assert own is not None
    # Both are thirteen working days; those of one hour end an hour after opening.
    assert (usual.due_at - own.due_at).total_seconds() > 0


def test_a_limit_holds_for_clocks_that_start_in_its_time() -> None:
    turn = datetime(2026, 7, 1, tzinfo=UTC)
    book = Book("r", (entry(1, until=turn), entry(2, since=turn)), {}, CALENDAR)
    found = [book.entry(Stage.TOTAL, at, category_id=None) for at in (NOW, turn)]
    assert [each and each.limit.amount for each in found] == [1, 2]


def test_a_category_above_itself_does_not_hang() -> None:
    book = Book("r", (entry(1),), {1: 2, 2: 1}, CALENDAR)
    assert book.clock_at(Stage.TOTAL, NOW, category_id=1) is not None
