"""XLSX: rows on sheets, what the file is about on one of its own; a row at a time in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grid_data.exporters.columns import Row, Sheet

__all__ = ["SHEET_ROWS", "write_workbook"]

SHEET_ROWS = 1_048_575
"""Rows a sheet takes below its heading; more go on on the next sheet."""
LONGEST = 32_767
"""Characters a cell takes."""
WIDTHS = {"text": 18, "integer": 10, "number": 12, "moment": 20, "day": 12, "truth": 8}


def write_workbook(
    batches: Iterable[Sequence[Row]], path: Path, sheet: Sheet, *, sheet_rows: int = SHEET_ROWS
) -> None:
    """Write a workbook; its moments are those of the city's clock, for Excel knows no time zones.

    Every text is a text: nothing is taken for a formula, a number or a link.

    Parameters
    ----------
    path
        Where to; the folder takes the parts while they are made.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    try:
        bold = book.add_format({"bold": True})
        writer = _Rows(book, sheet, bold, sheet_rows)
        for batch in batches:
            writer.write(batch)
        about = sheet.about
        facts = about.facts(sheet.language)
        note = book.add_worksheet("说明" if sheet.language == "zh" else "about")
        note.set_column(0, 0, 14, bold)
        note.set_column(1, 1, 80)
        for at, (name, value) in enumerate(facts.items()):
            note.write_string(at, 0, name)
            note.write_string(at, 1, value[:LONGEST])
        book.set_properties(
            {
                "title": getattr(about.title, sheet.language),
                "author": about.by[:255],
                "comments": "; ".join(f"{name}: {value}" for name, value in facts.items())[:2000],
            }
        )
    finally:
        book.close()


class _Rows:
    """The sheets of rows, one after another."""

    def __init__(self, book: Any, sheet: Sheet, bold: Any, most: int) -> None:
        self._book, self._sheet, self._bold, self._most = book, sheet, bold, most
        self._places = sheet.places(with_geometry=False)
        self._formats = {
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._zone = ZoneInfo(sheet.about.timezone)
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        name = self._sheet.name[:25] if self._number == 1 else f"{self._sheet.name[:25]} {self._number}"
        self._page = self._book.add_worksheet(name)
        self._page.freeze_panes(1, 0)
        self._at = 0
        for place, at in enumerate(self._places):
            column = self._sheet.columns[at]
            self._page.set_column(place, place, WIDTHS[column.kind])
            self._page.write_string(0, place, self._sheet.heading(column), self._bold)
        self._writers = [self._writer(at) for at in self._places]

    def write(self, batch: Sequence[Row]) -> None:
        """Rows below those that are there."""
        for row in batch:
            if self._at == self._most:
                self._begin()
            self._at += 1
            line = self._at
            for place, (at, write) in enumerate(zip(self._places, self._writers, strict=True)):
                if (value := row[at]) is not None:
                    write(line, place, value)

    def _writer(self, at: int) -> Callable[[int, int, Any], object]:
        page, column = self._page, self._sheet.columns[at]
        if column.kind in ("integer", "number"):
            return page.write_number  # type: ignore[no-any-return]
        if column.kind == "truth":
            return page.write_boolean  # type: ignore[no-any-return]
        if column.kind == "moment":
            zone, form = self._zone, self._formats["moment"]
            return lambda line, place, value: page.write_datetime(
                line, place, value.astimezone(zone).replace(tzinfo=None), form
            )
        if column.kind == "day":
            day = self._formats["day"]
            return lambda line, place, value: page.write_datetime(line, place, value, day)
        words = self._sheet.words(column)
        if words is not None:
            return lambda line, place, value: page.write_string(line, place, words.get(value, value))
        return lambda line, place, value: page.write_string(line, place, value[:LONGEST])
