"""The encoding of a Shapefile's text: stated, told, or found as that of a table is."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from grid_data.importers.reading import read_source

NAMES = ["崂山", "中韩街道" * 5, "plain"]


def shapefile(folder: Path, encoding: str) -> Path:
    frame = gpd.GeoDataFrame({"名称": NAMES}, geometry=[shapely.Point(120.4, 36.1)] * 3, crs=4326)
    frame.to_file(folder / "a.shp", encoding=encoding)
    return folder / "a.shp"


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        for part in path.parent.glob("a.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    return path.with_suffix(".zip")


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_encoding_is_stated_or_found(tmp_path: Path, encoding: str, stated: bool) -> None:
    path = shapefile(tmp_path, encoding)
    if not stated:
        (tmp_path / "a.cpg").unlink()
    for file in (path, zipped(path)):
        assert read_source(file).table["名称"].tolist() == NAMES


def test_text_cut_in_half_a_character_is_still_found(tmp_path: Path) -> None:
    names = [*NAMES, *["崂山区香港东路" * 3] * 9]
    frame = gpd.GeoDataFrame({"名称": names}, geometry=[shapely.Point(120.4, 36.1)] * len(names), crs=4326)
    frame.to_file(tmp_path / "a.shp", encoding="gb18030")
    (tmp_path / "a.cpg").unlink()
    table = tmp_path / "a.dbf"
    # As a program leaves it that cuts bytes to the width of a field.
    table.write_bytes(table.read_bytes().replace(b"plain", "湖湖".encode("gb18030") + b"\xba"))
    found = read_source(tmp_path / "a.shp").table["名称"].tolist()
    assert found[:2] == NAMES[:2]
    assert found[2].startswith("湖湖")


def test_an_encoding_that_is_told_goes_before(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "gb18030")
    (tmp_path / "a.cpg").unlink()
    assert read_source(path, encoding="gb18030").table["名称"].tolist() == NAMES


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.fgb"])
def test_forms_that_are_always_utf8_heed_no_other_encoding(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame({"名称": NAMES}, geometry=[shapely.Point(120.4, 36.1)] * 3, crs=4326)
    frame.to_file(tmp_path / name)
    assert sorted(read_source(tmp_path / name, encoding="gb18030").table["名称"]) == sorted(NAMES)
