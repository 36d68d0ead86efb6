"""The way along roads and rivers from place to place."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.redraw.steps import RedrawRefused
from gis.ways import way_along

# Steps of a thousandth of a degree, about a hundred metres.
EAST, NORTH = 120.0, 36.0


def at(x: float, y: float) -> tuple[float, float]:
    return EAST + x / 1000, NORTH + y / 1000


def road(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([at(*point) for point in points])


def corners(line: shapely.LineString) -> list[tuple[float, float]]:
    found = (np.array(line.coords) - (EAST, NORTH)) * 1000
    return [(round(x, 2), round(y, 2)) for x, y in found]


def test_the_line_turns_where_roads_cross_though_neither_has_a_point_there() -> None:
    roads = [road((0, 0), (10, 0)), road((5, -5), (5, 5))]
    assert corners(way_along(roads, [at(1, 0), at(5, 4)])) == [(1, 0), (5, 0), (5, 4)]


def test_places_beside_a_road_are_taken_to_it_and_the_shorter_way_is_chosen() -> None:
    square = [road((0, 0), (10, 0), (10, 8)), road((0, 0), (0, 8), (10, 8))]
    assert corners(way_along(square, [at(4, 0.3), at(10.2, 5)])) == [(4, 0), (10, 0), (10, 5)]


def test_several_places_lead_the_way() -> None:
    square = [road((0, 0), (10, 0), (10, 8)), road((0, 0), (0, 8), (10, 8))]
    found = corners(way_along(square, [at(4, 0), at(0, 4), at(10, 5)]))
    assert found == [(4, 0), (0, 0), (0, 4), (0, 8), (10, 8), (10, 5)]


def test_two_places_on_one_straight_road_are_joined_directly() -> None:
    assert corners(way_along([road((0, 0), (10, 0))], [at(2, 0), at(7, 0)])) == [(2, 0), (7, 0)]


def test_the_bank_of_a_water_is_a_way() -> None:
    lake = shapely.Polygon([at(0, 0), at(6, 0), at(6, 6), at(0, 6)])
    assert corners(way_along([lake], [at(1, 0), at(6, 2)])) == [(1, 0), (6, 0), (6, 2)]


@pytest.mark.parametrize(
    ("places", "code"),
    [
        ([at(1, 0), at(5, 3)], "off-the-way"),
        ([at(1, 0), at(1, 9)], "no-way"),
        ([at(1, 0), at(1, 0)], "no-way"),
    ],
)
def test_no_way_is_said(places: list[tuple[float, float]], code: str) -> None:
    roads = [road((0, 0), (10, 0)), road((0, 9), (10, 9))]
    with pytest.raises(RedrawRefused) as refused:
        way_along(roads, places)
    assert refused.value.code == code


def test_without_any_line_a_place_is_on_none() -> None:
    with pytest.raises(RedrawRefused):
        way_along([], [at(0, 0), at(1, 1)])
