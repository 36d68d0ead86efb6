"""Faces: what noded lines enclose, on the lattice, and how faces are joined again.

*Lattice geometry* has whole-number coordinates (`gis.lattice`). Lines are noded there, so that faces share
their vertices exactly: they are a valid coverage by construction, and joining some of them leaves one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from gis.units.shared_borders import SharedBorders, ring_segments, shared_borders

__all__ = ["Plane", "absorb", "border_lines_of", "dissolve", "enclosed", "locate", "node"]

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True)
class Plane:
    """Metres of a lattice step at the place: good to a part in a thousand over a city, for thresholds only.

    Attributes
    ----------
    east, north
        Metres per step of longitude and of latitude.
    """

    east: float
    north: float

    @classmethod
    def at(cls, latitude: float) -> Plane:
        """The plane at a latitude in degrees."""
        north = 111_320.0 / 1e7
        return cls(north * float(np.cos(np.radians(latitude))), north)

    def metres(self, shapes: Shapes) -> Shapes:
        """Lattice shapes in metres."""
        moved: Shapes = shapely.transform(shapes, lambda points: points * [self.east, self.north])
        return moved

    def lattice(self, shapes: Shapes) -> Shapes:
        """Shapes in metres on the lattice, vertices rounded."""
        moved: Shapes = shapely.transform(shapes, lambda points: np.rint(points / [self.east, self.north]))
        return moved

    def area(self, shapes: Shapes) -> Floats:
        """Square metres of lattice shapes."""
        return np.asarray(shapely.area(shapes) * self.east * self.north)

    def perimeter(self, shapes: Shapes) -> Floats:
        """Metres round lattice polygons, holes included."""
        owner, start, end = ring_segments(shapes)
        return np.bincount(owner, weights=self._lengths(start, end), minlength=len(shapes)).astype(np.float64)

    def border_lengths(self, borders: SharedBorders) -> Floats:
        """Metres of each shared border."""
        lengths = self._lengths(borders.start, borders.end)
        return np.bincount(borders.border, weights=lengths, minlength=len(borders.ends)).astype(np.float64)

    def _lengths(self, start: Floats, end: Floats) -> Floats:
        return np.asarray(np.hypot(*((end - start) * [self.east, self.north]).T))


def node(lines: Shapes) -> Shapes:
    """Lattice lines as lines that meet at their ends only; every crossing is a vertex of the lattice."""
    merged = shapely.union_all(np.asarray(lines, dtype=object), grid_size=1.0)
    return np.asarray(shapely.get_parts(shapely.line_merge(merged)), dtype=object)


def enclosed(noded: Shapes) -> Shapes:
    """Polygons that noded lines enclose, ordered by place."""
    polygons = np.asarray(shapely.get_parts(shapely.polygonize(noded)), dtype=object)
    return np.asarray(polygons[by_place(polygons)])


def by_place(polygons: Shapes) -> Ints:
    """Order by the corners of the bounds: independent of how the polygons were found."""
    return np.asarray(np.lexsort(shapely.bounds(polygons).reshape(-1, 4).T[::-1]), dtype=np.int64)


def border_lines_of(polygons: Shapes) -> Shapes:
    """Every border segment of a coverage once."""
    _, start, end = ring_segments(polygons)
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    segments = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    unique = np.unique(segments, axis=0)
    return np.asarray(shapely.linestrings(unique.reshape(-1, 2, 2)), dtype=object)


def locate(polygons: Shapes, areas: Shapes) -> Ints:
    """The first area an inner point of each polygon lies in, -1 for none."""
    found = np.full(len(polygons), -1, dtype=np.int64)
    if len(polygons) and len(areas):
        area, which = shapely.STRtree(shapely.point_on_surface(polygons)).query(areas, predicate="intersects")
        order = np.argsort(-area, kind="stable")
        found[which[order]] = area[order]
    return found


def dissolve(polygons: Shapes, label: Ints) -> tuple[Shapes, Ints]:
    """Join the faces of each label.

    Returns
    -------
    polygons, label
        The joined faces, one Polygon for each connected piece, ordered by place; and the label of each.
    """
    order = np.argsort(label, kind="stable")
    names, first = np.unique(label[order], return_index=True)
    joined: list[object] = []
    labels: list[int] = []
    for name, members in zip(names.tolist(), np.split(polygons[order], first[1:]), strict=True):
        parts = members if len(members) == 1 else shapely.get_parts(shapely.coverage_union_all(members))
        joined.extend(parts)
        labels.extend([name] * len(parts))
    shapes = np.array(joined, dtype=object)
    again = by_place(shapes)
    return shapes[again], np.array(labels, dtype=np.int64)[again]


Weak: TypeAlias = Callable[[Floats, Floats, Floats, Ints], Bools]
"""Which faces are to be absorbed, from area (m²), perimeter (m), weight and group of each."""


def absorb(
    polygons: Shapes, group: Ints, weight: Floats, plane: Plane, weak: Weak, *, rounds: int = 12
) -> tuple[Shapes, Ints, Floats]:
    """Join weak faces to the neighbour of their group with which they share most border, until none is left.

    A neighbour that is not weak goes before one that is. A weak face without neighbours of its group stays.

    Parameters
    ----------
    polygons
        A coverage on the lattice, single parts.
    group
        Faces of different groups are never joined, (n,).
    weight
        Summed when faces are joined, (n,).
    weak
        Which faces are to be absorbed.

    Returns
    -------
    polygons, group, weight
        Ordered by place.
    """
    for _ in range(rounds):
        marked = weak(plane.area(polygons), plane.perimeter(polygons), weight, group)
        label = _chosen(polygons, group, marked, plane)
        if len(np.unique(label)) == len(polygons):
            break
        count = int(label.max()) + 1
        first = np.zeros(count, dtype=np.int64)
        first[label[::-1]] = np.arange(len(label))[::-1]
        of_label = group[first]
        sums = np.bincount(label, weights=weight, minlength=count).astype(np.float64)
        polygons, label = dissolve(polygons, label)
        group, weight = of_label[label], sums[label]
    return polygons, group, weight


def _chosen(polygons: Shapes, group: Ints, marked: Bools, plane: Plane) -> Ints:
    """A label per face: weak faces have that of the neighbour they join."""
    borders = shared_borders(polygons)
    left, right = borders.ends[:, 0], borders.ends[:, 1]
    inside = group[left] == group[right]
    left, right, length = left[inside], right[inside], plane.border_lengths(borders)[inside]
    source, target = np.concatenate([left, right]), np.concatenate([right, left])
    shared = np.concatenate([length, length])
    order = np.lexsort((target, -shared, marked[target], source))
    source, target = source[order], target[order]
    first = np.ones(len(source), dtype=np.bool_)
    first[1:] = source[1:] != source[:-1]
    chosen = first & marked[source]
    edges = (np.ones(int(chosen.sum()), dtype=np.int8), (source[chosen], target[chosen]))
    _, label = scipy.sparse.csgraph.connected_components(
        scipy.sparse.coo_array(edges, shape=(len(polygons), len(polygons))), directed=False
    )
    return np.asarray(label, dtype=np.int64)
