"""Points to zones, in memory: the bulk twin of the SQL routing statement.

>>> import shapely
>>> east, west = shapely.box(120.1, 36, 120.2, 36.1), shapely.box(120, 36, 120.1, 36.1)
>>> layer = ZoneLayer("grid", ["B", "A"], [east, west])
>>> router = Router.build([layer], 4549)
>>> answer = router.route([120.05, 120.1, 121.0], [36.05, 36.05, 36.05])["grid"]
>>> answer.zone_codes().tolist()
['A', 'A', None]
>>> [Method(method).name for method in answer.method]
['INSIDE', 'ON_BORDER', 'OUTSIDE']
>>> answer.others_of(1)
('B',)
>>> router.zones([120.05, 120.15], [36.05, 36.05]).tolist()
[[0, 1]]
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.borders import Borders, in_reach
from gis.cells.borders_near import NearBorders, tell_distances
from gis.cells.edges import Edges, Int32s
from gis.cells.grid import CellGrid
from gis.cells.locate import Floats, locate_points, snap_points
from gis.compiled import keep_machine_code
from gis.crs import is_metric, to_metric
from gis.errors import LayerError
from gis.lattice import to_degrees, to_steps
from gis.router_file import read_arrays, write_arrays
from gis.threads import thread_count
from gis.zone_layer import NEAR_M, NO_ZONE, LayerAnswer, Method, ZoneLayer, lattice_shapes

__all__ = ["NEAR_M", "NO_ZONE", "LayerAnswer", "Method", "Router", "ZoneLayer"]

# How many cells there may be per edge: four times as many take half the exact tests.
CELLS_PER_EDGE = {"fast": 32.0, "lean": 1.5}
# A thread is not worth starting for less.
POINTS_PER_THREAD = 20_000


@dataclass(frozen=True)
class _Layer:
    """What the answers of a layer need besides its cells."""

    code: str
    codes: tuple[str, ...]
    cardinality: str
    nearest_tolerance_m: float


class Router:
    """The zones of several layers at one moment, ready for many points.

    An immutable value: threads share it, processes get it pickled or as one file that they map into memory.
    Time grows with points times layers, a little with how many borders there are about; memory grows with the
    vertices of the zones, not with their number or the area. See docs/routing.md for figures.
    """

    def __init__(self, layers: tuple[_Layer, ...], edges: Edges, grid: CellGrid, metric_srid: int) -> None:
        keep_machine_code()
        self._layers, self._edges, self._grid = layers, edges, grid
        self.metric_srid = metric_srid
        self._lock = threading.Lock()
        self._near: NearBorders | None = None
        self._borders: dict[int, Borders] = {}
        self._asked: set[int] = set()

    @classmethod
    def build(
        cls,
        layers: Iterable[ZoneLayer],
        metric_srid: int,
        *,
        at: datetime | None = None,
        memory: Literal["fast", "lean"] = "fast",
    ) -> Router:
        """Index layers.

        Parameters
        ----------
        layers
            In the order in which answers come.
        metric_srid
            EPSG code of the metric system for distances.
        at
            The moment of which the zones are taken, for layers that say when each zone is valid.
        memory
            ``lean`` takes a fifth to a third of the memory, and about twice as long for each point.

        Raises
        ------
        LayerError
            Two layers have the same code, a code is given twice or empty, a shape is no area or not on the
            lattice, the zones spread over more than 107 degrees, or the metric system is none.
        EmptyGeometry, InvalidGeometry, AntimeridianCrossing
            A shape is empty, invalid or wider than half the world; the message names the zone.
        """
        keep_machine_code()
        if not is_metric(metric_srid):
            raise LayerError(f"EPSG:{metric_srid} is no projected system in metres")
        layers = [layer if at is None else layer.at(at) for layer in layers]
        if len({layer.code for layer in layers}) != len(layers):
            raise LayerError("two layers have the same code")
        heads, shapes = [], []
        for layer in layers:
            codes, lattice = lattice_shapes(layer)
            heads.append(_Layer(layer.code, codes, layer.cardinality, layer.nearest_tolerance_m))
            shapes.append(lattice)
        edges = Edges.of(shapes)
        counts = np.array([len(head.codes) for head in heads], dtype=np.int64)
        return cls(
            tuple(heads), edges, CellGrid.build(edges, counts, CELLS_PER_EDGE[memory]), metric_srid
        )._frozen()

    @property
    def layers(self) -> tuple[str, ...]:
        """Codes of the layers, in the order of the answers."""
        return tuple(layer.code for layer in self._layers)

    @property
    def nbytes(self) -> int:
        """Bytes of the index; without the part for distances, which the first `route` adds."""
        return self._grid.nbytes + self._edges.ends.nbytes + self._edges.zones.nbytes

    def codes(self, layer: str) -> tuple[str, ...]:
        """Codes of a layer's zones in byte order; a zone number is a position here.

        Raises
        ------
        LayerError
            There is no such layer.
        """
        if layer not in self.layers:
            raise LayerError(f"there is no layer {layer!r}; there are {', '.join(self.layers)}")
        return self._layers[self.layers.index(layer)].codes

    def zones(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int32]:
        """Only the zone that covers each point, the one with the lowest code: the fastest question.

        Parameters
        ----------
        lon, lat
            EPSG:4326 degrees, one-dimensional, of one length; they are snapped to the lattice first. Points
            in spatial order are answered 1.3 to 2 times as fast as points in no order.

        Returns
        -------
        NDArray
            int32 (layers, n): numbers of zones, `NO_ZONE` where none covers the point.

        Raises
        ------
        OutOfRange
            A coordinate is not a number, or no longitude or latitude.
        ValueError
            Not one longitude for one latitude.
        """
        return self._locate(*_as_columns(lon, lat), tell=False)[0]

    def route(self, lon: ArrayLike, lat: ArrayLike) -> Mapping[str, LayerAnswer]:
        """Answers of all layers for points, with methods and distances.

        A zone answers for a point that it covers, its border included. Of several, the one with the lowest
        code in byte order is taken. Where no zone covers the point, a layer that demands exactly one gives
        the nearest within its tolerance (compared in whole millimetres, then by code).

        Parameters
        ----------
        lon, lat
            As for `zones`.

        Returns
        -------
        Mapping
            `LayerAnswer` by layer code.

        Raises
        ------
        OutOfRange
            A coordinate is not a number, or no longitude or latitude.
        ValueError
            Not one longitude for one latitude.
        """
        lon, lat = _as_columns(lon, lat)
        zone, notes = self._locate(lon, lat, tell=True)
        x, y = _snapped(lon, lat)
        border_m = self._distances(x, y, zone)
        answers = {
            head.code: self._answer(
                number, notes[notes[:, 0] == number], zone[number], border_m[number], x, y
            )
            for number, head in enumerate(self._layers)
        }
        return MappingProxyType(answers)

    def save(self, path: str | Path) -> None:
        """Write the router to one file, which `load` maps into memory."""
        head, arrays = self._state()
        write_arrays(Path(path), head, arrays)

    @classmethod
    def load(cls, path: str | Path) -> Router:
        """A saved router. The file stays mapped: processes that load it share the memory.

        Raises
        ------
        LayerError
            The file is no router, is cut short, or was written by another version of the format.
        """
        return cls._of_state(*read_arrays(Path(path)))

    def _locate(self, lon: Floats, lat: Floats, *, tell: bool) -> tuple[NDArray[np.int32], Int32s]:
        zone = np.empty((len(self._layers), len(lon)), dtype=np.int32)
        g = self._grid
        parts = in_threads(
            lambda begin, end: locate_points(
                lon, lat, begin, end, g.x0, g.y0, g.shift, g.nx, g.ny,
                g.cells, g.stream, g.signatures, zone, tell,
            ),
            len(lon),
        )  # fmt: skip
        if any(bad for bad, _ in parts):
            to_steps(lon, lat)  # says which
        return zone, np.concatenate([notes for _, notes in parts])

    def _distances(self, x: Int32s, y: Int32s, zone: NDArray[np.int32]) -> NDArray[np.float64]:
        near = self._near_borders()
        border_m = np.empty(zone.shape)
        in_threads(
            lambda begin, end: tell_distances(
                x, y, begin, end, zone, near.reach_m,
                near.mesh.x0, near.mesh.y0, near.mesh.shift, near.mesh.nodes, near.metric,
                near.x0, near.y0, near.shift, near.nx, near.ny, near.begin, near.edge,
                self._edges.zones, self._edges.layer_begin, border_m,
            ),
            len(x),
        )  # fmt: skip
        return border_m

    def _answer(
        self,
        number: int,
        notes: Int32s,
        zone: NDArray[np.int32],
        border_m: NDArray[np.float64],
        x: Int32s,
        y: Int32s,
    ) -> LayerAnswer:
        head = self._layers[number]
        method = np.where(zone == NO_ZONE, Method.OUTSIDE, Method.INSIDE).astype(np.int8)
        point, noted, on_border = notes[:, 1], notes[:, 2], notes[:, 3] == 1
        chosen = zone[point] == noted
        # Only points on the border are noted for the zone they were given to.
        method[point[chosen]] = Method.ON_BORDER
        border_m[point[chosen]] = 0.0
        other_point, other_zone, other_on = point[~chosen], noted[~chosen], on_border[~chosen]
        other_m = self._distances_of_others(number, other_point, other_zone, x, y)
        other_m[other_on] = 0.0
        answer = LayerAnswer(
            codes=head.codes,
            zone=zone,
            method=method,
            border_m=border_m,
            other_point=other_point.astype(np.int64),
            other_zone=other_zone,
            other_method=np.where(other_on, Method.ON_BORDER, Method.INSIDE).astype(np.int8),
            other_border_m=other_m,
        )
        self._give_to_nearest(number, answer, x, y)
        for array in vars(answer).values():
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
        return answer

    def _distances_of_others(
        self, number: int, point: Int32s, zone: Int32s, x: Int32s, y: Int32s
    ) -> NDArray[np.float64]:
        asked = np.full((len(self._layers), len(point)), NO_ZONE, dtype=np.int32)
        asked[number] = zone
        found: NDArray[np.float64] = self._distances(x[point], y[point], asked)[number]
        return found

    def _give_to_nearest(self, number: int, answer: LayerAnswer, x: Int32s, y: Int32s) -> None:
        head = self._layers[number]
        if head.cardinality != "exactly_one" or head.nearest_tolerance_m <= 0:
            return
        left = np.flatnonzero(answer.zone == NO_ZONE)
        if not left.size:
            return
        metric = np.column_stack(to_metric(*to_degrees(x[left], y[left]), self.metric_srid))
        borders = self._borders_near(number, metric, head.nearest_tolerance_m)
        point, zone, distance = borders.within(metric, head.nearest_tolerance_m)
        # Whole millimetres, so that a shared corner is a tie and the lowest code decides.
        order = np.lexsort((zone, np.round(distance * 1000), point))
        point, zone, distance = point[order], zone[order], distance[order]
        point, best = np.unique(point, return_index=True)
        answer.zone[left[point]] = zone[best]
        answer.method[left[point]] = Method.NEAREST
        answer.border_m[left[point]] = distance[best]

    def _near_borders(self) -> NearBorders:
        with self._lock:
            if self._near is None:
                self._near = NearBorders.build(self._edges, self.metric_srid, NEAR_M)
            return self._near

    def _borders_near(self, number: int, metric: Floats, radius: float) -> Borders:
        """Borders of a layer, at least those within a radius of some points (shape (n, 2), metres).

        Who asks once gets only these; from the second time on all are indexed, and kept.
        """
        near = self._near_borders()
        with self._lock:
            if number in self._borders:
                return self._borders[number]
            again = number in self._asked
            self._asked.add(number)
            begin, end = self._edges.layer_begin[number : number + 2]
            edges, zones = near.metric[begin:end] + np.tile(near.mesh.base, 2), self._edges.zones[begin:end]
            if not again:
                here = in_reach(edges[:, :2], edges[:, 2:], metric, radius)
                edges, zones = edges[here], zones[here]
            shared = zones[:, 1] >= 0
            edges = np.concatenate([edges, edges[shared]])
            owner = np.concatenate([zones[:, 0], zones[shared, 1]]).astype(np.int64)
            borders = Borders.build(edges[:, :2].copy(), edges[:, 2:].copy(), owner)
            if again:
                self._borders[number] = borders
            return borders

    def _frozen(self) -> Router:
        # Compiled functions take arrays that cannot be written as a type of their own: have only that one.
        g, e = self._grid, self._edges
        for array in (g.cells, g.stream, g.signatures, e.ends, e.zones, e.layer_begin):
            array.setflags(write=False)
        return self

    def _state(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        g, e = self._grid, self._edges
        head: dict[str, Any] = {
            "metric_srid": self.metric_srid,
            "grid": [g.x0, g.y0, g.shift, g.nx, g.ny],
            "layers": [vars(layer) for layer in self._layers],
        }
        arrays: dict[str, NDArray[Any]] = {
            "cells": g.cells, "stream": g.stream, "signatures": g.signatures,
            "ends": e.ends, "zones": e.zones, "layer_begin": e.layer_begin,
        }  # fmt: skip
        return head, arrays

    @classmethod
    def _of_state(cls, head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Router:
        layers = tuple(_Layer(**{**layer, "codes": tuple(layer["codes"])}) for layer in head["layers"])
        edges = Edges(arrays["ends"], arrays["zones"], arrays["layer_begin"])
        x0, y0, shift, nx, ny = head["grid"]
        grid = CellGrid(x0, y0, shift, nx, ny, arrays["cells"], arrays["stream"], arrays["signatures"])
        return cls(layers, edges, grid, head["metric_srid"])._frozen()

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Router._of_state, self._state()


def _as_columns(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    given = [np.ascontiguousarray(np.atleast_1d(degrees), dtype=np.float64) for degrees in (lon, lat)]
    if given[0].ndim != 1 or given[0].shape != given[1].shape:
        raise ValueError("lon and lat must be one-dimensional and of one length")
    return given[0], given[1]


def _snapped(lon: Floats, lat: Floats) -> tuple[Int32s, Int32s]:
    """`gis.lattice.to_steps` of places on Earth, on all cores."""
    x, y = np.empty(len(lon), np.int32), np.empty(len(lon), np.int32)
    in_threads(lambda begin, end: snap_points(lon, lat, begin, end, x, y), len(x))
    return x, y


def in_threads(work: Callable[[int, int], Any], n: int) -> list[Any]:
    """Run work on consecutive ranges of n points, by several threads where that pays."""
    threads = min(thread_count(), max(1, n // POINTS_PER_THREAD))
    if threads == 1:
        return [work(0, n)]
    # More ranges than threads: one that gets less of a core does not hold up the others.
    cuts = np.linspace(0, n, 4 * threads + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda span: work(*span), pairwise(cuts)))
