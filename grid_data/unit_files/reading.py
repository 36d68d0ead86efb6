"""Land units of a file: polygons with households, their community, and the grid they lie in today."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric, geometry_to_wgs84, is_metric, metric_system, scale_error
from gis.unit_graph import UnitGraph
from gis.units.graph import GraphOptions, unit_graph
from gis.units.ways import Ways, road_kinds
from grid_data.importers.fields import empty, text_of
from grid_data.importers.problems import ImportRefused
from grid_data.importers.reading import Source, read_source
from grid_data.importers.shapes import declared_system
from grid_data.unit_files.dividing import divided
from grid_data.unit_files.edges import Edges, read_edges
from grid_data.unit_files.fitting import fitted

__all__ = ["CurrentGrids", "UnitFile", "UnitsAsked", "read_current", "read_units"]

Shapes = NDArray[np.object_]

HOUSEHOLD_COLUMNS: Final = ("households", "hu_shu", "户数", "household_count")
COMMUNITY_COLUMNS: Final = ("community", "community_code", "社区", "社区编码")
COMPOUND_COLUMNS: Final = ("compound", "block", "小区", "街坊")
ROAD_COLUMNS: Final = ("highway", "road_class", "class", "道路等级", "fclass")
TRUE_METRES: Final = 0.01
"""Metres of a file's system may be wrong by this part; those of neighbouring UTM zones are."""
LARGE: Final = 2_000
"""Without a column of communities, more units than this are divided into parts first."""


@dataclass(frozen=True)
class UnitsAsked:
    """What is told about a file of units.

    Attributes
    ----------
    path, layer, crs
        The file, its layer if it holds several, its system where it states none or a wrong one.
    households, community, code
        Names of columns; None for the usual names (and no column of communities is needed, nor of codes:
        units are then numbered by their row).
    roads
        A file of lines with a class, along which borders are welcome.
    reach_m
        Units of one community that do not touch, with nothing between them, may share a grid if they are no
        farther apart.
    """

    path: Path
    layer: str | None = None
    crs: str | None = None
    households: str | None = None
    community: str | None = None
    code: str | None = None
    roads: Path | None = None
    reach_m: float = 0.0


@dataclass(frozen=True, eq=False)
class UnitFile:
    """The units of a file.

    Attributes
    ----------
    codes
        Of the units.
    shapes, system
        (n,) polygons and the system they are in: the file's own, WGS 84 for GCJ-02 and BD-09, the metric one
        where they had to be changed to fit together.
    metric, epsg
        The same polygons in metres, and the EPSG code of that system.
    communities
        Their codes, by the number in ``graph.community``; numbers of parts where the file names none.
    named
        Whether the file names communities.
    graph
        Who borders whom.
    told
        Whether the file says so itself, in its layer ``edges``; else it is derived from the shapes.
    closed
        How many units were changed so that they fit together, and the ground in m² that was.
    """

    codes: list[str]
    shapes: Shapes
    system: str
    metric: Shapes
    epsg: int
    communities: list[str]
    named: bool
    graph: UnitGraph
    told: bool = False
    closed: tuple[int, float] = (0, 0.0)


@dataclass(frozen=True, eq=False)
class CurrentGrids:
    """Today's grids: their codes, and (n,) the number of the one each unit lies in, -1 for none."""

    codes: list[str]
    zone: NDArray[np.int64]


def read_units(asked: UnitsAsked) -> UnitFile:
    """Read units, and who borders whom: from the layer ``edges`` if there is one, else from common borders.

    With roads it is derived in any case.

    Raises
    ------
    ImportRefused
        The file cannot be read, lacks a column, or a row has no area or no number of households.
    """
    source = _read(asked.path, asked.layer, "units")
    if not len(source.table):
        raise ImportRefused("no_rows", f"{asked.path.name} 中没有单元", f"{asked.path.name} holds no unit")
    table = source.table
    households = _households(
        source, _column(table, asked.households, HOUSEHOLD_COLUMNS, asked.path, option="--weight")
    )
    code = _column(table, asked.code, ("code", "编码"), asked.path, needed=False)
    community = _column(table, asked.community, COMMUNITY_COLUMNS, asked.path, needed=False)
    compound = _column(table, None, COMPOUND_COLUMNS, asked.path, needed=False)
    codes = _texts(table[code]) if code else [str(row) for row in table.index]
    if asked.code is None and (len(set(codes)) != len(codes) or not all(codes)):
        # A column that happens to be called so.
        codes = [str(row) for row in table.index]
    if len(set(codes)) != len(codes) or not all(codes):
        raise ImportRefused(
            "unit_codes",
            f"{asked.path.name}：单元编码缺失或重复",
            f"{asked.path.name}: codes of units are missing or given twice",
        )
    shapes, system = _areas(source, asked.crs)
    metric, epsg = in_metres(shapes, system)
    fit = fitted(metric)
    if fit.changed:
        metric, shapes, system = fit.shapes, fit.shapes, f"EPSG:{epsg}"
        covered = np.flatnonzero(shapely.is_empty(metric))
        if len(covered):
            row = int(table.index[covered[0]])
            raise ImportRefused(
                "covered_unit",
                f"{asked.path.name} 第 {row} 行：单元完全压在其他单元上",
                f"{asked.path.name}, row {row}: the unit lies on others with its whole area",
            )
    numbers = np.zeros(len(codes), dtype=np.int64)
    names = [""]
    if community is not None:
        told, numbers = np.unique(np.array(_communities(source, community)), return_inverse=True)
        names = [str(name) for name in told]
    blocks = None
    if compound is not None:
        blocks = np.unique(np.array(_texts(table[compound])), return_inverse=True)[1]
    told_edges = None if asked.roads is not None else read_edges(asked.path, codes)
    graph = (
        _told_graph(told_edges, metric, households, numbers)
        if told_edges is not None
        else _graph(metric, households, numbers, blocks, _roads(asked.roads, epsg), asked.reach_m)
    )
    if community is None and len(codes) > LARGE:
        graph = divided(graph)
        names = [str(number + 1) for number in range(int(graph.community.max()) + 1)]
    named = community is not None
    return UnitFile(
        codes, shapes, system, metric, epsg, names, named, graph, told_edges is not None,
        (fit.changed, fit.moved_m2),
    )  # fmt: skip


def _graph(
    metric: Shapes,
    households: NDArray[np.int32],
    community: NDArray[np.int64],
    blocks: NDArray[np.int64] | None,
    roads: Ways | None,
    reach_m: float,
) -> UnitGraph:
    """Who borders whom, from the shapes. Nothing is linked that the file does not say: no far island."""
    zero = np.zeros(len(households), dtype=np.int32)
    return unit_graph(
        metric, households, zero, zero, community, compound=blocks, barriers=roads,
        options=GraphOptions(reach_m=reach_m),
    )  # fmt: skip


def _told_graph(
    edges: Edges, metric: Shapes, households: NDArray[np.int32], community: NDArray[np.int64]
) -> UnitGraph:
    """Who borders whom, as the file says."""
    zero = np.zeros(len(households), dtype=np.int32)
    return UnitGraph(
        households=households,
        residents=zero,
        buildings=zero,
        area_m2=np.asarray(shapely.area(metric)),
        perimeter_m=np.asarray(shapely.length(metric)),
        community=community.astype(np.int32),
        ends=edges.ends,
        length_m=edges.length_m,
        barrier=edges.barrier,
        joined=edges.joined,
    )


def read_current(path: Path, units: UnitFile, code: str | None, layer: str | None = None) -> CurrentGrids:
    """Which grid of a file each unit lies in, by a point inside of the unit.

    Raises
    ------
    ImportRefused
        The file cannot be read or has no codes.
    """
    source = _read(path, layer, "grids")
    column = _column(source.table, code, ("code", "grid", "编码"), path, option="--current-code")
    assert column is not None
    shapes, system = _areas(source, None)
    grids = _to_epsg(shapes, system, units.epsg)
    names = _texts(source.table[column])
    if not all(names):
        row = int(source.table.index[names.index("")])
        raise ImportRefused(
            "grid_codes",
            f"{path.name} 第 {row} 行：网格没有编码（列 {column}）",
            f"{path.name}, row {row}: the grid has no code in column {column}",
        )
    codes = sorted(set(names))
    place = {name: number for number, name in enumerate(codes)}
    inside = shapely.point_on_surface(units.metric)
    unit, row = shapely.STRtree(grids).query(inside, predicate="intersects")
    zone = np.full(len(units.codes), -1, dtype=np.int64)
    number = np.array([place[name] for name in names])
    # From the last grid to the first, so that the lowest code is written last where grids overlap.
    order = np.argsort(-number[row], kind="stable")
    zone[unit[order]] = number[row[order]]
    return CurrentGrids(codes, zone)


def _read(path: Path, layer: str | None, usual: str) -> Source:
    """A file; of several layers the one named, else the one with the usual name."""
    try:
        return read_source(path, layer=layer)
    except ImportRefused as refused:
        if refused.code != "which_layer":
            raise
        try:
            return read_source(path, layer=usual)
        except ImportRefused:
            raise refused from None


def in_metres(shapes: Shapes, system: str) -> tuple[Shapes, int]:
    """Shapes in their own system if its metres are true there, else in that of their place; its EPSG code.

    Metres of Web Mercator are no true ones.
    """
    own = int(system.removeprefix("EPSG:")) if system.startswith("EPSG:") else None
    degrees = geometry_to_wgs84(shapes, system)
    west, south, east, north = shapely.total_bounds(degrees)
    place = (float(west + east) / 2, float(south + north) / 2)
    if own is not None and is_metric(own) and scale_error(*place, own) < TRUE_METRES:
        return shapes, own
    epsg = metric_system(*place)
    return np.asarray(geometry_to_metric(degrees, epsg), dtype=object), epsg


def _to_epsg(shapes: Shapes, system: str, epsg: int) -> Shapes:
    if system == f"EPSG:{epsg}":
        return shapes
    return np.asarray(geometry_to_metric(geometry_to_wgs84(shapes, system), epsg), dtype=object)


def _areas(source: Source, crs: str | None) -> tuple[Shapes, str]:
    """Polygons of a file in a system that can be written again."""
    if source.geometry is None:
        raise ImportRefused(
            "no_geometry", f"{source.path.name} 没有几何", f"{source.path.name} has no geometry"
        )
    system = declared_system(source, crs)
    shapes = shapely.force_2d(source.geometry)
    no_area = ~np.isin(shapely.get_type_id(shapes), (3, 6)) | shapely.is_empty(shapes)
    bad = no_area | ~shapely.is_valid(shapes)
    if bad.any():
        at = int(np.argmax(bad))
        row = int(source.table.index[at])
        if no_area[at]:
            kind = "" if shapes[at] is None else shapes[at].geom_type
            raise ImportRefused(
                "bad_geometry",
                f"{source.path.name} 第 {row} 行：不是面（{kind or '没有几何'}）",
                f"{source.path.name}, row {row}: not an area ({kind or 'no geometry'})",
            )
        why = shapely.is_valid_reason(shapes[at])
        raise ImportRefused(
            "bad_geometry",
            f"{source.path.name} 第 {row} 行：不是有效的面（{why}）；请先修复",
            f"{source.path.name}, row {row}: not a valid area ({why}); mend it first",
        )
    if system in ("gcj02", "bd09"):
        return np.asarray(geometry_to_wgs84(shapes, system), dtype=object), "wgs84"
    return np.asarray(shapes, dtype=object), system


def _column(
    table: pd.DataFrame,
    told: str | None,
    usual: tuple[str, ...],
    path: Path,
    *,
    needed: bool = True,
    option: str = "",
) -> str | None:
    if told is not None and told in table.columns:
        return told
    if told is None:
        found = next((name for name in usual if name in table.columns), None)
        if found is not None or not needed:
            return found
    known = ", ".join(map(str, table.columns))
    wanted = told or usual[0]
    zh, en = (f"；用 {option} 指明列名", f"; {option} names one") if option and told is None else ("", "")
    raise ImportRefused(
        "missing_column",
        f"{path.name} 中没有列 {wanted}；现有：{known}{zh}",
        f"{path.name} has no column {wanted}; it has {known}{en}",
    )


def _households(source: Source, column: str | None) -> NDArray[np.int32]:
    assert column is not None
    values = pd.to_numeric(source.table[column], errors="coerce").to_numpy(dtype=np.float64)
    blank = np.array([empty(value) for value in source.table[column]])
    values = np.where(blank, 0.0, values)
    bad = ~np.isfinite(values) | (values < 0) | (values > 1e6)
    if bad.any():
        at = int(np.argmax(bad))
        row, given = int(source.table.index[at]), text_of(source.table[column].iloc[at])
        raise ImportRefused(
            "bad_weight",
            f"{source.path.name} 第 {row} 行：列 {column} 中的“{given}”不是户数",
            f"{source.path.name}, row {row}: {given!r} in column {column} is no number of households",
        )
    # Fractions are carried on to the next unit, so that sums are right to half a household; units that hold
    # whole numbers keep them.
    total = np.cumsum(values)
    return np.diff(np.floor(total + 0.5 + 1e-6), prepend=0.0).astype(np.int32)


def _communities(source: Source, column: str) -> list[str]:
    names = _texts(source.table[column])
    missing = [int(row) for row, name in zip(source.table.index, names, strict=True) if not name.strip()]
    if missing:
        count = len(missing)
        raise ImportRefused(
            "no_community",
            f"{source.path.name} 第 {missing[0]} 行：列 {column} 没有社区（共 {count} 行）",
            f"{source.path.name}, row {missing[0]}: no community in column {column} ({count} such rows)",
        )
    return names


def _texts(values: Any) -> list[str]:
    return ["" if empty(value) else text_of(value) for value in values]


def _roads(path: Path | None, epsg: int) -> Ways | None:
    if path is None:
        return None
    source = read_source(path)
    if source.geometry is None:
        raise ImportRefused("no_geometry", f"{path.name} 没有几何", f"{path.name} has no geometry")
    column = _column(source.table, None, ROAD_COLUMNS, path, needed=False)
    classes = source.table[column] if column else [None] * len(source.table)
    system = declared_system(source, None)
    there = ~shapely.is_missing(source.geometry)
    shapes = _to_epsg(shapely.force_2d(source.geometry[there]), system, epsg)
    return Ways(shapes, road_kinds(classes)[there])
