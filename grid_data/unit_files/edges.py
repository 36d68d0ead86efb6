"""The layer ``edges`` that `gridgov units build` writes beside units: borders, what runs there, links."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray

from gis.unit_graph import Barrier
from grid_data.importers.fields import text_of
from grid_data.importers.problems import ImportRefused

__all__ = ["Edges", "read_edges"]

LAYER: Final = "edges"
COLUMNS: Final = ("unit_a", "unit_b", "length_m", "barrier", "joined")
ENOUGH: Final = 0.5
"""Edges that name fewer of the units than this share belong to other units."""


class Edges(NamedTuple):
    """Borders by the position of their units; columns as in `gis.unit_graph.UnitGraph`."""

    ends: NDArray[np.int32]
    length_m: NDArray[np.float64]
    barrier: NDArray[np.uint8]
    joined: NDArray[np.bool_]


def read_edges(path: Path, codes: Sequence[str]) -> Edges | None:
    """Borders of units that a file tells, in its layer ``edges`` or in the file ``NAME.edges.EXT`` beside it.

    Rows about units that are not among ``codes`` are passed over. None if there is no such layer, or it is
    about other units.

    Raises
    ------
    ImportRefused
        It lacks a column, or a row says what cannot be.
    """
    found = _table(path)
    if found is None:
        return None
    table, name = found
    if missing := [column for column in COLUMNS if column not in table.columns]:
        raise ImportRefused(
            "missing_column", f"{name} 中没有列 {missing[0]}", f"{name} has no column {missing[0]}"
        )
    place = {code: number for number, code in enumerate(codes)}
    a, b = (
        np.array([place.get(text_of(code), -1) for code in table[side]], dtype=np.int64)
        for side in ("unit_a", "unit_b")
    )
    known = (a >= 0) & (b >= 0) & (a != b)
    if not len(codes) or len(np.unique(np.r_[a[known], b[known]])) < ENOUGH * len(codes):
        return None
    length = pd.to_numeric(table["length_m"], errors="coerce").to_numpy(dtype=np.float64)
    numbers = {barrier.name.lower(): int(barrier) for barrier in Barrier}
    barrier = np.array([numbers.get(str(each).strip().lower(), -1) for each in table["barrier"]])
    wrong = known & (~(length >= 0) | ~np.isfinite(length) | (barrier < 0))
    if wrong.any():
        row = int(np.argmax(wrong)) + 1
        raise ImportRefused(
            "bad_edge",
            f"{name} 第 {row} 行：长度或边界类型无效",
            f"{name}, row {row}: no length, or no barrier that is known",
        )
    joined = np.array([str(each).strip().lower() in ("true", "1", "1.0", "t") for each in table["joined"]])
    low, high = np.minimum(a, b)[known], np.maximum(a, b)[known]
    order = np.lexsort((high, low))
    pairs = np.column_stack([low, high])[order]
    first = np.ones(len(pairs), dtype=np.bool_)
    first[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    kept = np.flatnonzero(known)[order][first]
    return Edges(pairs[first].astype(np.int32), length[kept], barrier[kept].astype(np.uint8), joined[kept])


def _table(path: Path) -> tuple[pd.DataFrame, str] | None:
    """The rows, without lines, and what to call them."""
    beside = path.with_suffix(f".{LAYER}{path.suffix}")
    try:
        if path.suffix.lower() == ".gpkg" and path.is_file():
            if LAYER in pyogrio.list_layers(path)[:, 0].tolist():
                return pyogrio.read_dataframe(path, layer=LAYER, read_geometry=False), f"{path.name}:{LAYER}"
        elif beside.is_file():
            if path.suffix.lower() in (".parquet", ".geoparquet", ".pq"):
                return pd.read_parquet(beside), beside.name
            return pyogrio.read_dataframe(beside, read_geometry=False), beside.name
    except (OSError, ValueError, pyogrio.errors.DataSourceError) as problem:
        reason = str(problem).splitlines()[0]
        raise ImportRefused(
            "unreadable", f"无法读取 {path.name}：{reason}", f"{path.name}: {reason}"
        ) from problem
    return None
