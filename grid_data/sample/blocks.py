"""Blocks and land units: what streets, waters and borders enclose, cut down where homes are dense.

Everything is noded on the lattice, so neighbouring units share their vertices exactly and the union of all
units is the land, by construction. A land use is drawn per block; residential blocks and large public ones
are then halved into building cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from grid_data.sample.boundary import Boundary
from grid_data.sample.lattice import (
    Floats,
    Geometries,
    Ints,
    edges,
    faces,
    merge_small,
    node,
    to_lattice,
    to_metric,
)
from grid_data.sample.splitting import halve, mean_over, sample_points
from grid_data.sample.streets import Streets
from grid_data.sample.terrain import URBAN, Field, Terrain
from grid_data.sample.waters import Waters

USES = ("residential", "village", "commercial", "public", "industrial", "park", "open", "water")

_SMALLEST_BLOCK_M2 = 2_500.0
_SMALLEST_UNIT_M2 = 700.0
_HIGH_GROUND_M = 130.0


@dataclass(frozen=True)
class Units:
    """Land units in the order of their codes; ``lattice`` is an exact valid coverage of the land.

    ``subdistrict`` indexes the codes of the boundary, ``block`` groups the cells of one block, ``use``
    indexes ``USES``, ``density`` is the relative density of homes.
    """

    lattice: Geometries
    metric: Geometries
    subdistrict: Ints
    block: Ints
    use: Ints
    density: Floats
    area_m2: Floats
    kind: NDArray[np.object_]


def build_units(
    boundary: Boundary,
    streets: Streets,
    waters: Waters,
    terrain: Terrain,
    density: Field,
    random: np.random.Generator,
) -> Units:
    """Land units of the whole land."""
    drawn = np.array([*streets.lines, *streets.dividers, *waters.lines], dtype=object)
    lines = np.concatenate([boundary.lines, to_lattice(drawn)])
    blocks, owner = _inside(faces(node(lines)), boundary)
    blocks = _merged(blocks, owner, _SMALLEST_BLOCK_M2)
    blocks, owner = _inside(blocks, boundary)
    metric = to_metric(blocks)
    use, dense = _land_use(metric, owner, waters, terrain, density, boundary, random)
    cuts = _cell_cuts(metric, use, dense, random)
    cells, cell_owner = _inside(
        faces(node(np.concatenate([_border_lines(blocks), to_lattice(cuts)]))), boundary
    )
    block_of = _locate(cells, blocks)
    cells = _merged(cells, block_of, _SMALLEST_UNIT_M2)
    cells, cell_owner = _inside(cells, boundary)
    block_of = _locate(cells, blocks)
    moved = to_metric(cells)
    return Units(
        lattice=cells,
        metric=moved,
        subdistrict=cell_owner,
        block=block_of,
        use=use[block_of],
        density=density.mean(moved),
        area_m2=shapely.area(moved),
        kind=_kinds(moved, block_of, use, boundary),
    )


def _inside(polygons: Geometries, boundary: Boundary) -> tuple[Geometries, Ints]:
    """The polygons that lie in a subdistrict, and which one; inlets enclosed by land fall out."""
    owner = _locate(polygons, boundary.subdistricts)
    return polygons[owner >= 0], owner[owner >= 0]


def _locate(polygons: Geometries, areas: Geometries) -> Ints:
    """Index of the area each polygon's inner point lies in, -1 for none."""
    tree = shapely.STRtree(areas)
    which, area = tree.query(shapely.point_on_surface(polygons), predicate="intersects")
    owner = np.full(len(polygons), -1, dtype=np.int64)
    owner[which[::-1]] = area[::-1]
    return owner


def _merged(polygons: Geometries, group: Ints, smallest_m2: float) -> Geometries:
    """Join faces that are tiny or needle-thin to a neighbour of the same group."""
    metric = to_metric(polygons)
    area, length = shapely.area(metric), shapely.length(metric)
    thin = (area < 12_000.0) & (4.0 * np.pi * area / length**2 < 0.12)
    return merge_small(polygons, (area < smallest_m2) | thin, group)


def _border_lines(polygons: Geometries) -> Geometries:
    """Every border segment of a coverage once, as lattice lines."""
    _, segments = edges(polygons)
    swap = (segments[:, 0] > segments[:, 2]) | (
        (segments[:, 0] == segments[:, 2]) & (segments[:, 1] > segments[:, 3])
    )
    unique = np.unique(np.where(swap[:, None], segments[:, [2, 3, 0, 1]], segments), axis=0)
    return np.asarray(shapely.linestrings(unique.reshape(-1, 2, 2)))


def _land_use(
    metric: Geometries,
    owner: Ints,
    waters: Waters,
    terrain: Terrain,
    density: Field,
    boundary: Boundary,
    random: np.random.Generator,
) -> tuple[Ints, Floats]:
    """Use and density of homes per block."""
    points, of = sample_points(metric)
    dense = mean_over(of, density.at(points), len(metric))
    height = mean_over(of, terrain.height(points), len(metric))
    area = shapely.area(metric)
    urban = np.isin(np.array(boundary.codes, dtype=object)[owner], URBAN)
    draw = random.random(len(metric))
    use = np.full(len(metric), USES.index("open"))
    built = (dense > 0.12) & (area < 400_000.0)
    village = built & ~urban
    use[village] = USES.index("village")
    # In the towns of the coast and the valleys part of the homes are blocks of flats.
    use[village & (draw < np.clip(0.22 + 0.65 * dense, 0.0, 0.68))] = USES.index("residential")
    use[village & (draw > 0.93)] = USES.index("public")
    use[village & (draw > 0.885) & (draw <= 0.93)] = USES.index("commercial")
    use[village & (draw > 0.86) & (draw <= 0.885)] = USES.index("industrial")
    city = built & urban
    shares = np.array([0.66, 0.11, 0.12, 0.04])
    use[city] = np.array([0, 2, 3, 4, 5])[np.searchsorted(np.cumsum(shares), draw[city])]
    centre = shapely.get_coordinates(shapely.centroid(metric))
    tech = city & (centre[:, 1] > 3_999_600.0) & (centre[:, 0] > 541_400.0)
    use[tech & (draw > 0.35)] = USES.index("industrial")
    use[tech & (draw > 0.80)] = USES.index("commercial")
    use[(height > _HIGH_GROUND_M) & (dense < 0.14)] = USES.index("open")
    if not waters.reservoirs.is_empty:
        wet = shapely.area(shapely.intersection(metric, waters.reservoirs)) > 0.5 * area
        use[wet] = USES.index("water")
    return use, dense


def _cell_cuts(metric: Geometries, use: Ints, dense: Floats, random: np.random.Generator) -> Geometries:
    """Lines that cut blocks with homes (and large built ones) to building cells."""
    target = np.full(len(metric), np.inf)
    home = use == USES.index("residential")
    target[home] = np.where(dense[home] > 0.6, 9_000.0, np.where(dense[home] > 0.35, 12_500.0, 18_000.0))
    target[use == USES.index("village")] = 20_000.0
    target[np.isin(use, [USES.index("commercial"), USES.index("public")])] = 30_000.0
    target[use == USES.index("industrial")] = 60_000.0
    cuts: list[Any] = []
    polygons = metric
    while True:
        large = shapely.area(polygons) > 1.5 * target
        if not large.any():
            return np.array(cuts, dtype=object)
        halves = halve(polygons[large], random, 0.0, 0.03)
        cuts.extend(cut for cut in halves.cuts if not cut.is_empty)
        polygons, target = halves.parts, target[large][halves.parent]


def _kinds(metric: Geometries, block_of: Ints, use: Ints, boundary: Boundary) -> NDArray[np.object_]:
    """Kind of unit as stored: building cell if its block was cut, else block, open land or water front."""
    kind = np.full(len(metric), "block", dtype=object)
    kind[np.bincount(block_of)[block_of] > 1] = "building_cell"
    kind[np.isin(use[block_of], [USES.index("open"), USES.index("park")])] = "open_land"
    shore = shapely.distance(metric, boundary.coast) < 1.0
    kind[(kind == "open_land") & shore] = "water_front"
    kind[use[block_of] == USES.index("water")] = "water_front"
    return kind
