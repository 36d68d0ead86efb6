"""Points in CSV, read as a stream."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv

from grid_data.importers.delimiter import delimiter_of
from grid_data.importers.problems import ImportRefused
from grid_data.point_files.batches import PointBatch
from grid_data.point_files.refusals import unreadable
from grid_data.point_files.sources import Columns, places, read_ids, table_columns

__all__ = ["CsvPoints"]

_BLOCK = 4 << 20


@dataclass
class CsvPoints:
    """A CSV file with a heading: ``lon`` and ``lat``, perhaps ``id``; see `grid_data.point_files.sources`."""

    path: Path
    columns: Columns
    encoding: str
    names: list[str]
    crs: str | None = None
    id_type: str = "string"
    _read: int = field(default=0, repr=False)

    @classmethod
    def open(cls, path: Path, told: Mapping[str, str], encoding: str | None) -> CsvPoints:
        """Look at the heading.

        Raises
        ------
        ImportRefused
            The file has no heading, no coordinates, or an encoding that is not known.
        """
        encoding = _encoding(path, encoding)
        with _stream(path) as stream, _reader(path, stream, encoding, None) as reader:
            names = list(reader.schema.names)
        if len(set(names)) < len(names):
            double = next(name for name in names if names.count(name) > 1)
            raise ImportRefused(
                "double_column",
                f"{path.name} 中有两列名为 {double}",
                f"{path.name} has two columns named {double}",
            )
        columns = table_columns(path, names, told)
        return cls(path, columns, encoding, names, id_type="int64" if columns.id is None else "string")

    @property
    def rows(self) -> int | None:
        """Not known: lines would have to be counted."""
        return None

    def with_ids(self, kind: str) -> CsvPoints:
        """See `grid_data.point_files.sources.PointFile`."""
        return replace(self, id_type=kind)

    def progress(self) -> float:
        """Bytes read of all."""
        return min(1.0, self._read / max(1, self.path.stat().st_size))

    def batches(self, skip: int, first: int) -> Iterator[PointBatch]:
        """See `grid_data.point_files.sources.PointFile`."""
        wanted = self.columns.names()
        with (
            self.path.open("rb") as raw,
            _stream(self.path, raw) as stream,
            _reader(self.path, stream, self.encoding, wanted) as reader,
        ):
            before = first - skip
            done = 0
            while True:
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    break
                except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as problem:
                    raise unreadable(self.path, problem) from problem
                self._read = raw.tell()
                done += batch.num_rows
                batch = batch.slice(max(0, batch.num_rows - max(0, done - skip)))
                begin = before + done - batch.num_rows
                x, y, fault = places(self.path, batch, self.columns)
                column = None if self.columns.id is None else batch[self.columns.id]
                named = read_ids(self.path, self.columns.id, column, begin, len(x), self.id_type)
                yield PointBatch(begin, named, x, y, fault)


def _stream(path: Path, raw: Any = None) -> Any:
    return pa.input_stream(raw or path, compression="gzip" if path.suffix.lower() == ".gz" else None)


def _reader(path: Path, stream: Any, encoding: str, wanted: list[str] | None) -> Any:
    text = pa.string()
    try:
        return csv.open_csv(
            stream,
            # One thread: it can tell the number of a bad row.
            csv.ReadOptions(use_threads=False, block_size=_BLOCK, encoding=encoding),
            csv.ParseOptions(
                delimiter=_delimiter(path),
                newlines_in_values=True,
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(wanted or [], text),
                include_columns=wanted,
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as problem:
        raise unreadable(path, problem) from problem


def _delimiter(path: Path) -> str:
    try:
        return delimiter_of(path)
    except (OSError, EOFError) as problem:
        raise unreadable(path, problem) from problem


def _encoding(path: Path, told: str | None) -> str:
    """As told, else UTF-8 if the beginning is that, else GB 18030.

    Raises
    ------
    ImportRefused
        The encoding told is not known, or the beginning is of neither.
    """
    if told is not None:
        try:
            return codecs.lookup(told).name
        except LookupError:
            raise ImportRefused(
                "encoding", f"编码 {told} 无法识别", f"the encoding {told!r} is not known"
            ) from None
    try:
        with _stream(path) as stream:
            start = stream.read(1 << 20)
    except OSError as problem:
        raise unreadable(path, problem) from problem
    for name in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(name)().decode(start)
        except UnicodeDecodeError:
            continue
        return name
    raise ImportRefused(
        "encoding",
        f"{path.name} 既不是 UTF-8 也不是 GB 18030；请用 --encoding 指明",
        f"{path.name} is neither UTF-8 nor GB 18030; name its encoding with --encoding",
    )
