"""A city for dividing: real streets of a file, synthetic buildings and households, seeded.

Blocks are the faces of the street network round its densest part; slivers go to the neighbour they touch
longest. Each block is cut into building cells (Voronoi cells of random points), some of them empty,
some a tower. Communities are connected parts of the graph of blocks with about the same households.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.graph_parts import graph_of, join_islets, metis
from gis.unit_graph import Barrier, UnitGraph
from gis.units.shared_borders import shared_borders

__all__ = ["StreetCity", "grown", "street_city"]

ARTERIAL = ("motorway", "trunk", "primary", "secondary")
LEAST_BLOCK_M2 = 4_000.0
CELL_M2 = 2_600.0


@dataclass(frozen=True, eq=False)
class StreetCity:
    """Units of the city: polygons in the metric system of the file, their block, their graph."""

    shapes: NDArray[np.object_]
    block: NDArray[np.int64]
    graph: UnitGraph
    epsg: int


def street_city(
    streets: Path, *, units: int = 8_000, households: int = 330_000, communities: int = 82, seed: int = 7
) -> StreetCity:
    """The city from a GeoParquet file of street lines with a ``highway`` column, in a metric system."""
    rng = np.random.default_rng(seed)
    lines = geopandas.read_parquet(streets)
    blocks = _blocks(lines, units * CELL_M2)
    shapes, block = _cells(blocks, rng, units)
    ends, length = _edges(shapes)
    barrier = np.full(len(ends), Barrier.COMPOUND, dtype=np.uint8)
    across = block[ends[:, 0]] != block[ends[:, 1]]
    barrier[across] = np.where(_along_arterial(shapes, ends[across], lines), Barrier.ARTERIAL, Barrier.STREET)
    # A block is built more or less densely as a whole; one cell in ten has no household, a few are towers.
    density = rng.lognormal(0.0, 0.4, block.max() + 1)[block]
    weight = density * rng.gamma(2.0, 1.0, len(shapes)) * (rng.random(len(shapes)) > 0.1)
    weight *= np.where(rng.random(len(shapes)) < 0.03, 3.0, 1.0)
    for _ in range(20):
        count = np.minimum(np.rint(weight * households / weight.sum()), 250).astype(np.int32)
        weight *= households / max(1, count.sum())
        weight = np.minimum(weight, 250.0 * weight.sum() / households)
    graph = UnitGraph(
        households=count,
        residents=(count * 2.6).astype(np.int32),
        buildings=np.ones(len(shapes), dtype=np.int32),
        area_m2=shapely.area(shapes),
        perimeter_m=shapely.length(shapes),
        community=_communities(block, ends, length, count, communities, seed),
        ends=ends.astype(np.int32),
        length_m=length,
        barrier=barrier,
        joined=np.ones(len(ends), dtype=np.bool_),
    )
    return StreetCity(shapes, block, graph, 32650)


def grown(city: StreetCity, *, share: float = 0.2, blocks: float = 0.125, seed: int = 11) -> UnitGraph:
    """The graph after households grew by ``share``, all in the given share of blocks, chosen at random."""
    rng = np.random.default_rng(seed)
    count = city.block.max() + 1
    chosen = np.isin(city.block, rng.permutation(count)[: round(count * blocks)])
    before = city.graph.households
    factor = 1.0 + share * before.sum() / before[chosen].sum()
    after = np.where(chosen, np.minimum(np.rint(before * factor), 250), before).astype(np.int32)
    missing = round(before.sum() * (1 + share)) - int(after.sum())
    # What does not fit into towers of 250 goes to the chosen blocks' emptier cells.
    room = np.flatnonzero(chosen & (after < 250))
    extra = np.bincount(rng.choice(len(room), missing), minlength=len(room)) if missing > 0 else 0
    after[room] = np.minimum(after[room] + extra, 250)
    return replace(city.graph, households=after)


def _blocks(lines: Any, wanted_m2: float) -> NDArray[np.object_]:
    """Faces round the middle of the network that together have the wanted area, slivers given away."""
    noded = shapely.union_all(lines.geometry.to_numpy())
    faces = np.array(shapely.get_parts(shapely.polygonize([noded])), dtype=object)
    faces = faces[shapely.area(faces) < 400_000]
    where = shapely.get_coordinates(shapely.centroid(faces))
    # The densest part: the median of the smaller half of the faces.
    small = shapely.area(faces) < np.median(shapely.area(faces))
    middle = np.median(where[small], axis=0)
    order = np.argsort(np.hypot(*(where - middle).T), kind="stable")
    enough = int(np.searchsorted(np.cumsum(shapely.area(faces[order])), wanted_m2)) + 1
    faces = faces[order[:enough]]
    while True:
        area = shapely.area(faces)
        smallest = int(np.argmin(area))
        if area[smallest] >= LEAST_BLOCK_M2:
            return np.asarray(faces, dtype=object)
        border = shapely.length(shapely.intersection(faces[smallest], faces))
        border[smallest] = 0.0
        rest = np.delete(np.arange(len(faces)), smallest)
        if border.max() > 0.0:
            longest = int(np.argmax(border))
            faces[longest] = shapely.union(faces[longest], faces[smallest])
        faces = faces[rest]


def _cells(
    blocks: NDArray[np.object_], rng: np.random.Generator, units: int
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    side = float(np.sqrt(shapely.area(blocks).sum() / units))
    cells: list[Any] = []
    block: list[int] = []
    for order, shape in enumerate(blocks):
        west, south, east, north = shape.bounds
        count = rng.poisson((east - west) * (north - south) / side**2)
        points = rng.uniform((west, south), (east, north), (count, 2))
        points = points[shapely.contains_xy(shape, points[:, 0], points[:, 1])]
        if len(points) < 2:
            pieces = [shape]
        else:
            diagram = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shape)
            pieces = [
                part
                for part in shapely.get_parts(shapely.intersection(shapely.get_parts(diagram), shape))
                if part.geom_type == "Polygon"
            ]
        cells += pieces
        block += [order] * len(pieces)
    shapes = np.array(shapely.coverage_clean(np.array(cells, dtype=object)), dtype=object)
    number = np.array(block, dtype=np.int64)
    # Crumbs of a cut go to the neighbour in the same block.
    while True:
        crumbs = np.flatnonzero(shapely.area(shapes) < 0.05 * side**2)
        ends, length = _edges(shapes)
        same = number[ends[:, 0]] == number[ends[:, 1]]
        best: dict[int, tuple[float, int]] = {}
        for (a, b), metres in zip(ends[same].tolist(), length[same].tolist(), strict=True):
            for one, other in ((a, b), (b, a)):
                best[one] = max(best.get(one, (0.0, -1)), (metres, other))
        gone: set[int] = set()
        for crumb in crumbs.tolist():
            other = best.get(crumb, (0.0, -1))[1]
            if other >= 0 and other not in gone and crumb not in gone:
                shapes[other] = shapely.coverage_union(shapes[other], shapes[crumb])
                gone.add(crumb)
        if not gone:
            break
        keep = np.setdiff1d(np.arange(len(shapes)), list(gone))
        shapes, number = shapes[keep], number[keep]
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = [shapely.get_geometry(shape, 0) for shape in shapes[single]]
    return shapes[single], number[single]


def _edges(shapes: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of cells with a common border, and its length."""
    borders = shared_borders(shapes)
    return borders.ends, borders.length


def _along_arterial(shapes: NDArray[np.object_], ends: NDArray[np.int64], lines: Any) -> NDArray[np.bool_]:
    roads = lines[lines["highway"].astype(str).str.startswith(ARTERIAL)]
    near = shapely.STRtree(roads.geometry.to_numpy())
    border = shapely.point_on_surface(shapely.intersection(shapes[ends[:, 0]], shapes[ends[:, 1]]))
    found = near.query(border, predicate="dwithin", distance=8.0)[0]
    return np.isin(np.arange(len(ends)), found)


def _communities(
    block: NDArray[np.int64],
    ends: NDArray[np.int64],
    length: NDArray[np.float64],
    households: NDArray[np.int32],
    communities: int,
    seed: int,
) -> NDArray[np.int32]:
    left, right = block[ends[:, 0]], block[ends[:, 1]]
    across = left != right
    count = int(block.max()) + 1
    graph = graph_of(count, left[across], right[across], length[across])
    total = np.bincount(block, weights=households, minlength=count).astype(np.int64)
    centre = np.random.default_rng(seed).random((count, 2))
    part = metis(join_islets(graph, centre), total, communities, seed)
    return part[block].astype(np.int32)
