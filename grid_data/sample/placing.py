"""Where things stand: points along streets, at crossings, by buildings, in green land and by the water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from grid_data.sample.blocks import USES, Units
from grid_data.sample.buildings import Buildings
from grid_data.sample.lattice import Floats, Geometries, Ints
from grid_data.sample.streets import Streets
from grid_data.sample.terrain import Field
from grid_data.sample.waters import Waters

HALF_WIDTH_M = {"motorway": 15.0, "trunk": 14.0, "primary": 12.0, "secondary": 9.0, "tertiary": 6.0,
                "residential": 3.5, "path": 1.0}  # fmt: skip

_BUSY = {
    "motorway": 0.3,
    "trunk": 1.3,
    "primary": 1.7,
    "secondary": 1.4,
    "tertiary": 1.0,
    "residential": 0.8,
    "path": 0.03,
}


@dataclass(frozen=True)
class Spots:
    """Metric points and the direction of what they stand along (unit vectors), shapes (n, 2)."""

    points: Floats
    direction: Floats


class Places:
    """Draws spots of a kind; built once, then asked for each class of facility or incident."""

    def __init__(
        self,
        streets: Streets,
        units: Units,
        buildings: Buildings,
        waters: Waters,
        coast: shapely.LineString,
        density: Field,
    ) -> None:
        self._segments = _segments(streets, density)
        self._crossings = _crossings(streets, density)
        self._bridges = _points_of(
            shapely.intersection(_all(streets.lines)[:, None], _all(waters.lines)[None]).ravel()
        )
        self._buildings = buildings
        self._centre = shapely.get_coordinates(shapely.centroid(buildings.shapes))
        self._reach = np.sqrt(shapely.area(buildings.shapes) / np.pi) * 1.2
        self._village = units.use[buildings.unit] == USES.index("village")
        self._units = units
        shore = shapely.intersection(
            coast, shapely.union_all(shapely.buffer(shapely.envelope(units.metric), 5.0))
        )
        self._shores = _line_segments(np.atleast_1d(np.asarray(shapely.get_parts(shore))))
        self._banks = _line_segments(_all(waters.lines))

    def draw(self, placement: str, count: int, random: np.random.Generator) -> Spots:
        """``count`` spots of a placement named in ``facility_mix.csv`` or ``incident_mix.csv``."""
        if placement in _ALONG:
            return self._along_streets(placement, count, random)
        if placement == "crossing":
            return self._scattered(self._crossings[0], self._crossings[1], 5.0, 13.0, count, random)
        if placement == "bridge":
            points = self._bridges if len(self._bridges) else self._crossings[0]
            return self._scattered(points, np.ones(len(points)), 0.0, 6.0, count, random)
        if placement in ("compound", "home", "shop", "public", "works", "village", "building"):
            return self._by_buildings(placement, count, random)
        if placement in ("park", "green", "mountain"):
            return self._in_units(placement, count, random)
        starts, ends = self._banks if placement == "river" or not len(self._shores[0]) else self._shores
        weight = np.hypot(*(ends - starts).T)
        if not len(weight):
            return self._in_units("mountain", count, random)
        spots, side = _stratified(starts, ends, weight, count, random)
        normal = np.column_stack([-spots.direction[:, 1], spots.direction[:, 0]])
        away = (18.0 + random.uniform(0.0, 14.0, count)) * np.where(placement == "river", side, 1.0)
        return Spots(spots.points + normal * np.asarray(away)[:, None], spots.direction)

    def free(self, shapes: Geometries) -> NDArray[np.bool_]:
        """Which of the metric shapes touch no building."""
        result = np.ones(len(shapes), dtype=bool)
        result[shapely.STRtree(self._buildings.shapes).query(shapes, predicate="intersects")[0]] = False
        return result

    def _along_streets(self, placement: str, count: int, random: np.random.Generator) -> Spots:
        starts, ends, weight, half, classes = self._segments
        if placement == "stop":
            weight = np.where(np.isin(classes, ["trunk", "primary", "secondary"]), weight, 0.0)
        if placement == "villageroad":
            weight = np.where(classes == "residential", weight, 0.0)
        spots, side = _stratified(starts, ends, weight, count, random, half)
        low, high = _ALONG[placement]
        width = side[1]
        offset = np.where(
            placement == "lane",
            width * random.uniform(0.0, 0.8, count),
            width + random.uniform(low, high, count),
        )
        normal = np.column_stack([-spots.direction[:, 1], spots.direction[:, 0]])
        return Spots(spots.points + normal * (side[0] * offset)[:, None], spots.direction)

    def _by_buildings(self, placement: str, count: int, random: np.random.Generator) -> Spots:
        homes = self._buildings.homes.astype(float)
        kind = self._buildings.kind
        weight = {
            "compound": np.where(self._village, 0.15, 1.0) * (kind != 2) * (homes + 4.0),
            "home": homes,
            "shop": (kind == 2) * 6.0 + np.sqrt(homes) * 0.15 * ~self._village,
            "public": (kind == 1) * 1.0,
            "works": (kind == 3) * 1.0,
            "village": self._village * 1.0,
            "building": np.sqrt(homes + 2.0),
        }[placement]
        if weight.sum() == 0.0:
            weight = homes + 1.0
        chosen = np.sort(random.choice(len(weight), count, p=weight / weight.sum()))
        angle = random.uniform(0.0, 2.0 * np.pi, count)
        direction = np.column_stack([np.cos(angle), np.sin(angle)])
        distance = (
            0.5 * self._reach[chosen]
            if placement == "building"
            else self._reach[chosen] + random.uniform(3.0, 9.0, count)
        )
        if placement == "home":
            distance = 0.3 * self._reach[chosen] * random.random(count)
        return Spots(self._centre[chosen] + direction * np.asarray(distance)[:, None], direction)

    def _in_units(self, placement: str, count: int, random: np.random.Generator) -> Spots:
        units = self._units
        wanted = (
            units.use == USES.index("park") if placement != "mountain" else units.use == USES.index("open")
        )
        if placement == "green":
            wanted = wanted | (units.use == USES.index("residential")) | (units.use == USES.index("public"))
        if not wanted.any():
            wanted = units.use == USES.index("open")
        weight = np.where(wanted, units.area_m2 ** (0.5 if placement == "mountain" else 0.8), 0.0)
        chosen = np.sort(random.choice(len(weight), count, p=weight / weight.sum()))
        bounds = shapely.bounds(units.metric[chosen])
        points = shapely.get_coordinates(shapely.point_on_surface(units.metric[chosen]))
        shapely.prepare(units.metric)
        for _ in range(6):
            tries = bounds[:, :2] + random.random((count, 2)) * (bounds[:, 2:] - bounds[:, :2])
            inside = shapely.contains_xy(units.metric[chosen], tries[:, 0], tries[:, 1])
            points[inside] = tries[inside]
        return Spots(points, np.tile([1.0, 0.0], (count, 1)))

    @staticmethod
    def _scattered(
        points: Floats, weight: Floats, low: float, high: float, count: int, random: np.random.Generator
    ) -> Spots:
        chosen = np.sort(random.choice(len(points), count, p=weight / weight.sum()))
        angle = random.uniform(0.0, 2.0 * np.pi, count)
        direction = np.column_stack([np.cos(angle), np.sin(angle)])
        return Spots(points[chosen] + direction * random.uniform(low, high, count)[:, None], direction)


# Metres beyond the edge of the carriageway, least and most.
_ALONG = {
    "lane": (0.0, 0.0), "kerb": (-0.4, 0.4), "lamp": (0.6, 1.0), "tree": (1.2, 2.2), "verge": (1.0, 4.0),
    "stop": (1.0, 2.0), "villageroad": (0.3, 1.2), "street": (-1.5, 5.0),
}  # fmt: skip


def _all(lines: list[object]) -> Geometries:
    return np.array(lines, dtype=object)


def _line_segments(lines: Geometries) -> tuple[Floats, Floats]:
    points, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    return points[:-1][same], points[1:][same]


def _segments(streets: Streets, density: Field) -> tuple[Floats, Floats, Floats, Floats, np.ndarray]:
    """Pieces of at most 60 m: starts, ends, weight (length x busyness), half width, class."""
    lines = shapely.segmentize(_all(streets.lines), 60.0)
    points, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    starts, ends = points[:-1][same], points[1:][same]
    classes = np.array(streets.road_class, dtype=object)[owner[:-1][same]]
    half = np.array([HALF_WIDTH_M[name] for name in streets.road_class])[owner[:-1][same]]
    busy = np.array([_BUSY[name] for name in streets.road_class])[owner[:-1][same]]
    middle = (starts + ends) / 2.0
    weight = np.hypot(*(ends - starts).T) * busy * (0.05 + density.at(middle))
    return starts, ends, weight, half, classes


def _crossings(streets: Streets, density: Field) -> tuple[Floats, Floats]:
    """Points where two streets meet, weighted by their classes and the density there."""
    lines = _all(streets.lines)
    left, right = shapely.STRtree(lines).query(lines, predicate="intersects")
    once = left < right
    met = shapely.intersection(lines[left[once]], lines[right[once]])
    points, index = shapely.get_coordinates(met, return_index=True)
    half = np.array([HALF_WIDTH_M[name] for name in streets.road_class])
    rank = (half[left[once]] * half[right[once]])[index]
    return points, rank * (0.03 + density.at(points))


def _points_of(shapes: Geometries) -> Floats:
    return np.asarray(shapely.get_coordinates(shapes[~shapely.is_empty(shapes)]))


def _stratified(
    starts: Floats,
    ends: Floats,
    weight: Floats,
    count: int,
    random: np.random.Generator,
    half: Floats | None = None,
) -> tuple[Spots, Floats]:
    """Spots evenly spread over weighted segments; which side (+1, -1), and the half width there."""
    total = np.cumsum(weight)
    position = (np.arange(count) + random.uniform(0.0, 1.0, count)) / count * total[-1]
    index = np.minimum(np.searchsorted(total, position, side="right"), len(total) - 1)
    share = random.random(count)[:, None]
    way = ends[index] - starts[index]
    direction = way / np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    side = np.where(random.random(count) < 0.5, -1.0, 1.0)
    spots = Spots(starts[index] + way * share, direction)
    return spots, side if half is None else np.stack([side, half[index]])


def unit_of(points: Floats, units: Units) -> Ints:
    """Index of the unit each metric point lies in, -1 for none."""
    which, unit = shapely.STRtree(units.metric).query(shapely.points(points), predicate="intersects")
    result = np.full(len(points), -1, dtype=np.int64)
    result[which[::-1]] = unit[::-1]
    return result
