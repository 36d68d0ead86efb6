"""Random clean coverages on the lattice, and an exact reference written without any geometry library."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.lattice import SCALE, from_lattice

# A corner of Laoshan; a side of 40,000 steps is about 400 m.
ORIGIN = (1_204_680_000, 361_070_000)
SIDE = 40_000

Point = tuple[int, int]


def voronoi(seed: int, zones: int, side: int = SIDE, wiggles: int = 0) -> NDArray[np.object_]:
    """A coverage of about so many polygons, whole-number coordinates, every shared vertex shared.

    ``wiggles`` is the number of extra vertices on each edge between two cells.
    """
    random = np.random.default_rng(seed)
    seeds = shapely.multipoints(np.column_stack([random.integers(0, side, zones) for _ in range(2)]))
    frame = shapely.box(0, 0, side, side)
    cells = shapely.voronoi_polygons(seeds, extend_to=frame).geoms
    lines = shapely.node(
        shapely.set_precision(
            shapely.multilinestrings(
                [*[cell.intersection(frame).exterior for cell in cells if cell.intersects(frame)]]
            ),
            1,
        )
    )
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all([lines], grid_size=1)))
    if wiggles:
        merged = np.array([_wiggle(line, wiggles, random) for line in merged], dtype=object)
    noded = shapely.union_all(merged, grid_size=1)
    polygons = shapely.get_parts(shapely.polygonize([noded]))
    return np.asarray(shapely.transform(polygons, lambda c: np.round(c) + np.array(ORIGIN)))


def _wiggle(line: Any, number: int, random: np.random.Generator) -> Any:
    along = shapely.line_interpolate_point(line, np.linspace(0, 1, number + 2), normalized=True)
    points = shapely.get_coordinates(along)
    points[1:-1] += random.normal(0, line.length / number / 6, (number, 2))
    return shapely.linestrings(np.round(points))


def degrees(lattice: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(from_lattice(lattice))


def as_degrees(points: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return points[:, 0] / SCALE, points[:, 1] / SCALE


def position(point: Point, polygon: Any) -> str:
    """``inside``, ``border`` or ``outside``, in whole numbers of any size: exact."""
    crossings = 0
    for ring in [polygon.exterior, *polygon.interiors]:
        corners = [(int(x), int(y)) for x, y in ring.coords]
        for (ax, ay), (bx, by) in pairwise(corners):
            turn = (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)
            if (
                turn == 0
                and min(ax, bx) <= point[0] <= max(ax, bx)
                and min(ay, by) <= point[1] <= max(ay, by)
            ):
                return "border"
            if (ay > point[1]) != (by > point[1]) and (turn > 0) == (by > ay):
                crossings += 1
    return "inside" if crossings % 2 else "outside"


def interesting_points(seed: int, polygons: NDArray[np.object_], number: int) -> NDArray[np.int64]:
    """Points anywhere, on vertices, on edges (where a lattice point lies on one) and just beside."""
    random = np.random.default_rng(seed)
    anywhere = random.integers(-SIDE // 10, SIDE + SIDE // 10, (number, 2)) + ORIGIN
    vertices = shapely.get_coordinates(polygons).astype(np.int64)
    picked = vertices[random.integers(0, len(vertices), number)]
    beside = picked + random.integers(-1, 2, picked.shape)
    middles: list[Point] = []
    for polygon in polygons:
        corners = shapely.get_coordinates(polygon.exterior).astype(np.int64)
        for a, b in pairwise(corners):
            step = np.gcd(*(b - a))
            if step > 1:
                middles.append(tuple(a + (b - a) // step * int(random.integers(1, step))))
    on_edges = np.array(middles, dtype=np.int64).reshape(-1, 2)
    return np.concatenate([anywhere, picked, beside, on_edges])
