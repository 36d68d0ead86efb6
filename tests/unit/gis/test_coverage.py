"""Coverages that are broken on purpose, and clean ones in which nothing may be found."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.coverage import check_coverage, check_shapes, is_valid_coverage
from gis.lattice import from_lattice, to_lattice
from gis.nesting import check_nesting
from tests.unit.gis.coverages import degrees, voronoi

METRIC = 4549
# In degrees at 36 N: 0.001 is 90.1 m to the east and 111 m to the north.
WEST, EAST = shapely.box(120, 36, 120.001, 36.001), shapely.box(120.001, 36, 120.002, 36.001)


@given(st.integers(0, 10**6), st.integers(2, 30), st.sampled_from([0, 4]))
@settings(max_examples=25)
def test_nothing_is_found_in_a_clean_coverage(seed: int, zones: int, wiggles: int) -> None:
    polygons = degrees(voronoi(seed, zones, wiggles=wiggles))
    codes = [f"G{index:03d}" for index in range(len(polygons))]
    outer = from_lattice(shapely.union_all(to_lattice(polygons)))
    assert is_valid_coverage(polygons)
    kinds = {finding.kind for finding in check_coverage(codes, polygons, METRIC, outer=outer, slit_m=0)}
    assert kinds <= {"sliver"}, "random cells may be tiny, but nothing else is wrong"


@given(st.integers(0, 10**6), st.integers(6, 30))
@settings(max_examples=15)
def test_a_removed_zone_is_a_gap_of_its_size(seed: int, zones: int) -> None:
    polygons = degrees(voronoi(seed, zones))
    codes = [f"G{index:03d}" for index in range(len(polygons))]
    outer = from_lattice(shapely.union_all(to_lattice(polygons)))
    gaps = [
        finding
        for finding in check_coverage(codes[1:], polygons[1:], METRIC, outer=outer)
        if finding.kind == "gap"
    ]
    assert len(gaps) == 1
    assert shapely.intersects_xy(polygons[0], *gaps[0].place or (0, 0))
    whole = check_coverage(["all"], [polygons[0]], METRIC, outer=outer)
    assert gaps[0].area_m2 > 0
    assert any(finding.kind == "gap" for finding in whole)


def test_overlap_tells_pair_place_and_area() -> None:
    wide = shapely.box(120.0009, 36, 120.002, 36.001)
    findings = check_coverage(["W", "E"], [WEST, wide], METRIC)
    assert [finding.kind for finding in findings] == ["overlap"]
    assert findings[0].codes == ("E", "W")
    assert findings[0].area_m2 == pytest.approx(9.01 * 110.95, rel=0.01)
    assert findings[0].place == pytest.approx((120.00095, 36.0005), abs=1e-6)
    assert "E, W: the zones overlap" in findings[0].message.en
    assert "重叠" in findings[0].message.zh


def test_a_zone_within_another_overlaps_it() -> None:
    inner = shapely.box(120.0003, 36.0003, 120.0006, 36.0006)
    findings = check_coverage(["B", "A"], [WEST, inner], METRIC)
    assert [(finding.kind, finding.codes) for finding in findings] == [("overlap", ("A", "B"))]


def test_the_same_area_twice_overlaps() -> None:
    findings = check_coverage(["B", "A"], [WEST, WEST], METRIC)
    assert ("overlap", ("A", "B")) in [(finding.kind, finding.codes) for finding in findings]


def test_an_overlap_of_one_lattice_step_is_an_overlap_and_a_sliver() -> None:
    wide = shapely.box(120.0009999, 36, 120.002, 36.0009)
    findings = check_coverage(["W", "E"], [WEST, wide], METRIC)
    assert [finding.kind for finding in findings] == ["overlap"]
    # One step is 9 mm wide and the border 100 m long.
    assert findings[0].is_sliver
    assert findings[0].area_m2 == pytest.approx(0.9, rel=0.01)


def test_hole_inside_the_layer_is_a_gap_between_its_neighbours() -> None:
    ring = shapely.box(120, 36, 120.01, 36.01).difference(shapely.box(120.004, 36.004, 120.006, 36.006))
    half = shapely.box(120.004, 36.004, 120.005, 36.006)
    findings = check_coverage(["R", "H"], [ring, half], METRIC)
    gaps = [finding for finding in findings if finding.kind == "gap"]
    assert [finding.codes for finding in gaps] == [("H", "R")]
    assert gaps[0].area_m2 == pytest.approx(90.1 * 221.9, rel=0.01)


def test_outer_border_shows_what_is_missing_and_what_is_too_much() -> None:
    outer = shapely.box(120, 36, 120.0015, 36.002)
    findings = check_coverage(["W", "E"], [WEST, EAST], METRIC, outer=outer)
    assert {(finding.kind, finding.codes) for finding in findings} == {
        ("gap", ("E", "W")),
        ("beyond_outer", ("E",)),
    }


def test_a_vertex_on_one_side_only_is_an_unmatched_edge() -> None:
    halves = [shapely.box(120.001, 36, 120.002, 36.0005), shapely.box(120.001, 36.0005, 120.002, 36.001)]
    findings = check_coverage(["W", "N", "S"], [WEST, *halves], METRIC)
    assert {finding.kind for finding in findings} == {"unmatched_edge"}
    assert "W" in {code for finding in findings for code in finding.codes}
    assert not is_valid_coverage([WEST, *halves])


def test_a_slit_open_to_the_outside() -> None:
    apart = shapely.box(120.001005, 36, 120.002, 36.001)
    assert {finding.kind for finding in check_coverage(["W", "E"], [WEST, apart], METRIC)} == {"narrow_gap"}
    assert check_coverage(["W", "E"], [WEST, apart], METRIC, slit_m=0.1) == []


def test_crumbs_are_slivers() -> None:
    crumb = shapely.box(120.01, 36, 120.010005, 36.000005)
    findings = check_coverage(["W"], [shapely.multipolygons([WEST, crumb])], METRIC)
    assert [finding.kind for finding in findings] == ["sliver"]
    assert 0 < findings[0].area_m2 < 1


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (None, "empty"),
        (shapely.Polygon(), "empty"),
        (shapely.LineString([(120, 36), (121, 37)]), "not_an_area"),
        (shapely.box(541_000, 3_997_000, 542_000, 3_998_000), "out_of_range"),
        (shapely.Polygon([(120, 36), (121, 37), (121, 36), (120, 37)]), "invalid_ring"),
        # Valid in degrees, but its neck is thinner than a lattice step.
        (shapely.Polygon([(120, 36), (120.001, 36), (120.001, 36.00000001), (120.002, 36), (120.003, 36),
                          (120.003, 36.001), (120.002, 36.00000003), (120.001, 36.00000002), (120, 36.001)]),
         "invalid_ring"),
    ],
)  # fmt: skip
def test_broken_zones_are_told_and_left_out(shape: object, kind: str) -> None:
    findings = check_coverage(["X", "W", "E"], [shape, WEST, EAST], METRIC)
    assert [(finding.kind, finding.codes) for finding in findings] == [(kind, ("X",))]


def test_invalid_ring_has_a_place_in_degrees() -> None:
    bow = shapely.Polygon([(120, 36), (121, 37), (121, 36), (120, 37)])
    finding = check_shapes(["X"], [bow])[0]
    assert (finding.place, finding.detail) == ((120.5, 36.5), "Self-intersection")


def test_duplicate_code() -> None:
    (finding,) = check_coverage(["W", "W"], [WEST, EAST], METRIC)
    assert finding.kind == "duplicate_code"
    # The place is in one of them, the shape tells one in each.
    assert EAST.covers(shapely.Point(finding.place))
    assert [area.covers(point) for area, point in zip((WEST, EAST), finding.shape.geoms, strict=True)] == [
        True
    ] * 2
    (finding,) = check_shapes(["W", "W"], [None, None])[:1]
    assert (finding.kind, finding.place, finding.shape) == ("duplicate_code", None, None)


def test_a_zone_at_the_antimeridian_has_a_place() -> None:
    (finding,) = check_shapes(["X"], [shapely.box(179.5, -17, 180, -16)])
    assert finding.kind == "antimeridian"
    assert finding.place is not None
    assert finding.place[0] == 180


def test_an_unmatched_edge_is_placed_where_the_vertex_is_missing() -> None:
    halves = [shapely.box(120.001, 36, 120.002, 36.0004), shapely.box(120.001, 36.0004, 120.002, 36.001)]
    findings = check_coverage(["W", "S", "N"], [WEST, *halves], METRIC)
    assert {(finding.kind, finding.place) for finding in findings} == {("unmatched_edge", (120.001, 36.0004))}


def test_messages_are_in_one_language_and_plain_numbers() -> None:
    bow = shapely.Polygon([(120, 36), (121, 37), (121, 36), (120, 37)])
    assert check_shapes(["X"], [bow])[0].message == (
        "X：环无效（自相交），位于 120.5000000, 36.5000000。",
        "X: the ring is invalid (Self-intersection), at 120.5000000, 36.5000000.",
    )
    big = shapely.box(120, 36, 120.1, 36.1)
    (overlap,) = check_coverage(["A", "B"], [big, big], METRIC)
    assert "e+" not in overlap.message.zh + overlap.message.en
    assert f"{overlap.area_m2:,.0f} m²" in overlap.message.en


def test_nesting() -> None:
    parents = {"P": WEST}
    across = shapely.box(120.0005, 36, 120.0015, 36.0005)
    findings = check_nesting(
        ["in", "across", "lost", "free"],
        [shapely.box(120, 36, 120.0005, 36.0005), across, EAST, EAST],
        ["P", "P", "Q", None],
        parents,
        METRIC,
    )
    assert [(finding.kind, finding.codes, finding.detail) for finding in findings] == [
        ("outside_parent", ("across",), "P"),
        ("unknown_parent", ("lost",), "Q"),
    ]
    assert findings[0].area_m2 == pytest.approx(45.05 * 55.5, rel=0.01)


def test_no_zones_no_findings() -> None:
    assert check_coverage([], [], METRIC) == []
    assert check_shapes([], np.array([], dtype=object)) == []
