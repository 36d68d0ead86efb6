"""GeoDataFrames through the router: the same answers as geopandas, faults named by row."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.crs import from_wgs84
from gis.errors import LayerError
from gis.frames import point_router, route_frame, zone_layer
from tests.unit.gis.coverages import degrees, voronoi

SIDE = 2_000_000
ZONES = gpd.GeoDataFrame(geometry=degrees(voronoi(3, 30, side=SIDE, wiggles=6)), crs=4326)
BOW = shapely.from_wkt("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))")
ZONES["code"] = [f"Z{number:02}" for number in range(len(ZONES))]


def calls(number: int = 2_000) -> gpd.GeoDataFrame:
    random = np.random.default_rng(2)
    lon, lat = 120.468 + random.uniform(-0.01, 0.21, number), 36.107 + random.uniform(-0.01, 0.21, number)
    places = gpd.points_from_xy(lon.round(7), lat.round(7))
    return gpd.GeoDataFrame(
        {"n": range(number)}, geometry=places, crs=4326, index=pd.RangeIndex(7, number + 7)
    )


def test_zones_are_those_of_geopandas() -> None:
    points = calls()
    found = route_frame(points, {"zone": ZONES})
    joined = points.sjoin(ZONES, predicate="intersects", how="left")["code"].groupby(level=0).min()
    assert found.index.equals(points.index)
    assert found["zone"].astype(object).fillna("").tolist() == joined.fillna("").tolist()


@pytest.mark.parametrize("epsg", [4490, 4549, 3857, 32651])
def test_any_system_of_points_and_of_zones(epsg: int) -> None:
    points = calls(300)
    expected = route_frame(points, {"zone": ZONES})["zone"].tolist()
    found = route_frame(points.to_crs(epsg), {"zone": ZONES.to_crs(epsg)})["zone"].tolist()
    # There and back moves a vertex by less than a lattice step, seldom over one.
    assert sum(a != b and (a == a or b == b) for a, b in zip(expected, found, strict=True)) <= 1


def test_a_frame_that_lies_about_its_system() -> None:
    points = calls(300)
    expected = route_frame(points, {"zone": ZONES})
    for system in ("gcj02", "bd09"):
        moved = points.set_geometry(
            gpd.points_from_xy(*from_wgs84(points.geometry.x, points.geometry.y, system), crs=4326)
        )
        found = route_frame(moved, {"zone": ZONES}, system=system)
        assert found["zone"].equals(expected["zone"])
        assert not route_frame(moved, {"zone": ZONES})["zone"].equals(expected["zone"])


def test_a_frame_without_system_is_refused() -> None:
    with pytest.raises(LayerError, match="no coordinate system"):
        route_frame(calls(3).set_crs(None, allow_override=True), {"zone": ZONES})


def test_what_is_no_point_stays_in_its_row() -> None:
    shapes = [shapely.Point(120.5, 36.2), None, shapely.LineString([(120, 36), (121, 36)]), shapely.Point()]
    points = gpd.GeoDataFrame(geometry=[*shapes, shapely.Point(36.2, 120.5)], crs=4326)
    found = route_frame(points, {"zone": ZONES})
    assert found["zone_method"].tolist() == ["inside", "outside", "outside", "outside", "outside"]
    assert found.attrs["unplaced"] == {"none_given": 2, "not_a_point": 1, "swapped": 1}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"code": "Z01"}, "layer zone, row 2: code 'Z01' is given twice"),
        ({"code": None}, "layer zone, row 2: the zone has no code"),
        ({"code": "  "}, "layer zone, row 2: the zone has no code"),
        ({"geometry": shapely.Point(120.5, 36.2)}, "layer zone, row 2: the geometry is a Point, not an area"),
        ({"geometry": None}, "layer zone, row 2: the geometry is empty"),
        ({"geometry": BOW}, "row 2: Self-intersection at 0.5"),
        ({"geometry": shapely.box(-179, 0, 179, 1)}, "row 2: the geometry spans more than 180 degrees"),
        ({"geometry": shapely.box(179, 0, 180, 1)}, "row 2: the geometry touches the 180th meridian"),
    ],
)  # fmt: skip
def test_zones_that_cannot_be_used_are_named(change: dict[str, Any], says: str) -> None:
    zones = ZONES[:4].copy()
    for column, value in change.items():
        zones.at[2, column] = value
    with pytest.raises(LayerError, match=says):
        zone_layer("zone", zones)


def test_a_router_is_asked_again_with_other_layers_options() -> None:
    near = zone_layer("near", ZONES[:1], cardinality="exactly_one", nearest_tolerance_m=1_000_000)
    router = point_router({"zone": ZONES, "near": near}, metric_srid=4549)
    found = route_frame(calls(200), router)
    assert set(found["near_method"]) == {"inside", "nearest"}
    assert found["near_distance_m"][found["near_method"] == "nearest"].notna().all()
    assert list(found.columns[:3]) == ["zone", "zone_method", "zone_distance_m"]


def test_a_layer_bears_the_name_it_is_given_among_others() -> None:
    found = route_frame(calls(10), {"night": zone_layer("day", ZONES)})
    assert list(found.columns) == ["night", "night_method", "night_distance_m"]


def test_what_would_be_answered_wrong_in_silence_is_refused() -> None:
    with pytest.raises(LayerError, match="two columns of the answers would be named 'a_method'"):
        point_router({"a": ZONES, "a_method": ZONES})
    with pytest.raises(LayerError, match="a tolerance needs cardinality='exactly_one'"):
        zone_layer("a", ZONES, nearest_tolerance_m=5)
    with pytest.raises(LayerError, match="no column 'code' among geometry, name; zone_layer"):
        point_router({"a": ZONES.rename(columns={"code": "name"})})
