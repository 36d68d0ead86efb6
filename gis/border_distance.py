"""How far borders lie from other borders: points along them, and an index of segments to measure against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric, to_metric, to_wgs84

__all__ = ["BorderIndex", "BorderPoints", "Spread", "spread"]

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_ZONE = -1
# Segments that are kept together as one line of an index: fewer things to search, few to measure.
_PIECE = 16


@dataclass(frozen=True, eq=False)
class BorderPoints:
    """Points at equal distances along all borders of zones, so that each stands for the same length.

    Attributes
    ----------
    lon, lat
        EPSG:4326 degrees, shape (n,).
    zone
        Number of the zone whose border it is, shape (n,).
    other
        Number of the zone on the other side, `NO_ZONE` where there is none: an outer border.
    spacing_m
        Metres of border that a point stands for.
    vertices
        Number of all vertices of the borders, those that close a ring not counted.
    length_m
        Length of all borders; shared ones count twice.
    """

    lon: Floats
    lat: Floats
    zone: Ints
    other: Ints
    spacing_m: float
    vertices: Ints
    length_m: float

    @property
    def outer(self) -> NDArray[np.bool_]:
        """Which points lie on a border with nothing on the other side."""
        return np.asarray(self.other == NO_ZONE)

    @classmethod
    def along(
        cls, shapes: Sequence[Any] | Shapes, metric_srid: int, *, most: int, beyond_m: float = 20.0
    ) -> BorderPoints:
        """Take points along the borders of valid areas in EPSG:4326.

        Parameters
        ----------
        most
            How many points at most; what strays on less than the spacing may be missed.
        beyond_m
            So many metres across the border the other side is looked for: borders that do not quite meet are
            inner ones all the same.
        """
        areas: Shapes = np.array(shapes, dtype=object)
        # Shells run anticlockwise and holes clockwise: the outside is always on the right.
        parts, zone_of_part = shapely.get_parts(shapely.orient_polygons(areas), return_index=True)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        degrees, ring = shapely.get_coordinates(rings, return_index=True)
        metric = np.column_stack(to_metric(degrees[:, 0], degrees[:, 1], metric_srid))
        joined = np.flatnonzero(ring[1:] == ring[:-1])
        zone = zone_of_part[part_of_ring[ring[joined]]]
        vertices = np.bincount(zone, minlength=len(areas)).astype(np.int64)
        step = metric[joined + 1] - metric[joined]
        length = np.hypot(step[:, 0], step[:, 1])
        ends = np.cumsum(length)
        total = float(ends[-1]) if len(ends) else 0.0
        if total <= 0:
            nothing = np.empty(0)
            return cls(nothing, nothing, np.empty(0, np.int64), np.empty(0, np.int64), 0.0, vertices, 0.0)
        number = max(min(most, int(total)), 1)
        spacing = total / number
        at = (np.arange(number) + 0.5) * spacing
        edge = np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
        part = ((at - ends[edge]) / length[edge] + 1.0)[:, None]
        start, end = joined[edge], joined[edge] + 1
        place = degrees[start] + part * (degrees[end] - degrees[start])
        outward = np.column_stack([step[edge, 1], -step[edge, 0]]) / length[edge][:, None]
        across = metric[start] + part * step[edge] + outward * beyond_m
        zone = zone[edge].astype(np.int64)
        other = _zone_across(geometry_to_metric(areas, metric_srid), across, zone)
        return cls(place[:, 0], place[:, 1], zone, other, spacing, vertices, total)


class BorderIndex:
    """Borders of areas in EPSG:4326, ready to be measured to, in metres."""

    def __init__(self, shapes: Sequence[Any] | Shapes, metric_srid: int) -> None:
        self.metric_srid = metric_srid
        metric = geometry_to_metric(np.array(shapes, dtype=object), metric_srid)
        rings = shapely.get_rings(shapely.get_parts(metric))
        self._tree = shapely.STRtree(_pieces(rings))

    def __len__(self) -> int:
        return len(self._tree)

    def distance(self, lon: Floats, lat: Floats) -> Floats:
        """Metres from points (EPSG:4326 degrees, shape (n,)) to the nearest border; infinity without any."""
        away = np.full(len(lon), np.inf)
        if len(self) and len(lon):
            points = shapely.points(*to_metric(lon, lat, self.metric_srid))
            (at, _), found = self._tree.query_nearest(points, return_distance=True, all_matches=False)
            away[at] = found
        return away

    def nearest(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """The nearest places on the borders of points (EPSG:4326 degrees, shape (n,)); NaN without any."""
        found = np.full((2, len(lon)), np.nan)
        if len(self) and len(lon):
            points = shapely.points(*to_metric(lon, lat, self.metric_srid))
            at, piece = self._tree.query_nearest(points, all_matches=False)
            ways = shapely.shortest_line(self._tree.geometries[piece], points[at])
            there = shapely.get_coordinates(shapely.get_point(ways, 0))
            found[:, at] = to_wgs84(there[:, 0], there[:, 1], f"EPSG:{self.metric_srid}")
        return found[0], found[1]


@dataclass(frozen=True)
class Spread:
    """Distances of border points, in metres.

    Attributes
    ----------
    points
        How many were measured.
    quarter, median, three_quarters, ninety, greatest
        Quantiles at 25, 50, 75 and 90 per cent, and the maximum.
    touching
        Share of the border that lies within a metre.
    """

    points: int
    quarter: float
    median: float
    three_quarters: float
    ninety: float
    greatest: float
    touching: float


def spread(away: Floats) -> Spread | None:
    """Summary of distances; None of none.

    >>> spread(np.array([0.0, 10.0, 20.0, 30.0, 100.0])).median
    20.0
    """
    if not len(away):
        return None
    low, middle, high, ninety = (float(value) for value in np.quantile(away, [0.25, 0.5, 0.75, 0.9]))
    return Spread(len(away), low, middle, high, ninety, float(away.max()), float(np.mean(away <= 1.0)))


def _zone_across(metric: Shapes, places: Floats, own: Ints) -> Ints:
    """The lowest zone that covers a place, its own aside; `NO_ZONE` where none does."""
    other = np.full(len(places), NO_ZONE, dtype=np.int64)
    place, zone = shapely.STRtree(metric).query(shapely.points(places))
    keep = zone != own[place]
    place, zone = place[keep], zone[keep]
    order = np.lexsort((place, -zone))
    place, zone = place[order], zone[order]
    cuts = np.flatnonzero(np.diff(zone, prepend=-1, append=-1)).tolist()
    for begin, end in pairwise(cuts):
        area, there = metric[zone[begin]], place[begin:end]
        shapely.prepare(area)
        inside = shapely.intersects_xy(area, places[there, 0], places[there, 1])
        other[there[inside]] = zone[begin]
    return other


def _pieces(rings: Shapes) -> Shapes:
    """Rings cut into lines of a few segments each."""
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(coordinates):
        return np.empty(0, dtype=object)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    size = np.diff(first, append=len(ring))
    pieces = -(-(size - 1) // _PIECE)
    ring_of_piece = np.repeat(np.arange(len(size)), pieces)
    before = np.concatenate([[0], np.cumsum(pieces)[:-1]])
    begin = _PIECE * (np.arange(len(ring_of_piece)) - before[ring_of_piece])
    count = np.minimum(_PIECE, size[ring_of_piece] - 1 - begin) + 1
    line = np.repeat(np.arange(len(count)), count)
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    vertex = (first[ring_of_piece] + begin)[line] + np.arange(len(line)) - starts[line]
    return np.asarray(shapely.linestrings(coordinates[vertex], indices=line), dtype=object)
