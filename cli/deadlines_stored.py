"""``gridgov deadlines list`` and ``show``: limits and calendars of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import in_words, out
from cli.deadlines import AsJson, deadlines
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from governance.deadlines.answers import Deadlines, StoredLimit
    from grid_data.database import Connection

__all__ = ["deadlines", "list_", "show"]

WORKING = Words("读取时限", "reading limits")
KINDS = {
    "urgent_hour": Words("小时", "hour"),
    "natural_day": Words("自然日", "day"),
    "work_hour": Words("工作时", "working hour"),
    "work_day": Words("工作日", "working day"),
}
WEEKDAYS = Words("一二三四五六日", "Mon Tue Wed Thu Fri Sat Sun")


@deadlines.command("list")
def list_(
    category: Annotated[
        str | None, typer.Option("--category", metavar="KEY", help="Only limits of this category itself.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the limits that hold now, as stage, what they are for, and amount.

    The nearest category wins, then condition, appeal kind and urgency.
    """
    from rich.markup import escape
    from rich.table import Table

    found = _read(None)
    limits = [limit for limit in found.limits if category in (None, limit.category)]
    if as_json:
        typer.echo(found.model_copy(update={"limits": limits}).model_dump_json(indent=2))
        return
    table = Table(box=None, header_style="bold")
    for zh, en in (("环节", "stage"), ("适用", "for"), ("时限", "limit"), ("说明", "note")):
        table.add_column(in_words(zh, en), overflow="fold")
    for limit in limits:
        note = "" if limit.note is None else in_words(limit.note.zh, limit.note.en or limit.note.zh)
        zh, en = KINDS[limit.kind]
        amount = f"{limit.amount:g} {in_words(zh, en if limit.amount == 1 else f'{en}s')}"
        table.add_row(limit.stage, escape(_subject(limit)), amount, escape(note))
    out.print(table)
    out.print(in_words(f"工作时间 {found.windows}", f"business hours {found.windows}"))


@deadlines.command()
def show(
    year: Annotated[
        int | None, typer.Argument(metavar="YEAR", help="Year of the calendar; this one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the special days of a year, with their weekdays, and business hours of organisations."""
    found = _read(year)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    if not found.days:
        out.print(in_words(f"{found.year} 年没有节假日", f"no special days in {found.year}"))
    for day in found.days:
        zh, en = WEEKDAYS.zh[day.weekday - 1], WEEKDAYS.en.split()[day.weekday - 1]
        kind = in_words(*{"holiday": ("休", "off"), "workday": ("班", "worked")}[day.kind])
        out.print(f"{day.date} {in_words('周' + zh, en)} {kind}  {day.name or ''}", markup=False)
    out.print(in_words(f"工作时间 {found.windows}", f"business hours {found.windows}"))
    for each in found.organisations:
        if each.own:
            name = in_words(each.name.zh, each.name.en or each.name.zh)
            out.print(f"  {each.organisation} {name}: {each.windows}", markup=False)


def _read(year: int | None) -> Deadlines:
    from governance.deadlines.answers import get_deadlines, this_year
    from governance.deadlines.calendar import FIRST, LAST

    if year is not None and not FIRST.year <= year < LAST.year:
        fail(f"没有 {year} 年的日历", f"there is no calendar of {year}")

    async def work(connection: Connection) -> Deadlines:
        return await get_deadlines(connection, year or await this_year(connection))

    return in_database(lambda connection, _: work(connection), WORKING)


def _subject(limit: StoredLimit) -> str:
    parts = []
    if limit.category is not None and limit.category_name is not None:
        name = limit.category_name
        parts.append(f"{in_words(name.zh, name.en or name.zh)} ({limit.category})")
    parts += [part for part in (limit.condition, limit.appeal_kind, limit.urgency) if part]
    return ", ".join(parts) or in_words("全部", "everything")
