"""Files damaged anywhere: they are read, or refused in words; nothing else comes out."""

from __future__ import annotations

import gzip
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from grid_data.importers.problems import ImportRefused
from grid_data.point_files.layers import LayerFile, read_layer
from grid_data.point_files.sources import open_points
from tests.unit.point_files.test_point_sources import everything

SPOILT = 14
"""How often each file is damaged."""


def written(folder: Path, frame: gpd.GeoDataFrame, form: str) -> Path:
    path = folder / f"f.{form}"
    if form == "parquet":
        frame.to_parquet(path)
    elif form.startswith("csv"):
        text = frame.to_wkt().rename(columns={"geometry": "wkt"}).to_csv(index=False).encode()
        path.write_bytes(gzip.compress(text) if form.endswith("gz") else text)
    elif form == "geojsonl":
        frame.to_file(path, driver="GeoJSONSeq")
    else:
        frame.to_file(path)
    return path


def damages(path: Path, seed: int) -> Iterator[None]:
    """The file, or one of those beside it, spoilt in one way after the other; whole again at the end."""
    random = np.random.default_rng(seed)
    parts = sorted(path.parent.iterdir())
    for _ in range(SPOILT):
        part = parts[int(random.integers(len(parts)))]
        whole = part.read_bytes()
        data = bytearray(whole)
        at = int(random.integers(len(data)))
        match int(random.integers(4)):
            case 0:
                for place in random.integers(0, len(data), 8).tolist():
                    data[place] = int(random.integers(256))
            case 1:
                del data[at:]
            case 2:
                data[at:at] = random.bytes(20)
            case _:
                del data[at : at + 100]
        part.write_bytes(data)
        yield
        part.write_bytes(whole)


def read_or_refused(read: Callable[[], object]) -> None:
    with warnings.catch_warnings():
        # GDAL tells of single features.
        warnings.simplefilter("ignore")
        try:
            read()
        except ImportRefused as problem:
            refused = problem
        else:
            return
    assert all(refused.words)


@pytest.mark.parametrize("form", ["csv", "csv.gz", "geojson", "geojsonl", "gpkg", "parquet", "shp", "fgb"])
def test_damaged_points_are_read_or_refused(tmp_path: Path, form: str) -> None:
    lon = np.linspace(120.0, 120.2, 30)
    frame = gpd.GeoDataFrame(
        {"id": [f"点{n}" for n in range(30)]}, geometry=gpd.points_from_xy(lon, lon - 84), crs=4326
    )
    path = written(tmp_path, frame, form)
    for _ in damages(path, len(form)):
        read_or_refused(lambda: everything(open_points(str(path))))
    assert len(everything(open_points(str(path)))) == 30


@pytest.mark.parametrize("form", ["csv", "geojson", "gpkg", "parquet", "shp", "fgb"])
def test_damaged_layers_are_read_or_refused(tmp_path: Path, form: str) -> None:
    areas = [shapely.box(120 + n / 10, 36, 120.1 + n / 10, 36.1) for n in range(5)]
    frame = gpd.GeoDataFrame({"code": [f"区{n}" for n in range(5)]}, geometry=areas, crs=4326)
    path = written(tmp_path, frame, form)
    for _ in damages(path, len(form)):
        read_or_refused(lambda: read_layer(LayerFile("zone", path)))
    assert len(read_layer(LayerFile("zone", path))[0].codes) == 5


def test_a_name_in_no_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "p.geojson"
    path.write_bytes(
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n\x86":1},"geometry":'
        b'{"type":"Point","coordinates":[120.5,36.1]}}]}'
    )
    with pytest.raises(ImportRefused, match=r"p\.geojson cannot be read"):
        open_points(str(path))
