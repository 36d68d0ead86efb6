"""Checks between rows and against what is stored: codes given twice, codes nobody knows, what has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.lattice import to_lattice
from grid_data.importers.batch import Rows
from grid_data.importers.fields import empty
from grid_data.importers.problems import Findings, near_codes

__all__ = ["compare", "known", "same_shape", "unique"]


def unique(rows: Rows, fields: Sequence[str]) -> None:
    """Every combination of the fields at most once; later rows are at fault."""
    frame = rows.good
    keys = frame[list(fields)].astype(str).agg(" / ".join, axis=1) if len(frame) else pd.Series(dtype=str)
    first: dict[str, int] = {}
    for row, key in keys.items():
        number = int(str(row))
        if key in first:
            rows.findings.error(
                "duplicate_code",
                f"{'、'.join(fields)} 的值 {key} 与第 {first[key]} 行重复",
                f"{', '.join(fields)} {key} is given in row {first[key]} already",
                row=number,
                field=fields[0],
            )
        else:
            first[key] = number


def known(
    rows: Rows, field: str, codes: Collection[str], *, code: str, zh: str, en: str, show: str | None = None
) -> None:
    """Every value of a field is among ``codes`` (empty ones aside).

    ``code``, ``zh`` and ``en`` name what is unknown: ``unknown_organisation``, 单位, organisation.
    """
    frame = rows.good
    listed = tuple(codes)
    there = set(listed)
    for row, value in frame[field].items():
        if not empty(value) and value not in there:
            rows.findings.error(
                code,
                f"{show or field}：没有编码为 {value} 的{zh}",
                f"{show or field}: there is no {en} {value}",
                row=int(str(row)),
                field=field,
                suggestion=near_codes(str(value), listed),
            )


def same_shape(one: Any, other: Any) -> bool:
    """Whether two stored shapes are the same lattice geometry, wherever their rings begin."""
    if one is None or other is None:
        return one is other
    a, b = shapely.normalize(to_lattice(one)), shapely.normalize(to_lattice(other))
    return bool(shapely.equals_exact(a, b, 0))


def compare(
    rows: Rows, stored: Mapping[str, Mapping[str, Any]], fields: Sequence[str], key: str = "code"
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Split the good rows into new ones, changed ones and the number of unchanged ones.

    Fields the file does not bring keep their stored value and are no change. ``stored`` maps keys to the
    fields as stored.
    """
    frame = rows.good
    compared = [name for name in fields if name in rows.given]
    is_new = np.zeros(len(frame), dtype=bool)
    is_changed = np.zeros(len(frame), dtype=bool)
    kept: dict[str, list[Any]] = {name: list(frame[name]) for name in fields}
    for position, code in enumerate(frame[key]):
        before = stored.get(code)
        if before is None:
            is_new[position] = True
            continue
        for name in fields:
            if name not in rows.given:
                kept[name][position] = before[name]
        is_changed[position] = any(not _same(kept[name][position], before[name]) for name in compared)
    merged = frame.assign(**{name: pd.Series(kept[name], index=frame.index, dtype=object) for name in fields})
    unchanged = int((~is_new & ~is_changed).sum())
    return merged[is_new], merged[is_changed], unchanged


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, shapely.Geometry) or isinstance(other, shapely.Geometry):
        return same_shape(one, other)
    if empty(one) or empty(other):
        return empty(one) and empty(other)
    return bool(one == other)


def circles(parents: Mapping[str, str | None], findings: Findings, rows: Mapping[str, int]) -> None:
    """No code is its own ancestor; the rows of those that are get an error."""
    for start, row in rows.items():
        seen, code = {start}, parents.get(start)
        while code is not None and code not in seen:
            seen.add(code)
            code = parents.get(code)
        if code == start:
            findings.error(
                "circle",
                f"{start} 的上级最终指回自身",
                f"{start} is its own ancestor",
                row=row,
                field="parent",
            )
