"""From a seed to a city: every step in order, each with its own random stream."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grid_data.sample.addresses import address_buildings, list_households
from grid_data.sample.base_grids import draw_base_grids
from grid_data.sample.blocks import Units, build_units
from grid_data.sample.boundary import DISTRICT, Boundary, read_boundary
from grid_data.sample.buildings import KINDS, Buildings, build
from grid_data.sample.calendar import REPORTS, reports_until
from grid_data.sample.communities import Communities, draw_communities
from grid_data.sample.facilities import draw_facilities
from grid_data.sample.frames import FULL, SMALL, Sample
from grid_data.sample.growth import households_before
from grid_data.sample.incidents import draw_incidents
from grid_data.sample.lattice import METRIC_SRID, Ints, metric_to_degrees
from grid_data.sample.mesh import build_mesh
from grid_data.sample.neighbours import neighbours
from grid_data.sample.organisations import draw_organisations, station
from grid_data.sample.people import draw_people
from grid_data.sample.placing import Places
from grid_data.sample.plans import plan_frames
from grid_data.sample.randomness import stream
from grid_data.sample.records import (
    OSM_EN,
    OSM_ZH,
    dataset_frame,
    grid_frames,
    grids_ever,
    layer_frame,
    unit_codes,
    unit_frame,
    zone_frames,
)
from grid_data.sample.rules import draw_rules
from grid_data.sample.specialist import SpecialistLayer, draw_specialist_layers
from grid_data.sample.streets import Streets, lay_streets
from grid_data.sample.terrain import density_field, read_terrain
from grid_data.sample.waters import Waters, lay_waters, water_degrees

DEFAULT_SEED = 370212

STEPS = (
    "boundary and terrain",
    "streets",
    "land units",
    "buildings",
    "communities and base grids",
    "specialist layers",
    "organisations, posts and rules",
    "addresses and households",
    "facilities",
    "incidents",
)
"""What ``generate`` reports, in this order."""

_MESH_SPACING_M = 160.0

Progress = Callable[[str, float], None]
"""Called after each step with its name and the seconds it took."""


class _Clock:
    """Tells the progress of each step."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._last = time.perf_counter()

    def __call__(self, step: str) -> None:
        now = time.perf_counter()
        if self._progress:
            self._progress(step, now - self._last)
        self._last = now


def generate(
    small: bool = False,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Sample:
    """Generate the sample city.

    Parameters
    ----------
    small
        Two subdistricts with few of everything, by the same code.
    seed
        The same seed gives the same city, byte for byte.
    progress
        Called after each step with its name and duration in seconds.
    now
        Incidents are reported until then; None: until a fixed day, so that files are the same on any day.
    """
    extent = SMALL if small else FULL
    done = _Clock(progress)
    boundary = read_boundary(extent.codes)
    terrain = read_terrain()
    density = density_field(terrain, boundary.land_metric.bounds)
    waters = lay_waters(boundary)
    done("boundary and terrain")
    streets = lay_streets(boundary, terrain, density, waters, stream(seed, "streets"))
    done("streets")
    units = build_units(boundary, streets, waters, terrain, density, stream(seed, "blocks"))
    done("land units")
    targets = np.array(extent.households, dtype=float)
    buildings = build(units, streets, waters, targets, stream(seed, "buildings"))
    households = np.bincount(buildings.unit, weights=buildings.homes, minlength=len(units.lattice)).astype(
        np.int64
    )
    done("buildings")
    graph = neighbours(units, streets, waters, households)
    communities = draw_communities(units, graph, extent.codes, extent.communities, terrain, seed % 1000)
    grids = draw_base_grids(
        units,
        communities,
        replace(graph, community=communities.of_unit.astype(np.int32)),
        households_before(units, communities, households, extent.built, stream(seed, "growth")),
        (extent.base_grids_before, extent.base_grids),
        seed,
    )
    done("communities and base grids")
    land = shapely.coverage_union_all(units.lattice)
    mesh = build_mesh(land, _MESH_SPACING_M, stream(seed, "mesh"))
    points = _community_points(units, communities)
    layers = draw_specialist_layers(
        mesh, communities, points, density, extent.zone_share, stream(seed, "specialist")
    )
    done("specialist layers")
    codes, order = unit_codes(units, communities)
    frames: dict[str, Any] = {"layers": layer_frame(layers), "datasets": dataset_frame()}
    frames |= zone_frames(units, extent.codes, communities, layers)
    frames |= grid_frames(grids, communities, codes, order)
    frames |= plan_frames(grids, units, communities, households)
    frames["land_units"] = unit_frame(units, communities, codes, order)
    frames["organisations"] = draw_organisations(extent.codes, communities, layers)
    police = _answering(units, grids.second, grids.first, len(grids.codes), layers[0])
    frames["persons"], frames["posts"] = draw_people(
        grids_ever(frames["zones_base_grid"]), police, communities.codes, stream(seed, "people")
    )
    zone_codes = {
        name.removeprefix("zones_"): list(frame["code"]) for name, frame in frames.items() if "zones_" in name
    }
    frames["assignment_rules"] = draw_rules(zone_codes)
    done("organisations, posts and rules")
    frames["roads"], frames["water"] = _roads(streets), _water(waters)
    frames["buildings"] = _buildings(buildings, units, communities, streets, codes, stream(seed, "addresses"))
    frames["households"] = list_households(
        buildings, frames["buildings"]["code"].tolist(), units, stream(seed, "households")
    )
    done("addresses and households")
    places = Places(streets, units, buildings, waters, boundary.coast, density)
    frames["facilities"] = draw_facilities(
        places, units, communities, extent.facilities, stream(seed, "facilities")
    )
    done("facilities")
    city = _city(boundary, small)
    named = [(line, name) for line, name in zip(streets.lines, streets.name_zh, strict=True) if name]
    start = (float(city["centre"][0]), float(city["centre"][1]))
    frames["incidents"] = draw_incidents(
        places,
        frames["facilities"],
        frames["buildings"],
        named,
        boundary.land_metric,
        start,
        extent.incidents,
        stream(seed, "incidents"),
        REPORTS if now is None else reports_until(now),
        extent.recent,
    )
    done("incidents")
    return Sample(frames=frames, city=city, seed=seed, small=small)


def _community_points(units: Units, communities: Communities) -> Any:
    """Metric middle of each community's homes."""
    centre = shapely.get_coordinates(shapely.centroid(units.metric))
    weight = units.density * units.area_m2 + 1.0
    count = len(communities.codes)
    total = np.bincount(communities.of_unit, weights=weight, minlength=count)
    sums = [
        np.bincount(communities.of_unit, weights=weight * centre[:, axis], minlength=count) for axis in (0, 1)
    ]
    return np.column_stack(sums) / total[:, None]


def _answering(units: Units, second: Ints, first: Ints, count: int, layer: SpecialistLayer) -> list[str]:
    """Station of the layer that answers where the largest unit of each grid lies."""
    points = shapely.point_on_surface(units.lattice)
    of_point, zone = shapely.STRtree(layer.lattice).query(points, predicate="intersects")
    at = np.zeros(len(units.lattice), dtype=np.int64)
    at[of_point] = zone
    largest = np.zeros(count, dtype=np.int64)
    by_area = np.argsort(units.area_m2, kind="stable")
    for grids in (first, second):
        largest[grids[by_area]] = by_area
    return [station(layer.row["code"], number) for number in at[largest].tolist()]


def _roads(streets: Streets) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "code": [f"RD{number:05d}" for number in range(1, len(streets.lines) + 1)],
            "name_zh": [name or None for name in streets.name_zh],
            "name_en": [name or None for name in streets.name_en],
            "road_class": streets.road_class,
        }
    )
    shapes = shapely.transform(np.array(streets.lines, dtype=object), metric_to_degrees)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)


def _water(waters: Waters) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "code": [f"WT{number:03d}" for number in range(1, len(waters.kind) + 1)],
            "name_zh": waters.name_zh,
            "name_en": waters.name_en,
            "kind": waters.kind,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=water_degrees(waters), crs=4326)


def _buildings(
    buildings: Buildings,
    units: Units,
    communities: Communities,
    streets: Streets,
    codes: list[str],
    random: np.random.Generator,
) -> gpd.GeoDataFrame:
    frame = address_buildings(buildings, units, communities, streets, random)
    frame.insert(0, "code", [f"B{DISTRICT}{number:06d}" for number in range(1, len(frame) + 1)])
    frame["unit"] = np.array(codes, dtype=object)[buildings.unit]
    frame["kind"] = np.array(KINDS, dtype=object)[buildings.kind]
    frame["floors"] = buildings.floors.astype(np.int16)
    frame["stairwells"] = buildings.stairwells.astype(np.int16)
    return gpd.GeoDataFrame(frame, geometry=shapely.transform(buildings.shapes, metric_to_degrees), crs=4326)


def _city(boundary: Boundary, small: bool) -> dict[str, Any]:
    centre, zoom = ([120.4660000, 36.1050000], 12.5) if not small else ([120.5350000, 36.1170000], 12.5)
    return {
        "code": DISTRICT,
        "name_zh": "青岛市崂山区",
        "name_en": "Laoshan District, Qingdao",
        "timezone": "Asia/Shanghai",
        "metric_srid": METRIC_SRID,
        "centre": centre,
        "zoom": zoom,
        "outside_limit_m": 2000,
        "attribution_zh": f"边界 {OSM_ZH}；其余为合成示例数据",
        "attribution_en": f"Borders {OSM_EN}; everything else is synthetic sample data",
    }
