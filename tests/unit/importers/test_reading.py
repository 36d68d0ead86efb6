"""Files as rows: forms, encodings, row numbers, systems, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from grid_data.importers.problems import ImportRefused
from grid_data.importers.reading import read_source
from tests.support.importing import FORMS, write_as

TWO = gpd.GeoDataFrame(
    {"code": ["A", "B"], "名称": ["甲", "乙"]},
    geometry=[shapely.Point(120.4, 36.1), shapely.Point(120.5, 36.2)],
    crs=4326,
)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(tmp_path: Path, form: str) -> None:
    source = read_source(write_as(TWO, tmp_path, form))
    table = source.table.sort_values("code")
    assert list(table["code"]) == ["A", "B"]
    assert list(table["名称"]) == ["甲", "乙"]
    # A spreadsheet calls the first row under the heading row 2.
    assert sorted(table.index) == ([2, 3] if form == "csv" else [1, 2])
    assert source.crs == (None if form == "csv" else "wgs84")
    assert len(source.sha256) == 64
    if form == "csv":
        assert source.geometry is None
    else:
        assert source.geometry is not None
        assert {shape.x for shape in source.geometry} == {120.4, 120.5}


@pytest.mark.parametrize(
    ("epsg", "system"), [(4549, "EPSG:4549"), (4490, "cgcs2000"), (4528, "EPSG:4528"), (3857, "EPSG:3857")]
)
@pytest.mark.parametrize("form", ["gpkg", "shp", "parquet", "fgb"])
def test_the_declared_system_is_recognised(tmp_path: Path, form: str, epsg: int, system: str) -> None:
    assert read_source(write_as(TWO.to_crs(epsg), tmp_path, form)).crs == system


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_of_csv_is_found(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编码,名称\n01,崂山\n", encoding=encoding)
    table = read_source(path).table
    assert table.to_dict("records") == [{"编码": "01", "名称": "崂山"}]


def test_an_encoding_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,name\n1,café\n", encoding="latin-1")
    assert read_source(path, encoding="latin-1").table["name"].item() == "café"


def test_csv_keeps_text_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    pd.DataFrame({"code": ["007", "NA"], "x": ["1.50", ""]}).to_csv(path, index=False)
    table = read_source(path).table
    assert list(table["code"]) == ["007", "NA"]
    assert table["x"].tolist()[0] == "1.50"
    assert pd.isna(table["x"].tolist()[1])


def test_a_ring_that_cannot_be_parsed_keeps_its_row_and_reason(tmp_path: Path) -> None:
    good = shapely.to_wkb(shapely.box(120, 36, 121, 37))
    # A polygon whose only ring has two points.
    bad = bytes.fromhex("01030000000100000002000000") + np.array([120, 36, 121, 37], dtype="<f8").tobytes()
    frame = TWO.assign(geometry=[shapely.from_wkb(good)] * 2)
    path = write_as(frame, tmp_path, "parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    broken = table.set_column(
        table.schema.get_field_index("geometry"), table.schema.field("geometry"), pa.array([good, bad])
    )
    pq.write_table(broken, path)
    source = read_source(path)
    assert set(source.unreadable) == {2}
    assert source.unreadable[2]
    assert source.geometry is not None
    assert source.geometry[1] is None


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("nothing.gpkg", None, "no_file"),
        ("table.xlsx", b"PK", "unknown_form"),
        ("broken.gpkg", b"this is no geopackage", "unreadable"),
        ("broken.geojson", b"{", "unreadable"),
        ("broken.parquet", b"PAR1", "unreadable"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        read_source(tmp_path / name)
    assert refused.value.code == code
    assert refused.value.words.zh


def test_a_container_of_several_layers_asks_which(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    TWO.to_file(path, layer="one")
    TWO.head(1).to_file(path, layer="other")
    with pytest.raises(ImportRefused, match="one, other"):
        read_source(path)
    with pytest.raises(ImportRefused, match="has no layer third"):
        read_source(path, layer="third")
    assert len(read_source(path, layer="other").table) == 1
