"""Random ground to cut: communities that fit, lines that do not care, buildings, households."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray

from gis.lattice import from_lattice
from gis.units.options import Homes
from gis.units.ways import WayKind, Ways
from tests.unit.gis.coverages import ORIGIN, SIDE, voronoi

METRIC = 4549

Shapes = NDArray[np.object_]


def placed(shapes: Shapes) -> Shapes:
    """Shapes counted in lattice steps from the corner, in degrees."""
    moved: Shapes = from_lattice(shapely.transform(shapes, lambda points: points + ORIGIN))
    return moved


@dataclass(frozen=True)
class Ground:
    """What is given to the cutting, all in EPSG:4326."""

    codes: list[str]
    communities: Shapes
    ways: Ways
    buildings: Shapes
    homes: Homes


def random_ground(seed: int, communities: int, lines: int, buildings: int) -> Ground:
    """A square of some 400 m with everything in it at random; lines reach beyond its border."""
    random = np.random.default_rng(seed)
    areas: Shapes = from_lattice(voronoi(seed, communities, wiggles=int(random.integers(3))))
    ends = random.integers(-SIDE // 10, SIDE + SIDE // 10, (lines, 3, 2)).astype(float)
    drawn = placed(np.asarray(shapely.linestrings(ends), dtype=object).reshape(-1))
    kinds = random.integers(0, len(WayKind), lines).astype(np.uint8)
    corner = random.integers(0, SIDE, (buildings, 2))
    size = random.integers(200, 4000, (buildings, 2))
    angle = random.uniform(0, 90, buildings)
    boxes = [
        shapely.affinity.rotate(shapely.box(x, y, x + w, y + h), turn)
        for (x, y), (w, h), turn in zip(corner.tolist(), size.tolist(), angle.tolist(), strict=True)
    ]
    houses = placed(_rounded(boxes))
    count = 300
    points = (random.integers(0, SIDE + 1, (count, 2)) + ORIGIN) / 1e7
    each = random.integers(1, 4, count)
    homes = Homes(points[:, 0], points[:, 1], each, each * 3)
    codes = [f"C{number:02d}" for number in range(len(areas))]
    return Ground(codes, areas, Ways(drawn, kinds), houses, homes)


def _rounded(shapes: list[shapely.Polygon]) -> Shapes:
    rounded: Shapes = shapely.transform(np.array(shapes, dtype=object), np.round)
    return rounded
