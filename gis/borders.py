"""Distances from many points to the borders of zones, in metres.

Borders are cut into their segments, kept in one STRtree and measured with numpy; a segment is the straight
line between two vertices in the metric system, as PostGIS has it after ``ST_Transform``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Pairs of point and segment measured at a time: bounds the memory (some 100 bytes a pair).
_CHUNK_POINTS = 50_000
_CELLS_ACROSS = 1000


@dataclass(frozen=True, eq=False)
class Borders:
    """Border segments of zones.

    Attributes
    ----------
    start, end
        Ends of the segments, shape (m, 2), metres.
    zone
        Number of the zone each segment belongs to, shape (m,).
    tree
        Index over the segments.
    """

    start: Floats
    end: Floats
    zone: Ints
    tree: shapely.STRtree

    @classmethod
    def build(cls, start: Floats, end: Floats, zone: Ints) -> Borders:
        """Index segments."""
        lines = (
            shapely.linestrings(np.stack([start, end], axis=1)) if len(start) else np.empty(0, dtype=object)
        )
        for array in (start, end, zone):
            array.setflags(write=False)
        return cls(start, end, zone, shapely.STRtree(lines))

    def within(
        self, points: Floats, radius: float, boxes: NDArray[np.object_] | None = None
    ) -> tuple[Ints, Ints, Floats]:
        """Zones whose border is within a radius of each point.

        Parameters
        ----------
        points
            Shape (n, 2), metres.
        radius
            Metres, included.
        boxes
            `boxes_round` the points with this radius, if the caller has them.

        Returns
        -------
        point, zone, distance
            One row per point and zone in reach, sorted by point, then zone; the distance is the least to
            any segment of that zone's border.
        """
        if boxes is None:
            boxes = boxes_round(points, radius)
        found = [
            self._within(points[begin:end], boxes[begin:end], radius, begin)
            for begin, end in pairwise([*range(0, len(points), _CHUNK_POINTS), len(points)])
        ]
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        point, zone, distance = zip(*found, strict=True)
        return np.concatenate(point), np.concatenate(zone), np.concatenate(distance)

    def _within(
        self, points: Floats, boxes: NDArray[np.object_], radius: float, first: int
    ) -> tuple[Ints, Ints, Floats]:
        point, segment = self.tree.query(boxes)
        distance = point_to_segment(points[point], self.start[segment], self.end[segment])
        near = distance <= radius
        point, zone, distance = point[near], self.zone[segment[near]], distance[near]
        order = np.lexsort((distance, zone, point))
        point, zone, distance = point[order], zone[order], distance[order]
        first_of_pair = np.ones(len(point), dtype=np.bool_)
        first_of_pair[1:] = (point[1:] != point[:-1]) | (zone[1:] != zone[:-1])
        return point[first_of_pair] + first, zone[first_of_pair], distance[first_of_pair]


def in_reach(start: Floats, end: Floats, points: Floats, radius: float) -> NDArray[np.bool_]:
    """Which segments can be within a radius of one of some points: no such segment is left out.

    Told by cells somewhat wider than twice the radius, without an index over the segments.

    Parameters
    ----------
    start, end
        Ends of the segments, shape (m, 2), metres.
    points
        Shape (n, 2), metres; at least one.
    radius
        Metres, included, more than 0.

    >>> ends = np.array([[0.0, 0.0], [50.0, 0.0], [900.0, 0.0]])
    >>> in_reach(ends, ends + 1, np.array([[2.0, 0.0]]), 10).tolist()
    [True, False, False]
    """
    # A hair more than the radius, as for `boxes_round`.
    reach = radius * (1 + 1e-12) + 1e-6
    low = points.min(axis=0) - reach
    span = points.max(axis=0) + reach - low
    # Wider than the box round a point, which so lies in no more than two columns and two rows.
    cell = max(2.1 * reach, float(span.max()) / _CELLS_ACROSS)
    shape = np.floor(span / cell).astype(np.int64) + 1
    first, last = (np.floor((points + side - low) / cell).astype(np.int64) for side in (-reach, reach))
    wanted = np.zeros(shape, dtype=np.int64)
    for column in (first[:, 0], last[:, 0]):
        for row in (first[:, 1], last[:, 1]):
            wanted[np.clip(column, 0, shape[0] - 1), np.clip(row, 0, shape[1] - 1)] = 1
    # Sums from the corner on tell how many wanted cells any rectangle of cells has.
    sums = np.zeros(shape + 1, dtype=np.int64)
    sums[1:, 1:] = wanted.cumsum(axis=0).cumsum(axis=1)
    begin = np.floor((np.minimum(start, end) - low) / cell).astype(np.int64)
    stop = np.floor((np.maximum(start, end) - low) / cell).astype(np.int64) + 1
    begin, stop = np.clip(begin, 0, shape), np.clip(stop, 0, shape)
    found = (
        sums[stop[:, 0], stop[:, 1]]
        - sums[begin[:, 0], stop[:, 1]]
        - sums[stop[:, 0], begin[:, 1]]
        + sums[begin[:, 0], begin[:, 1]]
    )
    return np.asarray(found > 0)


def boxes_round(points: Floats, radius: float) -> NDArray[np.object_]:
    """Search boxes round points of shape (n, 2)."""
    x, y = points[:, 0], points[:, 1]
    # A hair more than the radius: the index must not round away what the exact measure accepts.
    reach = radius * (1 + 1e-12) + 1e-6
    return np.asarray(shapely.box(x - reach, y - reach, x + reach, y + reach), dtype=object)


def point_to_segment(points: Floats, start: Floats, end: Floats) -> Floats:
    """Distance of each point to its segment; all of shape (n, 2), the result (n,).

    >>> points, start, end = np.array([[0.0, 3.0]]), np.array([[-1.0, 0.0]]), np.array([[1.0, 0.0]])
    >>> float(point_to_segment(points, start, end)[0])
    3.0
    """
    along = end - start
    towards = points - start
    length2 = np.einsum("ij,ij->i", along, along)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.einsum("ij,ij->i", towards, along) / length2
    # A segment of no length is its start.
    part = np.clip(np.nan_to_num(part, nan=0.0, posinf=0.0, neginf=0.0), 0.0, 1.0)
    return np.asarray(np.hypot(*(towards - part[:, None] * along).T))
