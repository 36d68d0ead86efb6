"""Files of GDAL are written by a process of their own that ends with the file, whole or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio
import pytest
import shapely

from grid_data.exporters.gdal_file import write_by_gdal

POINTS = pa.field("geometry", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
SCHEMA = pa.schema([pa.field("code", pa.string()), POINTS])
OPTIONS = {
    "layer": "places",
    "geometry_name": "geometry",
    "geometry_type": "Point",
    "crs": "EPSG:4326",
    "driver": "GPKG",
}


def batch(code: str) -> pa.RecordBatch:
    places = [shapely.to_wkb(shapely.Point(120.5, 36.1))]
    return pa.record_batch([pa.array([code]), pa.array(places, pa.binary())], schema=SCHEMA)


def test_all_batches_are_in_the_file(tmp_path: Path) -> None:
    write_by_gdal(SCHEMA, [batch("一"), batch("b")], tmp_path / "places.gpkg", OPTIONS)
    read = pyogrio.read_dataframe(tmp_path / "places.gpkg")
    assert read["code"].tolist() == ["一", "b"]
    assert [(place.x, place.y) for place in read.geometry] == [(120.5, 36.1)] * 2


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match=r"places\.gpkg"):
        write_by_gdal(SCHEMA, (batch("a") for _ in range(5000)), tmp_path / "no" / "places.gpkg", OPTIONS)
    assert "places.gpkg" in capfd.readouterr().err


def test_rows_that_break_off_end_the_writer(tmp_path: Path) -> None:
    begun: list[int] = []

    def broken() -> Iterator[pa.RecordBatch]:
        yield batch("a")
        begun.extend(children())
        raise LookupError("gone")

    with pytest.raises(LookupError):
        write_by_gdal(SCHEMA, broken(), tmp_path / "places.gpkg", OPTIONS)
    assert begun
    assert not set(begun) & set(children())


def children() -> list[int]:
    """Processes that this one has begun."""
    return [int(number) for number in Path("/proc/thread-self/children").read_text().split()]
