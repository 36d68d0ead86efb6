"""Columns to fields, values as found to values as stored, findings in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.places import Extent
from grid_data.importers.city import City
from grid_data.importers.fields import Field, clean
from grid_data.importers.mapping import ColumnMapping, read_mapping
from grid_data.importers.problems import Findings, ImportRefused
from grid_data.importers.shapes import stored_shapes

CODE = Field("code", "code", required=True, aliases=("编码", "id"))
NAME = Field("name_zh", aliases=("name",))


def cleaned(spec: Field, *values: Any) -> tuple[list[Any], list[str]]:
    """Values of one field, and the codes of the findings."""
    findings = Findings()
    table = pd.DataFrame({spec.name: pd.Series(values, dtype=object)})
    frame = clean(table, [spec], findings, timezone="Asia/Shanghai")
    return list(frame[spec.name]), [finding.code for finding in findings]


def test_columns_are_found_by_their_common_names() -> None:
    table = pd.DataFrame({"Name": ["a"], "编码": ["1"], "else": [0]})
    mapped, used = ColumnMapping().apply(table, [CODE, NAME])
    assert used == {"code": "编码", "name_zh": "Name"}
    assert mapped.to_dict("records") == [{"code": "1", "name_zh": "a"}]


def test_what_is_told_goes_before_what_is_found() -> None:
    table = pd.DataFrame({"code": ["x"], "id": ["1"], "name": ["a"]})
    mapping = ColumnMapping({"code": "code"}).with_options(["code=id"], ["name_zh=甲"])
    mapped, used = mapping.apply(table, [CODE, NAME])
    assert used == {"code": "id"}
    assert mapped.to_dict("records") == [{"code": "1", "name_zh": "甲"}]


def test_a_field_can_be_left_alone() -> None:
    table = pd.DataFrame({"code": ["x"], "name": ["a"]})
    mapped, used = ColumnMapping().with_options(["name_zh="], []).apply(table, [CODE, NAME])
    assert used == {"code": "code"}
    assert list(mapped.columns) == ["code"]


def test_a_column_is_used_once() -> None:
    table = pd.DataFrame({"name": ["a"]})
    _, used = ColumnMapping({"code": "name"}).apply(table, [CODE, NAME])
    assert used == {"code": "name"}


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (ColumnMapping({"cod": "id"}), "did you mean code"),
        (ColumnMapping({"code": "di"}), "there is no column di"),
        (ColumnMapping(constants={"colour": "red"}), "there is no field colour"),
    ],
)
def test_a_mapping_that_fits_nothing_is_refused(mapping: ColumnMapping, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        mapping.apply(pd.DataFrame({"id": ["1"]}), [CODE, NAME])


def test_an_option_without_equals_sign_is_refused() -> None:
    with pytest.raises(ImportRefused, match="FIELD="):
        ColumnMapping().with_options(["code"], [])


def test_a_mapping_file(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "columns: {code: BM}\nconstants: {standard_ref: GB/T 47678.5-2026}\n"
        "values: {state: {好: intact}}\ncrs: gcj02\n",
        encoding="utf-8",
    )
    mapping = read_mapping(path)
    assert mapping.columns == {"code": "BM"}
    assert mapping.crs == "gcj02"
    state = Field("state")
    mapped, _ = mapping.apply(
        pd.DataFrame({"BM": [1], "state": ["好"]}), [CODE, state, Field("standard_ref")]
    )
    assert mapped.to_dict("records") == [{"code": 1, "standard_ref": "GB/T 47678.5-2026", "state": "intact"}]


@pytest.mark.parametrize("text", ["colums: {}", "columns: [a]", "values: {state: 1}", "a: [", "- 1"])
def test_a_bad_mapping_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"mapping\.yaml"):
        read_mapping(path)


@pytest.mark.parametrize(
    ("spec", "value", "stored"),
    [
        (CODE, 370212001.0, "370212001"),
        (CODE, np.int64(7), "7"),
        (CODE, " 01037 ", "01037"),
        (Field("n", "integer"), "1,200", 1200),
        (Field("n", "integer"), 3.0, 3),
        (Field("n", "number"), "2.5", 2.5),
        (Field("d", "date"), "2024/5/1", date(2024, 5, 1)),
        (Field("d", "date"), "2024年5月1日", date(2024, 5, 1)),
        (Field("t", "time"), "2024-05-01 08:00", datetime(2024, 5, 1, tzinfo=UTC)),
        (Field("t", "time"), "2024-05-01T08:00:00+08:00", datetime(2024, 5, 1, tzinfo=UTC)),
        (Field("c", "choice", choices={"完好": "intact", "intact": "intact"}), "完好", "intact"),
        (Field("c", "choice", choices={"intact": "intact"}), "INTACT", "intact"),
        (Field("x", default="y"), None, "y"),
    ],
)
def test_values_as_stored(spec: Field, value: Any, stored: Any) -> None:
    assert cleaned(spec, value) == ([stored], [])


@pytest.mark.parametrize(
    ("spec", "value", "code"),
    [
        (CODE, "  ", "missing_value"),
        (CODE, float("nan"), "missing_value"),
        (Field("n", "integer"), "2.5", "not_a_number"),
        (Field("n", "integer"), "inf", "not_a_number"),
        (Field("n", "number"), "two", "not_a_number"),
        (Field("n", "number", low=0), -1, "out_of_range"),
        (Field("d", "date"), "2024-13-01", "not_a_time"),
        (Field("c", "choice", choices={"a": "a"}), "b", "unknown_value"),
        (Field("x", high=3), "long", "too_long"),
        (Field("x"), "a\x00b", "bad_text"),
    ],
)
def test_values_that_cannot_be_stored(spec: Field, value: Any, code: str) -> None:
    assert cleaned(spec, value) == ([None], [code])


def test_a_required_column_that_is_missing_is_one_error_for_the_file() -> None:
    findings = Findings()
    clean(pd.DataFrame({"x": [1, 2]}), [CODE], findings, timezone="Asia/Shanghai")
    (finding,) = findings
    assert (finding.code, finding.row) == ("missing_column", None)
    assert findings.blocking == [finding]


LAOSHAN = City("370212", "Asia/Shanghai", 4549, 2000.0, Extent(120.39, 36.05, 120.72, 36.37), True)


def shapes_of(*shapes: Any, kinds: tuple[str, ...] = ("MultiPolygon",)) -> tuple[list[Any], list[str]]:
    findings = Findings()
    raw = np.empty(len(shapes), dtype=object)
    raw[:] = shapes
    stored = stored_shapes(
        raw,
        np.arange(1, len(shapes) + 1),
        "wgs84",
        LAOSHAN,
        findings,
        kinds=kinds,
        required=True,
        limit_m=2000,
    )
    return list(stored), [finding.code for finding in findings]


def test_shapes_are_made_of_the_kind_that_is_stored() -> None:
    square = shapely.box(120.4, 36.1, 120.5, 36.2)
    (shape,), found = shapes_of(square)
    assert (shape.geom_type, found) == ("MultiPolygon", [])
    (shape,), found = shapes_of(shapely.MultiPolygon([square]), kinds=("Polygon",))
    assert (shape.geom_type, found) == ("Polygon", [])
    two = shapely.MultiPolygon([square, shapely.box(120.6, 36.1, 120.7, 36.2)])
    assert shapes_of(two, kinds=("Polygon",)) == ([None], ["geometry_type"])


def test_heights_are_left_out_and_coordinates_put_on_the_lattice() -> None:
    (shape,), found = shapes_of(shapely.Point(120.412345678, 36.1, 12.0), kinds=("Point",))
    assert (shape.wkt, found) == ("POINT (120.4123457 36.1)", [])


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(120.4, 36.1, 180, 36.2),
        shapely.box(-180, 36.1, -100, 36.2),
        shapely.Polygon([(-179, 36.1), (179, 36.1), (179, 36.2), (-179, 36.2)]),
    ],
)
def test_areas_at_the_antimeridian_are_refused_by_name(shape: Any) -> None:
    assert shapes_of(shape) == ([None], ["antimeridian"])


def test_one_bad_shape_does_not_hide_the_next() -> None:
    bow = shapely.from_wkt("POLYGON ((120.4 36.1, 120.5 36.2, 120.5 36.1, 120.4 36.2, 120.4 36.1))")
    stored, found = shapes_of(None, bow, shapely.box(120.4, 36.1, 120.5, 36.2), shapely.Point(120.4, 36.1))
    assert [shape is None for shape in stored] == [True, True, False, True]
    assert sorted(found) == ["empty_geometry", "geometry_type", "invalid_geometry"]


def test_not_a_number_is_out_of_range() -> None:
    with np.errstate(invalid="ignore"):
        line = shapely.linestrings([[120.4, 36.1], [np.nan, 36.2], [120.5, 36.2]])
    assert shapes_of(line, shapely.LineString([(120.4, 36.1), (120.5, 36.1)]), kinds=("LineString",))[1] == [
        "out_of_range"
    ]
