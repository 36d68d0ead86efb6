"""A layer in the wrong system is found out on real borders: those of Laoshan (OpenStreetMap, ODbL)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import crs
from gis.datum import DatumReport, Reading, compare_datum, outline_medians
from tests.support.databases import ROOT

METRIC = 4549
SOURCE = ROOT / "grid_data" / "sample" / "data" / "laoshan_osm.geojson"
Move = Callable[..., tuple[Any, Any]]


def moved(shapes: Any, move: Move) -> Any:
    return shapely.transform(shapes, lambda c: np.column_stack(move(c[:, 0], c[:, 1])))


@pytest.fixture(scope="module")
def laoshan() -> dict[str, Any]:
    """The district and its five subdistricts."""
    found = json.loads(SOURCE.read_text(encoding="utf-8"))["features"]
    shapes = {f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in found}
    assert len(shapes) == 6
    return shapes


@pytest.fixture(scope="module")
def streets(laoshan: dict[str, Any]) -> Any:
    return np.array([shape for code, shape in laoshan.items() if len(code) == 9], dtype=object)


def readings(report: DatumReport) -> dict[str, Reading | None]:
    return {part.name: part.reading for part in report.parts}


@pytest.mark.parametrize(
    ("move", "reading", "said"),
    [
        (lambda x, y: (x, y), "as_is", "as they stand"),
        (crs.wgs84_to_gcj02, "gcj02", "--crs gcj02"),
        (crs.wgs84_to_bd09, "bd09", "--crs bd09"),
        (crs.gcj02_to_wgs84, "to_gcj02", "the trusted one is gcj02"),
        (crs.bd09_to_wgs84, "to_bd09", "the trusted one is bd09"),
    ],
)
def test_the_system_is_found(streets: Any, move: Move, reading: Reading, said: str) -> None:
    report = compare_datum(moved(streets, move), streets, METRIC, points=4_000)
    assert readings(report) == {"inner": reading, "outer": reading}
    assert said in report.verdict.en
    assert report.as_declared is (reading == "as_is")
    # Ways lead from the border as read to the other one, and are as long as they say.
    for way in report.ways[::97]:
        (x, y), (u, v) = (crs.to_metric(*end, METRIC) for end in way.line)
        assert np.hypot(x - u, y - v) == pytest.approx(way.metres, abs=1e-3)
    fitting = [way.metres for way in report.ways if way.reading == reading]
    assert len(fitting) == 400
    assert np.median(fitting) < 1
    for part in report.parts:
        assert part.spreads[reading].median < 0.1
        others = [spread.median for name, spread in part.spreads.items() if name != reading]
        assert min(others) > 100
    assert report.parts[0].words.zh.startswith("内部边界")


def test_an_outer_edge_clipped_in_another_system_is_told_apart(streets: Any) -> None:
    # Inner borders in GCJ-02, clipped with the outline as it is in WGS 84, and filled up to it.
    outline = shapely.union_all(streets)
    shifted = moved(streets, crs.wgs84_to_gcj02)
    pieces = list(shapely.intersection(shifted, outline))
    for piece in shapely.get_parts(shapely.difference(outline, shapely.union_all(pieces))):
        nearest = int(np.argmin(shapely.distance(pieces, piece)))
        pieces[nearest] = shapely.union(pieces[nearest], piece)
    report = compare_datum(pieces, streets, METRIC, points=4_000)
    assert readings(report) == {"inner": "gcj02", "outer": "as_is"}
    assert "clipped with an outline of another system" in report.verdict.en
    assert "裁剪" in report.verdict.zh
    assert not report.as_declared
    outer = next(part for part in report.parts if part.name == "outer")
    assert outer.spreads["as_is"].touching > 0.7


def test_an_outline_alone_is_enough(streets: Any, laoshan: dict[str, Any]) -> None:
    report = compare_datum(moved(streets, crs.wgs84_to_gcj02), [laoshan["370212"]], METRIC, points=4_000)
    # The outline is the shorter border: it is looked for in the layer.
    assert (report.measured, readings(report)) == ("trusted", {"outer": "gcj02"})
    back = compare_datum([moved(laoshan["370212"], crs.wgs84_to_gcj02)], streets, METRIC, points=4_000)
    assert (back.measured, readings(back)) == ("layer", {"outer": "gcj02"})


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_declared_system_is_confirmed_or_refuted(streets: Any, system: str) -> None:
    # What an import would store of a file in that system; and of a file in WGS 84 declared wrongly.
    right = compare_datum(streets, streets, METRIC, declared=system)
    assert right.as_declared
    assert "as declared" in right.verdict.en
    wrong = compare_datum(
        moved(streets, lambda x, y: crs.to_wgs84(x, y, system)), streets, METRIC, declared=system
    )
    assert readings(wrong) == {"inner": "as_is", "outer": "as_is"}
    assert "--crs wgs84" in wrong.verdict.en
    outline = [shapely.union_all(streets)]
    by_outline = compare_datum(streets, outline, METRIC, declared=system)
    assert (by_outline.measured, by_outline.as_declared) == ("trusted", True)


def test_other_borders_fit_nothing(streets: Any) -> None:
    elsewhere = shapely.transform(streets, lambda c: c + np.array([0.03, 0.02]))
    report = compare_datum(elsewhere, streets, METRIC, points=4_000)
    assert set(readings(report).values()) == {None}
    assert not report.as_declared
    assert "other borders" in report.verdict.en


def test_borders_too_close_together_decide_nothing() -> None:
    # Streets some 60 m apart: a wrong reading is never farther than 30 m from some border.
    x, y = np.meshgrid(120.4 + 0.00066 * np.arange(80), 36.1 + 0.00054 * np.arange(80))
    blocks = shapely.box(x.ravel(), y.ravel(), x.ravel() + 0.00066, y.ravel() + 0.00054)
    inner = compare_datum(moved(blocks, lambda x, y: (x + 1e-4, y + 1e-4)), blocks, METRIC, points=4_000)
    by_name = {part.name: part for part in inner.parts}
    assert by_name["inner"].undecided
    assert "several readings" in by_name["inner"].words.en


def test_out_of_china_there_is_nothing_to_tell_apart() -> None:
    york = [shapely.segmentize(shapely.box(-74, 40.7, -73.9, 40.8), 0.001)]
    near = shapely.transform(york, lambda c: c + 1e-5)
    report = compare_datum(near, york, 32618, points=2_000)
    assert readings(report) == {"outer": "as_is"}


@settings(max_examples=15)
@given(noise=st.floats(0, 25), seed=st.integers(0, 10**6))
def test_borders_drawn_by_another_hand_are_recognised(noise: float, seed: int) -> None:
    found = json.loads(SOURCE.read_text(encoding="utf-8"))["features"][1:]
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in found])
    random = np.random.default_rng(seed)
    wobble = noise / 111_000
    other = shapely.transform(shapes, lambda c: c + random.uniform(-wobble, wobble, 2))
    report = compare_datum(moved(other, crs.wgs84_to_gcj02), shapes, METRIC, points=2_000)
    assert readings(report) == {"inner": "gcj02", "outer": "gcj02"}


def test_outline_medians_tell_the_systems_apart(streets: Any) -> None:
    outline = shapely.union_all(streets)
    shifted = moved(streets, crs.wgs84_to_gcj02)
    found = outline_medians(shifted, "wgs84", [outline], METRIC)
    assert found["gcj02"] < 1
    assert min(found["wgs84"], found["bd09"]) > 100
    assert outline_medians([], "wgs84", [outline], METRIC) == {}
