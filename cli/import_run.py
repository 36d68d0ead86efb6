"""Running an import: database, file, mapping, report, rejects, exit code."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer
from rich.markup import escape

from cli.console import in_words, out, progress, say
from cli.import_options import Common
from cli.place import database_url
from gis.words import Words
from governance.settings import Settings

if TYPE_CHECKING:
    from grid_data.database import Connection, Database
    from grid_data.importers.batch import Progress, Report, Request
    from grid_data.importers.zones import ZoneOptions
    from grid_data.set_aside import Indexes

__all__ = [
    "fail",
    "import_incidents",
    "in_database",
    "run_import",
    "run_request",
    "with_database",
    "zone_options",
]

LONGEST_S = 6 * 3600.0
"""Seconds a statement of an import may take."""

IMPORTING = Words("导入中", "importing")

Answer = TypeVar("Answer")


def zone_options(
    valid_from: datetime | None, *, as_correction: bool, keep_missing: bool, coverage: str | None
) -> ZoneOptions:
    """How zones are meant, from options.

    Raises
    ------
    typer.BadParameter
        ``coverage`` is another word.
    """
    from grid_data.importers.zones import ZoneOptions

    if coverage not in (None, "strict", "report"):
        raise typer.BadParameter("--coverage: strict | report")
    return ZoneOptions(valid_from, as_correction, keep_missing, coverage)  # type: ignore[arg-type]


def run_import(common: Common, work: Callable[[Connection, Request, Progress], Awaitable[Report]]) -> None:
    """Read the file, do the work in one transaction, print the report; exit with 1 when it was refused."""
    run_request(common, lambda request: in_database(lambda connection, told: work(connection, request, told)))


def run_request(common: Common, work: Callable[[Request], Report]) -> None:
    """Read the file, do the work, print the report; exit with 1 when it was refused."""
    from grid_data.importers.batch import Request
    from grid_data.importers.mapping import ColumnMapping, read_mapping
    from grid_data.importers.problems import ImportRefused
    from grid_data.importers.reading import read_source
    from grid_data.importers.rejects import write_rejects

    try:
        with progress.status(in_words(f"读取 {common.file.name}", f"reading {common.file.name}")):
            source = read_source(common.file, layer=common.source_layer, encoding=common.encoding)
        mapping = read_mapping(common.mapping) if common.mapping else ColumnMapping()
        request = Request(
            source,
            mapping.with_options(common.columns or (), common.constants or ()),
            common.crs,
            common.skip_bad,
            common.dry_run,
        )
    except ImportRefused as refused:
        fail(*refused.words)
    report = work(request)
    from cli.import_report import print_report

    print_report(report, source, dry_run=common.dry_run)
    if report.refused:
        raise typer.Exit(1)
    if report.rejected and not common.dry_run:
        path = common.rejects or common.file.with_name(f"{common.file.name}.rejects.csv")
        written = write_rejects(path, source, report)
        out.print(
            escape(in_words(f"{written} 行未导入，原因见 {path}", f"{written} row(s) left out, see {path}")),
            soft_wrap=True,
        )


def in_database(
    work: Callable[[Connection, Progress], Awaitable[Answer]], doing: Words = IMPORTING
) -> Answer:
    """Run work in one transaction of the operator; what cannot begin is said in one line.

    Raises
    ------
    typer.Exit
        With 1, after the reason was printed.
    """

    async def go(database: Database) -> Answer:
        from governance.access import OPERATOR

        with progress.status(in_words(*doing)):
            async with database.transaction(OPERATOR) as connection:
                return await work(connection, _told)

    return with_database(go, size=1)


def with_database(
    work: Callable[[Database], Awaitable[Answer]], *, size: int, name: str = "gridgov"
) -> Answer:
    """Run work on a pool of connections to the city's database; see `in_database`."""
    import anyio

    from grid_data.database import Database
    from grid_data.importers.problems import ImportRefused
    from migrations.standing import current, head

    async def go(url: str) -> Answer:
        database = Database(url, size=size, statement_timeout_s=LONGEST_S, name=name)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    with database_url(Settings()) as url:
        if current(url) != head():
            fail(
                "数据库结构不是本版本：请先执行 gridgov migrate",
                "the schema is not of this version: run gridgov migrate",
            )
        try:
            return anyio.run(go, url)
        except ImportRefused as refused:
            fail(*refused.words)


def import_incidents(request: Request, indexes: Indexes = "auto") -> Report:
    """Store a file of incidents in batches, under a bar that shows how far it is."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from governance.access import OPERATOR
    from governance.deadlines.watch import start_missing_clocks
    from grid_data.importers.incident_batches import LANES, import_incidents
    from grid_data.set_aside import MAINTENANCE

    # Millions of values and hardly a cycle: looking for these over and over takes a twentieth of the time.
    gc.set_threshold(100_000, 50, 100)

    async def go(database: Database) -> Report:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=progress, transient=True) as bar:
            task = bar.add_task(in_words("检查", "checking"), total=None)

            def advance(done: int, whole: int) -> None:
                bar.update(task, description=in_words("导入", "importing"), completed=done, total=whole)

            report = await import_incidents(database, OPERATOR, request, _told, advance, indexes=indexes)
        if not request.dry_run and report.stored:
            async with database.transaction(OPERATOR) as connection:
                await start_missing_clocks(connection)
        return report

    return with_database(go, size=LANES + 2, name=MAINTENANCE)


def fail(zh: str, en: str) -> NoReturn:
    """Say why nothing happens, and end with 1."""
    progress.print(f"[red]gridgov:[/red] {escape(in_words(zh, en))}", soft_wrap=True)
    raise typer.Exit(1)


def _told(step: str, rows: int, seconds: float) -> None:
    if rows:
        say(f"{step}: {rows:,} in {seconds:.1f} s")
