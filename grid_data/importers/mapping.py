"""Columns of a file to fields of a subject: as told, else by their common names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from grid_data.importers.fields import Field, empty, text_of
from grid_data.importers.problems import ImportRefused, near_codes

__all__ = ["GEOMETRY_FIELDS", "ColumnMapping", "read_mapping"]

GEOMETRY_FIELDS = (
    Field("lon", aliases=("lng", "long", "longitude", "x", "easting", "经度", "东坐标", "lon_wgs84")),
    Field("lat", aliases=("latitude", "y", "northing", "纬度", "北坐标", "lat_wgs84")),
    Field("wkt", aliases=("geometry", "geom", "the_geom", "shape_wkt", "几何")),
)
"""Columns a geometry can be made from where the form has none."""


@dataclass(frozen=True)
class ColumnMapping:
    """What the operator said about columns.

    Attributes
    ----------
    columns
        Field to column of the file; an empty column: the field is not read, though a column looks like it.
    constants
        Field to a value for all rows.
    values
        Field to a translation of values as found (``{"road_class": {"主干路": "primary"}}``).
    crs
        A declared system, where the mapping file names one.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    crs: str | None = None

    def with_options(self, columns: Iterable[str], constants: Iterable[str]) -> ColumnMapping:
        """The same with repeated ``field=column`` and ``field=value`` options on top.

        Raises
        ------
        ImportRefused
            An option has no equals sign.
        """
        return ColumnMapping(
            {**self.columns, **_pairs(columns, "--map")},
            {**self.constants, **_pairs(constants, "--set")},
            self.values,
            self.crs,
        )

    def apply(self, table: pd.DataFrame, fields: Sequence[Field]) -> tuple[pd.DataFrame, dict[str, str]]:
        """The table with one column per field that was found, and which column each came from.

        Raises
        ------
        ImportRefused
            A field or a column named does not exist.
        """
        known = {spec.name for spec in fields}
        for name in {**self.columns, **self.constants, **self.values}:
            if name not in known:
                raise _unknown("unknown_field", "字段", "field", name, sorted(known))
        columns = [str(column) for column in table.columns]
        for column in filter(None, self.columns.values()):
            if column not in columns:
                raise _unknown("unknown_column", "列", "column", column, columns)
        used = {name: column for name, column in self.columns.items() if column}
        free = {_plain(column): column for column in reversed(columns) if column not in used.values()}
        for spec in fields:
            if spec.name in self.columns or spec.name in self.constants:
                continue
            for name in (spec.name, *spec.aliases):
                if _plain(name) in free:
                    used[spec.name] = free.pop(_plain(name))
                    break
        mapped = pd.DataFrame({name: table[column] for name, column in used.items()}, index=table.index)
        for name, value in self.constants.items():
            mapped[name] = pd.Series([value] * len(table), index=table.index, dtype=object)
        for name, translation in self.values.items():
            if name in mapped:
                mapped[name] = [
                    value if empty(value) else translation.get(text_of(value), value)
                    for value in mapped[name]
                ]
        return mapped, used


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping from YAML: ``columns``, ``constants``, ``values``, ``crs``, each optional.

    Raises
    ------
    ImportRefused
        The file is missing or has another shape.
    """
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        reason = str(problem).splitlines()[0]
        raise _bad_mapping(path, reason) from problem
    if not isinstance(content, dict) or set(content) - {"columns", "constants", "values", "crs"}:
        raise _bad_mapping(path, "allowed are columns, constants, values and crs")
    for part in ("columns", "constants", "values"):
        if not isinstance(content.get(part) or {}, dict):
            raise _bad_mapping(path, f"{part} must list field: value")
    if not all(isinstance(values, dict) for values in (content.get("values") or {}).values()):
        raise _bad_mapping(path, "values must list field: {found: stored}")
    return ColumnMapping(
        _texts(content.get("columns")),
        _texts(content.get("constants")),
        {str(name): _texts(values) for name, values in (content.get("values") or {}).items()},
        str(content["crs"]) if content.get("crs") else None,
    )


def _texts(part: Mapping[Any, Any] | None) -> dict[str, str]:
    return {str(name): "" if value is None else str(value) for name, value in (part or {}).items()}


def _pairs(options: Iterable[str], option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in options:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise ImportRefused(
                "bad_option",
                f"{option} 应写作 字段=…，而不是“{text}”",
                f"{option} reads FIELD=…, not {text!r}",
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _plain(name: str) -> str:
    """A column name without case, spaces and joints.

    >>> _plain("Name_ZH") == _plain("name zh")
    True
    """
    return name.lower().replace("_", "").replace(" ", "").replace("-", "")


def _unknown(code: str, zh: str, en: str, name: str, known: Sequence[str]) -> ImportRefused:
    near = near_codes(name, tuple(known))
    shown = ", ".join(known)
    return ImportRefused(
        code,
        f"没有{zh} {name}；{near.zh if near else ''}现有：{shown}",
        f"there is no {en} {name}; {f'{near.en} ' if near else ''}there are {shown}",
    )


def _bad_mapping(path: Path, reason: str) -> ImportRefused:
    return ImportRefused(
        "bad_mapping",
        f"映射文件 {path.name} 无法使用：{reason}",
        f"the mapping file {path.name} cannot be used: {reason}",
    )
