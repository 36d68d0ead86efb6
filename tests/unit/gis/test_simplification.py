"""Borders that were simplified too far, and distances between borders, against answers known by heart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.border_distance import NO_ZONE, BorderIndex, BorderPoints
from gis.crs import geometry_to_metric
from gis.simplification import border_straying, count_vertices, few_vertices
from tests.unit.gis.coverages import degrees, voronoi

METRIC = 4549
# In degrees at 36 N: 0.01 is 901 m to the east and 1,110 m to the north.
WEST, EAST = shapely.box(120, 36, 120.01, 36.01), shapely.box(120.01, 36, 120.02, 36.01)


def test_points_stand_for_equal_lengths_and_know_both_sides() -> None:
    points = BorderPoints.along([WEST, EAST], METRIC, most=1_000)
    assert len(points.lon) == 1_000
    assert points.spacing_m * 1_000 == pytest.approx(points.length_m)
    metric = geometry_to_metric(np.array([WEST, EAST]), METRIC)
    assert points.length_m == pytest.approx(shapely.length(metric).sum())
    # At its ends the way across leads round the corner.
    shared = np.isclose(points.lon, 120.01, atol=1e-9) & (abs(points.lat - 36.005) < 0.0049)
    beside = abs(points.lon - 120.01) > 0.001
    assert set(points.other[beside].tolist()) == {NO_ZONE}
    assert np.array_equal(points.other[shared], 1 - points.zone[shared])
    assert points.outer.mean() == pytest.approx(0.72, abs=0.02)


def test_borders_that_do_not_quite_meet_are_inner_ones() -> None:
    apart = shapely.box(120.0101, 36, 120.02, 36.01)
    points = BorderPoints.along([WEST, apart], METRIC, most=1_000)
    facing = np.isclose(points.lon, 120.01, atol=1e-9) | np.isclose(points.lon, 120.0101, atol=1e-9)
    middle = abs(points.lat - 36.005) < 0.0049
    assert not points.outer[facing & middle].any()
    assert points.outer[abs(points.lon - 120.01) > 0.001].all()


def test_holes_are_outer_borders() -> None:
    holed = shapely.box(120, 36, 120.03, 36.03).difference(shapely.box(120.01, 36.01, 120.02, 36.02))
    points = BorderPoints.along([holed], METRIC, most=500)
    assert points.outer.all()
    filled = BorderPoints.along([holed, shapely.box(120.01, 36.01, 120.02, 36.02)], METRIC, most=500)
    assert 0 < (~filled.outer).sum() < 500


@given(st.integers(0, 10**6), st.integers(2, 40))
@settings(max_examples=20)
def test_distances_equal_those_of_geos(seed: int, zones: int) -> None:
    shapes = degrees(voronoi(seed, zones, wiggles=3))
    points = BorderPoints.along(shapes, METRIC, most=300)
    index = BorderIndex(shapes, METRIC)
    assert index.distance(points.lon, points.lat).max() < 0.01
    random = np.random.default_rng(seed)
    lon, lat = points.lon + random.normal(0, 1e-3, 300), points.lat + random.normal(0, 1e-3, 300)
    border = shapely.union_all(shapely.boundary(geometry_to_metric(shapes, METRIC)))
    places = geometry_to_metric(shapely.points(lon, lat), METRIC)
    assert np.allclose(index.distance(lon, lat), shapely.distance(border, places), atol=1e-6)


def test_no_border_is_infinitely_far() -> None:
    assert BorderIndex([], METRIC).distance(np.array([120.0]), np.array([36.0])).tolist() == [np.inf]
    assert len(BorderPoints.along([], METRIC, most=10).lon) == 0


def test_vertices_are_counted_without_the_closing_one() -> None:
    holed = shapely.box(120, 36, 120.03, 36.03).difference(shapely.box(120.01, 36.01, 120.02, 36.02))
    pair = shapely.multipolygons([WEST, shapely.box(121, 36, 121.01, 36.01)])
    found = count_vertices([WEST, holed, pair], 10_000.0)
    assert found is not None
    assert (found.total, found.median, found.fewest) == (4 + 8 + 8, 8.0, 4)
    assert found.per_km == pytest.approx(2.0)
    assert found.coarse
    assert count_vertices([], 0.0) is None
    fewer = few_vertices(["a", "b", "c"], [WEST, holed, pair], 5)
    assert [(finding.kind, finding.codes, finding.detail) for finding in fewer] == [
        ("few_vertices", ("a",), "4")
    ]


def wavy(amplitude: float, number: int) -> Any:
    """Two zones whose common border at 120.01 swings by ``amplitude`` degrees in ``number`` half waves."""
    y = np.linspace(36, 36.01, 40 * number + 1)
    x = 120.01 + amplitude * np.sin((y - 36) / 0.01 * np.pi * number)
    line = np.column_stack([x, y])
    west = shapely.Polygon([(120, 36), *line, (120, 36.01)])
    east = shapely.Polygon([(120.02, 36.01), *line[::-1], (120.02, 36)])
    return [west, east]


def test_a_border_cut_straight_strays_by_the_waves_that_were_cut() -> None:
    trusted = wavy(0.0005, 4)
    straying, found = border_straying(["W", "E"], [WEST, EAST], ["W", "E"], trusted, METRIC, tolerance_m=5)
    assert straying.same_zones
    # 0.0005 degrees are 45 m; the distance from the crest to the straight line.
    assert straying.trusted is not None
    assert straying.trusted.greatest == pytest.approx(45, abs=1)
    assert straying.trusted.median < 0.1
    assert 0.1 < straying.beyond < 0.5
    lacking = next(finding for finding in found if finding.kind == "border_lacks")
    assert lacking.codes == ("E", "W")
    assert lacking.width_m == pytest.approx(45, abs=1)
    assert lacking.place is not None
    assert abs(lacking.place[0] - 120.01) == pytest.approx(0.0005, abs=2e-5)
    assert "45" in lacking.message.en
    assert "相距" in lacking.message.zh


def test_a_peninsula_that_was_cut_off_is_missed_from_the_layer_but_not_from_the_trusted_side() -> None:
    spit = shapely.union(WEST, shapely.box(119.99, 36.005, 120, 36.0052))
    straying, found = border_straying(["W"], [WEST], ["W"], [spit], METRIC, tolerance_m=15)
    assert [finding.kind for finding in found] == ["border_lacks"]
    assert straying.layer is not None
    assert straying.layer.greatest < 15
    assert found[0].width_m == pytest.approx(901, abs=5)


def test_equal_borders_do_not_stray() -> None:
    straying, found = border_straying(
        ["W", "E"], [WEST, EAST], ["E", "W"], [EAST, WEST], METRIC, tolerance_m=0.5
    )
    assert (found, straying.beyond) == ([], 0.0)


def test_against_an_outline_only_the_outer_border_counts() -> None:
    outline = shapely.box(120, 36, 120.02, 36.0101)
    straying, found = border_straying(["W", "E"], [WEST, EAST], ["all"], [outline], METRIC, tolerance_m=5)
    assert not straying.same_zones
    assert straying.trusted is None
    assert {finding.kind for finding in found} == {"strays"}
    assert {finding.codes for finding in found} == {("E",), ("W",)}
    assert found[0].width_m == pytest.approx(11.1, abs=0.1)
