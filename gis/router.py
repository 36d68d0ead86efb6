"""Points to zones, in memory: the same answers as the database's routing statement, for many points at once.

Semantics (equal to ``routing/route_place``, held by property tests):

- a zone covers a point that lies inside it or on its border; predicates run on lattice geometry, so they
  are exact integer arithmetic;
- where several zones cover a point, the lowest code in byte order wins (except in layers that allow many);
- where none covers it and the layer demands one, the nearest zone within the layer's tolerance answers;
  distances are compared in whole millimetres, ties go to the lowest code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.crs import geometry_to_metric, to_metric
from gis.errors import LayerError
from gis.lattice import snap, to_lattice

Cardinality = Literal["exactly_one", "at_most_one", "many"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TELL_DISTANCE_M = 30.0
"""A distance to the border is measured and told below this many metres."""


class Method(IntEnum):
    """How a zone was found for a point."""

    OUTSIDE = 0
    INSIDE = 1
    ON_BORDER = 2
    NEAREST = 3


@dataclass(frozen=True)
class Layer:
    """Zones of one layer, valid at one moment.

    Parameters
    ----------
    name
        Code of the layer.
    codes
        Zone codes, each once.
    shapes
        Polygons or MultiPolygons (EPSG:4326, degrees on the lattice), as many as codes.
    cardinality
        How many zones a point may and must have.
    nearest_tolerance_m
        How far outside a point may lie and still get the nearest zone (exactly_one only), in metres.
    tell_distance
        Whether the distance to the border is wanted for points inside.
    """

    name: str
    codes: Sequence[str]
    shapes: Sequence[shapely.Geometry]
    cardinality: Cardinality = "exactly_one"
    nearest_tolerance_m: float = 0.0
    tell_distance: bool = True


@dataclass(frozen=True)
class Found:
    """What one layer says about n points.

    Attributes
    ----------
    zone
        Position of the zone in ``Layer.codes``, -1 for none; int64, shape (n,).
    method
        :class:`Method` per point; int8, shape (n,).
    distance_m
        Metres to the border where under 30 m (0 on the border), or to the nearest zone; NaN elsewhere;
        float64, shape (n,).
    candidate_point, candidate_zone
        Pairs of a point and a further zone that covers it and did not win (for layers that allow many: every
        covering zone but the first); int64, shape (m,), sorted by point, then by zone code.
    """

    zone: Ints
    method: NDArray[np.int8]
    distance_m: Floats
    candidate_point: Ints
    candidate_zone: Ints


class Router:
    """An immutable index over layers; build it once with :meth:`build`, ask it for many points.

    >>> square = shapely.box(120.0, 36.0, 120.01, 36.01)
    >>> router = Router.build([Layer("base_grid", ["A"], [square])], metric_epsg=4549)
    >>> found = router.route([120.005, 120.5], [36.005, 36.5])["base_grid"]
    >>> found.zone.tolist(), [Method(m).name for m in found.method]
    ([0, -1], ['INSIDE', 'OUTSIDE'])
    """

    def __init__(self, indexes: Sequence[_LayerIndex], metric_epsg: int) -> None:
        self._indexes = tuple(indexes)
        self._metric_epsg = metric_epsg

    @classmethod
    def build(cls, layers: Sequence[Layer], *, metric_epsg: int) -> Router:
        """Index layers.

        Parameters
        ----------
        layers
            Each name once.
        metric_epsg
            The city's projected system in metres, for distances.

        Raises
        ------
        LayerError
            A name or a code twice, or as many shapes as codes are not given.
        """
        names = [layer.name for layer in layers]
        if len(set(names)) != len(names):
            raise LayerError(f"layer names must be different: {names}")
        return cls([_LayerIndex.build(layer, metric_epsg) for layer in layers], metric_epsg)

    def route(self, lon: ArrayLike, lat: ArrayLike) -> dict[str, Found]:
        """Zones of every layer for points in degrees (EPSG:4326); they are snapped to the lattice first.

        Parameters
        ----------
        lon, lat
            Shape (n,), finite.

        Returns
        -------
        dict
            Layer name to :class:`Found`, in the order of the layers.
        """
        x, y = np.atleast_1d(snap(lon)), np.atleast_1d(snap(lat))
        lattice = to_lattice(shapely.points(x, y))
        metric = shapely.points(*to_metric(x, y, self._metric_epsg))
        return {index.layer.name: index.route(lattice, metric) for index in self._indexes}


@dataclass(frozen=True)
class _LayerIndex:
    layer: Layer
    order: Ints  # zones in byte order of their codes: position here is rank of the tie-break
    shapes: NDArray[np.object_]  # lattice geometry, in that order
    tree: shapely.STRtree
    borders: NDArray[np.object_]  # metric boundary, in that order
    border_tree: shapely.STRtree

    @classmethod
    def build(cls, layer: Layer, metric_epsg: int) -> _LayerIndex:
        codes = list(layer.codes)
        if len(set(codes)) != len(codes):
            raise LayerError(f"{layer.name}: a code is given twice")
        if len(codes) != len(layer.shapes):
            raise LayerError(f"{layer.name}: {len(codes)} codes but {len(layer.shapes)} shapes")
        # Code point order of UTF-8 text is its byte order, as COLLATE "C" has it in PostgreSQL.
        order = np.asarray(sorted(range(len(codes)), key=lambda i: codes[i].encode()), dtype=np.int64)
        degrees = np.asarray(layer.shapes, dtype=object)[order]
        shapes = np.asarray(to_lattice(degrees), dtype=object)
        shapely.prepare(shapes)
        borders = np.asarray(shapely.boundary(geometry_to_metric(degrees, metric_epsg)), dtype=object)
        shapely.prepare(borders)
        return cls(layer, order, shapes, shapely.STRtree(shapes), borders, shapely.STRtree(borders))

    def route(self, lattice: NDArray[np.object_], metric: NDArray[np.object_]) -> Found:
        n = len(lattice)
        point, rank = self.tree.query(lattice)
        # Zone by zone, so that each prepared shape is used while it is in the cache.
        by_zone = np.argsort(rank, kind="stable")
        point, rank = point[by_zone], rank[by_zone]
        covers = shapely.intersects(self.shapes[rank], lattice[point])
        point, rank = point[covers], rank[covers]
        by_point = np.lexsort((rank, point))
        point, rank = point[by_point], rank[by_point]
        first = np.ones(len(point), dtype=bool)
        first[1:] = point[1:] != point[:-1]

        best = np.full(n, -1, dtype=np.int64)
        best[point[first]] = rank[first]
        method = np.full(n, Method.OUTSIDE, dtype=np.int8)
        distance = np.full(n, np.nan)
        covered = np.flatnonzero(best >= 0)
        inside = shapely.contains_properly(self.shapes[best[covered]], lattice[covered])
        method[covered] = np.where(inside, Method.INSIDE, Method.ON_BORDER)
        distance[covered[~inside]] = 0.0
        if self.layer.tell_distance:
            self._near_border(covered[inside], best, metric, distance)
        if self.layer.cardinality == "exactly_one" and self.layer.nearest_tolerance_m > 0:
            self._nearest(np.flatnonzero(best < 0), best, metric, method, distance)

        zone = np.full(n, -1, dtype=np.int64)
        zone[best >= 0] = self.order[best[best >= 0]]
        return Found(zone, method, distance, point[~first], self.order[rank[~first]])

    def _near_border(self, points: Ints, best: Ints, metric: NDArray[np.object_], distance: Floats) -> None:
        """Distance of inside points to the border of their own zone, where it is under 30 m."""
        if len(points) == 0:
            return
        points = points[np.argsort(best[points], kind="stable")]
        borders = self.borders[best[points]]
        near = shapely.dwithin(borders, metric[points], TELL_DISTANCE_M)
        measured = shapely.distance(borders[near], metric[points[near]])
        told = measured < TELL_DISTANCE_M
        distance[points[near][told]] = measured[told]

    def _nearest(
        self,
        points: Ints,
        best: Ints,
        metric: NDArray[np.object_],
        method: NDArray[np.int8],
        distance: Floats,
    ) -> None:
        if len(points) == 0:
            return
        tolerance = self.layer.nearest_tolerance_m
        position, rank = self.border_tree.query(metric[points], predicate="dwithin", distance=tolerance)
        if len(position) == 0:
            return
        measured = shapely.distance(self.borders[rank], metric[points[position]])
        by_point = np.lexsort((rank, np.round(measured * 1000), position))
        position, rank, measured = position[by_point], rank[by_point], measured[by_point]
        first = np.ones(len(position), dtype=bool)
        first[1:] = position[1:] != position[:-1]
        chosen = points[position[first]]
        best[chosen] = rank[first]
        method[chosen] = Method.NEAREST
        distance[chosen] = measured[first]
