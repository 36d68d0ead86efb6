"""Geometry of a file to geometry as stored: EPSG:4326, on the lattice, valid; faults named by row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_wgs84, normal_system, to_wgs84
from gis.errors import GisError, UnknownSystem
from gis.lattice import from_lattice, reaches_antimeridian, snap_geometry, split_reason, to_lattice
from gis.suggest import suggest_system
from gis.words import Words
from grid_data.importers.city import City
from grid_data.importers.columns import numbers_in
from grid_data.importers.fields import empty, text_of
from grid_data.importers.problems import Findings, ImportRefused
from grid_data.importers.reading import DEGREES_BY_DEFAULT, Source
from grid_data.importers.shape_text import shape_of_text

__all__ = ["FAR_M", "declared_system", "raw_coordinates", "raw_shapes", "stored_shapes"]

FAR_M = 200_000.0
"""Farther from the city than this, no area of it can be meant."""

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
RowNumbers = NDArray[np.int64]
_SINGLE = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
_MANY = {single: many for many, single in _SINGLE.items()}


def declared_system(source: Source, told: str | None) -> str:
    """The coordinate system of a file: as told, else its own, else WGS 84 for tables and GeoJSON.

    Raises
    ------
    ImportRefused
        It is stated nowhere, or cannot be converted.
    """
    by_default = source.form in DEGREES_BY_DEFAULT or source.geometry is None
    system = told or source.crs or ("wgs84" if by_default else None)
    if system is None:
        raise ImportRefused(
            "no_crs",
            f"{source.path.name} 未声明坐标系；请用 --crs 指明（wgs84、cgcs2000、gcj02、bd09 或 EPSG:代码）",
            f"{source.path.name} states no coordinate system; name it with --crs "
            "(wgs84, cgcs2000, gcj02, bd09 or EPSG:n)",
        )
    try:
        return normal_system(system)
    except UnknownSystem:
        raise ImportRefused(
            "unknown_crs",
            f"坐标系“{system}”无法识别；请用 --crs 指明（wgs84、cgcs2000、gcj02、bd09 或 EPSG:代码）",
            f"the coordinate system {system!r} is not known; name it with --crs "
            "(wgs84, cgcs2000, gcj02, bd09 or EPSG:n)",
        ) from None


def raw_shapes(source: Source, mapped: pd.DataFrame, findings: Findings) -> Shapes:
    """One shape or None per row, in the file's coordinates: its geometry, or made from lon/lat or WKT."""
    if source.geometry is not None:
        for row, reason in source.unreadable.items():
            _unreadable(findings, row, reason)
        return source.geometry
    shapes = np.full(len(mapped), None, dtype=object)
    if "wkt" in mapped:
        for position, (row, text) in enumerate(zip(mapped.index, mapped["wkt"], strict=True)):
            if not empty(text):
                try:
                    shapes[position] = shape_of_text(text_of(text))
                except shapely.GEOSException as problem:
                    _unreadable(findings, int(row), str(problem).partition(": ")[2] or str(problem))
    elif "lon" in mapped and "lat" in mapped:
        lon, lat = raw_coordinates(mapped, findings)
        good = np.isfinite(lon) & np.isfinite(lat)
        shapes[good] = shapely.points(lon[good], lat[good])
    return shapes


def raw_coordinates(mapped: pd.DataFrame, findings: Findings) -> tuple[Floats, Floats]:
    """The columns ``lon`` and ``lat`` as numbers; NaN in both where a row has none, or bad ones."""
    lon, lat = numbers_in(mapped["lon"]), numbers_in(mapped["lat"])
    bad = ~(np.isfinite(lon) & np.isfinite(lat))
    positions = np.flatnonzero(bad)
    told = (mapped[name].iloc[positions].tolist() for name in ("lon", "lat"))
    for position, *given in zip(positions.tolist(), *told, strict=True):
        if not (empty(given[0]) and empty(given[1])):
            findings.error(
                "not_a_number",
                f"坐标（{given[0]}，{given[1]}）不是数字",
                f"the coordinates ({given[0]}, {given[1]}) are not numbers",
                row=int(mapped.index[position]),
                field="lon" if not np.isfinite(lon[position]) else "lat",
            )
    lon[bad] = lat[bad] = np.nan
    return lon, lat


def stored_shapes(
    raw: Shapes,
    rows: RowNumbers,
    system: str,
    city: City,
    findings: Findings,
    *,
    kinds: Collection[str],
    required: bool,
    limit_m: float,
) -> Shapes:
    """Shapes as they are stored; None where a row has none or a bad one.

    Parameters
    ----------
    raw
        Shapes in the declared system.
    rows
        Row numbers.
    system
        The declared system, normalised.
    kinds
        Geometry types to end with; ``Polygon`` becomes ``MultiPolygon`` where only that is wanted, and a
        multipart shape of one part the single one.
    required
        Whether a row without shape is an error.
    limit_m
        How far out of the city a shape may lie, metres.
    """
    shapes = raw.copy()
    shapes[shapely.is_missing(raw) | shapely.is_empty(raw)] = None
    noted = findings.bad_rows
    for position in np.flatnonzero(shapely.is_missing(shapes)):
        if required and int(rows[position]) not in noted:
            findings.error(
                "empty_geometry",
                "几何为空",
                "the geometry is empty",
                row=int(rows[position]),
                field="geometry",
            )
    shapes = _of_kinds(shapely.force_2d(shapes), rows, kinds, findings)
    _look_for_another_system(shapes, system, city, findings)
    with np.errstate(invalid="ignore"):
        degrees = np.asarray(geometry_to_wgs84(shapes, system), dtype=object)
    degrees = _in_range(shapes, degrees, rows, system, city, limit_m, findings)
    degrees = _valid(degrees, rows, findings)
    return _of_kinds(_snapped(degrees, rows, findings), rows, kinds, findings)


def _unreadable(findings: Findings, row: int, reason: str) -> None:
    reason = reason.strip()
    findings.error(
        "unreadable_geometry",
        f"几何无法解析：{reason}",
        f"the geometry cannot be read: {reason}",
        row=row,
        field="geometry",
    )


def _of_kinds(shapes: Shapes, rows: RowNumbers, kinds: Collection[str], findings: Findings) -> Shapes:
    result = shapes.copy()
    for position, shape in enumerate(shapes):
        if shape is None or shape.geom_type in kinds:
            continue
        kind = shape.geom_type
        if kind in _SINGLE and _SINGLE[kind] in kinds and len(shape.geoms) == 1:
            result[position] = shape.geoms[0]
        elif kind in _MANY and _MANY[kind] in kinds:
            result[position] = getattr(shapely, _MANY[kind])([shape])
        else:
            wanted = ", ".join(kinds)
            findings.error(
                "geometry_type",
                f"几何类型为 {kind}，应为 {wanted}",
                f"the geometry is a {kind}, not a {wanted}",
                row=int(rows[position]),
                field="geometry",
            )
            result[position] = None
    return result


def _look_for_another_system(shapes: Shapes, system: str, city: City, findings: Findings) -> None:
    """One error for the whole file when another system would put it into the city."""
    there = shapes[~shapely.is_missing(shapes)]
    if not len(there):
        return
    first = np.asarray([shape.bounds[:2] for shape in there])
    found = suggest_system(first[:, 0], first[:, 1], system, city.extent, also=[f"EPSG:{city.metric_srid}"])
    if found is None:
        return
    advice = (
        Words(
            "请交换两列坐标（--map lon=… --map lat=…）", "exchange the two columns (--map lon=… --map lat=…)"
        )
        if found.swapped
        else Words(f"请用 --crs {found.system}", f"use --crs {found.system}")
    )
    findings.error("wrong_crs", *found.message, field="geometry", suggestion=advice)


def _in_range(
    raw: Shapes,
    degrees: Shapes,
    rows: RowNumbers,
    system: str,
    city: City,
    limit_m: float,
    findings: Findings,
) -> Shapes:
    result = degrees.copy()
    box = shapely.bounds(degrees)
    present = ~shapely.is_missing(degrees)
    # Bounds skip what is not a number.
    finite = np.ones(len(degrees), dtype=bool)
    for position in np.flatnonzero(present):
        finite[position] = np.isfinite(shapely.get_coordinates(degrees[position])).all()
    with np.errstate(invalid="ignore"):
        earthly = finite & (box[:, 0] >= -180) & (box[:, 2] <= 180) & (box[:, 1] >= -90) & (box[:, 3] <= 90)
        around = earthly & reaches_antimeridian(degrees)
        area = city.extent.grown(limit_m)
        near = (
            (box[:, 2] >= area.west)
            & (box[:, 0] <= area.east)
            & (box[:, 3] >= area.south)
            & (box[:, 1] <= area.north)
        )
    for position in np.flatnonzero(present & (~(earthly & near) | around)):
        x, y = shapely.get_coordinates(raw[position])[0]
        suggestion = _reading_of(x, y, system, city)
        if around[position]:
            findings.error(
                "antimeridian",
                "几何到达或跨越 180 度经线（或坐标有误）：分派无法判断两侧是否相接",
                "the geometry reaches or crosses the 180th meridian (or its coordinates are wrong): routing "
                "could not tell that the two sides meet",
                row=int(rows[position]),
                field="geometry",
            )
        elif earthly[position]:
            findings.error(
                "outside_city",
                f"（{x:.10g}，{y:.10g}）距本市超过 {limit_m / 1000:g} 公里",
                f"({x:.10g}, {y:.10g}) is more than {limit_m / 1000:g} km from the city",
                row=int(rows[position]),
                field="geometry",
                suggestion=suggestion,
            )
        else:
            findings.error(
                "out_of_range",
                f"（{x:.10g}，{y:.10g}）按 {system} 读取不是有效的经纬度",
                f"({x:.10g}, {y:.10g}) read as {system} is no longitude and latitude",
                row=int(rows[position]),
                field="geometry",
                suggestion=suggestion,
            )
        result[position] = None
    return result


def _reading_of(x: float, y: float, system: str, city: City) -> Words | None:
    found = suggest_system([x], [y], system, city.extent, also=[f"EPSG:{city.metric_srid}"])
    if found is None:
        return None
    if found.swapped and found.system == system:
        return Words("疑似经纬度（x、y）互换", "longitude and latitude (x and y) look exchanged")
    return Words(f"看起来是 {found.system} 坐标", f"it looks like {found.system}")


def _valid(degrees: Shapes, rows: RowNumbers, findings: Findings) -> Shapes:
    result = degrees.copy()
    for position in np.flatnonzero(~shapely.is_missing(degrees) & ~shapely.is_valid(degrees)):
        reason, place = split_reason(str(shapely.is_valid_reason(degrees[position])))
        where = "" if place is None else f" {place[0]:.7f}, {place[1]:.7f}"
        findings.error(
            "invalid_geometry",
            f"几何无效：{reason}，位置{where or '不明'}",
            f"the geometry is invalid: {reason}{f' at{where}' if where else ''}",
            row=int(rows[position]),
            field="geometry",
            suggestion=Words("请在 GIS 软件中修复", "repair it in a GIS program"),
        )
        result[position] = None
    return result


def _snapped(degrees: Shapes, rows: RowNumbers, findings: Findings) -> Shapes:
    """The quick way for all that stay valid when rounded, `gis.lattice.snap_geometry` for the rest."""
    lattice = np.asarray(to_lattice(degrees), dtype=object)
    easy = shapely.is_valid(lattice)
    result = np.full(len(degrees), None, dtype=object)
    result[easy] = from_lattice(shapely.remove_repeated_points(lattice[easy]))
    for position in np.flatnonzero(~easy & ~shapely.is_missing(degrees)):
        try:
            result[position] = snap_geometry(degrees[position])
        except GisError as problem:
            findings.error(
                "collapsed_geometry",
                "几何过小，在 1e-7 度格网上已不存在",
                str(problem),
                row=int(rows[position]),
                field="geometry",
            )
    return result


def in_system(lon: Any, lat: Any, system: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of a declared system in WGS 84, as `gis.crs.to_wgs84`, without numpy's warnings."""
    with np.errstate(invalid="ignore"):
        return to_wgs84(lon, lat, system)
