"""One export: counted and written into the history before its first byte leaves, then streamed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gis.words import Words
from governance.access import Principal
from governance.exports.subjects import Format, Subject
from grid_data.database import Connection, Database, one
from grid_data.exporters.columns import About, Language, Row, Sheet
from grid_data.exporters.reading import batches, counted, snapshot
from grid_data.exporters.scratch import scratch_folder, sweep
from grid_data.exporters.spatial import write_spatial
from grid_data.exporters.text import CsvText, GeoJsonText, TextForm
from grid_data.exporters.workbook import write_workbook
from grid_data.history import add_history
from grid_data.incidents import COUNTED
from grid_data.statements import Numbered, numbered_with

__all__ = ["AT_ONCE", "Export", "Exports", "ExportsBusy", "Wanted", "about_now", "file_name", "told"]

AT_ONCE = 2
"""Exports a process makes at a time: each takes a core and a connection."""
WAIT_S = 5.0
"""How long an export waits for its turn."""
PIECE = 1 << 18
"""Bytes of a finished file that are read at once."""


class ExportsBusy(Exception):
    """Too many exports are under way."""


class _Left(Exception):
    """Whoever wanted the file is gone."""


@dataclass(frozen=True)
class Wanted:
    """An export as it was asked for.

    Attributes
    ----------
    parameters
        What the subject's filter wants to know.
    query
        The filters as the query string of the list.
    filters
        The same in words.
    bom, about
        Of CSV: a byte order mark, and the lines above the heading.
    codes
        Headings and values as programs name them.
    """

    subject: Subject
    form: Format
    parameters: Mapping[str, Any]
    query: str = ""
    filters: Sequence[tuple[Words, Words]] = ()
    language: Language = "zh"
    bom: bool = False
    about: bool = True
    codes: bool = False

    @property
    def rows(self) -> Numbered:
        """The statement that answers the rows."""
        return numbered_with(self.subject.statement, *self._parts)

    @property
    def counted(self) -> Numbered:
        """The statement that counts them."""
        return numbered_with(self.subject.count, *self._parts)

    @property
    def _parts(self) -> tuple[tuple[str, str], ...]:
        # A number of a ranking asks in a way of its own.
        if self.parameters.get("counted") is not None:
            return COUNTED[True]
        return (("filter", self.subject.filter),)


@dataclass(frozen=True)
class Export:
    """An export that has begun.

    Attributes
    ----------
    rows
        How many it holds.
    file_name
        Under which it may be saved: subject, day and time of the city, ending.
    pieces
        The file; closing it early ends the export and removes what was made for it.
    """

    rows: int
    file_name: str
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True)
class Exports:
    """The exports of a process.

    Parameters
    ----------
    folder
        Where files under way lie; those of a process that was killed are removed by `swept`.
    """

    database: Database
    folder: Path
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def swept(self) -> int:
        """Remove what killed processes left behind; returns how many folders."""
        return sweep(self.folder)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Held while an export or a report is made and sent.

        Raises
        ------
        ExportsBusy
            Too many are under way.
        """
        try:
            async with asyncio.timeout(WAIT_S):
                await self.turns.acquire()
        except TimeoutError:
            raise ExportsBusy from None
        try:
            yield
        finally:
            self.turns.release()

    @asynccontextmanager
    async def begun(self, me: Principal, wanted: Wanted) -> AsyncIterator[Export]:
        """Begin an export: its rows are counted, and the history says who takes what.

        Raises
        ------
        ExportsBusy
            Too many are under way.
        """
        async with self.turn(), AsyncExitStack() as stack:
            reading = AsyncExitStack()
            stack.push_async_exit(reading)
            connection = await reading.enter_async_context(snapshot(self.database, me))
            subject = wanted.subject
            rows, placed = await counted(connection, wanted.counted, wanted.parameters)
            about = await about_now(
                connection, me.name, subject.title, wanted.query, wanted.filters, rows=rows
            )
            # In a transaction of its own: what leaves is written down before it does.
            async with self.database.transaction(me) as writing:
                await told(writing, me.name, wanted.subject.name, wanted.form, wanted.query, rows)
            sheet = Sheet(
                subject.name,
                subject.columns,
                subject.shape,
                about,
                wanted.language,
                placed=placed == rows,
                codes=wanted.codes,
            )
            parameters = {**wanted.parameters, "english": wanted.language == "en"}
            stream = batches(connection, wanted.rows, parameters)
            pieces = self._pieces(stream, sheet, wanted, reading)
            stack.push_async_callback(pieces.aclose)
            yield Export(rows, file_name(about, subject.name, wanted.form), pieces)

    @asynccontextmanager
    async def table(self, me: Principal, wanted: Wanted, rows: Sequence[Row]) -> AsyncIterator[Export]:
        """An export of rows that are there already: the answer to a question, with the shapes of its zones.

        Raises
        ------
        ExportsBusy
            Too many are under way.
        """
        subject = wanted.subject
        async with self.turn(), AsyncExitStack() as stack:
            async with self.database.transaction(me) as connection:
                about = await about_now(
                    connection, me.name, subject.title, wanted.query, wanted.filters, rows=len(rows)
                )
                await told(connection, me.name, subject.name, wanted.form, wanted.query, len(rows))
            placed = all(row[-1] is not None for row in rows)
            sheet = Sheet(
                subject.name,
                subject.columns,
                subject.shape,
                about,
                wanted.language,
                placed=placed,
                codes=wanted.codes,
            )
            pieces = self._pieces(_at_once(rows), sheet, wanted, AsyncExitStack())
            stack.push_async_callback(pieces.aclose)
            yield Export(len(rows), file_name(about, subject.name, wanted.form), pieces)

    async def _pieces(
        self, stream: AsyncGenerator[list[Row]], sheet: Sheet, wanted: Wanted, reading: AsyncExitStack
    ) -> AsyncGenerator[bytes]:
        if (text := _text_form(sheet, wanted)) is not None:
            async with aclosing(stream) as rows:
                yield text.head()
                async for batch in rows:
                    yield await asyncio.to_thread(text.rows, batch)
                yield text.tail()
            return
        with scratch_folder(self.folder) as folder:
            path = folder / f"{sheet.name}.{wanted.form}"
            async with aclosing(stream) as rows:
                await _made(rows, path, sheet, wanted.form)
            # Whoever takes long to download holds no connection.
            await reading.aclose()
            with path.open("rb") as file:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece


async def _at_once(rows: Sequence[Row]) -> AsyncGenerator[list[Row]]:
    if rows:
        yield list(rows)


async def told(connection: Connection, by: str, subject: str, form: str, query: str, rows: int) -> None:
    """Write down who takes what."""
    after = {"subject": subject, "format": form, "query": query, "rows": rows}
    await add_history(connection, by, "export.download", after=after)


def file_name(about: About, subject: str, form: str) -> str:
    """Under which a file may be saved, by the city's clock."""
    local = about.at.astimezone(ZoneInfo(about.timezone))
    return f"gridgov-{subject}-{local:%Y%m%d-%H%M}.{form}"


async def about_now(
    connection: Connection,
    by: str,
    title: Words,
    query: str,
    filters: Sequence[tuple[Words, Words]],
    *,
    rows: int,
) -> About:
    """What is said inside a file about rows as they are now."""
    row = await one(connection, "exports/edition")
    timezone = row["timezone"] if row else "UTC"
    edition = "-"
    if row and row["code"]:
        since = row["since"].astimezone(ZoneInfo(timezone)).date() if row["since"] else "-"
        edition = f"{row['code']} {row['edition']} ({since})"
    return About(title, query, filters, datetime.now(UTC), edition, by, rows, timezone)


def _text_form(sheet: Sheet, wanted: Wanted) -> TextForm | None:
    if wanted.form == "csv":
        return CsvText(sheet, bom=wanted.bom, about=wanted.about)
    return GeoJsonText(sheet) if wanted.form == "geojson" else None


async def _made(rows: AsyncIterator[list[Row]], path: Path, sheet: Sheet, form: Format) -> None:
    """Make a file in a thread that asks for batch after batch; it ends before this does."""
    loop = asyncio.get_running_loop()
    left = threading.Event()

    async def following() -> list[Row]:
        return await anext(rows, [])

    def taken() -> Iterator[list[Row]]:
        while True:
            batch = asyncio.run_coroutine_threadsafe(following(), loop).result()
            if left.is_set():
                raise _Left
            if not batch:
                return
            yield batch

    work = loop.run_in_executor(None, _write, form, taken(), path, sheet)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        left.set()
        await asyncio.wait([work])
        work.exception()
        raise


def _write(form: Format, rows: Iterable[list[Row]], path: Path, sheet: Sheet) -> None:
    if form == "gpkg" or form == "parquet" or form == "fgb":
        write_spatial(rows, path, sheet, form)
    else:
        write_workbook(rows, path, sheet)
