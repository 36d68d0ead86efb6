"""What a file of rows holds: its columns, and what is said about it inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from gis.words import Words

__all__ = ["About", "Column", "Kind", "Language", "Row", "Shape", "Sheet"]

Kind = Literal["text", "integer", "number", "moment", "day", "truth"]
Language = Literal["zh", "en"]
Shape = Literal["Point", "MultiPolygon", "Unknown"]
Row = tuple[Any, ...]
"""Values in the order of the columns; where there is a geometry, its WKB (EPSG:4326) or None comes last."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    key
        Its name for programs.
    name
        Its heading for people.
    words
        Words for the codes it holds; a code not named here stays as it is.
    tabular
        Only in files without geometry: a coordinate that the geometry says already.
    """

    key: str
    name: Words
    kind: Kind = "text"
    words: Mapping[str, Words] | None = None
    tabular: bool = False


@dataclass(frozen=True)
class About:
    """What stands inside a file beside its rows.

    Attributes
    ----------
    title
        What it holds.
    query
        The filters as the query string of the list; empty: none.
    filters
        The same for people: name and value of each.
    at
        The moment whose state it shows.
    edition
        Which edition of the base grids held then.
    by
        For whom it was made.
    rows
        How many rows it holds.
    timezone
        In which moments are written where a format has none.
    """

    title: Words
    query: str
    filters: Sequence[tuple[Words, Words]]
    at: datetime
    edition: str
    by: str
    rows: int
    timezone: str

    def facts(self, language: Language) -> dict[str, str]:
        """What is said, by heading, in the order in which it is said."""
        told = [(getattr(name, language), getattr(value, language)) for name, value in self.filters]
        listed = "; ".join(f"{name}: {value}" for name, value in told)
        local = self.at.astimezone(ZoneInfo(self.timezone)).isoformat(timespec="seconds")
        if language == "zh":
            return {
                "内容": self.title.zh,
                "筛选": listed or "无",
                "查询": self.query,
                "时间": f"{local} ({self.timezone})",
                "网格版本": self.edition,
                "导出人": self.by,
                "行数": str(self.rows),
            }
        return {
            "content": self.title.en,
            "filter": listed or "none",
            "query": self.query,
            "time": f"{local} ({self.timezone})",
            "edition": self.edition,
            "by": self.by,
            "rows": str(self.rows),
        }

    def document(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "title": self.title._asdict(),
            "query": self.query,
            "filters": [{"name": name._asdict(), "value": value._asdict()} for name, value in self.filters],
            "at": self.at.isoformat(timespec="seconds"),
            "edition": self.edition,
            "by": self.by,
            "rows": self.rows,
            "timezone": self.timezone,
        }


@dataclass(frozen=True)
class Sheet:
    """How rows are written.

    Attributes
    ----------
    name
        Of the layer, table or sheet.
    shape
        Kind of the geometry that ends each row; None: there is none.
    language
        Of headings and words.
    placed
        Whether every row has a geometry.
    codes
        Headings and values as programs name them.
    """

    name: str
    columns: tuple[Column, ...]
    shape: Shape | None
    about: About
    language: Language = "zh"
    placed: bool = True
    codes: bool = False

    def heading(self, column: Column) -> str:
        """Name of a column in the file."""
        return column.key if self.codes else str(getattr(column.name, self.language))

    def places(self, *, with_geometry: bool) -> list[int]:
        """Which values of a row are written."""
        return [at for at, column in enumerate(self.columns) if not (with_geometry and column.tabular)]

    def words(self, column: Column) -> Mapping[str, str] | None:
        """What is written for the codes of a column; None: the codes themselves."""
        if self.codes or column.words is None:
            return None
        return {code: getattr(words, self.language) for code, words in column.words.items()}
