"""Streets: drawn main roads, then local streets laid into what they enclose.

Main roads are drawn by hand in ``roads.csv`` and pushed inland where they would fall into the sea. The
superblocks they enclose are halved by secondary roads until they have a usual size; inside each a street
grid turned like the superblock is laid, denser where more people live. Villages get lanes of their own; the
mountain gets few paths, and otherwise only ridge lines, which bound land units but are no roads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from grid_data.sample.boundary import Boundary
from grid_data.sample.curves import parse_points, smooth
from grid_data.sample.lattice import Floats, Geometries, faces, node, to_lattice, to_metric
from grid_data.sample.names import StreetNames
from grid_data.sample.splitting import OVERSHOOT_M, frames, halve
from grid_data.sample.tables import read_table, rows
from grid_data.sample.terrain import URBAN, Field, Terrain
from grid_data.sample.waters import Waters

SEA_MARGIN_M = 60.0
"""Main roads keep this distance from the shore."""

URBAN_DENSITY = 0.16
"""Above it a superblock is city: streets instead of ridges."""


@dataclass
class Streets:
    """Metric lines with class and name; ``dividers`` bound units without being streets."""

    lines: list[Any] = field(default_factory=list)
    road_class: list[str] = field(default_factory=list)
    name_zh: list[str] = field(default_factory=list)
    name_en: list[str] = field(default_factory=list)
    dividers: list[Any] = field(default_factory=list)

    def add(self, line: Any, road_class: str, name: tuple[str, str]) -> None:
        """Add the line, or each part of it that is longer than 30 m."""
        for part in shapely.get_parts(line):
            if part.geom_type == "LineString" and part.length > 30.0:
                self.lines.append(part)
                self.road_class.append(road_class)
                self.name_zh.append(name[0])
                self.name_en.append(name[1])


def lay_streets(
    boundary: Boundary, terrain: Terrain, density: Field, waters: Waters, random: np.random.Generator
) -> Streets:
    """All streets and dividing lines of the land.

    Local streets end at rivers and lakes; only main roads cross them.
    """
    streets = Streets()
    names = StreetNames(random)
    _main_roads(boundary, waters.sea, streets)
    _border_roads(boundary, density, streets, names)
    fixed = [*boundary.lines, *to_lattice(np.array([*streets.lines, *waters.lines], dtype=object))]
    blocks = to_metric(faces(node(np.array(fixed, dtype=object))))
    for block, dense in _halve_down(blocks, density, streets, names, random):
        if dense > URBAN_DENSITY and block.area > 30_000.0:
            _lay_grid(block, dense, streets, names, random)
    _lay_lanes(boundary, terrain, streets, random)
    return streets


def _main_roads(boundary: Boundary, sea: Any, streets: Streets) -> None:
    """The drawn roads, kept off the shore and cut at the edge of the land."""
    shore = boundary.coast.buffer(SEA_MARGIN_M + 60.0).buffer(-60.0)
    safe = boundary.land_metric.buffer(300.0).difference(sea).difference(shore)
    shapely.prepare(safe)
    room = boundary.land_metric.buffer(OVERSHOOT_M)
    for row in rows(read_table("roads")):
        points = smooth(parse_points(row.points))
        outside = ~shapely.contains_xy(safe, points[:, 0], points[:, 1])
        near = outside & (shapely.distance(shapely.points(points), boundary.coast) < 1500.0)
        if near.any():
            way = shapely.shortest_line(shapely.points(points[near]), safe)
            points[near] = shapely.get_coordinates(shapely.get_point(way, -1))
            points[1:-1] = (points[:-2] + 2.0 * points[1:-1] + points[2:]) / 4.0
        line = shapely.simplify(shapely.LineString(points), 1.5)
        streets.add(shapely.intersection(line, room), row.road_class, (row.name_zh, row.name_en))


def _border_roads(boundary: Boundary, density: Field, streets: Streets, names: StreetNames) -> None:
    """Streets along the subdistrict borders where they run through the city."""
    outline = boundary.land_metric.boundary.buffer(25.0)
    for line in to_metric(boundary.lines):
        for piece in shapely.get_parts(shapely.difference(line, outline)):
            points = shapely.get_coordinates(piece)
            built = density.at(points) > 0.25
            starts = np.flatnonzero(np.diff(np.concatenate([[False], built, [False]]).astype(int)))
            for first, last in zip(starts[::2], starts[1::2], strict=True):
                if last - first > 3:
                    streets.add(shapely.LineString(points[first:last]), "tertiary", names.main())


def _halve_down(
    blocks: Geometries, density: Field, streets: Streets, names: StreetNames, random: np.random.Generator
) -> list[tuple[Any, float]]:
    """Halve superblocks by secondary roads (city) or ridges and paths (mountain) to a usual size."""
    done: list[tuple[Any, float]] = []
    polygons = blocks
    while len(polygons):
        dense = density.mean(polygons)
        city = dense > URBAN_DENSITY
        area = shapely.area(polygons)
        limit = np.where(dense > 0.35, 420_000.0, 600_000.0)
        limit = np.where(city, limit, 330_000.0 + 500_000.0 * random.random(len(polygons)))
        large = area > limit
        done.extend(zip(polygons[~large], dense[~large].tolist(), strict=True))
        following: list[Any] = []
        for here, wiggle, jitter in ((large & city, 0.006, 0.06), (large & ~city, 0.05, 0.12)):
            if not here.any():
                continue
            halves = halve(polygons[here], random, wiggle, jitter)
            whole = np.bincount(halves.parent, minlength=int(here.sum())) < 2
            for index in np.flatnonzero(~whole):
                cut = halves.cuts[index]
                if wiggle < 0.01:
                    kind = "secondary" if area[here][index] > 1_500_000.0 else "tertiary"
                    streets.add(cut, kind, names.main())
                    continue
                streets.dividers.append(cut)
                if random.random() < 0.22:
                    streets.add(cut, "path", ("", ""))
            following.extend(halves.parts[~whole[halves.parent]])
            done.extend(zip(polygons[here][whole], dense[here][whole].tolist(), strict=True))
        polygons = np.array(following, dtype=object)
    return done


def _lay_grid(
    block: Any, density: float, streets: Streets, names: StreetNames, random: np.random.Generator
) -> None:
    """Streets across a superblock, parallel to the sides of its smallest rectangle, slightly bent."""
    origin, long_side, short_side = (part[0] for part in frames(np.array([block], dtype=object)))
    spacing = 205.0 if density > 0.35 else 260.0
    room = block.buffer(OVERSHOOT_M)
    ticks = np.linspace(-0.02, 1.02, 13)
    for along, across, stretch in ((long_side, short_side, 1.0), (short_side, long_side, 1.25)):
        count = round(float(np.hypot(*across)) / (spacing * stretch))
        if count < 2:
            continue
        bend = random.normal(0.0, 0.012) * np.sin(np.pi * ticks)
        shares = (np.arange(1, count) + random.normal(0.0, 0.05, count - 1)) / count
        paths = origin + across * (shares[:, None] + bend)[..., None] + along * ticks[:, None]
        pieces = shapely.intersection(shapely.linestrings(paths), room)
        wide = random.random(count - 1) < 0.2
        for piece, main in zip(pieces, wide.tolist(), strict=True):
            streets.add(piece, "tertiary" if main else "residential", names.local())


def _lay_lanes(boundary: Boundary, terrain: Terrain, streets: Streets, random: np.random.Generator) -> None:
    """Lanes of the villages: a small crooked grid around each, inside the land."""
    room = boundary.land_metric.buffer(-12.0)
    for place in rows(terrain.places):
        centre = np.array([place.east, place.north])
        if place.subdistrict in URBAN or not shapely.contains_xy(boundary.land_metric, *centre):
            continue
        ring = _wobbly_circle(centre, place.radius, random).intersection(room)
        turn = random.uniform(-0.5, 0.5)
        axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        spacing = 105.0 if place.weight < 0.5 else 135.0
        for axis, label, stretch in ((0, "路", 1.0), (1, "街", 1.35)):
            reach = int(place.radius / (spacing * stretch))
            ticks = np.linspace(-place.radius, place.radius, 15)
            for number, step in enumerate(range(-reach, reach + 1), start=1):
                sway = np.cumsum(random.normal(0.0, 3.5, len(ticks)))
                offset = step * spacing * stretch + random.normal(0.0, 7.0) + sway
                path = centre + axes[axis] * ticks[:, None] + axes[1 - axis] * offset[:, None]
                name = StreetNames.village(place.name_zh, place.name_en, number, label)
                streets.add(shapely.intersection(shapely.LineString(path), ring), "residential", name)


def _wobbly_circle(centre: Floats, radius: float, random: np.random.Generator) -> Any:
    angles = np.linspace(0.0, 2.0 * np.pi, 25)[:-1]
    first, second = random.uniform(0.0, 6.28, 2)
    sway = 1.0 + 0.13 * np.sin(2 * angles + first) + 0.08 * np.sin(3 * angles + second)
    return shapely.Polygon(
        centre + np.column_stack([np.cos(angles), np.sin(angles)]) * (radius * sway)[:, None]
    )
