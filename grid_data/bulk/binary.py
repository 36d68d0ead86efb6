"""Columns as a binary COPY stream, made by Arrow and numpy without a Python step per row.

A field of the stream is its length in four bytes and its content; NULL is the length -1. Every column becomes
one or two Arrow columns of such bytes, and joining them row by row is the stream: see "Binary Format" under
COPY in the manual of PostgreSQL. The server parses it in half the time of CSV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from grid_data.bulk.ragged import Ragged, offsets_of

__all__ = ["Fields", "bigints", "binary_rows", "doubles", "jsons", "lists", "moments", "points", "texts"]

Fields = Sequence[pa.Array]
"""One column of the stream: Arrow binary columns that follow each other in every row."""

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = np.frombuffer(b"\xff\xff\xff\xff", dtype=np.uint8)
_INT8_OID = 20
# Of PostgreSQL's clock: 2000-01-01, in microseconds of the Unix clock.
_EPOCH = 946_684_800_000_000
_POINT_WITH_SRID = 0x20000001


def binary_rows(columns: Sequence[Fields]) -> list[memoryview]:
    """The stream of a COPY (FORMAT binary) as a few pieces, header and trailer included.

    ``columns`` are in the order of the COPY statement, all of one length.
    """
    rows = len(columns[0][0])
    count = np.frombuffer(len(columns).to_bytes(2, "big") * rows, dtype=np.uint8)
    parts = [_fixed(count, 2, rows), *(part for fields in columns for part in fields)]
    parts = [part if part.type == pa.large_binary() else part.cast(pa.large_binary()) for part in parts]
    whole = pc.binary_join_element_wise(*parts, pa.scalar(b"", pa.large_binary()))
    pieces = whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole]
    body = [memoryview(piece.buffers()[2]) for piece in pieces if len(piece)]
    return [memoryview(_HEADER), *body, memoryview(_TRAILER)]


def bigints(values: NDArray[np.int64], none: int | None = None) -> Fields:
    """A ``bigint`` column; the number ``none`` stands for NULL."""
    rows = np.zeros(len(values), dtype=[("length", ">i4"), ("value", ">i8")])
    rows["length"], rows["value"] = 8, values
    return [_with_nulls(rows, None if none is None else values == none)]


def doubles(values: NDArray[np.float64]) -> Fields:
    """A ``double precision`` column; NaN stands for NULL."""
    rows = np.zeros(len(values), dtype=[("length", ">i4"), ("value", ">f8")])
    rows["length"], rows["value"] = 8, values
    return [_with_nulls(rows, np.isnan(values))]


def moments(microseconds: NDArray[np.int64]) -> Fields:
    """A ``timestamptz`` column from microseconds of the Unix clock."""
    return bigints(microseconds - _EPOCH)


def points(lon: NDArray[np.float64], lat: NDArray[np.float64], there: NDArray[np.bool_]) -> Fields:
    """A ``geometry(Point, 4326)`` column; NULL where nothing is ``there``."""
    kind = [("length", ">i4"), ("order", "u1"), ("type", "<u4"), ("srid", "<i4"), ("x", "<f8"), ("y", "<f8")]
    rows = np.zeros(len(lon), dtype=kind)
    rows["length"], rows["order"], rows["type"], rows["srid"] = 25, 1, _POINT_WITH_SRID, 4326
    rows["x"], rows["y"] = lon, lat
    return [_with_nulls(rows, ~there)]


def texts(values: object) -> Fields:
    """A ``text`` column from strings in any form Arrow takes; nothing stands for NULL."""
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    if pa.types.is_null(array.type):
        return [_fixed(np.tile(_NULL, len(array)), 4, len(array))]
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    content = array.cast(pa.large_string()).cast(pa.large_binary())
    length = pc.fill_null(pc.binary_length(content), -1).to_numpy(zero_copy_only=False).astype(">i4")
    return [_fixed(length.view(np.uint8), 4, len(array)), pc.fill_null(content, b"")]


def jsons(values: pa.Array) -> Fields:
    """A ``jsonb`` column from JSON texts, none of them NULL; the first byte is the version of the form."""
    content = values.cast(pa.large_string()).cast(pa.large_binary())
    rows = np.zeros(len(values), dtype=[("length", ">i4"), ("version", "u1")])
    rows["length"] = pc.binary_length(content).to_numpy(zero_copy_only=False) + 1
    rows["version"] = 1
    return [_fixed(rows.view(np.uint8), 5, len(rows)), content]


def lists(values: Ragged) -> Fields:
    """A ``bigint[]`` column, none of it NULL."""
    kind = [(name, ">i4") for name in ("length", "dimensions", "nulls", "oid", "size", "lower")]
    heads = np.zeros(len(values), dtype=kind)
    counts = values.counts
    filled = counts > 0
    heads["length"] = np.where(filled, 20 + 12 * counts, 12)
    heads["dimensions"], heads["oid"], heads["size"], heads["lower"] = filled, _INT8_OID, counts, 1
    elements = np.zeros(len(values.values), dtype=[("length", ">i4"), ("value", ">i8")])
    elements["length"], elements["value"] = 8, values.values
    # An empty array has no dimension, and says nothing of its size.
    head = _cut(heads, np.where(filled, 24, 16))
    return [head, _binary(elements.view(np.uint8), values.offsets * 12)]


def _with_nulls(rows: NDArray[np.void], empty: NDArray[np.bool_] | None) -> pa.Array:
    width = rows.dtype.itemsize
    if empty is None or not empty.any():
        return _fixed(rows.view(np.uint8), width, len(rows))
    rows["length"][empty] = -1
    return _cut(rows, np.where(empty, 4, width))


def _cut(rows: NDArray[np.void], widths: NDArray[np.int64]) -> pa.Array:
    """Records of which only the first bytes count, so many of each."""
    flat = rows.view(np.uint8).reshape(len(rows), rows.dtype.itemsize)
    kept = np.arange(rows.dtype.itemsize) < widths[:, None]
    return _binary(flat[kept], offsets_of(widths))


def _fixed(flat: NDArray[np.uint8], width: int, rows: int) -> pa.Array:
    return _binary(flat, np.arange(rows + 1, dtype=np.int64) * width)


def _binary(flat: NDArray[np.uint8], offsets: NDArray[np.int64]) -> pa.Array:
    buffers: list[Any] = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(flat))]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)


def column_order(statement: str, columns: Mapping[str, Fields]) -> list[Fields]:
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
