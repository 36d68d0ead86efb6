"""Points of any quality to columns of answers: what cannot be placed is kept, with its reason.

>>> import shapely
>>> from gis.router import ZoneLayer
>>> layer = ZoneLayer("grid", ["A"], [shapely.box(120, 36, 120.1, 36.1)], "at_most_one")
>>> answers = PointRouter.build([layer]).answer([120.05, 36.05, float("nan")], [36.05, 120.05, 36.05])
>>> answers.layers["grid"].zone_codes().tolist(), answers.methods("grid").tolist()
(['A', None, None], ['inside', 'outside', 'outside'])
>>> [PLACE_FAULTS[fault] if fault >= 0 else None for fault in answers.fault]
[None, 'swapped', 'not_a_number']
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.crs import metric_system
from gis.errors import LayerError
from gis.places import Extent
from gis.router import NO_ZONE, LayerAnswer, Method, Router, ZoneLayer
from gis.words import Words

__all__ = [
    "FAULT_WORDS",
    "METHODS",
    "PLACE_FAULTS",
    "SEPARATOR",
    "LayerColumns",
    "PointAnswers",
    "PointRouter",
]

Floats = NDArray[np.float64]

PlaceFault = Literal["none_given", "not_a_number", "not_a_point", "null_island", "swapped", "out_of_range"]
"""Why a point cannot be placed, in the order in which the reasons are tried."""

PLACE_FAULTS: Final[tuple[PlaceFault, ...]] = get_args(PlaceFault)
"""The faults; a fault number is a position here, -1 stands for none."""

FAULT_WORDS: Final[Mapping[PlaceFault, Words]] = MappingProxyType(
    {
        "none_given": Words("没有坐标", "no place is given"),
        "not_a_number": Words("坐标不是数字", "the coordinates are not numbers"),
        "not_a_point": Words("几何不是点", "the geometry is not a point"),
        "null_island": Words("坐标为（0，0）：定位失败", "the coordinates are 0, 0: a failed fix"),
        "swapped": Words("疑似经纬度互换", "longitude and latitude look exchanged"),
        "out_of_range": Words("不是有效的经纬度", "the coordinates are no longitude and latitude"),
    }
)

METHODS: Final[tuple[str, ...]] = tuple(method.name.lower() for method in Method)
"""Words for methods; the value of a `Method` is a position here."""

SEPARATOR: Final = ";"
"""Between the codes of several zones at a place, in layers of cardinality ``many``."""

# A failed fix is 0, 0 or noise around it.
_NULL_ISLAND_DEGREES: Final = 0.01


@dataclass(frozen=True, eq=False)
class LayerColumns:
    """One layer's answer for n points, as columns.

    Attributes
    ----------
    codes
        Distinct codes; in a layer of cardinality ``many`` also combinations, joined by `SEPARATOR`.
    zone
        int32 (n,): position in ``codes``, `NO_ZONE` for none.
    method
        int8 (n,): a `Method`; of several zones, the first one's.
    distance_m
        float64 (n,): metres, rounded to millimetres: to the border if below 30 (0 on it), to the zone for
        ``NEAREST``; else NaN.
    """

    codes: tuple[str, ...]
    zone: NDArray[np.int32]
    method: NDArray[np.int8]
    distance_m: Floats

    def zone_codes(self) -> NDArray[np.object_]:
        """The code of each point, None for none; object array (n,)."""
        return np.array([*self.codes, None], dtype=object)[self.zone]


@dataclass(frozen=True, eq=False)
class PointAnswers:
    """Answers of all layers for n points.

    Attributes
    ----------
    layers
        Columns by layer, in order.
    fault
        int8 (n,): why a point cannot be placed, a position in `PLACE_FAULTS`, or -1.
    """

    layers: Mapping[str, LayerColumns]
    fault: NDArray[np.int8]

    def methods(self, layer: str) -> NDArray[np.object_]:
        """The method of each point in words; object array (n,)."""
        return np.array(METHODS, dtype=object)[self.layers[layer].method]

    def counts(self) -> dict[str, dict[str, int]]:
        """Points by layer and method; every method is there."""
        return {
            layer: dict(
                zip(METHODS, np.bincount(columns.method, minlength=len(METHODS)).tolist(), strict=True)
            )
            for layer, columns in self.layers.items()
        }

    def faults(self) -> dict[str, int]:
        """Points that cannot be placed, by reason; only reasons that occur."""
        there = np.bincount(self.fault[self.fault >= 0], minlength=len(PLACE_FAULTS)).tolist()
        return {name: count for name, count in zip(PLACE_FAULTS, there, strict=True) if count}


@dataclass(frozen=True, eq=False)
class PointRouter:
    """A router with what is needed to judge points; an immutable value, can be pickled.

    Attributes
    ----------
    router
        Zones of all layers.
    reach
        Box round all zones and their tolerances; None without zones. Points out of it lie outside.
    many
        Layers in which a place may have several zones.
    """

    router: Router
    reach: Extent | None
    many: frozenset[str]

    @classmethod
    def build(cls, layers: Iterable[ZoneLayer], metric_srid: int | None = None) -> PointRouter:
        """Index layers.

        Parameters
        ----------
        layers
            In the order in which answers come.
        metric_srid
            EPSG code of the metric system for distances; by default `gis.crs.metric_system` of the middle
            of all zones.

        Raises
        ------
        LayerError
            A layer is not usable, or has zones whose codes cannot be joined.
        """
        layers = list(layers)
        many = frozenset(layer.code for layer in layers if layer.cardinality == "many")
        for layer in layers:
            if layer.code in many and any(SEPARATOR in code for code in layer.codes):
                raise LayerError(f"layer {layer.code}: a code contains {SEPARATOR!r}, which separates codes")
        boxes = [
            (np.asarray(shapely.total_bounds(np.asarray(layer.geometries, dtype=object))), layer)
            for layer in layers
            if len(layer.codes)
        ]
        reach = None
        if boxes:
            bounds = np.array([box for box, _ in boxes])
            box = Extent(*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
            reach = box.grown(1 + max(layer.nearest_tolerance_m for _, layer in boxes))
            if metric_srid is None:
                metric_srid = metric_system((box.west + box.east) / 2, (box.south + box.north) / 2)
        # Without zones nothing is measured.
        return cls(Router.build(layers, metric_srid or 3857), reach, many)

    def save(self, path: Path) -> None:
        """Write the router to one file and, beside it, what points are judged by (``.json``)."""
        reach = None if self.reach is None else list(self.reach)
        notes = json.dumps({"reach": reach, "many": sorted(self.many)})
        path.with_name(f"{path.name}.json").write_text(notes, encoding="utf-8")
        self.router.save(path)

    @classmethod
    def load(cls, path: Path) -> PointRouter:
        """A saved router, mapped into memory.

        Raises
        ------
        LayerError
            See `Router.load`.
        """
        notes = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
        reach = None if notes["reach"] is None else Extent(*notes["reach"])
        return cls(Router.load(path), reach, frozenset(notes["many"]))

    def answer(self, lon: ArrayLike, lat: ArrayLike, fault: NDArray[np.int8] | None = None) -> PointAnswers:
        """Answers for points, whatever they are.

        Parameters
        ----------
        lon, lat
            EPSG:4326 degrees, one-dimensional, of one length; NaN where there is none.
        fault
            int8 (n,): what is known to be wrong already, as in `PointAnswers.fault`.
        """
        x = np.atleast_1d(np.asarray(lon, dtype=np.float64))
        y = np.atleast_1d(np.asarray(lat, dtype=np.float64))
        found = self._faults(x, y)
        if fault is not None:
            found = np.where(fault >= 0, fault, found)
        ask = found < 0
        if self.reach is None:
            ask[:] = False
        else:
            ask &= self.reach.contains(x, y)
        if ask.all():
            answers, at = self.router.route(x, y), None
        else:
            at = np.flatnonzero(ask)
            answers = self.router.route(x[at], y[at])
        layers = {
            code: _columns(answer, len(x), at, several=code in self.many) for code, answer in answers.items()
        }
        return PointAnswers(MappingProxyType(layers), found)

    def _faults(self, x: Floats, y: Floats) -> NDArray[np.int8]:
        found = np.full(x.shape, -1, dtype=np.int8)
        number = np.isfinite(x) & np.isfinite(y)
        with np.errstate(invalid="ignore"):
            beyond = number & ~((np.abs(x) <= 180) & (np.abs(y) <= 90))
            found[beyond] = PLACE_FAULTS.index("out_of_range")
            if self.reach is not None:
                away = number & ~self.reach.contains(x, y)
                found[away & self.reach.contains(y, x)] = PLACE_FAULTS.index("swapped")
                null = (np.abs(x) < _NULL_ISLAND_DEGREES) & (np.abs(y) < _NULL_ISLAND_DEGREES)
                found[away & null] = PLACE_FAULTS.index("null_island")
        found[~number] = PLACE_FAULTS.index("not_a_number")
        return found


def _columns(answer: LayerAnswer, total: int, at: NDArray[np.int64] | None, *, several: bool) -> LayerColumns:
    """An answer for the points ``at`` (all, if None) as columns for all points."""
    codes, zone = _joined(answer) if several else (answer.codes, answer.zone)
    distance = np.round(answer.border_m, 3)
    if at is None:
        return LayerColumns(codes, zone, answer.method, distance)
    columns = LayerColumns(
        codes,
        np.full(total, NO_ZONE, dtype=np.int32),
        np.full(total, Method.OUTSIDE, dtype=np.int8),
        np.full(total, np.nan),
    )
    columns.zone[at], columns.method[at], columns.distance_m[at] = zone, answer.method, distance
    return columns


def _joined(answer: LayerAnswer) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Codes with the combinations that occur, and which one each point has."""
    if not len(answer.other_point):
        return answer.codes, answer.zone
    codes = list(answer.codes)
    zone = answer.zone.copy()
    # Which further zone of its point each one is: 0, 1, ...
    first = np.searchsorted(answer.other_point, answer.other_point)
    turn = np.arange(len(answer.other_point)) - first
    for number in range(int(turn.max()) + 1):
        point, further = answer.other_point[turn == number], answer.other_zone[turn == number]
        pairs, which = np.unique(np.column_stack([zone[point], further]), axis=0, return_inverse=True)
        zone[point] = (len(codes) + which.ravel()).astype(np.int32)
        codes += [f"{codes[before]}{SEPARATOR}{codes[added]}" for before, added in pairs.tolist()]
    return tuple(codes), zone
