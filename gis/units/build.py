"""Land units from lines, footprints and communities: a clean coverage, each unit in exactly one community.

Communities, streets, water, railways and walls are noded on the lattice; what they enclose are blocks.
Slivers (between carriageways, beside crossings) are absorbed by the neighbour with the longest common border;
rivers are divided between their banks. Large blocks and blocks of many households are cut into building cells
half way between the buildings. A building is cut by nothing but the border of two communities.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric
from gis.lattice import from_lattice, to_lattice
from gis.units.cells import cut_blocks
from gis.units.enclosures import enclose, share_rivers
from gis.units.faces import Plane, absorb, dissolve, locate
from gis.units.footprints import group_footprints, stand
from gis.units.graph import unit_graph
from gis.units.options import KINDS, Homes, LandUnits, UnitOptions
from gis.units.ways import WayKind, Ways

__all__ = ["STEPS", "build_units"]

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]
Progress: TypeAlias = Callable[[str, float], None]

STEPS = ("enclosures", "slivers and rivers", "buildings", "building cells", "counting", "graph")
"""What is reported, in this order, each with its seconds."""

# A rectangle of one to four; a square or a circle has 0.35.
_RIVER_WIDTH_SHARE = 0.2
_MARGIN = 0.001  # degrees
_NOBODY = Homes.none()


def build_units(
    codes: Sequence[str],
    communities: Shapes,
    ways: Ways,
    metric_srid: int,
    *,
    buildings: Shapes | None = None,
    homes: Homes = _NOBODY,
    options: UnitOptions | None = None,
    progress: Progress | None = None,
) -> LandUnits:
    """Cut the ground of communities into land units.

    Parameters
    ----------
    codes, communities
        Code and area of each community; EPSG:4326, on the lattice, valid.
    ways
        Streets, railways, walls and water (lines or areas), EPSG:4326.
    metric_srid
        EPSG code of the city's metric system.
    buildings
        Footprints (areas) or places (points) of buildings, EPSG:4326, valid.
    homes
        Where households are.
    progress
        Called after each of `STEPS`.
    """
    options = options or UnitOptions()
    clock = _Clock(progress)
    ground = to_lattice(shapely.force_2d(np.asarray(communities, dtype=object)))
    plane = Plane.at(float(shapely.total_bounds(np.asarray(communities, dtype=object))[[1, 3]].mean()))
    ways = _near(ways, communities)
    made = enclose(
        ground,
        _border_ways(ways),
        plane,
        gap_m=options.gap_m,
        close_m=options.close_m,
    )
    clock("enclosures")
    spots = _Spots.of(homes)
    blocks = _blocks(made.faces, made.community, ways, spots, plane, options)
    clock("slivers and rivers")
    footprints = _on_lattice(buildings)
    solid = footprints[shapely.get_dimensions(footprints) == 2]
    groups = group_footprints(plane.metres(solid))
    standing = stand(solid, groups, blocks.faces, blocks.community, plane)
    clock("buildings")
    weight = spots.on(blocks.faces)
    large = ~blocks.water & (
        (plane.area(blocks.faces) > options.largest_block_m2) | (weight > options.most_households)
    )
    cells = cut_blocks(blocks.faces, blocks.community, large, solid, standing, plane)
    # Faces of one label are one cell; what hangs apart from it, or is too small, is joined to its block.
    shapes, label = dissolve(cells.faces, cells.label)
    block = cells.block[label]
    loose = _not_largest(label, plane.area(shapes))
    shapes, block = _absorb_loose(shapes, block, loose, plane)
    shapes, block, weight = absorb(
        shapes,
        block,
        spots.on(shapes),
        plane,
        lambda area, _, households, __: (
            (area < options.smallest_cell_m2) & (households < options.keep_households)
        ),
    )
    clock("building cells")
    units = _Units(shapes, block, blocks.community[block], blocks.water[block]).ordered(plane)
    standing_on = spots_of_buildings(footprints).number(units.shapes)
    houses = np.bincount(standing_on[standing_on >= 0], minlength=len(units.shapes))
    on = spots.number(units.shapes)
    inside = on >= 0
    households = np.bincount(on[inside], weights=homes.households[inside], minlength=len(units.shapes))
    residents = np.bincount(on[inside], weights=homes.residents[inside], minlength=len(units.shapes))
    degrees = from_lattice(units.shapes)
    clock("counting")
    cut = np.bincount(units.block, minlength=len(blocks.faces))[units.block] > 1
    metric_ways = Ways(geometry_to_metric(ways.shapes, metric_srid), ways.kind)
    graph = unit_graph(
        geometry_to_metric(degrees, metric_srid),
        households.astype(np.int32),
        residents.astype(np.int32),
        houses.astype(np.int32),
        units.community,
        barriers=metric_ways,
        compound=np.where(cut, units.block, -1),
        options=options.graph,
    )
    clock("graph")
    return LandUnits(
        codes=_codes(codes, units.community),
        shapes=degrees,
        community=units.community.astype(np.int32),
        kind=_kinds(units, cut, houses, households, len(footprints) > 0),
        block=units.block,
        graph=graph,
        homes_outside=int(homes.households[~inside].sum()),
        buildings_cut=int(standing.on_community_border.sum()),
        mended_m2=made.mended_m2,
        seconds=clock.seconds,
    )


class _Clock:
    """Tells the progress of each step."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress, self._last = progress, time.perf_counter()

    def __call__(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = now - self._last
        self._last = now
        if self._progress:
            self._progress(step, self.seconds[step])


def _on_lattice(shapes: Shapes | None) -> Shapes:
    if shapes is None:
        return np.empty(0, dtype=object)
    moved = to_lattice(shapely.force_2d(np.asarray(shapes, dtype=object)))
    # A narrow neck may close on the lattice.
    bad = ~shapely.is_valid(moved)
    moved[bad] = shapely.make_valid(moved[bad])
    return np.asarray(moved, dtype=object)


def _near(ways: Ways, communities: Shapes) -> Ways:
    """The ways that come near the city at all."""
    if not len(ways):
        return ways
    west, south, east, north = shapely.total_bounds(communities).tolist()
    box = shapely.box(west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    near = shapely.intersects(ways.shapes, box)
    return Ways(shapely.force_2d(ways.shapes[near]), ways.kind[near])


def _border_ways(ways: Ways) -> Shapes:
    """All that bounds units, as lines on the lattice."""
    lines, kind, areas, _ = ways.parts()
    rings = np.asarray(shapely.get_rings(areas), dtype=object)
    drawn = np.concatenate([lines[kind != WayKind.PATH], rings])
    moved = to_lattice(drawn)
    return np.asarray(moved[shapely.length(moved) > 0], dtype=object)


@dataclass(frozen=True, eq=False)
class _Spots:
    """Places with weights, on the lattice."""

    points: Shapes
    weight: Floats

    @classmethod
    def of(cls, homes: Homes) -> _Spots:
        points = to_lattice(shapely.points(homes.lon, homes.lat))
        return cls(np.asarray(points, dtype=object).reshape(-1), homes.households.astype(np.float64))

    def number(self, polygons: Shapes) -> Ints:
        """The first polygon that covers each place, -1 for none."""
        found = np.full(len(self.points), -1, dtype=np.int64)
        if len(self.points):
            polygon, which = shapely.STRtree(self.points).query(polygons, predicate="intersects")
            order = np.argsort(-polygon, kind="stable")
            found[which[order]] = polygon[order]
        return found

    def on(self, polygons: Shapes) -> Floats:
        """Weight on each polygon."""
        number = self.number(polygons)
        there = number >= 0
        return np.bincount(number[there], weights=self.weight[there], minlength=len(polygons)).astype(float)


def spots_of_buildings(footprints: Shapes) -> _Spots:
    """One place in each building."""
    points = np.asarray(shapely.point_on_surface(footprints), dtype=object)
    return _Spots(points, np.ones(len(points)))


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Blocks: faces without slivers, rivers divided."""

    faces: Shapes
    community: Ints
    water: Bools


def _blocks(
    faces: Shapes, community: Ints, ways: Ways, spots: _Spots, plane: Plane, options: UnitOptions
) -> _Blocks:
    _, _, areas, kind = ways.parts()
    areas = to_lattice(areas[kind == WayKind.RIVER])
    wet = locate(faces, areas) >= 0
    # Water and land are not joined: a bank is not a sliver of the river.
    faces, key, _ = absorb(faces, community * 2 + wet, spots.on(faces), plane, _sliver(options))
    community, wet = key // 2, key % 2 == 1
    river = wet & _longish(faces, plane)
    if river.any():
        before = community
        faces, label = dissolve(*share_rivers(faces, community, river, plane))
        community, wet = before[label], wet[label]
        faces, key, _ = absorb(faces, community * 2 + wet, spots.on(faces), plane, _sliver(options))
        community, wet = key // 2, key % 2 == 1
    # Ponds and pieces of river without a bank of their own go with the land.
    small = wet & (plane.area(faces) < options.smallest_m2)
    if small.any():
        faces, community, _ = absorb(
            faces,
            community,
            wet.astype(float),
            plane,
            lambda area, _, water, __: (area < options.smallest_m2) & (water > 0),
        )
        wet = locate(faces, areas) >= 0
    return _Blocks(faces, community, wet)


def _sliver(options: UnitOptions) -> Callable[[Floats, Floats, Floats, Ints], Bools]:
    def weak(area: Floats, perimeter: Floats, households: Floats, _: Ints) -> Bools:
        thin = (2 * area < options.thin_m * perimeter) & (area < options.thin_m2)
        small: Bools = (area < options.smallest_m2) | thin
        return small & (households < options.keep_households)

    return weak


def _longish(faces: Shapes, plane: Plane) -> Bools:
    """Faces that are long and narrow, as rivers are and lakes are not."""
    width = 2 * plane.area(faces) / plane.perimeter(faces)
    box = shapely.bounds(faces)
    reach = np.hypot((box[:, 2] - box[:, 0]) * plane.east, (box[:, 3] - box[:, 1]) * plane.north)
    return np.asarray(width < _RIVER_WIDTH_SHARE * reach)


def _not_largest(label: Ints, area: Floats) -> Bools:
    """Pieces of a label besides its largest."""
    order = np.lexsort((-area, label))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = label[order][1:] != label[order][:-1]
    loose = np.ones(len(order), dtype=np.bool_)
    loose[order[first]] = False
    return loose


def _absorb_loose(shapes: Shapes, block: Ints, loose: Bools, plane: Plane) -> tuple[Shapes, Ints]:
    """Join loose pieces to a neighbour of their block, once."""
    if not loose.any():
        return shapes, block
    shapes, block, _ = absorb(
        shapes,
        block,
        loose.astype(float),
        plane,
        # A piece that has been joined to a whole cell weighs less than its share and is loose no more.
        lambda _, __, weight, ___: weight >= 1.0,
        rounds=1,
    )
    return shapes, block


@dataclass(frozen=True, eq=False)
class _Units:
    shapes: Shapes
    block: Ints
    community: Ints
    water: Bools

    def ordered(self, plane: Plane) -> _Units:
        """By community, then from north to south, then from west to east."""
        centre = shapely.get_coordinates(shapely.centroid(self.shapes)) * [plane.east, plane.north]
        order = np.lexsort((centre[:, 0], -np.round(centre[:, 1], 3), self.community))
        return replace(
            self,
            shapes=shapely.normalize(self.shapes[order]),
            block=self.block[order],
            community=self.community[order],
            water=self.water[order],
        )


def _codes(communities: Sequence[str], community: Ints) -> tuple[str, ...]:
    begin = np.searchsorted(community, community)
    return tuple(
        f"{communities[of]}U{number + 1:04d}"
        for of, number in zip(community.tolist(), (np.arange(len(community)) - begin).tolist(), strict=True)
    )


def _kinds(
    units: _Units, cut: Bools, houses: Ints, households: NDArray[np.generic], buildings_known: bool
) -> NDArray[np.uint8]:
    kind = np.where(cut, KINDS.index("building_cell"), KINDS.index("block"))
    if buildings_known:
        kind[~cut & (houses == 0) & (households == 0)] = KINDS.index("open_land")
    kind[units.water] = KINDS.index("water_front")
    return kind.astype(np.uint8)
