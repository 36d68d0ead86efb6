"""COPY of columns, reserved identifiers, code lookups: the tools the ``store_…`` functions share."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pa_csv
import shapely
from numpy.typing import NDArray

from grid_data.bulk.binary import Column, binary_rows, column_order
from grid_data.database import Connection, one, rows
from grid_data.statements import sql

Ids = Mapping[str, int]

CHUNK = 1 << 20


class UnknownCode(LookupError):
    """A row names a code that is not stored.

    Attributes
    ----------
    field
        The column that holds the code.
    code
        The first code not found.
    """

    def __init__(self, field: str, code: str, count: int) -> None:
        others = f" (and {count - 1} more)" if count > 1 else ""
        super().__init__(f"{field}: {code!r} is not known{others}")
        self.field = field
        self.code = code


async def copy(connection: Connection, statement: str, columns: Mapping[str, object]) -> int:
    """Run a COPY statement of ``sql/copy.sql`` over named columns; returns the number of rows.

    The columns must be exactly those of the statement; they are put into its order. Empty values become
    NULL, an empty string stays one.
    """
    text = sql(f"copy/{statement}")
    wanted = [name.strip() for name in re.findall(r"\(([^)]*)\)", text)[0].split(",")]
    if set(wanted) != set(columns):
        raise ValueError(f"{statement}: columns differ: {sorted(set(wanted) ^ set(columns))}")
    table = pa.table({name: _as_array(columns[name]) for name in wanted})
    sink = io.BytesIO()
    pa_csv.write_csv(table, sink, pa_csv.WriteOptions(include_header=False))
    buffer = sink.getbuffer()
    async with connection.cursor() as cursor, cursor.copy(text) as stream:
        for start in range(0, len(buffer), CHUNK):
            await stream.write(buffer[start : start + CHUNK])
    return int(table.num_rows)


async def copy_binary(connection: Connection, statement: str, columns: Mapping[str, Column]) -> int:
    """Run a binary COPY statement of ``sql/copy.sql``; returns the number of rows.

    Raises
    ------
    ValueError
        The columns are not those of the statement.
    """
    text = sql(f"copy/{statement}")
    pieces = binary_rows(column_order(text, columns))
    async with connection.cursor() as cursor:
        async with cursor.copy(text) as stream:
            for piece in pieces:
                for start in range(0, len(piece), CHUNK):
                    await stream.write(piece[start : start + CHUNK])
        return cursor.rowcount


def _as_array(values: object) -> pa.Array | pa.ChunkedArray:
    array = pa.array(values, from_pandas=True)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_timestamp(array.type):
        # ISO 8601 in UTC, told as such.
        array = pa.compute.strftime(array.cast(pa.timestamp("us", tz="UTC")), format="%Y-%m-%d %H:%M:%S+00")
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    return array


async def reserve_ids(connection: Connection, table: str, n: int) -> NDArray[np.int64]:
    """Take ``n`` new identifiers of a table."""
    if n == 0:
        return np.empty(0, dtype=np.int64)
    row = await one(connection, "bulk/reserve_ids", {"table": table, "n": n})
    assert row is not None
    return np.frombuffer(row["ids"], dtype=">i8").astype(np.int64)


async def lookup(connection: Connection, statement: str, **parameters: Any) -> dict[str, int]:
    """Code to identifier, from a statement of ``sql/bulk.sql``."""
    return {row["code"]: row["id"] for row in await rows(connection, f"bulk/{statement}", parameters)}


def resolve(codes: pd.Series[Any] | Sequence[str | None], ids: Ids, field: str) -> pd.Series[Any]:
    """Identifiers of codes (nullable integers); an empty code stays empty.

    Raises
    ------
    UnknownCode
        A code is not among ``ids``.
    """
    series = pd.Series(codes, dtype="object").reset_index(drop=True)
    found = series.map(ids).astype("Int64")
    missing = series.notna() & found.isna()
    if missing.any():
        raise UnknownCode(field, str(series[missing].iloc[0]), int(missing.sum()))
    return found


def optional(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    """A column, or as many empty values where the frame lacks it."""
    if column in frame:
        return frame[column].reset_index(drop=True)
    return pd.Series([None] * len(frame), dtype="object")


def wkb(geometries: object) -> NDArray[np.object_]:
    """Geometries as hexadecimal EWKB in EPSG:4326."""
    return np.asarray(
        shapely.to_wkb(shapely.set_srid(np.asarray(geometries), 4326), hex=True, include_srid=True)
    )


def ranges(start: pd.Series[Any], end: pd.Series[Any] | None = None) -> pd.Series[Any]:
    """Half-open time ranges ``[start, end)`` as PostgreSQL text; no end means for ever."""
    lower = pd.to_datetime(start, utc=True).reset_index(drop=True).dt.strftime("%Y-%m-%d %H:%M:%S.%f+00")
    if end is None:
        return "[" + lower + ",)"
    upper = pd.to_datetime(end, utc=True).reset_index(drop=True).dt.strftime("%Y-%m-%d %H:%M:%S.%f+00")
    return "[" + lower + "," + upper.fillna("") + ")"
