"""Common borders in a coverage: the segments that two polygons have vertex by vertex."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["SharedBorders", "shared_borders"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class SharedBorders:
    """Borders between the polygons of a coverage, in the coordinates of the polygons.

    Attributes
    ----------
    ends
        int64 (m, 2): the two polygons of a border, the smaller number first; sorted, each pair once.
    start, end
        float64 (s, 2): the segments that two polygons share.
    border
        int64 (s,): row of ``ends`` each segment belongs to.
    open_start, open_end, open_owner
        Segments that only one polygon has, and which one: the outer border, holes, edges that do not match.
    """

    ends: Ints
    start: Floats
    end: Floats
    border: Ints
    open_start: Floats
    open_end: Floats
    open_owner: Ints

    @cached_property
    def segment_length(self) -> Floats:
        """Length of each shared segment."""
        return np.asarray(np.hypot(*(self.end - self.start).T))

    @cached_property
    def length(self) -> Floats:
        """Length of each border."""
        lengths = np.bincount(self.border, weights=self.segment_length, minlength=len(self.ends))
        return np.asarray(lengths, dtype=np.float64)

    def lines(self) -> Shapes:
        """Each border as a line: a LineString, or a MultiLineString where it has several pieces."""
        order = np.argsort(self.border, kind="stable")
        pieces = shapely.linestrings(np.stack([self.start[order], self.end[order]], axis=1))
        grouped = shapely.multilinestrings(pieces, indices=self.border[order])
        return np.asarray(shapely.line_merge(grouped), dtype=object)


def shared_borders(polygons: Shapes) -> SharedBorders:
    """The common borders of polygons.

    Parameters
    ----------
    polygons
        A coverage in any plane system: Polygons or MultiPolygons that share the vertices of their borders.

    >>> west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> found = shared_borders(np.array([west, east]))
    >>> found.ends.tolist(), found.length.tolist(), len(found.open_owner)
    ([[0, 1]], [1.0], 6)
    """
    owner, start, end = ring_segments(polygons)
    # One number per place: segments are then compared as pairs of integers.
    places = np.concatenate([start, end]) + 0.0
    _, number = np.unique(np.ascontiguousarray(places).view(np.complex128), return_inverse=True)
    number = number.ravel()
    first, second = number[: len(start)], number[len(start) :]
    key = np.minimum(first, second).astype(np.int64) * (len(number) + 1) + np.maximum(first, second)
    order = np.lexsort((owner, key))
    twin = (key[order][1:] == key[order][:-1]) & (owner[order][1:] != owner[order][:-1])
    left, right = order[:-1][twin], order[1:][twin]
    alone = np.ones(len(owner), dtype=np.bool_)
    alone[left], alone[right] = False, False
    pairs = np.column_stack([owner[left], owner[right]])
    ends, border = np.unique(pairs, axis=0, return_inverse=True)
    return SharedBorders(
        ends=ends.reshape(-1, 2),
        start=start[left],
        end=end[left],
        border=np.asarray(border, dtype=np.int64).ravel(),
        open_start=start[alone],
        open_end=end[alone],
        open_owner=owner[alone],
    )


def ring_segments(polygons: Shapes) -> tuple[Ints, Floats, Floats]:
    """Segments of all rings: the polygon each belongs to, and its two ends of shape (n, 2)."""
    parts, part_of = shapely.get_parts(np.asarray(polygons, dtype=object), return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    points, point_of = shapely.get_coordinates(rings, return_index=True)
    inside = (point_of[1:] == point_of[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    owner = part_of[ring_of[point_of[:-1][inside]]]
    return np.asarray(owner, dtype=np.int64), points[:-1][inside], points[1:][inside]
