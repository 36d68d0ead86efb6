"""Lines half way between things: round buildings in a block, or between the banks of a river."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

__all__ = ["middle_lines", "spaced_points"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]

OVERSHOOT_M = 0.05
"""Lines run on by this much where they end on a border, so that rounding leaves no gap."""


def spaced_points(lines: Shapes, label: Ints, spacing_m: float) -> tuple[Floats, Ints]:
    """Points along lines or outlines, at most a spacing apart, each with the label of its line.

    Parameters
    ----------
    lines
        Lines or polygons in metres, (n,).
    label
        A number for each, (n,).
    """
    dense = shapely.segmentize(lines, spacing_m)
    points, of = shapely.get_coordinates(dense, return_index=True)
    # A point that several have belongs to the first.
    order = np.lexsort((of, points[:, 1], points[:, 0]))
    points, of = points[order], of[order]
    fresh = np.ones(len(points), dtype=np.bool_)
    fresh[1:] = (points[1:] != points[:-1]).any(axis=1)
    return points[fresh], label[of[fresh]]


def middle_lines(points: Floats, label: Ints, area: Any, smooth_m: float) -> Shapes:
    """Where two points of different labels are equally near: lines inside an area.

    Parameters
    ----------
    points
        In metres, (n, 2), no two alike.
    label
        What each belongs to, (n,).
    area
        A polygon in metres.
    smooth_m
        Lines are simplified by at most this much.

    Returns
    -------
    LineStrings that run on a little beyond the area's border; empty where there is only one label.
    """
    none = np.empty(0, dtype=object)
    if len(points) < 2 or (label == label[0]).all():
        return none
    centre = points.mean(axis=0)
    west, south, east, north = area.bounds
    far = 20.0 * max(east - west, north - south, float(np.ptp(points)), 100.0)
    guard = np.array([[-far, -far], [-far, far], [far, -far], [far, far]])
    diagram = scipy.spatial.Voronoi(np.concatenate([points - centre, guard]))
    names = np.concatenate([label, np.full(4, np.iinfo(np.int64).min)])
    pair = diagram.ridge_points
    inner = (pair < len(points)).all(axis=1) & (names[pair[:, 0]] != names[pair[:, 1]])
    ridges = np.array([ridge for ridge, wanted in zip(diagram.ridge_vertices, inner, strict=True) if wanted])
    if not len(ridges):
        return none
    ridges = ridges[(ridges >= 0).all(axis=1)]
    lines = shapely.linestrings(diagram.vertices[ridges] + centre)
    room = area.buffer(OVERSHOOT_M)
    merged = shapely.simplify(
        shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))), smooth_m
    )
    shapely.prepare(room)
    inside = shapely.get_parts(shapely.intersection(merged[shapely.intersects(room, merged)], room))
    return np.asarray(inside[shapely.get_type_id(inside) == 1], dtype=object)
