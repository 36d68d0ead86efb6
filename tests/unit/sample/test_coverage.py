"""The land: real borders, an exact coverage of units, and every layer an exact coverage of the same land."""

from __future__ import annotations

import json
from importlib import resources

import geopandas as gpd
import numpy as np
import pytest
import shapely

from grid_data.sample import Sample
from grid_data.sample.boundary import read_boundary
from grid_data.sample.lattice import METRIC_SRID
from tests.unit.sample.geometry import lattice

LAYERS = (
    "district", "subdistrict", "community", "police", "fire", "law_enforcement", "emergency", "market",
    "civil_affairs", "health", "environment",
)  # fmt: skip


def test_units_are_single_part_polygons_of_one_valid_coverage(small: Sample) -> None:
    units = lattice(small["land_units"].geometry)
    assert set(shapely.get_type_id(units)) == {3}
    assert shapely.is_valid(units).all()
    assert shapely.coverage_is_valid(units)


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_covers_exactly_the_land_of_the_units(small: Sample, layer: str) -> None:
    land = shapely.coverage_union_all(lattice(small["land_units"].geometry))
    zones = lattice(small[f"zones_{layer}"].geometry)
    assert shapely.is_valid(zones).all()
    assert shapely.coverage_is_valid(zones)
    union = shapely.coverage_union_all(zones)
    assert shapely.area(shapely.symmetric_difference(union, land)) == 0.0
    assert shapely.equals(union, land)


def test_land_is_the_source_subdistricts_within_the_lattice(small: Sample) -> None:
    codes = tuple(small["zones_subdistrict"]["code"])
    degrees = shapely.transform(read_boundary(codes).subdistricts, lambda points: points / 1e7)
    metric = gpd.GeoSeries(degrees, crs=4326).to_crs(METRIC_SRID)
    made = small["zones_subdistrict"].geometry.to_crs(METRIC_SRID)
    # Added vertices are rounded to 1 cm: along 100 km of border that is some 2 mm on average.
    for drawn, given in zip(made, metric, strict=True):
        assert drawn.symmetric_difference(given).area < 500.0
        assert shapely.hausdorff_distance(drawn, given, densify=0.5) < 0.05


def test_no_subdistrict_lies_beyond_the_source_district(small: Sample) -> None:
    text = resources.files("grid_data.sample").joinpath("data/laoshan_osm.geojson").read_text("utf-8")
    shapes = {
        f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in json.loads(text)["features"]
    }
    assert sorted(shapes) == ["370212", *(f"37021200{number}" for number in range(1, 6))]
    outside = [shapes[code].difference(shapes["370212"]).area for code in shapes if code != "370212"]
    # A square metre or so along the common border.
    assert max(outside) < 1e-9
    land = shapely.union_all([shapes[code] for code in shapes if code != "370212"])
    whole = gpd.GeoSeries([shapes["370212"], land], crs=4326).to_crs(METRIC_SRID).area / 1e6
    assert whole.round(1).tolist() == [428.5, 387.9]


@pytest.mark.parametrize("name", ["land_units", "buildings", "facilities", "roads", "water", "zones_police"])
def test_coordinates_lie_on_the_lattice(small: Sample, name: str) -> None:
    shapes = small[name].geometry.to_numpy()
    points = shapely.get_coordinates(shapes)
    assert np.array_equal(points, np.round(points * 1e7) / 1e7)
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()


def test_specialist_borders_do_not_follow_the_grids(small: Sample) -> None:
    units = lattice(small["land_units"].geometry)
    lines = shapely.union_all(shapely.boundary(units))
    land = shapely.coverage_union_all(units).boundary
    for layer in LAYERS[3:]:
        border = shapely.union_all(shapely.boundary(lattice(small[f"zones_{layer}"].geometry))).difference(
            land
        )
        assert border.length > 0.0
        assert border.intersection(lines).length < 0.02 * border.length
