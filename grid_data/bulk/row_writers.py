"""Fields of binary COPY written by compiled loops: a length in four bytes, then the content, high byte first.

Each writer puts one column's fields, rows ``begin`` to ``end``, where ``at`` says, and moves these on.
Places are unsigned: a loop whose index cannot be negative becomes a plain copy of memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.compiled import Whole, compiled

Bytes = NDArray[np.uint8]
Places = NDArray[np.uint64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NULL = 0xFFFFFFFF
INT8_OID = 20
POINT_WITH_SRID = 0x20000001
SRID = 4326

u64: Any = np.uint64


@compiled
def put_int4(out: Bytes, a: Whole, value: Whole) -> None:
    """Four bytes of a number, the highest first."""
    bits = np.uint32(value)
    out[a] = bits >> 24
    out[a + u64(1)] = (bits >> 16) & 255
    out[a + u64(2)] = (bits >> 8) & 255
    out[a + u64(3)] = bits & 255


@compiled
def put_int8(out: Bytes, a: Whole, value: Whole) -> None:
    """Eight bytes of a number, the highest first."""
    put_int4(out, a, (value >> 32) & NULL)
    put_int4(out, a + u64(4), value & NULL)


@compiled
def put_bytes(out: Bytes, a: Whole, data: Bytes, first: Whole, size: Whole) -> None:
    """Bytes as they are."""
    for k in range(size):
        out[a + k] = data[first + k]


@compiled
def write_counts(out: Bytes, at: Places, begin: Whole, end: Whole, columns: Whole) -> None:
    """The beginning of each row: how many fields follow."""
    for i in range(begin, end):
        out[at[i]] = columns >> 8
        out[at[i] + u64(1)] = columns & 255
        at[i] += u64(2)


@compiled
def write_numbers(out: Bytes, at: Places, begin: Whole, end: Whole, value: Ints, empty: Bools) -> None:
    """Eight bytes each; ``empty`` tells which are NULL, and has no length where none is."""
    some = len(empty) > 0
    for i in range(begin, end):
        a = at[i]
        if some and empty[i]:
            put_int4(out, a, NULL)
            at[i] = a + u64(4)
        else:
            put_int4(out, a, 8)
            put_int8(out, a + u64(4), value[i])
            at[i] = a + u64(12)


@compiled
def write_points(
    out: Bytes, at: Places, begin: Whole, end: Whole, lon: Ints, lat: Ints, there: Bools
) -> None:
    """EWKB points, little end first, from the bits of doubles; NULL where nothing is there."""
    for i in range(begin, end):
        a = at[i]
        if not there[i]:
            put_int4(out, a, NULL)
            at[i] = a + u64(4)
            continue
        put_int4(out, a, 25)
        out[a + u64(4)] = 1
        x, y = lon[i], lat[i]
        for k in range(u64(4)):
            bits = np.int64(8 * np.int64(k))
            out[a + u64(5) + k] = (POINT_WITH_SRID >> bits) & 255
            out[a + u64(9) + k] = (SRID >> bits) & 255
        for k in range(u64(8)):
            bits = np.int64(8 * np.int64(k))
            out[a + u64(13) + k] = (x >> bits) & 255
            out[a + u64(21) + k] = (y >> bits) & 255
        at[i] = a + u64(29)


@compiled
def write_texts(
    out: Bytes, at: Places, begin: Whole, end: Whole, data: Bytes, offset: Places, there: Bools
) -> None:
    """Bytes each; ``there`` tells which are not NULL, and has no length where none is."""
    some = len(there) > 0
    for i in range(begin, end):
        a = at[i]
        if some and not there[i]:
            put_int4(out, a, NULL)
            at[i] = a + u64(4)
            continue
        first = offset[i]
        size = offset[i + 1] - first
        put_int4(out, a, size)
        put_bytes(out, a + u64(4), data, first, size)
        at[i] = a + u64(4) + size


@compiled
def write_words(
    out: Bytes, at: Places, begin: Whole, end: Whole, data: Bytes, offset: Places, word: Ints, version: Whole
) -> None:
    """A word by its number each, after a byte of ``version`` unless that is 0; NULL where it is negative."""
    extra = u64(1 if version else 0)
    for i in range(begin, end):
        a, w = at[i], word[i]
        if w < 0:
            put_int4(out, a, NULL)
            at[i] = a + u64(4)
            continue
        first = offset[w]
        size = offset[w + 1] - first
        put_int4(out, a, size + extra)
        a += u64(4)
        if extra:
            out[a] = version
            a += extra
        put_bytes(out, a, data, first, size)
        at[i] = a + size


@compiled
def write_lists(out: Bytes, at: Places, begin: Whole, end: Whole, value: Ints, offset: Ints) -> None:
    """Arrays of eight-byte numbers; an empty one has no dimension, and says nothing of its size."""
    for i in range(begin, end):
        a, size = at[i], offset[i + 1] - offset[i]
        put_int4(out, a, 20 + 12 * size if size else 12)
        put_int4(out, a + u64(4), 1 if size else 0)
        put_int4(out, a + u64(8), 0)
        put_int4(out, a + u64(12), INT8_OID)
        a += u64(16)
        if size:
            put_int4(out, a, size)
            put_int4(out, a + u64(4), 1)
            a += u64(8)
        for k in range(offset[i], offset[i + 1]):
            put_int4(out, a, 8)
            put_int8(out, a + u64(4), value[k])
            a += u64(12)
        at[i] = a
