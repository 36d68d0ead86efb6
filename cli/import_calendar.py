"""``gridgov import calendar``: holidays and make-up workdays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import in_words, out
from cli.import_options import DryRun
from cli.import_run import fail, in_database
from cli.imports import imports

if TYPE_CHECKING:
    from grid_data.database import Connection
    from grid_data.importers.batch import Progress

__all__ = ["import_calendar", "imports"]


@imports.command("calendar")
def import_calendar(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV with columns date, kind (holiday or workday) and name."),
    ],
    dry_run: DryRun = False,
) -> None:
    """Read a working calendar: holidays, and weekend days that are worked.

    The special days of every year in the file are replaced by those of the file. Clocks that run keep their
    due moments.
    """
    from governance.access import OPERATOR
    from governance.deadlines.cases import BadFile, read_calendar
    from governance.deadlines.changes import DeadlinesRefused, calendar_changes, change_deadlines

    try:
        changes = calendar_changes(read_calendar(file))
    except BadFile as problem:
        fail(*problem.words)

    async def store(connection: Connection, _: Progress) -> None:
        await change_deadlines(connection, OPERATOR, changes)
        if dry_run:
            await connection.rollback()

    try:
        in_database(store)
    except DeadlinesRefused as refused:
        for _, _, (zh, en) in refused.faults[:20]:
            out.print(in_words(zh, en), markup=False)
        fail("日历有误，未写入", "the calendar has faults; nothing was stored")
    listed = ", ".join(f"{calendar.year} ({len(calendar.days)})" for calendar in changes.calendars)
    verb = in_words("将导入", "would import") if dry_run else in_words("已导入", "imported")
    out.print(f"{verb} {listed}", markup=False)
