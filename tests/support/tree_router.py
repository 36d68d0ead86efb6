"""The router's answers by another way: STRtree and prepared polygons of GEOS, slow and plain.

Predicates on lattice geometry are exact in GEOS too; distances are those of GEOS in the metric system.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric, to_metric
from gis.lattice import to_degrees, to_lattice
from gis.router import NEAR_M, NO_ZONE, Method, ZoneLayer


@dataclass(frozen=True)
class TreeAnswer:
    """Per point: the zone with the lowest code, its method, metres to its border; and every covering zone."""

    zone: NDArray[np.int32]
    method: NDArray[np.int8]
    border_m: NDArray[np.float64]
    covering: list[list[int]]


def ask_tree(layer: ZoneLayer, x: NDArray[np.int32], y: NDArray[np.int32], metric_srid: int) -> TreeAnswer:
    """Ask for points in lattice steps. Zones are numbered in the order of their codes."""
    order = sorted(range(len(layer.codes)), key=lambda i: layer.codes[i])
    shapes = np.asarray(layer.geometries, dtype=object)[order]
    lattice, metric = to_lattice(shapes), geometry_to_metric(shapes, metric_srid)
    points = np.asarray(shapely.points(x, y))
    at = np.asarray(shapely.points(*to_metric(*to_degrees(x, y), metric_srid)))
    zone = np.full(len(x), NO_ZONE, dtype=np.int32)
    method = np.full(len(x), Method.OUTSIDE, dtype=np.int8)
    border_m = np.full(len(x), np.nan)
    covering: list[list[int]] = [[] for _ in range(len(x))]
    for point, found in sorted(zip(*shapely.STRtree(lattice).query(points, "intersects"), strict=True)):
        covering[point].append(int(found))
    for point, zones in enumerate(covering):
        if not zones:
            continue
        first = zones[0]
        zone[point] = first
        if shapely.contains(lattice[first], points[point]):
            method[point] = Method.INSIDE
            distance = shapely.distance(shapely.boundary(metric[first]), at[point])
            border_m[point] = distance if distance < NEAR_M else np.nan
        else:
            method[point], border_m[point] = Method.ON_BORDER, 0.0
    return TreeAnswer(zone, method, border_m, covering)
