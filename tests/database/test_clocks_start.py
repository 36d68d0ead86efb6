"""Clocks of stored incidents: the book follows the tables, and open incidents get clocks once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from governance.access import OPERATOR, VISITOR
from governance.deadlines.book import deadline_book
from governance.deadlines.clock import Kind
from governance.deadlines.limits import Stage
from governance.deadlines.watch import start_clocks
from governance.incidents.intake import Report, report
from grid_data.database import Connection, Database
from tests.support import toy_city

QINGDAO = ZoneInfo("Asia/Shanghai")


async def reported(database: Database, *moments: datetime) -> list[int]:
    """Ids of incidents of rubbish reported at some moments."""
    for n, moment in enumerate(moments):
        async with database.transaction(VISITOR) as connection:
            sent = Report(toy_city.GARBAGE, "垃圾", "hotline", f"C{n}", 120.4051, 36.1051, reported_at=moment)
            await report(connection, VISITOR, sent)
    async with database.transaction(OPERATOR) as connection:
        return [row["id"] for row in await asked(connection, "SELECT id FROM incident ORDER BY id")]


async def asked(connection: Connection, text: LiteralString) -> list[dict[str, Any]]:
    return list(await (await connection.execute(text)).fetchall())


async def test_the_limit_of_the_catalogue_starts_with_the_report(toy_database: Database) -> None:
    # A Friday at four in the afternoon: two working hours are left, two more come on Monday.
    friday = datetime(2026, 6, 5, 16, 0, tzinfo=QINGDAO)
    ids = await reported(toy_database, friday)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("DELETE FROM incident_clock")
        assert await start_clocks(connection, ids) == 1
        assert await start_clocks(connection, ids) == 0
        (clock,) = await asked(connection, "SELECT * FROM incident_clock")
    assert (clock["kind"], clock["started_at"]) == ("work_hour", friday)
    assert clock["due_at"] == datetime(2026, 6, 8, 10, 0, tzinfo=QINGDAO)
    assert clock["soon_at"] == datetime(2026, 6, 8, 9, 0, tzinfo=QINGDAO)


async def test_a_book_is_kept_until_something_in_it_changes(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        book = await deadline_book(connection)
        assert await deadline_book(connection) is book
        await connection.execute("INSERT INTO calendar_day VALUES ('2026-06-05', 'holiday', '停工')")
        changed = await deadline_book(connection)
        assert changed.revision != book.revision
        assert not changed.calendar.working.is_working(datetime(2026, 6, 5).date())  # noqa: DTZ001
        assert await deadline_book(connection) is changed


async def test_a_change_that_was_taken_back_leaves_no_trace(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        before = await deadline_book(connection)
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute("INSERT INTO calendar_day VALUES ('2026-06-05', 'holiday', '停工')")
        await deadline_book(connection)
        await connection.rollback()
    async with toy_database.transaction(OPERATOR) as connection:
        assert await deadline_book(connection) is before


async def test_a_limit_holds_for_clocks_of_its_time(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "INSERT INTO time_limit (stage, amount, kind, valid) VALUES"
            " ('dispatch', 2, 'work_hour', tstzrange(NULL, '2026-06-01+08')),"
            " ('dispatch', 10, 'natural_day', tstzrange('2026-06-01+08', NULL))"
        )
        book = await deadline_book(connection)
        old = book.clock_at(Stage.DISPATCH, datetime(2026, 5, 29, 9, tzinfo=QINGDAO), category_id=None)
        new = book.clock_at(Stage.DISPATCH, datetime(2026, 6, 1, 0, tzinfo=QINGDAO), category_id=None)
    assert old is not None
    assert new is not None
    assert (old.kind, new.kind) == (Kind.WORK_HOUR, Kind.NATURAL_DAY)


async def test_business_hours_are_inherited_from_the_organisation_above(toy_database: Database) -> None:
    async with toy_database.transaction(OPERATOR) as connection:
        await connection.execute(
            "INSERT INTO organisation (code, name_zh, kind, parent_id)"
            " SELECT 'POL1', '中队', 'squad', id FROM organisation WHERE code = 'POL'"
        )
        await connection.execute(
            "INSERT INTO organisation_window SELECT id, '08:30-17:00' FROM organisation WHERE code = 'POL'"
        )
        book = await deadline_book(connection)
        (squad,) = await asked(connection, "SELECT id FROM organisation WHERE code = 'POL1'")
        (other,) = await asked(connection, "SELECT id FROM organisation WHERE code = 'MKT'")
    assert str(book.calendar_of(squad["id"]).working.windows) == "08:30-17:00"
    assert str(book.calendar_of(other["id"]).working.windows) == "08:00-12:00,14:00-18:00"
