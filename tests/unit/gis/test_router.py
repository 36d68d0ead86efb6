"""The router against an exact reference: borders, order, distances, tolerances."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.crs import geometry_to_metric, to_metric
from gis.errors import EmptyGeometry, InvalidGeometry, LayerError, OutOfRange
from gis.lattice import snap_geometry
from gis.router import NO_ZONE, LayerAnswer, Method, Router, ZoneLayer
from tests.unit.gis.coverages import (
    as_degrees,
    degrees,
    interesting_points,
    position,
    voronoi,
)

METRIC = 4549
coverages = st.tuples(st.integers(0, 10**6), st.integers(2, 25), st.sampled_from([0, 3]))
few = settings(max_examples=25)


def codes_of(number: int, seed: int) -> list[str]:
    return [f"G{code:05d}" for code in np.random.default_rng(seed).choice(99_999, number, replace=False)]


def ask(layer: ZoneLayer, points: Any) -> LayerAnswer:
    return Router.build([layer], METRIC).route(*as_degrees(points))[layer.code]


@given(coverages)
@few
def test_agrees_with_the_exact_reference(coverage: tuple[int, int, int]) -> None:
    seed, number, wiggles = coverage
    polygons = voronoi(seed, number, wiggles=wiggles)
    codes = codes_of(len(polygons), seed)
    points = interesting_points(seed, polygons, 15)
    answer = ask(ZoneLayer("grid", codes, degrees(polygons)), points)
    found = answer.zone_codes()
    for index, (x, y) in enumerate(points.tolist()):
        places = {code: position((x, y), shape) for code, shape in zip(codes, polygons, strict=True)}
        covering = sorted(code for code, where in places.items() if where != "outside")
        assert found[index] == (covering[0] if covering else None)
        assert answer.others_of(index) == tuple(covering[1:])
        method = Method(answer.method[index])
        if not covering:
            assert method is Method.OUTSIDE
        else:
            assert (method is Method.ON_BORDER) == (places[covering[0]] == "border")


@given(coverages)
@few
def test_every_inside_point_has_exactly_one_zone(coverage: tuple[int, int, int]) -> None:
    seed, number, wiggles = coverage
    polygons = voronoi(seed, number, wiggles=wiggles)
    points = interesting_points(seed, polygons, 200)
    whole = shapely.union_all(polygons)
    answer = ask(ZoneLayer("grid", codes_of(len(polygons), seed), degrees(polygons)), points)
    inside = shapely.intersects_xy(whole, points[:, 0], points[:, 1])
    assert np.array_equal(answer.zone != NO_ZONE, inside)
    # Strictly inside one zone means in no other.
    strictly = np.flatnonzero(answer.method == Method.INSIDE)
    assert not np.isin(answer.other_point, strictly).any()


@given(coverages, st.randoms(use_true_random=False))
@few
def test_order_of_zones_changes_nothing(coverage: tuple[int, int, int], random: Any) -> None:
    seed, number, wiggles = coverage
    polygons = voronoi(seed, number, wiggles=wiggles)
    codes = codes_of(len(polygons), seed)
    points = interesting_points(seed, polygons, 50)
    shuffled = list(range(len(codes)))
    random.shuffle(shuffled)
    one = ask(ZoneLayer("grid", codes, degrees(polygons), nearest_tolerance_m=50), points)
    two = ask(
        ZoneLayer("grid", [codes[i] for i in shuffled], degrees(polygons)[shuffled], nearest_tolerance_m=50),
        points,
    )
    assert one.zone_codes().tolist() == two.zone_codes().tolist()
    assert one.method.tolist() == two.method.tolist()
    np.testing.assert_array_equal(one.border_m, two.border_m)
    assert one.other_zone.tolist() == two.other_zone.tolist()


@given(coverages)
@few
def test_distances_are_those_of_the_metric_border(coverage: tuple[int, int, int]) -> None:
    seed, number, wiggles = coverage
    polygons = voronoi(seed, number, wiggles=wiggles)
    codes = codes_of(len(polygons), seed)
    points = interesting_points(seed, polygons, 60)
    answer = ask(ZoneLayer("grid", codes, degrees(polygons), nearest_tolerance_m=20), points)
    borders = dict(zip(codes, shapely.boundary(geometry_to_metric(degrees(polygons), METRIC)), strict=True))
    places = shapely.points(np.column_stack(to_metric(*as_degrees(points), METRIC)))
    for index, code in enumerate(answer.zone_codes()):
        told = answer.border_m[index]
        nearest = min(border.distance(places[index]) for border in borders.values())
        match Method(answer.method[index]):
            case Method.ON_BORDER:
                assert told == 0
            case Method.INSIDE:
                measured = borders[code].distance(places[index])
                assert told == pytest.approx(measured, abs=1e-6) if measured < 30 else np.isnan(told)
            case Method.NEAREST:
                assert told == pytest.approx(nearest, abs=1e-3)
                assert told <= 20
            case Method.OUTSIDE:
                assert np.isnan(told)
                assert nearest > 20


@pytest.fixture
def four_squares() -> ZoneLayer:
    """Four squares of 0.001 degree round one corner; the codes go against the order of rows."""
    boxes = [
        snap_geometry(shapely.box(x, y, x + 0.001, y + 0.001))
        for x, y in ((120.0, 36.0), (120.001, 36.0), (120.0, 36.001), (120.001, 36.001))
    ]
    return ZoneLayer("grid", ["D", "C", "B", "A"], boxes, nearest_tolerance_m=50)


def route(layer: ZoneLayer, lon: float, lat: float) -> LayerAnswer:
    return Router.build([layer], METRIC).route(lon, lat)[layer.code]


def test_the_lowest_code_wins_on_the_shared_corner(four_squares: ZoneLayer) -> None:
    answer = route(four_squares, 120.001, 36.001)
    assert answer.zone_codes()[0] == "A"
    assert answer.others_of(0) == ("B", "C", "D")
    assert Method(answer.method[0]) is Method.ON_BORDER
    assert answer.border_m[0] == 0


def test_codes_are_compared_as_bytes() -> None:
    halves = [shapely.box(120, 36, 120.001, 36.001), shapely.box(120.001, 36, 120.002, 36.001)]
    for codes, first in ((["a", "B"], "B"), (["10", "9"], "10"), (["é", "z"], "z"), (["网", "z"], "z")):
        assert route(ZoneLayer("grid", codes, halves), 120.001, 36.0005).zone_codes()[0] == first


def test_outer_border_has_no_other_candidates(four_squares: ZoneLayer) -> None:
    answer = route(four_squares, 120.0, 36.0005)
    assert answer.zone_codes()[0] == "D"
    assert answer.others_of(0) == ()
    assert Method(answer.method[0]) is Method.ON_BORDER


@pytest.mark.parametrize(("steps", "method"), [(5_000, Method.NEAREST), (6_000, Method.OUTSIDE)])
def test_nearest_only_within_the_tolerance(four_squares: ZoneLayer, steps: int, method: Method) -> None:
    # West of the squares; 5,000 steps are 45 m here, 6,000 are 54 m.
    answer = route(four_squares, 120.0 - steps * 1e-7, 36.0005)
    assert Method(answer.method[0]) is method
    assert (answer.zone_codes()[0] == "D") == (method is Method.NEAREST)


def test_nearest_at_equal_distance_takes_the_lowest_code(four_squares: ZoneLayer) -> None:
    answer = route(four_squares, 120.0 - 1e-4, 36.001)
    assert Method(answer.method[0]) is Method.NEAREST
    assert answer.zone_codes()[0] == "B", "B and D meet at the nearest corner"


@pytest.mark.parametrize("cardinality", ["at_most_one", "many"])
def test_only_a_layer_that_demands_a_zone_gives_the_nearest(
    four_squares: ZoneLayer, cardinality: str
) -> None:
    layer = ZoneLayer("grid", four_squares.codes, four_squares.geometries, cardinality, 50)
    assert Method(route(layer, 120.0 - 1e-4, 36.0005).method[0]) is Method.OUTSIDE


def test_overlapping_zones_of_a_many_layer_are_all_told() -> None:
    layer = ZoneLayer(
        "many", ["B", "A"], [shapely.box(120, 36, 120.1, 36.1), shapely.box(120.05, 36, 120.2, 36.1)], "many"
    )
    answer = route(layer, 120.05, 36.05)
    assert answer.zone_codes()[0] == "A"
    assert answer.others_of(0) == ("B",)
    assert (Method(answer.method[0]), Method(answer.other_method[0])) == (Method.ON_BORDER, Method.INSIDE)
    assert (answer.border_m[0], np.isnan(answer.other_border_m[0])) == (0, True)


def test_hole_and_island() -> None:
    outer = shapely.box(120, 36, 120.01, 36.01).difference(shapely.box(120.004, 36.004, 120.006, 36.006))
    island = shapely.box(120.02, 36, 120.03, 36.01)
    layer = ZoneLayer("grid", ["A"], [shapely.multipolygons([outer, island])])
    answer = Router.build([layer], METRIC).route(
        [120.005, 120.004, 120.0041, 120.025, 120.015], [36.005, 36.005, 36.0041, 36.005, 36.005]
    )["grid"]
    methods = [Method(method).name for method in answer.method]
    assert methods == ["OUTSIDE", "ON_BORDER", "OUTSIDE", "INSIDE", "OUTSIDE"]


def test_a_long_straight_edge_bends_in_metres_and_is_still_exact() -> None:
    # 90 km along a parallel bend by 115 m in the metric zone: the edge itself is still the border.
    layer = ZoneLayer("wide", ["A"], [shapely.box(119.5, 36, 120.5, 36.5)])
    answer = Router.build([layer], METRIC).route([120.0, 120.0], [36.0, 36.0000001])["wide"]
    assert [Method(method) for method in answer.method] == [Method.ON_BORDER, Method.INSIDE]


def test_land_unit_agrees_with_the_grid() -> None:
    # Units 1|2 of grid A and 3 of grid B; grid A wins on the shared border, although unit 0 of B is lower.
    units = ZoneLayer(
        "units",
        ["0", "1"],
        [shapely.box(120.001, 36, 120.002, 36.001), shapely.box(120, 36, 120.001, 36.001)],
    )
    grids = ZoneLayer("grids", ["B", "A"], units.geometries)
    answers = Router.build([units, grids], METRIC).route([120.001, 120.0015, 121.0], [36.0005] * 3)
    owner = np.array([answers["grids"].codes.index(grid) for grid in ("B", "A")])
    chosen = answers["units"].agreeing_with(owner, answers["grids"].zone.astype(np.int64))
    assert chosen.tolist() == [1, 0, NO_ZONE]


def test_several_layers_come_in_order_and_independent(four_squares: ZoneLayer) -> None:
    other = ZoneLayer("police", ["P"], [shapely.box(119, 35, 121, 37)])
    router = Router.build([other, four_squares], METRIC)
    assert router.layers == ("police", "grid")
    answers = router.route([120.0005, 120.5], [36.0005, 36.5])
    assert answers["police"].zone_codes().tolist() == ["P", "P"]
    assert answers["grid"].zone_codes().tolist() == ["D", None]


def test_answers_cannot_be_changed(four_squares: ZoneLayer) -> None:
    answer = route(four_squares, 120.0005, 36.0005)
    with pytest.raises(ValueError, match="read-only"):
        answer.zone[0] = 3


def test_a_pickled_router_answers_the_same(four_squares: ZoneLayer) -> None:
    router = Router.build([four_squares], METRIC)
    copy = pickle.loads(pickle.dumps(router))
    points = ([120.001, 120.0003], [36.001, 36.0003])
    assert copy.route(*points)["grid"].zone.tolist() == router.route(*points)["grid"].zone.tolist()


def test_threads_share_a_router() -> None:
    polygons = voronoi(1, 25, wiggles=3)
    router = Router.build([ZoneLayer("grid", codes_of(len(polygons), 1), degrees(polygons))], METRIC)
    points = as_degrees(interesting_points(1, polygons, 2_000))
    expected = router.route(*points)["grid"].zone.tolist()
    with ThreadPoolExecutor(4) as pool:
        for answer in pool.map(lambda _: router.route(*points)["grid"].zone.tolist(), range(8)):
            assert answer == expected


def test_no_points_and_no_zones(four_squares: ZoneLayer) -> None:
    assert len(Router.build([four_squares], METRIC).route([], [])["grid"].zone) == 0
    assert route(ZoneLayer("empty", [], []), 120.0, 36.0).zone_codes().tolist() == [None]


def test_points_that_are_no_places_are_refused(four_squares: ZoneLayer) -> None:
    with pytest.raises(OutOfRange):
        Router.build([four_squares], METRIC).route([120.0, np.nan], [36.0, 36.0])


SQUARE = shapely.box(120, 36, 120.1, 36.1)


@pytest.mark.parametrize(
    ("codes", "shapes", "error", "words"),
    [
        (["A", "A"], [SQUARE, SQUARE], LayerError, "'A' is given twice"),
        (["A"], [SQUARE, SQUARE], LayerError, "1 codes, but 2 shapes"),
        (["A", ""], [SQUARE, SQUARE], LayerError, "no code"),
        (["A"], [None], EmptyGeometry, "A has no area"),
        (["A"], [shapely.Polygon()], EmptyGeometry, "A has no area"),
        (["A"], [shapely.Point(120, 36)], LayerError, "A is a Point"),
        (["A"], [shapely.box(120, 36, 120.00000005, 36.1)], LayerError, "not on the lattice"),
        (["A"], [shapely.Polygon([(120, 36), (121, 37), (121, 36), (120, 37)])], InvalidGeometry,
         r"A: Self-intersection at 120\.5"),
        ([5], [SQUARE], LayerError, "code 5 is no text"),
    ],
)  # fmt: skip
def test_unusable_layers(codes: list[str], shapes: list[Any], error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        Router.build([ZoneLayer("grid", codes, shapes)], METRIC)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"cardinality": "some"}, "cardinality 'some' is none of"),
        ({"nearest_tolerance_m": -1.0}, "tolerance -1.0 is no distance"),
        ({"nearest_tolerance_m": float("nan")}, "tolerance nan is no distance"),
    ],
)
def test_what_is_told_wrong_of_a_layer_is_refused(told: dict[str, Any], words: str) -> None:
    with pytest.raises(LayerError, match=words):
        Router.build([ZoneLayer("grid", ["A"], [SQUARE], **told)], METRIC)


@pytest.mark.parametrize("epsg", [4326, 2263, 1])
def test_a_system_that_is_not_in_metres_is_refused(four_squares: ZoneLayer, epsg: int) -> None:
    with pytest.raises(LayerError, match="no projected system in metres"):
        Router.build([four_squares], epsg)


def test_a_layer_that_is_not_there_is_told(four_squares: ZoneLayer) -> None:
    with pytest.raises(LayerError, match="there is no layer 'police'; there are grid"):
        Router.build([four_squares], METRIC).codes("police")


def test_two_layers_of_one_code(four_squares: ZoneLayer) -> None:
    with pytest.raises(LayerError, match="same code"):
        Router.build([four_squares, four_squares], METRIC)
