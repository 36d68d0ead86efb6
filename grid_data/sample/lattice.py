"""Lattice, metric and degree coordinates of the sample, and exact coverage helpers.

*Lattice geometry* has whole-number coordinates, degrees x 1e7 (about 1 cm), in which all topology is made:
noded there, polygons share their vertices exactly. *Metric geometry* is EPSG:4549 (CGCS2000, 3-degree zone,
120 E), easting first, in metres: where things are designed. *Degrees* are EPSG:4326, longitude first: what
leaves the generator.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

STEPS = 10_000_000.0
"""Lattice steps in a degree."""

METRIC_SRID = 4549

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@cache
def _transformer(forward: bool) -> Transformer:
    source, target = (4326, METRIC_SRID) if forward else (METRIC_SRID, 4326)
    return Transformer.from_crs(source, target, always_xy=True)


def degrees_to_metric(points: Floats) -> Floats:
    """Longitude and latitude, shape (n, 2), to easting and northing in metres."""
    return np.column_stack(_transformer(True).transform(points[:, 0], points[:, 1]))


def metric_to_degrees(points: Floats) -> Floats:
    """Easting and northing, shape (n, 2), to degrees on the lattice."""
    raw = np.column_stack(_transformer(False).transform(points[:, 0], points[:, 1]))
    return np.rint(raw * STEPS) / STEPS


def to_metric(geometry: Any) -> Any:
    """Lattice geometry (one or an array) to metric."""
    return shapely.transform(geometry, lambda points: degrees_to_metric(points / STEPS))


def to_lattice(geometry: Any) -> Any:
    """Metric geometry (one or an array) to the lattice, vertices rounded; topology may need noding."""
    return shapely.transform(geometry, lambda points: np.rint(metric_to_degrees(points) * STEPS))


def to_degrees(geometry: Any) -> Any:
    """Lattice geometry (one or an array) to EPSG:4326; exact, and back by rounding."""
    return shapely.transform(geometry, lambda points: points / STEPS)


def node(lines: Geometries) -> Geometries:
    """Lattice lines to non-crossing single segments strings with all crossings as lattice vertices."""
    merged = shapely.union_all(np.asarray(lines, dtype=object), grid_size=1.0)
    return np.asarray(shapely.get_parts(merged))


def faces(lines: Geometries) -> Geometries:
    """Polygons enclosed by noded lattice lines, largest ordering by place so that numbers are stable."""
    polygons = np.asarray(shapely.get_parts(shapely.polygonize(lines)))
    return polygons[by_place(polygons)]


def by_place(polygons: Geometries) -> Ints:
    """Order by the bounds' corner (west, south, east, north): independent of how they were found."""
    bounds = shapely.bounds(polygons)
    return np.asarray(np.lexsort(bounds.T[::-1]), dtype=np.int64)


def dissolve(polygons: Geometries, labels: Ints, count: int) -> Geometries:
    """Union of the polygons of a valid coverage per label 0..count-1, vertices untouched."""
    order = np.argsort(labels, kind="stable")
    cuts = np.searchsorted(labels[order], np.arange(count + 1))
    result = np.empty(count, dtype=object)
    for index in range(count):
        members = polygons[order[cuts[index] : cuts[index + 1]]]
        result[index] = shapely.normalize(shapely.coverage_union_all(members))
    return result


def edges(polygons: Geometries) -> tuple[Ints, Floats]:
    """Directed ring segments of lattice polygons: owner (n,), and x0, y0, x1, y1 in steps (n, 4)."""
    rings, owner = shapely.get_rings(polygons, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    same = ring_of[1:] == ring_of[:-1]
    segments = np.column_stack([points[:-1], points[1:]])[same]
    return np.asarray(owner[ring_of[:-1][same]], dtype=np.int64), segments


def rook_pairs(polygons: Geometries) -> tuple[Ints, Ints, Floats]:
    """Neighbours in a valid coverage: left < right, and the length of their common border in metres."""
    owner, segments = edges(polygons)
    swap = (segments[:, 0] > segments[:, 2]) | (
        (segments[:, 0] == segments[:, 2]) & (segments[:, 1] > segments[:, 3])
    )
    key = np.where(swap[:, None], segments[:, [2, 3, 0, 1]], segments)
    order = np.lexsort((owner, key[:, 3], key[:, 2], key[:, 1], key[:, 0]))
    key, owner = key[order], owner[order]
    twin = np.flatnonzero((key[1:] == key[:-1]).all(axis=1))
    left, right = owner[twin], owner[twin + 1]
    # Good enough for a weight: metres per step at 36.2 N.
    lengths = np.hypot((key[twin, 2] - key[twin, 0]) * 0.0089938, (key[twin, 3] - key[twin, 1]) * 0.011096)
    apart = left != right
    left, right, lengths = left[apart], right[apart], lengths[apart]
    low, high = np.minimum(left, right), np.maximum(left, right)
    pairs, index = np.unique(np.column_stack([low, high]), axis=0, return_inverse=True)
    total = np.bincount(index.ravel(), weights=lengths, minlength=len(pairs))
    return pairs[:, 0], pairs[:, 1], np.asarray(total, dtype=np.float64)


def merge_small(polygons: Geometries, small: NDArray[np.bool_], group: Ints) -> Geometries:
    """Join each marked polygon of a coverage to the neighbour of its group with which it shares most border.

    A marked polygon without such a neighbour (an islet) stays. Marked polygons may chain: all of a chain are
    joined. The result is a coverage of the same area, in the order of places.
    """
    left, right, length = rook_pairs(polygons)
    allowed = group[left] == group[right]
    left, right, length = left[allowed], right[allowed], length[allowed]
    source = np.concatenate([left, right])
    target = np.concatenate([right, left])
    shared = np.concatenate([length, length])
    # Prefer a neighbour that stays; among those the longest border.
    order = np.lexsort((target, -shared, small[target], source))
    source, target = source[order], target[order]
    first = np.concatenate([[True], source[1:] != source[:-1]])
    chosen = first & small[source]
    graph = coo_array(
        (np.ones(int(chosen.sum())), (source[chosen], target[chosen])), shape=(len(polygons), len(polygons))
    )
    count, label = connected_components(graph, directed=False)
    size = np.bincount(label, minlength=count)
    single = size[label] == 1
    merged = [
        shapely.coverage_union_all(polygons[label == index]) for index in np.flatnonzero(size > 1).tolist()
    ]
    result = np.concatenate([polygons[single], np.array(merged, dtype=object)])
    return result[by_place(result)]
