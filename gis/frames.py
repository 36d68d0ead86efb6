"""The router for GeoDataFrames, as in a notebook.

>>> import shapely
>>> areas = [shapely.box(120, 36, 120.1, 36.1), shapely.box(120.1, 36, 120.2, 36.1)]
>>> grids = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=areas, crs=4326)
>>> calls = gpd.GeoDataFrame(geometry=gpd.points_from_xy([120.05, 120.1, 119], [36.05] * 3), crs=4326)
>>> route_frame(calls, {"grid": grids})[["grid", "grid_method"]].astype(object).values.tolist()
[['A', 'inside'], ['A', 'on_border'], [nan, 'outside']]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_wgs84, system_of
from gis.errors import LayerError
from gis.lattice import snap_all
from gis.point_router import METHODS, PLACE_FAULTS, PointRouter
from gis.router import ZoneLayer

__all__ = ["point_router", "route_frame", "zone_layer"]

Layers: TypeAlias = Mapping[str, "gpd.GeoDataFrame | ZoneLayer"]


def zone_layer(
    name: str,
    zones: gpd.GeoDataFrame,
    *,
    column: str = "code",
    system: str | None = None,
    cardinality: str = "at_most_one",
    nearest_tolerance_m: float = 0.0,
) -> ZoneLayer:
    """A layer of a frame of polygons; vertices are moved to the lattice of 1e-7 degree.

    Parameters
    ----------
    name
        Of the layer.
    zones
        Polygons or multipolygons in any coordinate system.
    column
        Their codes, each once.
    system
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n`` in place of the frame's own.
    cardinality, nearest_tolerance_m
        See `gis.router.ZoneLayer`.

    Raises
    ------
    LayerError
        There is no such column, a code is empty or given twice, or a shape cannot be used (the row is named
        by its index), or a tolerance is given to a layer that does not demand a zone.
    UnknownSystem
        ``system`` is not known.
    """
    if column not in zones.columns:
        shown = ", ".join(map(str, zones.columns))
        raise LayerError(
            f"layer {name}: no column {column!r} among {shown}; zone_layer(..., column=) names it"
        )
    if nearest_tolerance_m and cardinality != "exactly_one":
        raise LayerError(f"layer {name}: a tolerance needs cardinality='exactly_one'")
    codes = ["" if pd.isna(code) else str(code).strip() for code in zones[column]]
    missing = [label for label, code in zip(zones.index, codes, strict=True) if not code]
    if missing:
        raise LayerError(f"layer {name}, row {missing[0]}: the zone has no code")
    double = pd.Series(codes, index=zones.index).loc[pd.Series(codes).duplicated().to_numpy()]
    if len(double):
        raise LayerError(f"layer {name}, row {double.index[0]}: code {double.iloc[0]!r} is given twice")
    shapes, faults = snap_all(_degrees(zones, system))
    for position, fault in faults.items():
        raise LayerError(f"layer {name}, row {zones.index[position]}: {fault}") from fault
    kinds = shapely.get_type_id(shapes)
    for position in np.flatnonzero(~np.isin(kinds, (3, 6))).tolist():
        kind = shapes[position].geom_type
        raise LayerError(f"layer {name}, row {zones.index[position]}: the geometry is a {kind}, not an area")
    return ZoneLayer(name, codes, shapes, cardinality, nearest_tolerance_m)


def point_router(layers: Layers, *, metric_srid: int | None = None) -> PointRouter:
    """A router for many frames of points.

    Parameters
    ----------
    layers
        By name, in the order of the answers: frames with a column ``code``, or layers made by `zone_layer`,
        which bear this name then.
    metric_srid
        EPSG code of the metric system for distances; by default `gis.crs.metric_system` of the layers'
        middle.

    Raises
    ------
    LayerError
        See `zone_layer`; or two columns of the answers would have one name.
    """
    columns = [f"{name}{part}" for name in layers for part in ("", "_method", "_distance_m")]
    double = next((name for name in columns if columns.count(name) > 1), None)
    if double is not None:
        raise LayerError(f"two columns of the answers would be named {double!r}; name the layers differently")
    made = [
        replace(layer, code=name) if isinstance(layer, ZoneLayer) else zone_layer(name, layer)
        for name, layer in layers.items()
    ]
    return PointRouter.build(made, metric_srid)


def route_frame(
    points: gpd.GeoDataFrame, layers: Layers | PointRouter, *, system: str | None = None
) -> pd.DataFrame:
    """The zones of points.

    Parameters
    ----------
    points
        Points in any coordinate system; what is empty or no point is outside of everything.
    layers
        As for `point_router`, or a router made by it.
    system
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n`` in place of the frame's own.

    Returns
    -------
    pandas.DataFrame
        With the index of ``points``; per layer ``<layer>`` (code), ``<layer>_method`` (inside, on_border,
        nearest, outside), both categorical, and ``<layer>_distance_m`` (metres: to the border below 30, 0 on
        it, to the zone for nearest; else NaN). ``attrs["unplaced"]`` counts points that cannot be placed.
    """
    router = layers if isinstance(layers, PointRouter) else point_router(layers)
    degrees = _degrees(points, system)
    point = (shapely.get_type_id(degrees) == 0) & ~shapely.is_empty(degrees)
    lon, lat = np.full(len(degrees), np.nan), np.full(len(degrees), np.nan)
    lon[point], lat[point] = shapely.get_x(degrees[point]), shapely.get_y(degrees[point])
    there = ~shapely.is_missing(degrees) & ~shapely.is_empty(degrees) & ~(point & np.isnan(lon))
    fault = np.full(len(degrees), -1, dtype=np.int8)
    fault[there & ~point] = PLACE_FAULTS.index("not_a_point")
    fault[~there] = PLACE_FAULTS.index("none_given")
    answers = router.answer(lon, lat, fault)
    columns: dict[str, object] = {}
    for name, found in answers.layers.items():
        codes, methods = (pd.Index(words, dtype=object) for words in (found.codes, METHODS))
        columns[name] = pd.Categorical.from_codes(found.zone, categories=codes)
        columns[f"{name}_method"] = pd.Categorical.from_codes(found.method, categories=methods)
        columns[f"{name}_distance_m"] = found.distance_m
    frame = pd.DataFrame(columns, index=points.index)
    frame.attrs["unplaced"] = answers.faults()
    return frame


def _degrees(frame: gpd.GeoDataFrame, system: str | None) -> NDArray[np.object_]:
    """Shapes in EPSG:4326."""
    shapes = np.asarray(frame.geometry, dtype=object)
    if system is None:
        if frame.crs is None:
            raise LayerError("the frame has no coordinate system: set its crs, or name one with system=")
        system = system_of(pyproj.CRS(frame.crs))
        if not system.startswith("EPSG:") and system not in ("wgs84", "cgcs2000"):
            return np.asarray(frame.geometry.to_crs(4326), dtype=object)
    with np.errstate(invalid="ignore"):
        return np.asarray(geometry_to_wgs84(shapely.force_2d(shapes), system), dtype=object)
