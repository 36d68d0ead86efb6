"""The grid of cells against GEOS: fine and coarse cells, long edges, overlaps, holes, layers, threads."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import gis.cells.grid
import gis.router
from gis.errors import AntimeridianCrossing, LayerError, OutOfRange
from gis.lattice import SCALE, from_lattice, to_steps
from gis.router import NO_ZONE, LayerAnswer, Method, Router, ZoneLayer
from tests.support.tree_router import TreeAnswer, ask_tree
from tests.unit.gis.coverages import ORIGIN, SIDE, as_degrees, degrees, interesting_points, voronoi

METRIC = 4549
few = settings(max_examples=20)


def check(layer: ZoneLayer, answer: LayerAnswer, tree: TreeAnswer) -> None:
    np.testing.assert_array_equal(answer.zone, tree.zone)
    np.testing.assert_array_equal(answer.method, tree.method)
    # Both within a millionth of a millimetre, or both not near.
    np.testing.assert_allclose(answer.border_m, tree.border_m, atol=1e-6, equal_nan=True)
    for point, zones in enumerate(tree.covering):
        assert answer.others_of(point) == tuple(answer.codes[zone] for zone in zones[1:])


def blobs(seed: int, number: int, side: int) -> NDArray[np.object_]:
    """Areas that overlap, some with holes, some in two parts, all valid on the lattice."""
    random = np.random.default_rng(seed)
    shapes: list[Any] = []
    while len(shapes) < number:
        centre = random.integers(0, side, 2)
        radius = float(random.uniform(0.02, 0.5)) * side
        blob = shapely.buffer(shapely.Point(*centre), radius, quad_segs=int(random.integers(1, 12)))
        if random.random() < 0.4:
            blob = blob.difference(shapely.buffer(shapely.Point(*centre), radius * 0.6, quad_segs=2))
        if random.random() < 0.3:
            blob = blob.union(shapely.box(*(centre + radius * 1.5), *(centre + radius * 1.9)))
        blob = shapely.set_precision(blob, 1)
        if shapely.is_valid(blob) and not blob.is_empty and blob.geom_type in ("Polygon", "MultiPolygon"):
            shapes.append(shapely.transform(blob, lambda c: c + np.array(ORIGIN)))
    return np.array(shapes, dtype=object)


@given(st.integers(0, 10**6), st.integers(2, 40), st.sampled_from([500, SIDE, 40 * SIDE]), st.booleans())
@few
def test_a_coverage_at_every_size_of_cells(seed: int, number: int, side: int, lean: bool) -> None:
    polygons = voronoi(seed, number, side, wiggles=seed % 4)
    layer = ZoneLayer("grid", [f"{k:03d}" for k in range(len(polygons))], degrees(polygons))
    points = interesting_points(seed, polygons, 60)
    router = Router.build([layer], METRIC, memory="lean" if lean else "fast")
    lon, lat = as_degrees(points)
    check(layer, router.route(lon, lat)["grid"], ask_tree(layer, *to_steps(lon, lat), METRIC))
    assert router.zones(lon, lat)[0].tolist() == router.route(lon, lat)["grid"].zone.tolist()


@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([2000, 20 * SIDE]))
@few
def test_zones_that_overlap_are_all_found(seed: int, number: int, side: int) -> None:
    shapes = blobs(seed, number, side)
    codes = [f"{k:03d}" for k in np.random.default_rng(seed).permutation(len(shapes))]
    layer = ZoneLayer("many", codes, from_lattice(shapes), "many")
    other = ZoneLayer("grid", ["1"], [shapely.box(120.46, 36.1, 120.48, 36.12)])
    random = np.random.default_rng(seed + 1)
    corners = shapely.get_coordinates(shapes)
    points = np.concatenate(
        [random.integers(-side // 8, side * 9 // 8, (150, 2)) + np.array(ORIGIN), random.choice(corners, 50)]
    )
    lon, lat = points[:, 0] / SCALE, points[:, 1] / SCALE
    answers = Router.build([other, layer], METRIC).route(lon, lat)
    for one in (layer, other):
        check(one, answers[one.code], ask_tree(one, *to_steps(lon, lat), METRIC))


def test_more_zones_in_a_cell_than_a_group_has_room_for() -> None:
    # Ninety sectors meet at one point, over ninety discs that all cover it.
    angles = np.linspace(0, 2 * np.pi, 91)
    rim = np.round(np.column_stack([np.cos(angles), np.sin(angles)]) * 50_000) + np.array(ORIGIN)
    rim[-1] = rim[0]
    sectors = [shapely.Polygon([ORIGIN, a, b]) for a, b in pairwise(rim)]
    discs = [
        shapely.set_precision(shapely.buffer(shapely.Point(*ORIGIN), 1000 + 100 * k, quad_segs=4), 1)
        for k in range(90)
    ]
    codes = [f"{k:02d}" for k in range(90)]
    layers = [
        ZoneLayer("sectors", codes, degrees(np.array(sectors, dtype=object))),
        ZoneLayer("discs", codes, degrees(np.array(discs, dtype=object)), "many"),
    ]
    x = np.array([0, 1, -1, 30_000, *rim[:, 0] - ORIGIN[0]]).astype(int) + ORIGIN[0]
    y = np.array([0, 0, 5, 20_000, *rim[:, 1] - ORIGIN[1]]).astype(int) + ORIGIN[1]
    answers = Router.build(layers, METRIC).route(x / SCALE, y / SCALE)
    assert len(answers["sectors"].others_of(0)) == 89
    for layer in layers:
        check(layer, answers[layer.code], ask_tree(layer, *to_steps(x / SCALE, y / SCALE), METRIC))


def test_many_points_in_threads_are_the_same_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gis.router, "POINTS_PER_THREAD", 100)
    monkeypatch.setattr(gis.router, "thread_count", lambda: 3)
    polygons = voronoi(5, 30, wiggles=3)
    grids = ZoneLayer("grid", [f"{k:03d}" for k in range(len(polygons))], degrees(polygons))
    overlaps = ZoneLayer("many", [f"{k:03d}" for k in range(20)], from_lattice(blobs(5, 20, SIDE)), "many")
    router = Router.build([grids, overlaps], METRIC)
    lon, lat = as_degrees(interesting_points(5, polygons, 400))
    answers = router.route(lon, lat)
    for layer in (grids, overlaps):
        check(layer, answers[layer.code], ask_tree(layer, *to_steps(lon, lat), METRIC))


def test_a_saved_router_answers_the_same_and_is_mapped(tmp_path: Path) -> None:
    polygons = voronoi(3, 20, wiggles=2)
    layer = ZoneLayer(
        "grid", [f"网{k:03d}" for k in range(len(polygons))], degrees(polygons), "exactly_one", 50
    )
    router = Router.build([layer], METRIC)
    router.save(tmp_path / "city.router")
    again = Router.load(tmp_path / "city.router")
    lon, lat = as_degrees(interesting_points(3, polygons, 100))
    for name, array in vars(router.route(lon, lat)["grid"]).items():
        np.testing.assert_array_equal(vars(again.route(lon, lat)["grid"])[name], array)
    assert again.codes("grid") == router.codes("grid")
    assert again.nbytes == router.nbytes


@pytest.mark.parametrize(
    "spoil",
    [
        lambda b: b"NOTAROUT" + b[8:],
        lambda b: b[:-10],
        lambda b: b[:20],
        lambda b: b[:40] + b"\xff" * 9 + b[49:],
    ],
)
def test_a_file_that_is_no_router_is_refused(tmp_path: Path, spoil: Any) -> None:
    file = tmp_path / "city.router"
    Router.build([ZoneLayer("grid", ["A"], [shapely.box(120, 36, 120.1, 36.1)])], METRIC).save(file)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(LayerError, match=r"no saved router|cut short|damaged"):
        Router.load(file)


def test_zones_of_the_moment_asked_for() -> None:
    whole, west, east = (shapely.box(a, 36, b, 36.1) for a, b in ((120, 120.2), (120, 120.1), (120.1, 120.2)))
    change = datetime(2026, 1, 1, tzinfo=UTC)
    layer = ZoneLayer(
        "grid", ["1", "1", "2"], [whole, west, east], valid=[(None, change), (change, None), (change, None)]
    )
    before = Router.build([layer], METRIC, at=datetime(2025, 12, 31, 23, 59, tzinfo=UTC))
    after = Router.build([layer], METRIC, at=change)
    assert before.route([120.15], [36.05])["grid"].zone_codes().tolist() == ["1"]
    assert after.route([120.15], [36.05])["grid"].zone_codes().tolist() == ["2"]
    with pytest.raises(LayerError, match="twice"):
        Router.build([layer], METRIC)


@pytest.mark.parametrize(("west", "east"), [(-179.9, 179.9), (179.5, 180), (-180, -179.5)])
def test_a_zone_at_or_over_the_antimeridian_is_refused(west: float, east: float) -> None:
    good = shapely.box(120, 36, 120.1, 36.1)
    with pytest.raises(AntimeridianCrossing, match=r"zone FJ .* 180th meridian"):
        Router.build([ZoneLayer("grid", ["A", "FJ"], [good, shapely.box(west, -17, east, -16)])], METRIC)


def test_layers_on_both_ends_of_the_world_are_refused() -> None:
    ends = [ZoneLayer(str(w), ["A"], [shapely.box(w, 36, w + 0.1, 36.1)]) for w in (-100, 100)]
    with pytest.raises(LayerError, match="107 degrees"):
        Router.build(ends, METRIC)


def test_more_layers_than_a_record_can_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gis.cells.grid, "MOST_LAYERS", 2)
    layers = [ZoneLayer(str(k), ["A"], [shapely.box(120, 36, 120.1, 36.1)]) for k in range(3)]
    assert Router.build(layers[:2], METRIC).zones([120.05], [36.05]).tolist() == [[0], [0]]
    with pytest.raises(LayerError, match="at most 2 layers"):
        Router.build(layers, METRIC)


def test_borders_in_many_layers_of_one_cell_each_answer_for_themselves() -> None:
    # Three lines through one cell; the layers between have no border there, and the last none anywhere near.
    cut = [shapely.box(120, 36, 120.05, 36.1), shapely.box(120.05, 36, 120.1, 36.1)]
    across = [shapely.box(120, 36, 120.1, 36.05), shapely.box(120, 36.05, 120.1, 36.1)]
    whole = [shapely.box(120, 36, 120.1, 36.1)]
    shapes = {
        "cut": cut,
        "whole": whole,
        "across": across,
        "again": whole,
        "cut too": cut[::-1],
        "last": whole,
    }
    layers = [ZoneLayer(code, [str(k) for k in range(len(s))], s) for code, s in shapes.items()]
    lon, lat = [120.0499999, 120.05, 120.0500001], [36.0499999, 36.05, 36.0500001]
    zones = Router.build(layers, METRIC).zones(lon, lat)
    assert zones.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0]]


@given(
    st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 180.0000001, -181.0, 1e300]), min_size=1, max_size=3)
)
@few
def test_what_is_no_coordinate_is_refused_wherever_it_stands(bad: list[float]) -> None:
    router = Router.build([ZoneLayer("grid", ["A"], [shapely.box(120, 36, 120.1, 36.1)])], METRIC)
    lon, lat = np.full(1000, 120.05), np.full(1000, 36.05)
    lon[300 : 300 + len(bad)] = bad
    for ask in (router.zones, router.route):
        for columns in ((lon, lat), (lat, lon)):
            with pytest.raises(OutOfRange, match="at position"):
                ask(*columns)


def test_an_edge_of_many_degrees() -> None:
    layer = ZoneLayer("wide", ["A", "B"], [shapely.box(80, 20, 120, 36), shapely.box(80, 36, 120, 50)])
    lon, lat = [79.9999999, 80, 100, 100, 100, 120.0000001], [30, 30, 35.9999999, 36, 36.0000001, 40]
    answer = Router.build([layer], METRIC).route(lon, lat)["wide"]
    assert answer.zone_codes().tolist() == [None, "A", "A", "A", "B", None]
    assert [Method(m).name for m in answer.method] == [
        "OUTSIDE", "ON_BORDER", "INSIDE", "ON_BORDER", "INSIDE", "OUTSIDE",
    ]  # fmt: skip
    assert answer.others_of(3) == ("B",)


def test_points_far_beyond_all_zones_have_none() -> None:
    layer = ZoneLayer("grid", ["A"], [shapely.box(120, 36, 120.1, 36.1)])
    zones = Router.build([layer], METRIC).zones([-180, 180, 0, 120.05, 120.05], [-90, 90, 0, 36.05, 89])
    assert zones.tolist() == [[NO_ZONE, NO_ZONE, NO_ZONE, 0, NO_ZONE]]
