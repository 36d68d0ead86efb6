"""GeoParquet, GeoPackage and FlatGeobuf: files for GIS, made of Arrow batches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from grid_data.exporters.columns import Column, Row, Sheet
from grid_data.exporters.gdal_file import write_by_gdal

__all__ = ["SpatialForm", "write_spatial"]

SpatialForm = Literal["gpkg", "parquet", "fgb"]
GEOMETRY = "geometry"
# Rows of a row group: what a reader takes in at once.
GROUP = 65_536
_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "moment": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "truth": pa.bool_(),
}


def write_spatial(batches: Iterable[Sequence[Row]], path: Path, sheet: Sheet, form: SpatialForm) -> None:
    """Write a file; what it is about stands in its metadata, moments are in UTC, places in EPSG:4326."""
    table = _Table(sheet)
    if form == "parquet":
        _write_parquet(table, batches, path)
    else:
        _write_gdal(table, batches, path, form)


class _Table:
    """Rows as Arrow batches."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._places = sheet.places(with_geometry=sheet.shape is not None)
        self._columns = [sheet.columns[at] for at in self._places]
        self._words = [sheet.words(column) for column in self._columns]
        fields = [
            pa.field(name, _TYPES[column.kind])
            for name, column in zip(self._names(), self._columns, strict=True)
        ]
        if sheet.shape:
            # How Arrow and GDAL tell each other which column is the geometry.
            fields.append(pa.field(GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}))
        self.schema = pa.schema(fields)

    def _names(self) -> list[str]:
        return [self.sheet.heading(column) for column in self._columns]

    def batches(self, read: Iterable[Sequence[Row]]) -> Iterator[Any]:
        """A record batch for each batch of rows."""
        for rows in read:
            columns = [
                self._array(column, words, [row[at] for row in rows])
                for at, column, words in zip(self._places, self._columns, self._words, strict=True)
            ]
            if self.sheet.shape:
                columns.append(pa.array([row[-1] for row in rows], pa.binary()))
            yield pa.record_batch(columns, schema=self.schema)

    @staticmethod
    def _array(column: Column, words: Any, values: list[Any]) -> Any:
        if words is not None:
            values = [words.get(value, value) for value in values]
        return pa.array(values, _TYPES[column.kind])


def _write_parquet(table: _Table, batches: Iterable[Sequence[Row]], path: Path) -> None:
    about = {"gridgov": json.dumps(table.sheet.about.document(), ensure_ascii=False)}
    schema = table.schema
    if table.sheet.shape:
        kinds = {"Unknown": []}.get(table.sheet.shape, [table.sheet.shape])
        # Without a system named, it is longitude and latitude on WGS 84.
        about["geo"] = json.dumps(
            {
                "version": "1.1.0",
                "primary_column": GEOMETRY,
                "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": kinds}},
            }
        )
        at = schema.get_field_index(GEOMETRY)
        schema = schema.set(at, pa.field(GEOMETRY, pa.binary()))
    with pq.ParquetWriter(path, schema.with_metadata(about), compression="zstd") as writer:
        waiting: list[Any] = []
        rows = 0
        for batch in table.batches(batches):
            waiting.append(batch.cast(schema) if table.sheet.shape else batch)
            rows += batch.num_rows
            if rows >= GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema), row_group_size=rows)
                waiting, rows = [], 0
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema), row_group_size=rows)


def _write_gdal(table: _Table, batches: Iterable[Sequence[Row]], path: Path, form: SpatialForm) -> None:
    sheet = table.sheet
    title = getattr(sheet.about.title, sheet.language)
    told = "; ".join(f"{name}: {value}" for name, value in sheet.about.facts(sheet.language).items())
    document = {"gridgov": json.dumps(sheet.about.document(), ensure_ascii=False)}
    options: dict[str, Any]
    if form == "gpkg":
        layer = {"DESCRIPTION": told, "IDENTIFIER": f"{title} {sheet.name}"}
        options = {"driver": "GPKG", "layer_options": layer, "layer_metadata": document}
    else:
        # The index of the format has no room for rows without a place.
        index = "YES" if sheet.shape and sheet.placed else "NO"
        layer = {"TITLE": title, "DESCRIPTION": told, "SPATIAL_INDEX": index}
        options = {"driver": "FlatGeobuf", "layer_options": layer, "metadata": document}
    # GDAL keeps what it packs for its index in the folder it writes to.
    options |= {
        "layer": sheet.name,
        "geometry_name": GEOMETRY if sheet.shape else None,
        "geometry_type": sheet.shape,
        "crs": "EPSG:4326" if sheet.shape else None,
    }
    write_by_gdal(table.schema, table.batches(batches), path, options)
