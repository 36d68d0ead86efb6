"""One layer of zones, ready to be asked for many points: STRtree and prepared polygons.

The semantics are those of the SQL statement ``routing/route_place``; see `LayerIndex.locate`. Another
implementation (a grid of cells) may take this one's place: the router only knows `locate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.borders import Borders, Floats, Ints, boxes_round
from gis.crs import geometry_to_metric, to_metric
from gis.errors import EmptyGeometry, InvalidGeometry, LayerError
from gis.lattice import SCALE, is_on_lattice, split_reason, to_degrees, to_lattice, to_steps

NEAR_M: Final = 30.0
"""The distance to the border is told below this, in metres."""

NO_ZONE: Final = -1
"""In place of a zone number: no zone."""


class Method(IntEnum):
    """How a zone was found; ``name.lower()`` is the word used in answers."""

    OUTSIDE = 0
    INSIDE = 1
    ON_BORDER = 2
    NEAREST = 3


@dataclass(frozen=True, eq=False)
class ZoneLayer:
    """The zones of one layer at one moment.

    Attributes
    ----------
    code
        Code of the layer.
    codes
        Codes of its zones, each once.
    geometries
        Their areas: Polygon or MultiPolygon, EPSG:4326, on the lattice, valid; same order and length.
    cardinality
        ``exactly_one``, ``at_most_one`` or ``many``: how many zones a place has.
    nearest_tolerance_m
        For ``exactly_one``: how far from a zone a place outside of all may be to be given to it.
    """

    code: str
    codes: Sequence[str]
    geometries: Sequence[Any] | NDArray[np.object_]
    cardinality: str = "exactly_one"
    nearest_tolerance_m: float = 0.0


@dataclass(frozen=True, eq=False)
class LayerAnswer:
    """What one layer says about n points. All arrays are read-only.

    Attributes
    ----------
    codes
        Zone codes in byte order; a zone number is a position here.
    zone
        int32 (n,): number of the zone, `NO_ZONE` if there is none.
    method
        int8 (n,): a `Method`.
    border_m
        float64 (n,): metres to the zone's border if below `NEAR_M`, else NaN; 0 on the border; the
        distance to the zone for ``NEAREST``.
    other_point, other_zone
        int64, int32 (k,): further zones that cover a point, sorted by point, then zone. For layers of
        cardinality ``many`` they are answers too, else the candidates on a shared border.
    other_method, other_border_m
        int8, float64 (k,): the same as ``method`` and ``border_m``, of the further zones.
    """

    codes: tuple[str, ...]
    zone: NDArray[np.int32]
    method: NDArray[np.int8]
    border_m: Floats
    other_point: Ints
    other_zone: NDArray[np.int32]
    other_method: NDArray[np.int8]
    other_border_m: Floats

    def zone_codes(self) -> NDArray[np.object_]:
        """Codes of the zones found, None where there is none; object array (n,)."""
        return np.array([*self.codes, None], dtype=object)[self.zone]

    def others_of(self, point: int) -> tuple[str, ...]:
        """Codes of the further zones that cover one point."""
        begin, end = np.searchsorted(self.other_point, [point, point + 1])
        return tuple(self.codes[number] for number in self.other_zone[begin:end])

    def agreeing_with(self, owner: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int32]:
        """The first covering zone of each point that belongs to a wanted owner.

        This picks a land unit that agrees with the base grid chosen: ``owner`` (one per zone of this
        layer) is the grid of each unit, ``wanted`` (n,) the grid of each point; negative numbers match
        nothing. Returns zone numbers (n,), `NO_ZONE` where none agrees.
        """
        chosen = np.full(self.zone.shape, NO_ZONE, dtype=np.int32)
        if not len(owner):
            return chosen
        # Last to first, so that the lowest zone is written last.
        for point, zone in (
            (self.other_point[::-1], self.other_zone[::-1]),
            (np.arange(len(self.zone)), self.zone),
        ):
            fits = (zone != NO_ZONE) & (owner[zone] == wanted[point]) & (wanted[point] >= 0)
            chosen[point[fits]] = zone[fits]
        return chosen


@dataclass(frozen=True, eq=False)
class Places:
    """Points to be located, in every form the layers need; made once for all of them.

    Attributes
    ----------
    x, y
        Lattice steps, int32 (n,).
    lattice
        The same as point geometries (n,).
    metric
        Metres, float64 (n, 2).
    near
        Search boxes of `NEAR_M` round the metric points (n,).
    """

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    lattice: NDArray[np.object_]
    metric: Floats
    near: NDArray[np.object_]

    @classmethod
    def at(cls, lon: ArrayLike, lat: ArrayLike, metric_srid: int) -> Places:
        """Snap EPSG:4326 degrees to the lattice and prepare them.

        Raises
        ------
        OutOfRange
            A coordinate is not a number, or no longitude or latitude.
        """
        x, y = to_steps(np.atleast_1d(lon), np.atleast_1d(lat))
        metric = np.column_stack(to_metric(*to_degrees(x, y), metric_srid))
        return cls(x, y, np.asarray(shapely.points(x, y)), metric, boxes_round(metric, NEAR_M))


class LayerIndex:
    """One layer, indexed. Immutable; may be used by several threads at a time."""

    def __init__(self, layer: ZoneLayer, metric_srid: int) -> None:
        """Check and index a layer.

        Raises
        ------
        LayerError
            A code is given twice or empty, or a shape is no area or not on the lattice.
        EmptyGeometry, InvalidGeometry
            A shape is empty or invalid; the message names the zone.
        """
        codes = list(layer.codes)
        shapes = np.array(layer.geometries, dtype=object)
        _check(layer.code, codes, shapes)
        # Python compares strings by code point, which is the byte order of UTF-8: number = rank.
        order = sorted(range(len(codes)), key=lambda i: codes[i])
        shapes = shapes[order]
        self.layer = layer
        self.codes = tuple(codes[i] for i in order)
        self._lattice: NDArray[np.object_] = to_lattice(shapes)
        metric: NDArray[np.object_] = geometry_to_metric(shapes, metric_srid)
        self._borders = Borders.build(metric)
        self._bend = _bend(shapes, metric_srid)
        self._tree = shapely.STRtree(self._lattice)
        shapely.prepare(self._lattice)
        for shape in self._lattice:
            # GEOS builds its index at the first question; ask here, not in several threads at a time.
            shapely.intersects_xy(shape, 0, 0)
            shapely.contains_xy(shape, 0, 0)

    def locate(self, places: Places) -> LayerAnswer:
        """Ask the layer for points.

        A zone answers for a point that it covers, its border included. Of several, the one with the
        lowest code in byte order is taken. Where no zone covers the point, a layer that demands exactly
        one gives the nearest within its tolerance (compared in whole millimetres, then by code).
        """
        point, zone = self._covering(places)
        near_point, near_zone, near_m = self._borders.within(places.metric, NEAR_M, places.near)
        border_m = _pick(point, zone, near_point, near_zone, near_m, len(self.codes))
        on_border = self._on_border(places, point, zone, border_m)
        border_m = np.where(on_border, 0.0, np.where(border_m < NEAR_M, border_m, np.nan))
        method = np.where(on_border, Method.ON_BORDER, Method.INSIDE).astype(np.int8)
        first = np.ones(len(point), dtype=np.bool_)
        first[1:] = point[1:] != point[:-1]
        answer = LayerAnswer(
            codes=self.codes,
            zone=np.full(len(places.x), NO_ZONE, dtype=np.int32),
            method=np.full(len(places.x), Method.OUTSIDE, dtype=np.int8),
            border_m=np.full(len(places.x), np.nan),
            other_point=point[~first],
            other_zone=zone[~first].astype(np.int32),
            other_method=method[~first],
            other_border_m=border_m[~first],
        )
        answer.zone[point[first]] = zone[first]
        answer.method[point[first]] = method[first]
        answer.border_m[point[first]] = border_m[first]
        self._give_to_nearest(answer, places.metric)
        for array in vars(answer).values():
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
        return answer

    def _covering(self, places: Places) -> tuple[Ints, Ints]:
        """Pairs of point and zone that covers it, sorted by point, then zone."""
        point, zone = self._tree.query(places.lattice)
        order = np.argsort(zone, kind="stable")
        point, zone = point[order], zone[order]
        keep = np.zeros(len(point), dtype=np.bool_)
        for begin, end in _runs(zone):
            there = point[begin:end]
            # For a point, "intersects" and "covered by" are the same.
            keep[begin:end] = shapely.intersects_xy(
                self._lattice[zone[begin]], places.x[there], places.y[there]
            )
        point, zone = point[keep], zone[keep]
        order = np.lexsort((zone, point))
        return point[order].astype(np.int64), zone[order].astype(np.int64)

    def _on_border(self, places: Places, point: Ints, zone: Ints, border_m: Floats) -> NDArray[np.bool_]:
        """Which covering pairs are covered by the border only: exact, on the lattice."""
        on_border = np.zeros(len(point), dtype=np.bool_)
        # The metric distance only rules out; what a straight lattice edge bends in metres is allowed for.
        within_reach = border_m <= self._bend if self._bend < NEAR_M else np.ones(len(point), dtype=np.bool_)
        ask = np.flatnonzero(within_reach)
        ask = ask[np.argsort(zone[ask], kind="stable")]
        for begin, end in _runs(zone[ask]):
            pairs = ask[begin:end]
            there = point[pairs]
            on_border[pairs] = ~shapely.contains_xy(
                self._lattice[zone[pairs[0]]], places.x[there], places.y[there]
            )
        return on_border

    def _give_to_nearest(self, answer: LayerAnswer, metric: Floats) -> None:
        tolerance = self.layer.nearest_tolerance_m
        if self.layer.cardinality != "exactly_one" or tolerance <= 0:
            return
        left = np.flatnonzero(answer.zone == NO_ZONE)
        point, zone, distance = self._borders.within(metric[left], tolerance)
        # Whole millimetres, so that a shared corner is a tie and the lowest code decides.
        order = np.lexsort((zone, np.round(distance * 1000), point))
        point, zone, distance = point[order], zone[order], distance[order]
        point, best = np.unique(point, return_index=True)
        answer.zone[left[point]] = zone[best]
        answer.method[left[point]] = Method.NEAREST
        answer.border_m[left[point]] = distance[best]


def _runs(values: Ints) -> list[tuple[int, int]]:
    """Begin and end of each run of equal values."""
    cuts = np.flatnonzero(np.diff(values, prepend=-1, append=-1)).tolist()
    return list(pairwise(cuts))


def _pick(point: Ints, zone: Ints, near_point: Ints, near_zone: Ints, near_m: Floats, zones: int) -> Floats:
    """The measured distance of each pair, infinity where it was not within reach."""
    if not len(near_point):
        return np.full(len(point), np.inf)
    near_key = near_point * zones + near_zone
    key = point * zones + zone
    at = np.minimum(np.searchsorted(near_key, key), len(near_key) - 1)
    return np.where(near_key[at] == key, near_m[at], np.inf)


def _bend(shapes: NDArray[np.object_], metric_srid: int) -> float:
    """How far a straight edge in degrees bends from the straight line in metres, at most, with a margin."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    start, end = coordinates[:-1][joined], coordinates[1:][joined]

    def metres(points: Floats) -> Floats:
        return np.column_stack(to_metric(points[:, 0], points[:, 1], metric_srid))

    middle = metres((start + end) / 2)
    chord = (metres(start) + metres(end)) / 2
    deepest = float(np.hypot(*(middle - chord).T).max(initial=0.0))
    return 1.5 * deepest + 2e-7 * 111_320


def _check(layer: str, codes: Sequence[str], shapes: NDArray[np.object_]) -> None:
    if len(codes) != len(shapes):
        raise LayerError(f"layer {layer}: {len(codes)} codes, but {len(shapes)} shapes")
    if not codes:
        return
    if len(set(codes)) != len(codes):
        double = next(code for code in codes if list(codes).count(code) > 1)
        raise LayerError(f"layer {layer}: code {double!r} is given twice")
    if not all(codes):
        raise LayerError(f"layer {layer}: a zone has no code")
    empty = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if empty.size:
        raise EmptyGeometry(f"layer {layer}: zone {codes[empty[0]]} has no area")
    no_area = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))
    if no_area.size:
        kind = shapes[no_area[0]].geom_type
        raise LayerError(f"layer {layer}: zone {codes[no_area[0]]} is a {kind}, not an area")
    if not is_on_lattice(shapes):
        raise LayerError(f"layer {layer}: coordinates are not on the lattice of {1 / SCALE:.0e} degree")
    lattice = to_lattice(shapes)
    bad = np.flatnonzero(~shapely.is_valid(lattice))
    if bad.size:
        reason, place = split_reason(str(shapely.is_valid_reason(lattice[bad[0]])))
        where = None if place is None else (place[0] / SCALE, place[1] / SCALE)
        raise InvalidGeometry(f"layer {layer}: zone {codes[bad[0]]}: {reason}", where)
