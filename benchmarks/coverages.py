"""Made-up coverages of the size of a district or a city, and places clustered as incidents are.

Zones are Voronoi cells of a jittered lattice of seeds; every edge between two of them gets the same wiggles
on both sides, so neighbours share each vertex and the layer is a clean coverage. All comes from a seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from gis.router import ZoneLayer

# A corner of Laoshan, in lattice steps; a step is about 1 cm.
ORIGIN = (1_204_000_000, 360_000_000)


def coverage(seed: int, zones: int, side: int, vertices: tuple[int, int] = (60, 200)) -> NDArray[np.object_]:
    """About so many polygons that cover a square without gap or overlap.

    Parameters
    ----------
    side
        Length of the square's side in lattice steps (the integers of 1e-7 degree).
    vertices
        Least and most vertices a polygon has, roughly.

    Returns
    -------
    NDArray
        Polygons with whole-number coordinates.
    """
    random = np.random.default_rng(seed)
    n = max(1, round(zones**0.5))
    step = side / n
    at = (np.stack(np.meshgrid(np.arange(n), np.arange(n)), axis=-1).reshape(-1, 2) + 0.5) * step
    at += random.uniform(-0.25, 0.25, at.shape) * step
    # Mirror images make the square's sides edges of the outer cells.
    mirrored = [at]
    for axis in (0, 1):
        for wall in (0.0, float(side)):
            image = at.copy()
            image[:, axis] = 2 * wall - image[:, axis]
            mirrored.append(image)
    cells = Voronoi(np.concatenate(mirrored))
    corners = np.round(np.clip(cells.vertices, 0, side))
    per_edge = random.integers(vertices[0] // 6, vertices[1] // 6 + 1, 65_536)
    drawn: dict[tuple[int, int], NDArray[np.float64]] = {}

    def line(a: int, b: int) -> NDArray[np.float64]:
        """The wiggly way from corner a towards b, without b."""
        low, high = min(a, b), max(a, b)
        if (low, high) not in drawn:
            drawn[low, high] = _wiggle(
                corners[low], corners[high], int(per_edge[len(drawn) % 65_536]), side, random
            )
        way = drawn[low, high]
        return way[:-1] if a < b else way[:0:-1]

    rings = []
    for seed_number in range(len(at)):
        region = np.array(cells.regions[cells.point_region[seed_number]])
        turned = cells.vertices[region] - at[seed_number]
        region = region[np.argsort(np.arctan2(turned[:, 1], turned[:, 0]))].tolist()
        ring = np.concatenate([line(a, b) for a, b in zip(region, [*region[1:], region[0]], strict=True)])
        rings.append(np.concatenate([ring, ring[:1]]))
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    polygons: NDArray[np.object_] = shapely.polygons(
        shapely.linearrings(np.concatenate(rings) + np.array(ORIGIN), indices=owner)
    )
    return polygons


def _wiggle(
    start: NDArray[np.float64], end: NDArray[np.float64], number: int, side: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """A line between two corners, bent sideways where it is no side of the square."""
    # An edge of a metre has no room for vertices.
    number = min(number, int(np.hypot(*(end - start)) / 100))
    along = np.linspace(0, 1, number + 2)[:, None]
    way = start + (end - start) * along
    if not (start[0] == end[0] and start[0] in (0, side)) and not (
        start[1] == end[1] and start[1] in (0, side)
    ):
        sideways = np.array([start[1] - end[1], end[0] - start[0]])
        # Less towards the ends, so that lines meeting at a corner do not cross.
        bend = random.uniform(-0.06, 0.06, (number + 2, 1)) * np.minimum(along, 1 - along)
        way = way + sideways * bend
    way = np.round(way)
    keep = np.ones(len(way), dtype=bool)
    keep[1:] = (way[1:] != way[:-1]).any(axis=1)
    return np.asarray(way[keep])


def layer(code: str, seed: int, zones: int, side: int, vertices: tuple[int, int] = (60, 200)) -> ZoneLayer:
    """A coverage as a layer with codes in no order of place."""
    shapes = shapely.transform(coverage(seed, zones, side, vertices), lambda c: c / 1e7)
    codes = [f"{seed}{k:06d}" for k in np.random.default_rng(seed).permutation(len(shapes))]
    return ZoneLayer(code, codes, shapes, "at_most_one")


def layers(grids: int, side: int) -> list[ZoneLayer]:
    """Base grids and eight layers of 20 to 300 zones over the same square."""
    special = [20, 40, 60, 80, 120, 160, 220, 300]
    return [
        layer("grid", 1, grids, side),
        *(layer(f"special_{number}", 1 + number, zones, side) for number, zones in enumerate(special, 1)),
    ]


def places(
    number: int, side: int, towns: int, seed: int = 7
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places in degrees on the lattice: nine tenths round towns, the rest anywhere, a hundredth outside."""
    random = np.random.default_rng(seed)
    centres = random.uniform(0.05, 0.95, (towns, 2)) * side
    spread = random.uniform(0.01, 0.05, towns) * side * (10 / max(towns, 10)) ** 0.5
    town = random.integers(0, towns, number)
    at = centres[town] + random.normal(0, 1, (number, 2)) * spread[town, None]
    anywhere = random.random(number) < 0.1
    at[anywhere] = random.uniform(-0.02, 1.02, (int(anywhere.sum()), 2)) * side
    at = np.round(at + np.array(ORIGIN)) / 1e7
    return np.ascontiguousarray(at[:, 0]), np.ascontiguousarray(at[:, 1])


def vertex_count(layer: ZoneLayer) -> int:
    """Vertices of all zones of a layer."""
    count: Any = shapely.get_num_coordinates(np.asarray(layer.geometries, dtype=object)).sum()
    return int(count)
