"""CSV and GeoJSON: text that needs no file, made batch by batch."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson
import shapely

from grid_data.exporters.columns import Column, Row, Sheet

__all__ = ["CsvText", "GeoJsonText", "TextForm", "harmless"]

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins like this is taken for a formula by spreadsheets."""
BOM = "\ufeff"
_PLAIN = str.maketrans({",": "，", ";": "；", '"': "”", "\t": " ", "\r": " ", "\n": " "})


class TextForm(Protocol):
    """A format whose text is made in the order of its rows."""

    def head(self) -> bytes:
        """What stands before the first row."""
        ...

    def rows(self, batch: Sequence[Row]) -> bytes:
        """A batch of rows."""
        ...

    def tail(self) -> bytes:
        """What stands behind the last row."""
        ...


def harmless(text: str) -> str:
    """A text no spreadsheet takes for a formula.

    >>> harmless("=HYPERLINK(1)"), harmless("路灯"), harmless("-5")
    ("'=HYPERLINK(1)", '路灯', "'-5")
    """
    return f"'{text}" if text.startswith(FORMULA) else text


class CsvText:
    """CSV (RFC 4180), UTF-8.

    What the file is about stands above the heading in lines that begin with ``#``; no cell of it can be taken
    for a formula.

    Parameters
    ----------
    bom
        Begin with a byte order mark: without it Excel takes Chinese text for another encoding.
    about
        Whether the lines above the heading are written.
    """

    def __init__(self, sheet: Sheet, *, bom: bool = False, about: bool = True) -> None:
        self._sheet = sheet
        self._bom, self._about = bom, about
        self._places = sheet.places(with_geometry=False)
        zone = ZoneInfo(sheet.about.timezone)
        self._cells = [_cell(sheet, sheet.columns[at], zone) for at in self._places]

    def head(self) -> bytes:
        """Mark, lines about the file, and the heading."""
        facts = self._sheet.about.facts(self._sheet.language).items() if self._about else ()
        lines = [f"# {name}: {value.translate(_PLAIN)}\r\n" for name, value in facts]
        out = io.StringIO(newline="")
        out.write((BOM if self._bom else "") + "".join(lines))
        csv.writer(out).writerow([self._sheet.heading(self._sheet.columns[at]) for at in self._places])
        return out.getvalue().encode()

    def rows(self, batch: Sequence[Row]) -> bytes:
        """A line per row."""
        out = io.StringIO(newline="")
        columns = [
            [None if value is None else cell(value) for value in [row[at] for row in batch]]
            for at, cell in zip(self._places, self._cells, strict=True)
        ]
        csv.writer(out).writerows(zip(*columns, strict=True))
        return out.getvalue().encode()

    def tail(self) -> bytes:
        """Nothing."""
        return b""


class GeoJsonText:
    """GeoJSON (RFC 7946): a collection of features, what it is about in members of its own."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._places = sheet.places(with_geometry=sheet.shape is not None)
        self._names = [sheet.heading(sheet.columns[at]) for at in self._places]
        self._words = [sheet.words(sheet.columns[at]) for at in self._places]
        self._first = True

    def head(self) -> bytes:
        """Members of the collection, and the beginning of its features."""
        about = self._sheet.about
        members = {
            "type": "FeatureCollection",
            "name": self._sheet.name,
            "timeStamp": about.at.isoformat(timespec="seconds"),
            "numberReturned": about.rows,
            "gridgov": about.document(),
        }
        return orjson.dumps(members)[:-1] + b',"features":['

    def rows(self, batch: Sequence[Row]) -> bytes:
        """A feature per row, with coordinates of at most seven decimals."""
        shapes = _shapes([row[-1] for row in batch]) if self._sheet.shape else [b"null"] * len(batch)
        features = []
        for row, shape in zip(batch, shapes, strict=True):
            properties = {
                name: row[at] if words is None else words.get(row[at], row[at])
                for name, at, words in zip(self._names, self._places, self._words, strict=True)
            }
            text = orjson.dumps(properties, option=orjson.OPT_UTC_Z)
            features.append(b'{"type":"Feature","geometry":' + shape + b',"properties":' + text + b"}")
        comma = b"\n" if self._first else b",\n"
        self._first = self._first and not features
        return comma + b",\n".join(features) if features else b""

    def tail(self) -> bytes:
        """The end of the collection."""
        return b"\n]}\n"


def _shapes(geometries: Sequence[bytes | None]) -> list[bytes]:
    written = shapely.to_geojson(shapely.from_wkb(list(geometries)))
    return [b"null" if text is None else text.encode() for text in written]


def _cell(sheet: Sheet, column: Column, zone: ZoneInfo) -> Callable[[Any], Any]:
    """How a value of a column is written."""
    if column.kind == "moment":
        return lambda at: _local(at, zone)
    if column.kind == "day":
        return lambda day: _iso(day)
    if column.kind == "truth":
        yes, no = (
            ("true", "false") if sheet.codes else ("是", "否") if sheet.language == "zh" else ("yes", "no")
        )
        return lambda truth: yes if truth else no
    if column.kind != "text":
        return _same
    words: Mapping[str, str] | None = sheet.words(column)
    return harmless if words is None else lambda code: words.get(code) or harmless(code)


def _same(value: Any) -> Any:
    return value


def _iso(day: date) -> str:
    return day.isoformat()


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
