"""Answers as rows: whatever codes and ids hold, what is written is read back the same."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import LayerError
from gis.point_router import PLACE_FAULTS, PointRouter
from gis.router import ZoneLayer
from grid_data.point_files.answers import answer_batch, output_columns, output_schema
from grid_data.point_files.batches import PointBatch

# Text as files may hold it; a null byte ends text for many readers.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
WEST, EAST = shapely.box(120, 36, 120.5, 37), shapely.box(120.5, 36, 121, 37)


def answered(codes: list[str], ids: list[str | None], lon: list[float], lat: list[float]) -> Any:
    router = PointRouter.build([ZoneLayer('a "b"', codes, [WEST, EAST], "at_most_one")], 4549)
    fault = np.full(len(ids), -1, np.int8)
    batch = PointBatch(1, pa.array(ids, pa.string()), np.array(lon), np.array(lat), fault)
    return answer_batch(batch, router, "wgs84")


@settings(max_examples=60)
@given(
    codes=st.lists(TEXT.filter(lambda code: code.strip()), min_size=2, max_size=2, unique=True),
    ids=st.lists(TEXT, min_size=5, max_size=5),
)
def test_any_text_survives(codes: list[str], ids: list[str]) -> None:
    lon, lat = [120.2, 120.7, 120.5, 119.0, float("nan")], [36.5] * 5
    rows = answered(codes, [*ids[:-1], None], lon, lat)
    zones = [codes[0], codes[1], min(codes), None, None]
    methods = ["inside", "inside", "on_border", "outside", "outside"]

    read = list(csv.reader(io.StringIO(bytes(rows.csv_lines()).decode(), newline="")))
    assert [row[0] for row in read] == [*ids[:-1], ""]
    assert [row[1] for row in read] == [zone or "" for zone in zones]
    assert [row[2] for row in read] == methods

    lines = bytes(rows.geojson_lines()).decode().split("\n")
    assert lines.pop() == ""
    features = [json.loads(line) for line in lines]
    assert [list(feature["properties"]) for feature in features] == [output_columns(['a "b"'])] * 5
    assert [feature["properties"]["id"] for feature in features] == [*ids[:-1], None]
    assert [feature["properties"]['a "b"'] for feature in features] == zones
    places = [feature["geometry"] and feature["geometry"]["coordinates"] for feature in features]
    assert places == [[x, 36.5] for x in lon[:4]] + [None]

    table = rows.table(output_schema(['a "b"'], "string")).to_pydict()
    assert table['a "b"'] == zones
    assert table['a "b"_method'] == methods
    assert table['a "b"_distance_m'] == [None, None, 0.0, None, None]


@settings(max_examples=100)
@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 6), st.integers(1, 6)),
        min_size=1,
        max_size=7,
    ),
    points=st.lists(st.tuples(st.integers(-1, 12), st.integers(-1, 12)), min_size=1, max_size=12),
)
def test_all_zones_of_a_place_are_given_lowest_first(
    boxes: list[tuple[int, int, int, int]], points: list[tuple[int, int]]
) -> None:
    # Steps of 0.01 degree; corners and edges fall on points.
    shapes = [
        shapely.box(
            round(120 + x / 100, 7),
            round(36 + y / 100, 7),
            round(120 + (x + w) / 100, 7),
            round(36 + (y + h) / 100, 7),
        )
        for x, y, w, h in boxes
    ]
    codes = [f"Z{9 - number}" for number in range(len(shapes))]
    router = PointRouter.build([ZoneLayer("z", codes, shapes, "many")], 4549)
    found = router.answer([120 + x / 100 for x, _ in points], [36 + y / 100 for _, y in points]).layers["z"]
    for (px, py), code in zip(points, found.zone_codes(), strict=True):
        covering = sorted(
            name
            for name, (x, y, w, h) in zip(codes, boxes, strict=True)
            if x <= px <= x + w and y <= py <= y + h
        )
        assert code == (";".join(covering) or None)


def test_codes_that_cannot_be_joined_are_refused() -> None:
    with pytest.raises(LayerError, match="a code contains ';'"):
        PointRouter.build([ZoneLayer("z", ["A;B", "C"], [WEST, EAST], "many")])


def test_faults_of_places() -> None:
    router = PointRouter.build([ZoneLayer("z", ["A"], [shapely.box(-74, 40, -73, 41)], "at_most_one")])
    assert router.router.metric_srid == 32618
    nan, inf = float("nan"), float("inf")
    lon = [-73.5, -72.0, 40.5, 0.0, 0.005, 400.0, nan, inf, 10.0]
    lat = [40.5, 40.5, -73.5, 0.0, -0.005, 40.5, 40.5, 40.5, 91.0]
    answers = router.answer(lon, lat)
    assert [PLACE_FAULTS[n] if n >= 0 else "" for n in answers.fault] == [
        "", "", "swapped", "null_island", "null_island", "out_of_range", "not_a_number", "not_a_number",
        "out_of_range",
    ]  # fmt: skip
    assert answers.methods("z").tolist() == ["inside", *["outside"] * 8]


def test_null_island_is_believed_where_zones_are() -> None:
    router = PointRouter.build([ZoneLayer("z", ["A"], [shapely.box(-1, -1, 1, 1)], "at_most_one")])
    assert router.answer([0.0], [0.0]).fault.tolist() == [-1]


def test_a_saved_router_answers_the_same(tmp_path: Any) -> None:
    layers = [
        ZoneLayer("one", ["A", "B"], [WEST, EAST], "exactly_one", 500.0),
        ZoneLayer("many", ["C", "D"], [WEST, WEST], "many"),
    ]
    router = PointRouter.build(layers, 4549)
    router.save(tmp_path / "router")
    again = PointRouter.load(tmp_path / "router")
    lon, lat = [120.2, 120.5, 121.001, 36.5, 119.0], [36.5, 36.5, 36.5, 120.5, 36.5]
    first, second = router.answer(lon, lat), again.answer(lon, lat)
    assert first.fault.tolist() == second.fault.tolist()
    assert first.layers["many"].zone_codes().tolist() == ["C;D", "C;D", None, None, None]
    for layer, columns in first.layers.items():
        assert columns.zone_codes().tolist() == second.layers[layer].zone_codes().tolist()
        assert np.array_equal(columns.distance_m, second.layers[layer].distance_m, equal_nan=True)


def test_without_zones_everything_is_outside() -> None:
    answers = PointRouter.build([ZoneLayer("z", [], [], "at_most_one")]).answer(
        [120.0, float("nan")], [36.0, 1.0]
    )
    assert answers.counts() == {"z": {"outside": 2, "inside": 0, "on_border": 0, "nearest": 0}}
    assert answers.faults() == {"not_a_number": 1}
