"""What a layer of zones is, and what it says about points: what goes into a router and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.errors import AntimeridianCrossing, EmptyGeometry, InvalidGeometry, LayerError
from gis.lattice import SCALE, reaches_antimeridian, split_reason, to_lattice
from gis.threads import thread_count

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR_M: Final = 30.0
"""The distance to the border is told below this, in metres."""

CARDINALITIES: Final = ("exactly_one", "at_most_one", "many")
"""How many zones a place has in a layer."""

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
    """The zones of one layer: at one moment, or all their versions with the time each was valid.

    Attributes
    ----------
    code
        Code of the layer.
    codes
        Codes of its zones, each once at any moment.
    geometries
        Their areas: Polygon or MultiPolygon, EPSG:4326, on the lattice, valid; same order and length.
    cardinality
        ``exactly_one``, ``at_most_one`` or ``many``: how many zones a place has.
    nearest_tolerance_m
        For ``exactly_one``: how far from a zone a place outside of all may be to be given to it, in metres.
    valid
        From (inclusive) and until (exclusive) when each zone is valid, None for open ends; same order.
    """

    code: str
    codes: Sequence[str]
    geometries: Sequence[Any] | NDArray[np.object_]
    cardinality: str = "exactly_one"
    nearest_tolerance_m: float = 0.0
    valid: Sequence[tuple[datetime | None, datetime | None]] | None = None

    def at(self, moment: datetime) -> ZoneLayer:
        """The zones valid at a moment; all of them if the layer has no times."""
        if self.valid is None:
            return self
        there = [
            k
            for k, (begin, end) in enumerate(self.valid)
            if (begin is None or begin <= moment) and (end is None or moment < end)
        ]
        return replace(
            self,
            codes=[self.codes[k] for k in there],
            geometries=[self.geometries[k] for k in there],
            valid=None,
        )


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


def lattice_shapes(layer: ZoneLayer) -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Codes in byte order, and the shapes in that order as lattice geometry, all checked.

    Raises
    ------
    LayerError
        A code is given twice, empty or no text, a shape is no area or not on the lattice, the cardinality is
        not known, or the tolerance is no distance.
    EmptyGeometry, InvalidGeometry, AntimeridianCrossing
        A shape is empty, invalid or at the 180th meridian; the message names the zone.
    """
    if layer.cardinality not in CARDINALITIES:
        raise LayerError(f"layer {layer.code}: cardinality {layer.cardinality!r} is none of {CARDINALITIES}")
    if not 0 <= layer.nearest_tolerance_m < np.inf:
        raise LayerError(
            f"layer {layer.code}: tolerance {layer.nearest_tolerance_m} is no distance in metres"
        )
    codes = list(layer.codes)
    if not all(isinstance(code, str) for code in codes):
        odd = next(code for code in codes if not isinstance(code, str))
        raise LayerError(f"layer {layer.code}: code {odd!r} is no text")
    shapes = np.array(layer.geometries, dtype=object)
    if len(codes) != len(shapes):
        raise LayerError(f"layer {layer.code}: {len(codes)} codes, but {len(shapes)} shapes")
    if len(set(codes)) != len(codes):
        double = next(code for code in codes if codes.count(code) > 1)
        raise LayerError(f"layer {layer.code}: code {double!r} is given twice")
    if not all(codes):
        raise LayerError(f"layer {layer.code}: a zone has no code")
    # Python compares strings by code point, which is the byte order of UTF-8: number = rank.
    order = sorted(range(len(codes)), key=lambda i: codes[i])
    codes, shapes = [codes[i] for i in order], shapes[order]
    return tuple(codes), _on_lattice(layer.code, codes, shapes)


def _on_lattice(layer: str, codes: Sequence[str], shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    def name(positions: NDArray[np.intp]) -> str:
        return f"layer {layer}: zone {codes[positions[0]]}"

    empty = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if empty.size:
        raise EmptyGeometry(f"{name(empty)} has no area")
    no_area = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))
    if no_area.size:
        raise LayerError(f"{name(no_area)} is a {shapes[no_area[0]].geom_type}, not an area")
    there = np.flatnonzero(reaches_antimeridian(shapes))
    if there.size:
        raise AntimeridianCrossing(
            f"{name(there)} reaches or crosses the 180th meridian, or its coordinates are wrong"
        )
    lattice: NDArray[np.object_] = to_lattice(shapes)
    if not np.array_equal(shapely.get_coordinates(lattice) / SCALE, shapely.get_coordinates(shapes)):
        raise LayerError(f"layer {layer}: coordinates are not on the lattice of {1 / SCALE:.0e} degree")
    bad = np.flatnonzero(~_valid(lattice))
    if bad.size:
        reason, place = split_reason(str(shapely.is_valid_reason(lattice[bad[0]])))
        where = None if place is None else (place[0] / SCALE, place[1] / SCALE)
        raise InvalidGeometry(f"{name(bad)}: {reason}", where)
    return lattice


def _valid(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """GEOS takes some 50 µs a zone and lets threads run at a time."""
    if len(shapes) < 1000:
        return np.asarray(shapely.is_valid(shapes))
    cuts = np.linspace(0, len(shapes), 2 * thread_count() + 1).astype(int)
    with ThreadPoolExecutor(thread_count()) as pool:
        parts = pool.map(lambda span: shapely.is_valid(shapes[span[0] : span[1]]), pairwise(cuts))
        return np.concatenate(list(parts))
