"""The area of a task: what may be drawn, buffers in metres, and which zones meet it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from gis.crs import geometry_to_metric
from gis.errors import EmptyGeometry, InvalidGeometry, OutOfRange
from gis.lattice import is_on_lattice, snap_geometry
from gis.task_area import SHARED_M2, around, drawn, meeting

SRID = 4549
SQUARE = shapely.box(120.40, 36.10, 120.41, 36.11)


def box(west: float, south: float, east: float, north: float) -> Any:
    return snap_geometry(shapely.box(west, south, east, north))


@pytest.mark.parametrize(
    ("zone", "meets"),
    [
        (box(120.405, 36.105, 120.42, 36.12), True),  # overlaps
        (box(120.402, 36.102, 120.403, 36.103), True),  # lies inside
        (box(120.39, 36.09, 120.42, 36.12), True),  # lies around
        (SQUARE, True),  # the same
        (box(120.41, 36.10, 120.42, 36.11), False),  # shares an edge
        (box(120.41, 36.11, 120.42, 36.12), False),  # shares a corner
        (box(120.43, 36.10, 120.44, 36.11), False),  # is elsewhere
        # A strip of 1e-7 degree, 9 mm wide and 11 m long: 0.1 square metres of drawing.
        (box(120.4099999, 36.1000, 120.42, 36.1001), False),
    ],
)
def test_a_zone_meets_an_area_when_they_share_ground(zone: Any, meets: bool) -> None:
    assert meeting(SQUARE, [zone], SRID).tolist() == [meets]
    assert meeting(zone, [SQUARE], SRID).tolist() == [meets]


def test_no_zones_meet_nothing() -> None:
    assert meeting(SQUARE, [], SRID).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=3, unique=True))
def test_what_meets_is_what_shares_a_square_metre(corners: list[tuple[int, int]]) -> None:
    """A triangle over 25 squares that touch each other: the rule against the area of the common part."""
    (ax, ay), (bx, by), (cx, cy) = corners
    assume((bx - ax) * (cy - ay) != (cx - ax) * (by - ay))
    triangle = snap_geometry(shapely.Polygon([(120.40 + x * 0.0005, 36.10 + y * 0.0005) for x, y in corners]))
    squares = [
        box(120.40 + 0.004 * i, 36.10 + 0.004 * j, 120.404 + 0.004 * i, 36.104 + 0.004 * j)
        for i in range(5)
        for j in range(5)
    ]
    common = [shapely.area(geometry_to_metric(shapely.intersection(s, triangle), SRID)) for s in squares]
    assert meeting(triangle, squares, SRID).tolist() == [area >= SHARED_M2 for area in common]


def test_a_buffer_is_measured_in_metres() -> None:
    area = around([(120.40, 36.10)], 500.0, SRID)
    metric = geometry_to_metric(area, SRID)
    reach = np.hypot(*(shapely.get_coordinates(metric) - shapely.get_coordinates(metric.centroid)).T)
    assert is_on_lattice(area)
    assert reach.max() == pytest.approx(500.0, abs=0.1)
    assert reach.min() > 497.0


def test_a_buffer_round_a_line_reaches_both_sides() -> None:
    area = around([(120.40, 36.10), (120.42, 36.10)], 100.0, SRID)
    north, far = shapely.Point(120.41, 36.1008), shapely.Point(120.41, 36.1010)
    assert shapely.contains(area, north)
    assert not shapely.contains(area, far)


@pytest.mark.parametrize("radius", [0.0, -5.0, 50_001.0])
def test_a_radius_beyond_reason_is_refused(radius: float) -> None:
    with pytest.raises(OutOfRange):
        around([(120.4, 36.1)], radius, SRID)


def test_a_drawing_comes_onto_the_lattice_as_a_multipolygon() -> None:
    ring = [[120.40000004, 36.1], [120.41, 36.1], [120.41, 36.11], [120.40000004, 36.1]]
    made = drawn({"type": "Polygon", "coordinates": [ring]})
    assert made.geom_type == "MultiPolygon"
    assert is_on_lattice(made)


@pytest.mark.parametrize(
    ("geojson", "error"),
    [
        ({"type": "Point", "coordinates": [120.4, 36.1]}, InvalidGeometry),
        ({"type": "Polygon", "coordinates": [[[120.4, 36.1], [120.5, 36.2], [120.5, 36.1], [120.4, 36.2],
                                              [120.4, 36.1]]]}, InvalidGeometry),
        ({"type": "Polygon", "coordinates": [[[120.4, 36.1], [120.5, 36.2]]]}, InvalidGeometry),
        ({"type": "Polygon", "coordinates": [[[200, 36], [201, 36], [201, 37], [200, 36]]]}, OutOfRange),
        ({"type": "Polygon", "coordinates": []}, EmptyGeometry),
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused(geojson: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        drawn(geojson)
