"""Incidents a source sent before, in the file or stored: repetitions are left alone, contradictions told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from grid_data.bulk.binary import texts
from grid_data.bulk.copying import copy_binary
from grid_data.bulk.copying_out import copy_out
from grid_data.database import Connection, one, run
from grid_data.importers.batch import Rows

__all__ = ["compared_with_stored", "read_stored", "repeated_in_file"]

_COMPARED = ("category_key", "text", "address", "lon", "lat", "crs", "accuracy_m", "reported_at")
_COMPARED_IF_TOLD = ("appeal_kind", "urgency")
_KEY = ["source", "source_ref"]

_STORED = {
    "number": pa.string(),
    "source": pa.string(),
    "source_ref": pa.string(),
    "category_key": pa.string(),
    "text": pa.string(),
    "address": pa.string(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "crs": pa.string(),
    "accuracy_m": pa.float64(),
    "reported_at": pa.int64(),
    "appeal_kind": pa.string(),
    "urgency": pa.string(),
}


def repeated_in_file(table: Rows) -> set[int]:
    """Rows that say again what a row before said; another content under the same reference is an error."""
    good = table.good
    again = (good["source"] + "\0" + good["source_ref"]).duplicated().to_numpy()
    if not again.any():
        return set()
    later = good[again].reset_index(names="row")
    first = good[~again].reset_index(names="row")
    pairs = later[["row", *_KEY]].merge(first[["row", *_KEY]], on=_KEY, suffixes=("", "_first"))
    pairs = pairs.sort_values("row", kind="stable")
    numbers, before = pairs["row"].to_numpy(), pairs["row_first"].to_numpy()
    fields = [*_COMPARED, *_COMPARED_IF_TOLD]
    differs = _differences(good.loc[numbers, fields], good.loc[before, fields])
    for position in np.flatnonzero(differs.any(axis=1)).tolist():
        different = [name for name, other in zip(fields, differs[position], strict=True) if other]
        source, ref = good.loc[numbers[position], _KEY]
        table.findings.error(
            "duplicate_code",
            f"{source} 的编号 {ref} 与第 {before[position]} 行重复，但 {'、'.join(different)} 不同",
            f"{source} gives the reference {ref} in row {before[position]} already, "
            f"with another {', '.join(different)}",
            row=int(numbers[position]),
            field="source_ref",
        )
    return set(numbers[~differs.any(axis=1)].tolist())


async def read_stored(connection: Connection, good: pd.DataFrame) -> pd.DataFrame:
    """What the sources of a file sent before under the references in it; columns of ``_STORED``."""
    row = await one(connection, "imports/any_incident")
    if row is None or good.empty:
        return _as_read(pa.table({name: pa.array([], kind) for name, kind in _STORED.items()}))
    await run(connection, "imports/ask_for_incidents")
    await copy_binary(
        connection, "copy_asked_incidents", {name: texts(good[name]) for name in ("source", "source_ref")}
    )
    stored = _as_read(await copy_out(connection, "imports/incidents", {}, _STORED))
    await run(connection, "imports/asked_for_incidents")
    return stored


def compared_with_stored(table: Rows, stored: pd.DataFrame) -> set[int]:
    """Rows that are stored just so; a stored incident with other content is an error of the row."""
    if stored.empty:
        return set()
    good = table.good
    found = good[_KEY].reset_index(names="row").merge(stored, on=_KEY)
    numbers = found["row"].to_numpy()
    fields = [*_COMPARED, *_COMPARED_IF_TOLD]
    sent = good.loc[numbers, fields]
    differs = _differences(sent, found[fields])
    # What the file does not say is no contradiction.
    for k, name in enumerate(fields):
        if name in _COMPARED_IF_TOLD:
            differs[:, k] &= sent[name].notna().to_numpy()
    for position in np.flatnonzero(differs.any(axis=1)).tolist():
        different = [name for name, other in zip(fields, differs[position], strict=True) if other]
        source, ref, number = found.loc[position, [*_KEY, "number"]]
        table.findings.error(
            "contradiction",
            f"{source} 的编号 {ref} 已存为 {number}，但 {'、'.join(different)} 不同",
            f"{source} sent {ref} before, stored as {number}, with another {', '.join(different)}",
            row=int(numbers[position]),
            field=different[0],
        )
    return set(numbers[~differs.any(axis=1)].tolist())


def _differences(one: pd.DataFrame, other: pd.DataFrame) -> NDArray[np.bool_]:
    """Which cells differ, bool (rows, columns); two empty ones do not."""
    columns: Sequence[Any] = [_column_differs(one[name], other[name]) for name in one.columns]
    return np.column_stack(columns)


def _column_differs(one: pd.Series[Any], other: pd.Series[Any]) -> NDArray[np.bool_]:
    one, other = one.reset_index(drop=True), other.reset_index(drop=True)
    same = (one == other) | (one.isna() & other.isna())
    return ~same.to_numpy(dtype=np.bool_)


def _as_read(stored: pa.Table) -> pd.DataFrame:
    """Stored incidents in the types of `columns.clean_columns`."""
    texts_of = {name: "str" for name, kind in _STORED.items() if kind == pa.string()}
    frame: pd.DataFrame = stored.to_pandas().astype(texts_of)
    frame["reported_at"] = pd.to_datetime(frame["reported_at"], unit="us", utc=True).dt.as_unit("us")
    return frame
