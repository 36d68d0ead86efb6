"""Files that lie about their coordinate system."""

from __future__ import annotations

import numpy as np
import pytest

from gis.crs import from_wgs84
from gis.errors import UnknownSystem
from gis.places import Extent
from gis.suggest import suggest_system

LAOSHAN = Extent(120.39, 36.05, 120.72, 36.37)
MANHATTAN = Extent(-74.03, 40.69, -73.90, 40.88)
random = np.random.default_rng(7)
LON = random.uniform(LAOSHAN.west, LAOSHAN.east, 200)
LAT = random.uniform(LAOSHAN.south, LAOSHAN.north, 200)


@pytest.mark.parametrize(
    "system",
    ["EPSG:4549", "EPSG:4528", "EPSG:3857", "EPSG:32651", "EPSG:4548", "EPSG:4550"],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_metres_declared_as_degrees(system: str, swapped: bool) -> None:
    x, y = from_wgs84(LON, LAT, system)
    found = suggest_system(*((y, x) if swapped else (x, y)), "wgs84", LAOSHAN)
    assert found is not None
    assert (found.system, found.swapped, found.factor, found.share) == (system, swapped, 1, 1.0)
    assert system in found.message.en
    assert system in found.message.zh


@pytest.mark.parametrize(("system", "twin"), [("EPSG:4509", "EPSG:4548"), ("EPSG:4510", "EPSG:4550")])
def test_a_six_degree_zone_is_told_as_the_three_degree_zone_of_its_meridian(system: str, twin: str) -> None:
    x, y = from_wgs84(LON, LAT, system)
    found = suggest_system(x, y, "wgs84", LAOSHAN)
    assert found is not None
    assert found.system == twin
    np.testing.assert_allclose(from_wgs84(LON, LAT, twin), [x, y])


@pytest.mark.parametrize("declared", ["EPSG:4549", "EPSG:3857"])
def test_degrees_declared_as_metres(declared: str) -> None:
    found = suggest_system(LON, LAT, declared, LAOSHAN)
    assert found is not None
    assert (found.system, found.swapped) == ("wgs84", False)


@pytest.mark.parametrize("declared", ["wgs84", "gcj02", "bd09", "cgcs2000"])
def test_exchanged_degrees(declared: str) -> None:
    x, y = from_wgs84(LON, LAT, declared)
    found = suggest_system(y, x, declared, LAOSHAN)
    assert found is not None
    assert (found.system, found.swapped) == (declared, True)
    assert "互换" in found.message.zh


@pytest.mark.parametrize("factor", [10**7, 10**6, 3600])
def test_degrees_as_whole_numbers(factor: int) -> None:
    found = suggest_system(LON * factor, LAT * factor, "wgs84", LAOSHAN)
    assert found is not None
    assert (found.system, found.factor) == ("wgs84", factor)


@pytest.mark.parametrize("declared", ["wgs84", "gcj02", "bd09", "EPSG:4549"])
def test_the_truth_needs_no_suggestion(declared: str) -> None:
    assert suggest_system(*from_wgs84(LON, LAT, declared), declared, LAOSHAN) is None


def test_elsewhere_no_suggestion_is_better_than_a_wrong_one() -> None:
    assert suggest_system(LON - 30, LAT - 10, "wgs84", LAOSHAN) is None


def test_some_strays_do_not_matter() -> None:
    x, y = from_wgs84(LON, LAT, "EPSG:4549")
    x[:40], y[40:60] = 0, np.nan
    found = suggest_system(x, y, "wgs84", LAOSHAN)
    assert found is not None
    assert found.system == "EPSG:4549"
    assert found.share == pytest.approx(140 / 180)


def test_a_city_of_another_country_may_name_its_own_system() -> None:
    lon, lat = np.array([-73.97, -73.95]), np.array([40.78, 40.80])
    x, y = from_wgs84(lon, lat, "EPSG:2263")
    assert suggest_system(x, y, "wgs84", MANHATTAN) is None
    found = suggest_system(x, y, "wgs84", MANHATTAN, also=["EPSG:2263"])
    assert found is not None
    assert found.system == "EPSG:2263"


def test_nothing_to_judge() -> None:
    assert suggest_system([], [], "wgs84", LAOSHAN) is None
    assert suggest_system([np.nan], [36.0], "wgs84", LAOSHAN) is None


def test_unknown_system() -> None:
    with pytest.raises(UnknownSystem):
        suggest_system(LON, LAT, "mars", LAOSHAN)
