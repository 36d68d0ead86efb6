"""Coordinate systems against published vectors, vendors' conversions and their own inverses."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import crs
from gis.errors import UnknownSystem

GEOD = pyproj.Geod(ellps="GRS80")
POINT = (116.404, 39.915)
chinese_places = st.tuples(st.floats(73.5, 134.8), st.floats(18.0, 53.5))


def metres(a: tuple[object, object], b: tuple[object, object]) -> float:
    return float(GEOD.inv(float(a[0]), float(a[1]), float(b[0]), float(b[1]))[2])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("convert", "expected"),
    [
        (crs.wgs84_to_gcj02, (116.41024449916938, 39.91640428150164)),
        (crs.gcj02_to_bd09, (116.41036949371029, 39.92133699351021)),
        (crs.gcj02_to_wgs84, (116.39775575457485, 39.913596235609404)),
    ],
)
def test_published_vectors(convert: Any, expected: Any) -> None:
    assert np.allclose(convert(*POINT), expected, rtol=0, atol=1e-12)


def test_bd09_back_is_better_than_the_closed_formula() -> None:
    # The closed formula, as published, gives (116.39762729119315, 39.90865673957631).
    ours = crs.bd09_to_gcj02(*POINT)
    assert metres(ours, (116.39762729119315, 39.90865673957631)) < 0.25
    assert metres(crs.gcj02_to_bd09(*ours), POINT) < 1e-6


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_eviltransform_vectors(wgs: Any, gcj: Any) -> None:
    # That library takes another radius, which makes up to 1.2 cm.
    assert metres(crs.wgs84_to_gcj02(*wgs), gcj) < 0.013


def test_vendor_conversions_differ_by_a_constant() -> None:
    path = Path(__file__).with_name("china_cities.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "name"}
    assert len(rows) == 331
    lon, lat = crs.wgs84_to_gcj02(columns["wgs84_lon"], columns["wgs84_lat"])
    azimuth, _, away = GEOD.inv(lon, lat, columns["gcj02_lon"], columns["gcj02_lat"])
    # Constant up to a hundredth of a metre or five, which the seven decimals of the vectors make one of.
    assert 0.63 < away.min() < away.max() < 0.74 < crs.VENDOR_FLOOR_M
    assert np.all((azimuth > 40) & (azimuth < 50)), "the vendor's point lies to the north-east"
    lon, lat = crs.wgs84_to_bd09(columns["wgs84_lon"], columns["wgs84_lat"])
    away = GEOD.inv(lon, lat, columns["bd09_lon"], columns["bd09_lat"])[2]
    assert 0.63 < away.min() < away.max() < 0.74


@given(chinese_places)
def test_there_and_back_below_a_micrometre(place: Any) -> None:
    for there, back in (
        (crs.wgs84_to_gcj02, crs.gcj02_to_wgs84),
        (crs.gcj02_to_bd09, crs.bd09_to_gcj02),
        (crs.wgs84_to_bd09, crs.bd09_to_wgs84),
    ):
        assert metres(back(*there(*place)), place) < 1e-6


@given(chinese_places)
def test_gcj02_moves_by_hundreds_of_metres(place: Any) -> None:
    assert 10 < metres(crs.wgs84_to_gcj02(*place), place) < 1000


def test_outside_china_nothing_moves() -> None:
    lon, lat = crs.wgs84_to_gcj02(-73.97, 40.78)
    assert (float(lon), float(lat)) == (-73.97, 40.78)


def test_arrays_equal_single_values() -> None:
    lon, lat = np.array([[120.4, 106.8], [123.4, 120.6]]), np.array([[36.1, 39.6], [41.8, 31.3]])
    x, y = crs.gcj02_to_wgs84(lon, lat)
    assert x.shape == lon.shape
    for i in np.ndindex(lon.shape):
        assert (x[i], y[i]) == crs.gcj02_to_wgs84(lon[i], lat[i])


@pytest.mark.parametrize(
    ("lon", "epsg"), [(120.47, 4549), (120.64, 4549), (123.46, 4550), (106.8, 4545), (75, 4534)]
)
def test_metric_zones(lon: Any, epsg: Any) -> None:
    assert crs.metric_zone(lon) == epsg
    easting, _ = crs.to_metric(lon, 36.0, epsg)
    assert abs(float(easting) - 500_000) < 150_000, "the zone's central meridian is near"


@pytest.mark.parametrize("lon", [0.0, -73.97, 73.4, 136.6])
def test_no_metric_zone_out_of_the_family(lon: Any) -> None:
    with pytest.raises(UnknownSystem):
        crs.metric_zone(lon)


@pytest.mark.parametrize(
    ("given_name", "normal"),
    [
        ("wgs84", "wgs84"), ("WGS 84", "wgs84"), ("EPSG:4326", "wgs84"), ("GCJ-02", "gcj02"),
        ("gcj_02", "gcj02"), ("BD-09", "bd09"), ("CGCS2000", "cgcs2000"), ("EPSG:4490", "cgcs2000"),
        ("epsg:2263", "EPSG:2263"),
    ],
)  # fmt: skip
def test_spellings_of_systems(given_name: Any, normal: Any) -> None:
    assert crs.normal_system(given_name) == normal


@pytest.mark.parametrize("name", ["", "mars", "EPSG:", "EPSG:99999", "4549", "EPSG:4326 ; drop table zone"])
def test_unknown_systems(name: Any) -> None:
    with pytest.raises(UnknownSystem):
        crs.to_wgs84(120.0, 36.0, name)


@given(chinese_places, st.sampled_from(["wgs84", "cgcs2000", "gcj02", "bd09", "EPSG:3857", "EPSG:4490"]))
def test_every_system_there_and_back(place: Any, system: Any) -> None:
    assert metres(crs.to_wgs84(*crs.from_wgs84(place[0], place[1], system), system), place) < 1e-5


def test_easting_comes_first_whatever_the_authority_says() -> None:
    lon, lat = crs.to_wgs84(542229.4499, 3997572.7243, "EPSG:4549")
    assert (round(float(lon), 7), round(float(lat), 7)) == (120.469, 36.1075)


def test_geometry_keeps_its_shape() -> None:
    square = shapely.box(120.4, 36.1, 120.5, 36.2)
    metric = crs.geometry_to_metric(square, 4549)
    assert metric.area == pytest.approx(9_008 * 11_096, rel=0.002)
    assert shapely.equals_exact(crs.geometry_to_wgs84(metric, "EPSG:4549"), square, tolerance=1e-11)
    moved = crs.geometry_to_wgs84(np.array([square, shapely.Point(120.4, 36.1)]), "gcj02")
    assert moved.shape == (2,)
    assert not shapely.equals_exact(moved[0], square, tolerance=1e-3)


@pytest.mark.parametrize(
    ("wgs", "gcj", "bd"),
    [
        ((120.3774765, 36.0668365), (120.3826123, 36.0671124), (120.3890645, 36.0732465)),
        ((106.7894851, 39.654439), (106.7942556, 39.6553923), (106.8006465, 39.6616999)),
        ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.438095, 41.8114013)),
        ((120.5811071, 31.3011601), (120.5852941, 31.298983), (120.5917094, 31.3052382)),
    ],
    ids=["Qingdao", "Wuhai", "Shenyang", "Suzhou"],
)
def test_places_of_the_vendors_are_found_again_within_the_floor(wgs: Any, gcj: Any, bd: Any) -> None:
    for there, given_place, back in (
        (crs.wgs84_to_gcj02, gcj, crs.gcj02_to_wgs84),
        (crs.wgs84_to_bd09, bd, crs.bd09_to_wgs84),
    ):
        assert metres(there(*wgs), given_place) < crs.VENDOR_FLOOR_M
        assert metres(back(*given_place), wgs) < crs.VENDOR_FLOOR_M


def test_the_published_one_step_inverse_is_six_centimetres_off() -> None:
    assert metres(crs.gcj02_to_wgs84(*POINT), (116.39775550083061, 39.91359571849836)) == pytest.approx(
        0.061, abs=0.001
    )


@pytest.mark.parametrize("lon", [105.0, 105.0 + 1e-9, 104.999999])
def test_there_and_back_on_the_meridian_where_the_formula_has_a_cusp(lon: float) -> None:
    lat = np.linspace(18, 53, 500)
    x, y = crs.gcj02_to_wgs84(*crs.wgs84_to_gcj02(np.full(500, lon), lat))
    assert GEOD.inv(x, y, np.full(500, lon), lat)[2].max() < 1e-6


@pytest.mark.parametrize(
    ("lon", "lat", "epsg", "parts_per_million"),
    [(120.47, 36.1, 4549, 22), (120.64, 31.4, 4549, 46), (123.46, 41.8, 4550, 18), (106.8, 39.6, 4545, 132)],
    ids=["Laoshan", "Suzhou", "Shenyang", "Wuhai"],
)
def test_the_metric_zone_keeps_lengths(lon: float, lat: float, epsg: int, parts_per_million: float) -> None:
    scale = pyproj.Proj(epsg).get_factors(lon, lat).meridional_scale
    assert (scale - 1) * 1e6 == pytest.approx(parts_per_million, abs=1.5)


def test_what_is_metric() -> None:
    assert [crs.is_metric(epsg) for epsg in (4549, 32650, 4490, 2263, 0)] == [True, True, False, False, False]
