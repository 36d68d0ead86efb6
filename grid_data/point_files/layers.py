"""Files of zones to layers of the router; faults are named by file and row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from gis.crs import geometry_to_wgs84
from gis.lattice import snap_all
from gis.point_router import SEPARATOR
from gis.reasons import reason_words
from gis.router import ZoneLayer
from grid_data.importers.fields import empty, text_of
from grid_data.importers.mapping import GEOMETRY_FIELDS, ColumnMapping
from grid_data.importers.problems import Findings, ImportRefused
from grid_data.importers.reading import Source, read_source
from grid_data.importers.shapes import declared_system, raw_shapes
from grid_data.point_files.answers import output_columns
from grid_data.point_files.geojson_ids import check_records

__all__ = ["LayerFile", "LayerRefused", "check_names", "read_layer"]

_AREAS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class LayerFile:
    """What is told about a layer.

    Attributes
    ----------
    name
        Name of the layer, and of its output column.
    path, column
        The file, and its column of zone codes; ``code`` if None.
    source_layer
        Which layer of a file with several; by default the one of the layer's name.
    crs
        The system of its coordinates, where the file is silent or wrong.
    cardinality
        ``at_most_one``, ``exactly_one`` or ``many``.
    tolerance_m
        For ``exactly_one``: metres out of all zones at which the nearest one still answers.
    """

    name: str
    path: Path
    column: str | None = None
    source_layer: str | None = None
    crs: str | None = None
    cardinality: str = "at_most_one"
    tolerance_m: float = 0.0


class LayerRefused(ImportRefused):
    """A layer that cannot be used: the faults of its rows.

    Attributes
    ----------
    path, findings
        The file, and every fault with its row.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        number = len(findings.errors)
        super().__init__(
            "bad_layer",
            f"{path.name} 有 {number} 个错误",
            f"{path.name} has {number} error(s)",
        )
        self.path = path
        self.findings = findings


def check_names(layers: Sequence[LayerFile]) -> None:
    """Refuse names of layers that would make two output columns of one name.

    Names that differ in case alone count as one, as they do in GeoPackage and in most databases.

    Raises
    ------
    ImportRefused
        With the name.
    """
    names = [*output_columns([layer.name for layer in layers]), "geometry"]
    folded = [name.casefold() for name in names]
    double = next((name for name in names if folded.count(name.casefold()) > 1), None)
    if double is not None:
        raise ImportRefused(
            "double_column",
            f"输出中会有两列名为 {double}；请为图层另取名称",
            f"two output columns would be named {double}; name the layers differently",
        )


def read_layer(layer: LayerFile, *, encoding: str | None = None) -> tuple[ZoneLayer, Source]:
    """Read a layer: codes as text, areas on the lattice as imports store them.

    Raises
    ------
    LayerRefused
        Rows are at fault: a code is missing or given twice, an area is invalid, crosses the antimeridian, ...
    ImportRefused
        The file cannot be read, has no such column, or states no coordinate system.
    """
    source = _source(layer, encoding)
    if source.form == "GeoJSONSeq":
        check_records(layer.path, len(source.table))
    findings = Findings()
    codes = _codes(layer, source, findings)
    mapped, _ = ColumnMapping().apply(source.table, GEOMETRY_FIELDS)
    if source.geometry is None and "wkt" not in mapped:
        raise ImportRefused(
            "no_geometry",
            f"{layer.path.name} 没有几何（CSV 需要 wkt 列）",
            f"{layer.path.name} has no geometry (a CSV needs a column wkt)",
        )
    system = _system(layer, source)
    shapes = raw_shapes(source, mapped, findings)
    rows = source.table.index.to_numpy()
    noted = findings.bad_rows
    kinds = shapely.get_type_id(shapes)
    for position in np.flatnonzero(~np.isin(kinds, (-1, 3, 6))).tolist():
        kind = shapes[position].geom_type
        findings.error(
            "geometry_type",
            f"几何类型为 {kind}，应为 {', '.join(_AREAS)}",
            f"the geometry is a {kind}, not a {' or '.join(_AREAS)}",
            row=int(rows[position]),
        )
    noted |= findings.bad_rows
    with np.errstate(invalid="ignore"):
        degrees = np.asarray(geometry_to_wgs84(shapely.force_2d(shapes), system), dtype=object)
    snapped, faults = snap_all(degrees)
    for position, fault in faults.items():
        if int(rows[position]) not in noted:
            findings.error(
                "bad_geometry",
                f"几何无效：{reason_words(str(fault)).zh}",
                str(fault),
                row=int(rows[position]),
                field="geometry",
            )
    if findings.errors:
        findings.items.sort(key=lambda finding: finding.row or 0)
        raise LayerRefused(layer.path, findings)
    return ZoneLayer(layer.name, codes, snapped, layer.cardinality, layer.tolerance_m), source


def _source(layer: LayerFile, encoding: str | None) -> Source:
    try:
        return read_source(layer.path, layer=layer.source_layer, encoding=encoding)
    except ImportRefused as refused:
        if refused.code != "which_layer":
            raise
    # A container of all layers, each under its own name.
    try:
        return read_source(layer.path, layer=layer.name, encoding=encoding)
    except ImportRefused as refused:
        raise ImportRefused(
            refused.code,
            f"{refused.words.zh}；请用 --source-layer {layer.name}=… 指明",
            f"{refused.words.en}; choose with --source-layer {layer.name}=...",
        ) from None


def _system(layer: LayerFile, source: Source) -> str:
    try:
        return declared_system(source, layer.crs)
    except ImportRefused as refused:
        option = f"--layer-crs {layer.name}="
        zh, en = (words.replace("--crs", option) for words in refused.words)
        raise ImportRefused(refused.code, zh, en) from None


def _column(layer: LayerFile, source: Source) -> str:
    """The column of codes: by its name, else by the only one that differs from it in case alone."""
    wanted = layer.column or "code"
    names = [str(name) for name in source.table.columns]
    alike = [name for name in names if name.casefold() == wanted.casefold()]
    return alike[0] if wanted not in names and len(alike) == 1 else wanted


def _codes(layer: LayerFile, source: Source, findings: Findings) -> list[str]:
    column = _column(layer, source)
    if not len(source.table) and column not in source.table.columns:
        raise ImportRefused(
            "no_zones", f"{layer.path.name} 中没有区域", f"there are no zones in {layer.path.name}"
        )
    if column not in source.table.columns:
        known = ", ".join(map(str, source.table.columns))
        raise ImportRefused(
            "missing_column",
            f"{layer.path.name} 中没有列 {column}；现有：{known}。"
            f"请写作 --layer {layer.name}={layer.path}:列名",
            f"{layer.path.name} has no column {column}; it has {known}. "
            f"Write --layer {layer.name}={layer.path}:COLUMN",
        )
    codes: list[str] = []
    seen: dict[str, int] = {}
    for row, value in source.table[column].items():
        number = int(str(row))
        code = "" if empty(value) else text_of(value)
        codes.append(code)
        if layer.cardinality == "many" and SEPARATOR in code:
            findings.error(
                "separator",
                f"编码 {code} 含有“{SEPARATOR}”，它用于分隔多个编码",
                f"code {code} contains {SEPARATOR!r}, which separates several codes",
                row=number,
                field=column,
            )
        if not code:
            findings.error("no_code", "区域没有编码", "the zone has no code", row=number, field=column)
        elif code in seen:
            findings.error(
                "duplicate_code",
                f"编码 {code} 已在第 {seen[code]} 行出现",
                f"code {code} is given in row {seen[code]} already",
                row=number,
                field=column,
            )
        else:
            seen[code] = number
    return codes
