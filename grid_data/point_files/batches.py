"""Points of a file, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.point_router import PLACE_FAULTS

__all__ = ["ID_TYPES", "PointBatch", "coordinates", "id_type", "ids", "of_size"]

Floats = NDArray[np.float64]
Faults = NDArray[np.int8]

ID_TYPES = {"int64": pa.int64(), "string": pa.string()}
"""What an id can be in an output: whole numbers stay numbers, the rest is text."""


@dataclass(frozen=True, eq=False)
class PointBatch:
    """Points as they stand in a file.

    Attributes
    ----------
    first
        Number of the first point, counted from 1.
    ids
        Arrow array (n,): whole numbers or text.
    x, y
        float64 (n,) in the file's system; NaN where there is none.
    fault
        int8 (n,): what is wrong with a point already, a position in `gis.point_router.PLACE_FAULTS`, or -1.
    """

    first: int
    ids: pa.Array
    x: Floats
    y: Floats
    fault: Faults

    def __len__(self) -> int:
        return len(self.x)

    def part(self, begin: int, end: int) -> PointBatch:
        """Points from one position to before another."""
        return PointBatch(
            self.first + begin,
            self.ids[begin:end],
            self.x[begin:end],
            self.y[begin:end],
            self.fault[begin:end],
        )


def of_size(batches: Iterable[PointBatch], rows: int) -> Iterator[PointBatch]:
    """The same points in batches of exactly so many, the last one of what is left."""
    waiting: list[PointBatch] = []
    number = 0
    for batch in batches:
        begin = 0
        while number + len(batch) - begin >= rows:
            end = begin + rows - number
            yield _joined([*waiting, batch.part(begin, end)])
            waiting, number, begin = [], 0, end
        if begin < len(batch):
            waiting.append(batch.part(begin, len(batch)))
            number += len(batch) - begin
    if waiting:
        yield _joined(waiting)


def _joined(batches: list[PointBatch]) -> PointBatch:
    if len(batches) == 1:
        return batches[0]
    return PointBatch(
        batches[0].first,
        pa.concat_arrays([batch.ids for batch in batches]),
        np.concatenate([batch.x for batch in batches]),
        np.concatenate([batch.y for batch in batches]),
        np.concatenate([batch.fault for batch in batches]),
    )


def id_type(kind: pa.DataType | None) -> str:
    """How ids of an Arrow type come out: a key of `ID_TYPES`; row numbers (None) are whole numbers."""
    return "int64" if kind is None or (pa.types.is_integer(kind) and kind != pa.uint64()) else "string"


def ids(column: pa.Array | None, first: int, number: int, kind: str) -> pa.Array:
    """Ids of a batch: the column's values, or row numbers where there is no column.

    Raises
    ------
    pyarrow.ArrowInvalid
        A value is no whole number, where whole numbers are wanted.

    >>> ids(pa.array([1.0, 2.5, None]), 1, 3, "string").to_pylist()
    ['1', '2.5', None]
    """
    if column is None:
        return pa.array(np.arange(first, first + number, dtype=np.int64))
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if kind == "string" and pa.types.is_floating(column.type):
        text = pc.replace_substring_regex(column.cast(pa.string()), r"\.0$", "")
        return pc.if_else(pc.is_nan(column), None, text)
    return column.cast(ID_TYPES[kind])


def coordinates(x: pa.Array, y: pa.Array) -> tuple[Floats, Floats, Faults]:
    """Two columns of numbers or text as coordinates; NaN and a fault where there are none.

    >>> x, y, fault = coordinates(pa.array(["1.5", "", "x"]), pa.array([" 2", "", "3"]))
    >>> x.tolist(), [PLACE_FAULTS[number] for number in fault[1:]]
    ([1.5, nan, nan], ['none_given', 'not_a_number'])
    """
    lon, lat = _numbers(x), _numbers(y)
    fault = np.full(len(lon), -1, dtype=np.int8)
    bad = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))
    if bad.size:
        given = _given(x.take(pa.array(bad))) | _given(y.take(pa.array(bad)))
        fault[bad] = np.where(given, PLACE_FAULTS.index("not_a_number"), PLACE_FAULTS.index("none_given"))
        lon[bad] = lat[bad] = np.nan
    return lon, lat, fault


def _numbers(column: pa.Array) -> Floats:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = pc.utf8_trim_whitespace(column)
        try:
            column = pc.if_else(pc.equal(text, ""), None, text).cast(pa.float64())
        except pa.ArrowInvalid:
            return np.array(pd.to_numeric(text.to_pandas(), errors="coerce"), dtype=np.float64)
    return np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _given(column: pa.Array) -> Any:
    """Which cells hold something, be it nonsense."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    there = pc.and_(
        pc.fill_null(pc.not_equal(text, ""), False), pc.fill_null(pc.not_equal(text, "nan"), False)
    )
    return there.to_numpy(zero_copy_only=False)
