"""Files of points as strangers have them: every damage is told in words, none comes through in silence."""

from __future__ import annotations

import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from gis.point_router import PLACE_FAULTS
from grid_data.importers.problems import ImportRefused
from grid_data.point_files.point_geometry import wkt_to_points
from grid_data.point_files.sources import open_points
from tests.unit.point_files.test_point_sources import everything, geojson

PLACE = shapely.Point(120.5, 36.1)


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(ImportRefused) as problem:
        everything(open_points(str(path), **options))
    assert problem.value.words.zh != problem.value.words.en
    return problem.value.words.en


@pytest.mark.parametrize("size", [40, 4_000_000])
def test_a_cut_gzip_is_refused(tmp_path: Path, size: int) -> None:
    lines = "id,lon,lat\n" + "".join(f"{n},120.{n:07},36.1\n" for n in range(400_000))
    whole = gzip.compress(lines.encode(), 1)
    (tmp_path / "p.csv.gz").write_bytes(whole[: min(size, len(whole) - 1000)])
    assert "p.csv.gz cannot be read" in refused(tmp_path / "p.csv.gz")


# Told only in the main thread; a command reads in another.
@pytest.mark.filterwarnings("ignore:Several features with id")
def test_feature_ids_that_repeat_are_refused_wherever_they_are_read(tmp_path: Path) -> None:
    path = geojson(tmp_path / "p.geojson", [7, 8, 9, 8, 7], in_properties=False)
    assert "feature 4 is 8 again" in refused(path)
    assert everything(open_points(str(geojson(path, [7, 7], in_properties=True)))).ids.to_pylist() == [7, 7]


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        (pa.array([3.7e22, 1.0]), "its floating-point numbers are so large that digits are lost"),
        (pa.array([[1], [2]]), "Unsupported cast"),
        (
            pa.array([b"\xbc\xd7", b"a"]).view(pa.string()),
            "its text is not UTF-8; name the encoding with --encoding",
        ),
    ],
)
def test_ids_that_would_be_spoilt_are_refused(tmp_path: Path, ids: pa.Array, says: str) -> None:
    pq.write_table(pa.table({"id": ids, "lon": [120.5] * 2, "lat": [36.1] * 2}), tmp_path / "p.parquet")
    assert f"column id cannot be used as id: {says}" in refused(tmp_path / "p.parquet")


@pytest.mark.parametrize(
    ("lon", "says"),
    [
        ([True, False], "column lon holds bool, not numbers or text"),
        ([[1.0], [2.0]], "column lon holds list<"),
        ([pd.Timestamp(2026, 1, 1).to_pydatetime()] * 2, "column lon holds timestamp"),
    ],
)
def test_coordinates_of_another_kind_are_refused_by_column(tmp_path: Path, lon: list[Any], says: str) -> None:
    pq.write_table(pa.table({"lon": lon, "lat": [36.1] * 2}), tmp_path / "p.parquet")
    assert says in refused(tmp_path / "p.parquet")
    pq.write_table(pa.table({"geometry": [[1.0], [2.0]]}), tmp_path / "p.parquet")
    assert "column geometry holds list<" in refused(tmp_path / "p.parquet")


def test_columns_that_are_told_go_before_a_geometry(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"lon": [1.0], "y2": [36.2]}, geometry=[PLACE], crs=4326)
    frame.to_file(tmp_path / "p.gpkg")
    frame.to_parquet(tmp_path / "p.parquet")
    for name in ("p.gpkg", "p.parquet"):
        found = everything(open_points(str(tmp_path / name), columns={"lat": "y2"}))
        assert (found.x.tolist(), found.y.tolist()) == ([1.0], [36.2])


@pytest.mark.parametrize("told", [None, "gb18030"])
def test_a_shapefile_without_a_stated_encoding_is_read_as_tables_are(
    tmp_path: Path, told: str | None
) -> None:
    frame = gpd.GeoDataFrame({"id": ["甲", "a"]}, geometry=[PLACE] * 2, crs=4326)
    frame.to_file(tmp_path / "p.shp", encoding="gb18030")
    (tmp_path / "p.cpg").unlink()
    assert everything(open_points(str(tmp_path / "p.shp"), encoding=told)).ids.to_pylist() == ["甲", "a"]


@pytest.mark.parametrize("name", ["p.gpkg", "p.geojson", "p.fgb"])
def test_an_encoding_told_for_a_table_does_not_spoil_other_forms(tmp_path: Path, name: str) -> None:
    gpd.GeoDataFrame({"id": ["甲"]}, geometry=[PLACE], crs=4326).to_file(tmp_path / name)
    assert everything(open_points(str(tmp_path / name), encoding="gb18030")).ids.to_pylist() == ["甲"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.geojsonl", "", "p.geojsonl cannot be read: it is empty"),
        ("p.gpkg", "rubbish", "it is damaged, or not what its ending .gpkg says"),
        ("p.csv", "id,lon,lat\n1,2,3\n \n", "row 3 (the heading is row 1) has 1 cells instead of 3"),
        ("p.csv", "id,name\n1,2\n", "Name it with --map lon=COLUMN"),
        ("p.parquet", "", "it is empty"),
    ],
)
def test_the_reason_is_told_in_words_of_the_field(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content)
    assert says in refused(tmp_path / name)


@pytest.mark.parametrize(
    "notes",
    [
        "rubbish",
        json.dumps({"primary_column": "geometry"}),
        json.dumps({"primary_column": "nothing", "columns": {"nothing": {}}}),
        json.dumps({"primary_column": "geometry", "columns": {"geometry": {"crs": {"type": "odd"}}}}),
        json.dumps([1]),
    ],
)
def test_broken_notes_of_geoparquet_are_told(tmp_path: Path, notes: str) -> None:
    table = pa.table({"geometry": [shapely.to_wkb(PLACE)]}).replace_schema_metadata({"geo": notes})
    pq.write_table(table, tmp_path / "p.parquet")
    assert "p.parquet cannot be read" in refused(tmp_path / "p.parquet")


def test_what_postgis_writes_is_read() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x, y, fault = wkt_to_points(
            pa.array([
                PLACE.wkb_hex, shapely.to_wkb(shapely.set_srid(PLACE, 4490), hex=True, include_srid=True),
                "SRID=4490;POINT (120.5 36.1)", "0101", "0" * 60, "9" * 400, PLACE.wkb_hex[:-1],
            ])
        )  # fmt: skip
    assert x[:3].tolist() == [120.5] * 3
    assert y[:3].tolist() == [36.1] * 3
    assert {PLACE_FAULTS[number] for number in fault[3:]} == {"not_a_point"}


def test_files_whose_ids_are_of_several_kinds_have_text(tmp_path: Path) -> None:
    for number, name in enumerate([1, 7, "007"]):
        frame = pd.DataFrame({"id": [name], "lon": [120.5], "lat": [36.1]})
        frame.to_parquet(tmp_path / f"p{number}.parquet")
    assert everything(open_points(str(tmp_path))).ids.to_pylist() == ["1", "7", "007"]
    assert everything(open_points(f"{tmp_path}/p[01].parquet")).ids.to_pylist() == [1, 7]


def test_files_that_declare_nothing_go_with_wgs84_and_a_told_system_goes_before_all(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,lon,lat\na,120.5,36.1\n")
    frame = gpd.GeoDataFrame({"id": ["b"]}, geometry=[PLACE], crs=4326)
    frame.to_parquet(tmp_path / "p.parquet")
    assert open_points(f"{tmp_path}/p.*").crs == "wgs84"
    frame.to_crs(4549).to_parquet(tmp_path / "p2.parquet")
    assert "several systems: EPSG:4549, wgs84; route them apart" in refused(Path(f"{tmp_path}/p*"))
    assert open_points(f"{tmp_path}/p*", crs="gcj02").crs == "gcj02"
