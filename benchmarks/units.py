"""Land units from lines: the sample city at full size, and real streets if a file is named.

The sample's own communities, roads, water, buildings and households are cut anew, as a city's files would be.
GRIDGOV_STREETS names a GeoParquet file of streets with a ``highway`` column; its communities are Voronoi
cells whose borders care for no street, and it has no buildings.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.measure import Measure
from gis.crs import geometry_to_metric, metric_system
from gis.lattice import snap_all, to_lattice
from gis.unit_graph import Barrier
from gis.units.build import build_units
from gis.units.options import KINDS, Homes, LandUnits
from gis.units.ways import WayKind, Ways, road_kinds
from grid_data.sample import generate

COMMUNITIES = 82


def run() -> Iterator[Measure]:
    """Measure."""
    yield from _sample()
    streets = os.environ.get("GRIDGOV_STREETS")
    if streets:
        yield from _streets(Path(streets))


def _sample() -> Iterator[Measure]:
    frames = generate().frames
    communities, roads, water = frames["zones_community"], frames["roads"], frames["water"]
    buildings, households = frames["buildings"], frames["households"]
    ways = Ways(roads.geometry.to_numpy(), road_kinds(roads["road_class"]))
    ways += Ways.of(water.geometry.to_numpy(), WayKind.RIVER)
    counted = households.groupby("building")["residents"].agg(["size", "sum"]).reindex(buildings["code"])
    places = shapely.get_coordinates(shapely.point_on_surface(buildings.geometry.to_numpy()))
    each = counted.fillna(0).astype(np.int64)
    homes = Homes(places[:, 0], places[:, 1], each["size"].to_numpy(), each["sum"].to_numpy())
    shapes = communities.geometry.to_numpy()
    yield from _measured(
        "sample", list(communities["code"]), shapes, ways, 4549, buildings.geometry.to_numpy(), homes
    )


def _streets(path: Path) -> Iterator[Measure]:
    streets = gpd.read_parquet(path)
    ground = shapely.convex_hull(shapely.union_all(streets.geometry.to_numpy())).buffer(-500)
    random = np.random.default_rng(1)
    west, south, east, north = ground.bounds
    seeds = random.uniform((west, south), (east, north), (COMMUNITIES * 3, 2))
    seeds = seeds[shapely.contains_xy(ground, seeds[:, 0], seeds[:, 1])][:COMMUNITIES]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=ground))
    inside = gpd.GeoSeries(shapely.intersection(cells, ground), crs=streets.crs).to_crs(4326)
    communities, _ = snap_all(inside.to_numpy())
    lines = streets.geometry.to_crs(4326).to_numpy()
    ways = Ways(np.asarray(lines, dtype=object), road_kinds(streets["highway"]))
    srid = metric_system(*shapely.get_coordinates(communities[0].centroid)[0].tolist())
    codes = [f"{number:012d}" for number in range(len(communities))]
    yield from _measured(path.stem, codes, communities, ways, srid, None, Homes.none())


def _measured(
    name: str,
    codes: list[str],
    communities: NDArray[np.object_],
    ways: Ways,
    srid: int,
    buildings: NDArray[np.object_] | None,
    homes: Homes,
) -> Iterator[Measure]:
    before = resource.getrusage(resource.RUSAGE_SELF)
    units = build_units(codes, communities, ways, srid, buildings=buildings, homes=homes)
    after = resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lattice = to_lattice(units.shapes)
    ground, union = shapely.union_all(to_lattice(communities)), shapely.coverage_union_all(lattice)
    kinds = ", ".join(
        f"{count:,} {kind}"
        for kind, count in zip(KINDS, np.bincount(units.kind, minlength=len(KINDS)).tolist(), strict=True)
    )
    yield Measure(f"{name}: units", len(units), "units", f"{len(codes)} communities; {kinds}")
    yield Measure(f"{name}: all", sum(units.seconds.values()), "s", f"{processor:.1f} s of a processor")
    for step, seconds in units.seconds.items():
        yield Measure(f"{name}: {step}", seconds, "s")
    valid = shapely.is_valid(lattice).all() and shapely.coverage_is_valid(lattice)
    yield Measure(f"{name}: valid coverage", float(valid), "", "1: yes")
    yield Measure(f"{name}: area error", abs(union.area - ground.area) / ground.area, "of the area")
    holes = _holes(union) - _holes(ground)
    yield Measure(f"{name}: holes", holes, "")
    yield Measure(
        f"{name}: buildings cut inside a community", _cut(units, buildings, communities), "buildings"
    )
    lost = int(homes.households.sum() - units.graph.households.sum() - units.homes_outside)
    yield Measure(
        f"{name}: households in no unit or in two", lost, "", f"{homes.households.sum():,} households"
    )
    most = np.percentile(units.graph.households, [50, 95, 100]).astype(int).tolist()
    yield Measure(f"{name}: households of a unit, median", most[0], "", f"95 %: {most[1]}, most: {most[2]}")
    yield Measure(f"{name}: borders", len(units.graph.ends), "", _barriers(units))
    metric = geometry_to_metric(units.shapes, srid)
    outer = float(shapely.length(shapely.coverage_union_all(metric)))
    off = abs(2 * units.graph.length_m.sum() + outer - units.graph.perimeter_m.sum())
    yield Measure(f"{name}: borders against perimeters", off, "m of all")


def _holes(area: shapely.Geometry) -> int:
    return sum(len(part.interiors) for part in shapely.get_parts(area))


def _cut(units: LandUnits, buildings: NDArray[np.object_] | None, communities: NDArray[np.object_]) -> int:
    if buildings is None:
        return 0
    lattice, footprints = to_lattice(units.shapes), to_lattice(buildings)
    building, cell = shapely.STRtree(lattice).query(footprints, predicate="intersects")
    part = shapely.area(shapely.intersection(footprints[building], lattice[cell])) * 1e-4
    pieces = np.bincount(building[part > 1.0], minlength=len(buildings))
    within, _ = shapely.STRtree(to_lattice(communities)).query(footprints, predicate="within")
    inside = np.bincount(within, minlength=len(buildings)) > 0
    return int(((pieces > 1) & inside).sum())


def _barriers(units: LandUnits) -> str:
    graph = units.graph
    counted = np.bincount(graph.barrier, minlength=len(Barrier)).tolist()
    words = [f"{count:,} {Barrier(kind).name.lower()}" for kind, count in enumerate(counted)]
    return ", ".join([*words, f"{(~graph.joined).sum():,} parted", f"{(graph.length_m == 0).sum():,} links"])
