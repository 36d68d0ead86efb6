"""The lattice: canonical values, exact predicates, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import lattice
from gis.errors import (
    AntimeridianCrossing,
    CollapsedGeometry,
    EmptyGeometry,
    GisError,
    InvalidGeometry,
    OutOfRange,
)

steps = st.integers(-1_800_000_000, 1_800_000_000)


@given(st.floats(-180, 180))
def test_snapping_is_idempotent_and_near(value: Any) -> None:
    snapped = float(lattice.snap(value))
    assert float(lattice.snap(snapped)) == snapped
    assert abs(snapped - value) <= 0.5000001e-7


@given(steps, st.integers(-900_000_000, 900_000_000))
def test_steps_and_degrees_are_inverse(x: Any, y: Any) -> None:
    lon, lat = lattice.to_degrees(x, y)
    assert [int(v) for v in lattice.to_steps(lon, lat)] == [x, y]
    point = lattice.from_lattice(shapely.Point(x, y))
    assert (point.x, point.y) == (float(lon), float(lat))
    assert lattice.is_on_lattice(point)
    assert lattice.to_lattice(point).wkb == shapely.Point(x, y).wkb


@given(st.floats(-180, 180))
def test_canonical_double_is_the_shortest_decimal(value: Any) -> None:
    snapped = float(lattice.snap(value))
    assert float(f"{snapped:.7f}") == snapped


def test_steps_are_int32() -> None:
    x, y = lattice.to_steps([180.0, -180.0], [90.0, -90.0])
    assert x.dtype == y.dtype == np.int32
    assert x.tolist() == [1_800_000_000, -1_800_000_000]


@pytest.mark.parametrize(
    ("lon", "lat"), [(np.nan, 1.0), (1.0, np.inf), (180.1, 0.0), (0.0, -90.0001), (540_000.0, 3_997_000.0)]
)
def test_no_steps_out_of_range(lon: Any, lat: Any) -> None:
    with pytest.raises(OutOfRange, match="position 1"):
        lattice.to_steps([0.0, lon], [0.0, lat])


def test_a_point_on_an_edge_is_on_it_exactly() -> None:
    # In degrees, this midpoint misses the edge by rounding; on the lattice it does not.
    a, b = (1204680001, 361000003), (1204690007, 361000017)
    middle = ((a[0] + b[0]) // 2, (a[1] + b[1]) // 2)
    triangle = shapely.Polygon([a, b, (1204690007, 360000000)])
    assert triangle.covers(shapely.Point(middle))
    assert not triangle.contains(shapely.Point(middle))


def test_neighbours_keep_sharing_vertices() -> None:
    left = shapely.box(120.0, 36.0, 120.10000004, 36.1)
    right = shapely.box(120.10000004, 36.0, 120.2, 36.1)
    pair = [lattice.snap_geometry(shape) for shape in (left, right)]
    assert shapely.coverage_is_valid([lattice.to_lattice(shape) for shape in pair])


def test_thin_neck_stays_valid() -> None:
    neck = shapely.Polygon(
        [(120, 36), (120.001, 36), (120.001, 36.00000001), (120.002, 36), (120.003, 36), (120.003, 36.001),
         (120.002, 36.00000003), (120.001, 36.00000002), (120, 36.001)]
    )  # fmt: skip
    assert shapely.is_valid(neck)
    assert not shapely.is_valid(lattice.to_lattice(neck))
    snapped = lattice.snap_geometry(neck)
    assert shapely.is_valid(lattice.to_lattice(snapped))
    assert snapped.geom_type == "MultiPolygon"
    assert snapped.area == pytest.approx(neck.area, rel=1e-3)


@given(st.lists(st.tuples(st.floats(120, 120.00001), st.floats(36, 36.00001)), min_size=3, max_size=9))
def test_valid_in_valid_out(corners: Any) -> None:
    shape = shapely.MultiPoint(corners).convex_hull
    if shape.geom_type != "Polygon" or not shapely.is_valid(shape):
        return
    try:
        snapped = lattice.snap_geometry(shape)
    except CollapsedGeometry:
        assert shape.area < 1e-7 * shape.length
        return
    assert lattice.is_on_lattice(snapped)
    assert shapely.is_valid(lattice.to_lattice(snapped))
    assert shapely.hausdorff_distance(shape, snapped) < 1.5e-7


@pytest.mark.parametrize(
    ("wkt", "error"),
    [
        ("POLYGON EMPTY", EmptyGeometry),
        ("POLYGON ((120 36, 121 37, 121 36, 120 37, 120 36))", InvalidGeometry),
        ("POLYGON ((120 36, 120.00000001 36, 120 36.00000001, 120 36))", CollapsedGeometry),
        ("POLYGON ((-179.9 36, 179.9 36, 179.9 37, -179.9 36))", AntimeridianCrossing),
        ("POLYGON ((179.9 36, 180 36, 180 37, 179.9 36))", AntimeridianCrossing),
        ("POLYGON ((-180 36, -179.9 36, -179.9 37, -180 36))", AntimeridianCrossing),
        ("POLYGON ((541000 3997000, 542000 3997000, 541000 3998000, 541000 3997000))", OutOfRange),
    ],
)
def test_refusals(wkt: Any, error: Any) -> None:
    with pytest.raises(error) as caught:
        lattice.snap_geometry(shapely.from_wkt(wkt))
    assert isinstance(caught.value, GisError)


def test_nothing_is_refused_as_empty() -> None:
    with pytest.raises(EmptyGeometry):
        lattice.check_degrees(None)


def test_not_a_number_is_refused() -> None:
    with pytest.raises(OutOfRange):
        lattice.check_degrees(shapely.Point(np.inf, 36))


def test_invalid_ring_tells_the_place() -> None:
    with pytest.raises(InvalidGeometry) as caught:
        lattice.snap_geometry(shapely.from_wkt("POLYGON ((120 36, 121 37, 121 36, 120 37, 120 36))"))
    assert caught.value.reason == "Self-intersection"
    assert caught.value.place == (120.5, 36.5)


def test_height_is_dropped() -> None:
    assert not shapely.has_z(lattice.snap_geometry(shapely.Point(120.1, 36.1, 12.0)))


@given(st.floats(-180, 180))
def test_one_degree_goes_where_an_array_of_them_goes(degree: float) -> None:
    assert lattice.snap_degree(degree) == float(lattice.snap(degree))
