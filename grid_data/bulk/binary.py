"""Columns as a binary COPY stream, made by compiled loops without a Python step per row.

A field of the stream is its length in four bytes and its content; NULL is the length -1: see "Binary Format"
under COPY in the manual of PostgreSQL. The server parses it in half the time of CSV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.compiled import keep_machine_code
from grid_data.bulk import row_writers as writers
from grid_data.bulk.coded import Coded
from grid_data.bulk.ragged import Ragged
from grid_data.bulk.row_writers import Bools, Bytes, Ints, Places

__all__ = [
    "Column",
    "bigints",
    "binary_rows",
    "doubles",
    "jsons",
    "lists",
    "moments",
    "points",
    "texts",
    "words",
]


class Column(Protocol):
    """One column of the stream."""

    def __len__(self) -> int:
        """How many rows it has."""
        ...

    def sizes(self) -> Ints | int:
        """Bytes of each field, its length included."""
        ...

    def write(self, out: Bytes, at: Places, begin: int, end: int) -> None:
        """Put the fields of some rows where ``at`` says, and move these places on."""
        ...


_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_JSONB = 1
# Of PostgreSQL's clock: 2000-01-01, in microseconds of the Unix clock.
_EPOCH = 946_684_800_000_000
# Rows written column by column at a time: some hundred kilobytes, which stay in the processor's cache.
_BLOCK = 256
_NONE = np.empty(0, dtype=np.bool_)


def binary_rows(columns: Sequence[Column]) -> list[memoryview]:
    """The stream of a COPY (FORMAT binary) as a few pieces, header and trailer included.

    ``columns`` are in the order of the COPY statement, all of one length.

    Raises
    ------
    ValueError
        Columns are of different lengths.
    """
    rows = len(columns[0])
    if any(len(column) != rows for column in columns):
        raise ValueError("columns are of different lengths")
    keep_machine_code()
    ends = np.full(rows, 2, dtype=np.int64)
    for column in columns:
        ends += column.sizes()
    np.cumsum(ends, out=ends)
    out = np.empty(int(ends[-1]) if rows else 0, dtype=np.uint8)
    at = np.zeros(rows, dtype=np.uint64)
    at[1:] = ends[:-1]
    for begin in range(0, rows, _BLOCK):
        end = min(begin + _BLOCK, rows)
        writers.write_counts(out, at, begin, end, len(columns))
        for column in columns:
            column.write(out, at, begin, end)
    if not np.array_equal(at, ends):
        raise ValueError("a column wrote other bytes than it announced")
    return [memoryview(_HEADER), out.data, memoryview(_TRAILER)]


def bigints(values: NDArray[np.int64], none: int | None = None) -> Column:
    """A ``bigint`` column; the number ``none`` stands for NULL."""
    values = np.ascontiguousarray(values, dtype=np.int64)
    return _Numbers(_fixed(values), _NONE if none is None else values == none)


def doubles(values: NDArray[np.float64]) -> Column:
    """A ``double precision`` column; NaN stands for NULL."""
    values = np.ascontiguousarray(values, dtype=np.float64)
    return _Numbers(_fixed(values.view(np.int64)), np.isnan(values))


def moments(microseconds: NDArray[np.int64], empty: NDArray[np.bool_] | None = None) -> Column:
    """A ``timestamptz`` column from microseconds of the Unix clock; NULL where it is said to be ``empty``."""
    return _Numbers(_fixed(microseconds - _EPOCH), _NONE if empty is None else _fixed_bools(empty))


def points(lon: NDArray[np.float64], lat: NDArray[np.float64], there: NDArray[np.bool_]) -> Column:
    """A ``geometry(Point, 4326)`` column; NULL where nothing is ``there``."""
    x, y = (np.ascontiguousarray(degrees, dtype=np.float64).view(np.int64) for degrees in (lon, lat))
    return _Points(_fixed(x), _fixed(y), _fixed_bools(there))


def texts(values: object) -> Column:
    """A ``text`` column from strings in any form Arrow takes; nothing stands for NULL."""
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return _Texts(*_buffers(array))


def words(values: Coded) -> Column:
    """A ``text`` column of few different texts."""
    return _words(values, 0)


def jsons(values: Coded) -> Column:
    """A ``jsonb`` column from JSON texts, none of them NULL; the first byte is the version of the form."""
    return _words(values, _JSONB)


def lists(values: Ragged) -> Column:
    """A ``bigint[]`` column, none of it NULL."""
    return _Lists(_fixed(values.values), _fixed(values.offsets))


def column_order(statement: str, columns: Mapping[str, Column]) -> list[Column]:
    """The columns in the order in which a COPY statement names them.

    Raises
    ------
    ValueError
        The names differ.
    """
    wanted = [name.strip() for name in statement.partition("(")[2].partition(")")[0].split(",")]
    if set(wanted) != set(columns):
        raise ValueError(f"columns differ: {sorted(set(wanted) ^ set(columns))}")
    return [columns[name] for name in wanted]


@dataclass(frozen=True, eq=False)
class _Numbers:
    bits: Ints
    empty: Bools

    def __len__(self) -> int:
        return len(self.bits)

    def sizes(self) -> Ints | int:
        return 12 - 8 * self.empty.astype(np.int64) if len(self.empty) else 12

    def write(self, out: Bytes, at: Places, begin: int, end: int) -> None:
        writers.write_numbers(out, at, begin, end, self.bits, self.empty)


@dataclass(frozen=True, eq=False)
class _Points:
    x: Ints
    y: Ints
    there: Bools

    def __len__(self) -> int:
        return len(self.there)

    def sizes(self) -> Ints | int:
        return 4 + 25 * self.there.astype(np.int64)

    def write(self, out: Bytes, at: Places, begin: int, end: int) -> None:
        writers.write_points(out, at, begin, end, self.x, self.y, self.there)


@dataclass(frozen=True, eq=False)
class _Texts:
    data: Bytes
    offsets: Places
    there: Bools

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def sizes(self) -> Ints | int:
        sizes = _lengths(self.offsets)
        if len(self.there):
            sizes[~self.there] = 0
        return sizes + 4

    def write(self, out: Bytes, at: Places, begin: int, end: int) -> None:
        writers.write_texts(out, at, begin, end, self.data, self.offsets, self.there)


@dataclass(frozen=True, eq=False)
class _Words:
    data: Bytes
    offsets: Places
    number: Ints
    version: int

    def __len__(self) -> int:
        return len(self.number)

    def sizes(self) -> Ints | int:
        # The last one is for NULL, whose number is -1.
        sizes: Ints = np.append(_lengths(self.offsets) + (1 if self.version else 0), 0)[self.number]
        return sizes + 4

    def write(self, out: Bytes, at: Places, begin: int, end: int) -> None:
        writers.write_words(out, at, begin, end, self.data, self.offsets, self.number, self.version)


@dataclass(frozen=True, eq=False)
class _Lists:
    values: Ints
    offsets: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def sizes(self) -> Ints | int:
        counts = self.offsets[1:] - self.offsets[:-1]
        return 16 + 12 * counts + 8 * (counts > 0).astype(np.int64)

    def write(self, out: Bytes, at: Places, begin: int, end: int) -> None:
        writers.write_lists(out, at, begin, end, self.values, self.offsets)


def _words(values: Coded, version: int) -> Column:
    data, offsets, _ = _buffers(values.words)
    return _Words(data, offsets, _fixed(values.number), version)


def _buffers(array: pa.Array | pa.ChunkedArray) -> tuple[Bytes, Places, Bools]:
    """All bytes of texts, where each begins and the last ends, and which are there (nothing: all)."""
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    array = array.cast(pa.large_string())
    begin, n = array.offset, len(array)
    _, offsets, data = array.buffers()
    if not n or offsets is None:
        return _bytes(b""), _places(np.zeros(n + 1, np.int64)), _NONE
    there = _NONE
    if array.null_count:
        there = pc.is_valid(array).to_numpy(zero_copy_only=False)
    ends = np.frombuffer(offsets, dtype=np.int64)[begin : begin + n + 1]
    return _bytes(data or b""), _places(ends), there


def _lengths(offsets: Places) -> Ints:
    ends = offsets.view(np.int64)
    return ends[1:] - ends[:-1]


def _bytes(data: object) -> Bytes:
    return np.frombuffer(data, dtype=np.uint8) if len(data) else np.frombuffer(b"\0", dtype=np.uint8)  # type: ignore[arg-type, call-overload]


def _fixed(values: Ints) -> Ints:
    """The same numbers, not to be written: compiled loops then know one kind of array only."""
    values = np.ascontiguousarray(values).view()
    values.setflags(write=False)
    return values


def _places(offsets: Ints) -> Places:
    """Offsets as places, never negative, not to be written."""
    return _fixed(offsets).view(np.uint64)


def _fixed_bools(values: Bools) -> Bools:
    return np.ascontiguousarray(values, dtype=np.bool_)
