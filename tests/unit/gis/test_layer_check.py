"""One report about one layer: which faults count under which cardinality, nesting by place, broken zones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import UnknownSystem
from gis.lattice import from_lattice, to_lattice
from gis.layer_check import Trusted, check_layer, choose_metric_system
from gis.nesting import parents_by_place
from tests.unit.gis.coverages import degrees, voronoi

METRIC = 4549
WEST, EAST = shapely.box(120, 36, 120.001, 36.001), shapely.box(120.001, 36, 120.002, 36.001)
WHOLE = shapely.box(120, 36, 120.002, 36.001)
BOW = shapely.Polygon([(120, 36), (120.001, 36.001), (120.001, 36), (120, 36.001)])


def kinds(codes: list[str], shapes: list[Any], **options: Any) -> Counter[str]:
    return Counter(finding.kind for finding in check_layer(codes, shapes, METRIC, **options).findings)


@given(st.integers(0, 10**6), st.integers(4, 30))
@settings(max_examples=15)
def test_a_clean_layer_in_its_parents_has_no_findings(seed: int, zones: int) -> None:
    shapes = degrees(voronoi(seed, zones, wiggles=2))
    codes = [f"{number:03d}" for number in range(len(shapes))]
    half = len(shapes) // 2
    merged = [
        from_lattice(shapely.coverage_union_all(to_lattice(part))) for part in (shapes[:half], shapes[half:])
    ]
    report = check_layer(
        codes, shapes, METRIC, parent_shapes=dict(zip("AB", merged, strict=True)),
        trusted=Trusted(codes, shapes, 0.5), slit_m=0,
    )  # fmt: skip
    assert {finding.kind for finding in report.findings} <= {"sliver"}
    assert report.zones == len(shapes)
    assert report.straying is not None
    assert report.straying.beyond == 0


@pytest.mark.parametrize(
    ("cardinality", "found"),
    [
        ("exactly_one", {"overlap": 1, "gap": 1}),
        ("at_most_one", {"overlap": 1}),
        ("many", {}),
    ],
)
def test_what_counts_depends_on_cardinality(cardinality: str, found: dict[str, int]) -> None:
    over = shapely.box(120.0009, 36, 120.002, 36.0005)
    assert kinds(["W", "E"], [WEST, over], cardinality=cardinality, parent_shapes={"P": WHOLE}) == found


def test_the_parent_is_found_by_place_and_what_reaches_beyond_is_told() -> None:
    wide = shapely.box(120.001, 36, 120.003, 36.001)
    report = check_layer(["W", "E"], [WEST, wide], METRIC, parent_shapes={"A": WEST, "B": EAST})
    assert [(f.kind, f.codes, f.detail) for f in report.findings] == [("outside_parent", ("E",), "B")]
    assert report.findings[0].width_m == pytest.approx(49.8, abs=1)
    told = check_layer(["W"], [WEST], METRIC, parents=["B"], parent_shapes={"B": EAST}, cardinality="many")
    assert [(f.kind, f.detail) for f in told.findings] == [("outside_parent", "B")]


def test_a_zone_out_of_every_parent_is_told() -> None:
    away = shapely.box(121, 36, 121.001, 36.001)
    assert parents_by_place([away, WEST], {"P": WHOLE}) == [None, "P"]
    found = kinds(["X"], [away], parent_shapes={"P": WHOLE}, cardinality="at_most_one")
    assert found == {"outside_parent": 1}


def test_broken_zones_are_told_once_and_hide_nothing_else() -> None:
    report = check_layer(
        ["bow", "none", "W", "E"], [BOW, None, WEST, EAST], METRIC, trusted=Trusted(["W"], [WEST]),
        parent_shapes={"P": WHOLE},
    )  # fmt: skip
    assert sorted((f.kind, f.codes) for f in report.findings if f.kind != "strays") == [
        ("empty", ("none",)),
        ("invalid_ring", ("bow",)),
    ]
    assert report.vertices is not None
    assert report.vertices.total == 8


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(179.9, -17, 180, -16.9),
        shapely.box(-180, -17, -179.9, -16.9),
        shapely.Polygon([(179.9, -17), (-179.9, -17), (-179.9, -16.9), (179.9, -16.9)]),
    ],
)
def test_zones_on_the_antimeridian_are_told(shape: shapely.Polygon) -> None:
    report = check_layer(["F"], [shape], 3832)
    assert [finding.kind for finding in report.findings] == ["antimeridian"]
    assert "180" in report.findings[0].message.zh
    assert "180th meridian" in report.findings[0].message.en


def test_slivers_and_widths_are_measured() -> None:
    # Two lattice steps overlap: 1.8 cm on 111 m; and a slit of half a metre, open to the north.
    over = shapely.box(120.0009998, 36, 120.002, 36.001)
    overlap = check_layer(["W", "E"], [WEST, over], METRIC).findings
    assert [(finding.kind, finding.is_sliver) for finding in overlap] == [("overlap", True)]
    assert overlap[0].width_m == pytest.approx(0.018, abs=0.001)
    assert shapely.area(overlap[0].shape) > 0
    split = shapely.Polygon([(120.001, 36), (120.002, 36), (120.002, 36.001), (120.001005, 36.001)])
    slit = check_layer(["W", "E"], [WEST, split], METRIC).findings
    assert [(finding.kind, finding.codes) for finding in slit] == [("narrow_gap", ("E", "W"))]
    assert slit[0].width_m == pytest.approx(0.45, abs=0.02)


def test_few_vertices_only_when_asked() -> None:
    assert kinds(["W", "E"], [WEST, EAST]) == {}
    assert kinds(["W", "E"], [WEST, EAST], least_vertices=5) == {"few_vertices": 2}


def test_an_empty_layer_has_nothing_wrong_with_it() -> None:
    report = check_layer([], [], METRIC)
    assert (report.zones, report.findings, report.vertices) == (0, [], None)


def test_the_metric_system_follows_the_place() -> None:
    assert choose_metric_system([None, WEST, shapely.Polygon()]) == 4549
    assert choose_metric_system(np.array([shapely.box(106.7, 39, 106.9, 40)])) == 4545
    assert choose_metric_system([shapely.box(-74, 40, -73.8, 41)]) == 32618
    for shapes in ([], [None], [shapely.box(542_000, 3_997_000, 543_000, 3_998_000)]):
        with pytest.raises(UnknownSystem):
            choose_metric_system(shapes)
