"""A fine triangle mesh of the land whose outer border is exactly the border of the land units.

Layers whose borders must not follow the units are made as sets of mesh cells: an exact valid coverage of the
same land on the lattice, without any noding that could shift a vertex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import Delaunay

from grid_data.sample.lattice import Floats, Geometries, Ints, edges, rook_pairs, to_lattice, to_metric


@dataclass(frozen=True)
class Mesh:
    """Cells (lattice), their metric centres and neighbours with the length of their common border."""

    cells: Geometries
    centre: Floats
    left: Ints
    right: Ints
    length: Floats


def build_mesh(land: shapely.Geometry, spacing_m: float, random: np.random.Generator) -> Mesh:
    """Delaunay mesh of the land's own vertices and of jittered points inside.

    Triangles that would cross the border of the land are dropped; what then is left of the land becomes cells
    of the mesh as it is.

    Parameters
    ----------
    land
        The land on the lattice, border vertices final.
    spacing_m
        Mean distance of the inner points in metres.
    """
    metric = to_metric(land)
    inner = _inner_points(metric, spacing_m, random)
    border = np.unique(shapely.get_coordinates(land), axis=0)
    points = np.concatenate([border, shapely.get_coordinates(to_lattice(shapely.points(inner)))])
    points = np.unique(points, axis=0)
    # Delaunay in near-metric proportions; the corner is subtracted so that products stay exact.
    flat = (points - points.min(axis=0)) * [0.0089938, 0.011096]
    corners = Delaunay(flat).simplices
    triangles = points[np.sort(corners, axis=1)]
    shapes = shapely.polygons(triangles)
    shapely.prepare(land)
    solid = shapely.area(shapes) > 0.0
    good = shapes[solid]
    good = good[shapely.covers(land, good)]
    cells = np.concatenate([good, _rest(land, good)])
    cells = cells[_by_centre(cells)]
    left, right, length = rook_pairs(cells)
    return Mesh(cells, shapely.get_coordinates(shapely.centroid(to_metric(cells))), left, right, length)


def _inner_points(metric: shapely.Geometry, spacing_m: float, random: np.random.Generator) -> Floats:
    west, south, east, north = metric.bounds
    step = spacing_m
    xs, ys = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step * 0.866))
    xs = xs + (np.arange(xs.shape[0]) % 2 * step / 2.0)[:, None]
    points = np.column_stack([xs.ravel(), ys.ravel()])
    points = points + random.uniform(-0.3, 0.3, points.shape) * step
    room = metric.buffer(-0.35 * step)
    shapely.prepare(room)
    return np.asarray(points[shapely.contains_xy(room, points[:, 0], points[:, 1])])


def _rest(land: shapely.Geometry, good: Geometries) -> Geometries:
    """Polygons of the land that the triangles leave over, from the border segments that occur once."""
    _, segments = edges(np.concatenate([good, np.asarray(shapely.get_parts(land))]))
    swap = (segments[:, 0] > segments[:, 2]) | (
        (segments[:, 0] == segments[:, 2]) & (segments[:, 1] > segments[:, 3])
    )
    unique, times = np.unique(
        np.where(swap[:, None], segments[:, [2, 3, 0, 1]], segments), axis=0, return_counts=True
    )
    # Inside the triangles an edge occurs twice, so does one that a triangle shares with the land's border.
    open_edges = shapely.linestrings(unique[times == 1].reshape(-1, 2, 2))
    polygons = np.asarray(shapely.get_parts(shapely.polygonize(open_edges)))
    if not len(polygons):
        return np.empty(0, dtype=object)
    inner = shapely.point_on_surface(polygons)
    taken = np.zeros(len(polygons), dtype=bool)
    taken[shapely.STRtree(good).query(inner, predicate="intersects")[0]] = True
    return np.asarray(polygons[~taken & shapely.intersects(land, inner)])


def _by_centre(cells: Geometries) -> Ints:
    centre = shapely.get_coordinates(shapely.centroid(cells))
    return np.asarray(np.lexsort((centre[:, 1], centre[:, 0])), dtype=np.int64)
