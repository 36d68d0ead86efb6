"""Points in GeoPackage, GeoJSON, Shapefile and FlatGeobuf, read as a stream by GDAL."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import pyproj

from gis.crs import system_of
from grid_data.importers.problems import ImportRefused
from grid_data.importers.reading import DAMAGED
from grid_data.importers.shapefile_text import text_encoding
from grid_data.point_files.batches import PointBatch, id_type
from grid_data.point_files.geojson_ids import check_records, numbered_features
from grid_data.point_files.point_geometry import to_points
from grid_data.point_files.refusals import unreadable
from grid_data.point_files.sources import Columns, find_column, places, read_ids, table_columns

__all__ = ["VectorPoints"]

_ROWS = 1 << 16


@dataclass(frozen=True)
class VectorPoints:
    """One layer of a vector file; see `grid_data.point_files.sources`."""

    path: Path
    columns: Columns
    crs: str | None
    id_type: str
    rows: int | None
    layer: str
    encoding: str | None

    @classmethod
    def open(
        cls, path: Path, form: str, told: Mapping[str, str], layer: str | None, encoding: str | None
    ) -> VectorPoints:
        """Look at the schema.

        Raises
        ------
        ImportRefused
            The file is damaged, holds several layers, has no places, or ids that GDAL would not keep.
        """
        try:
            # Elsewhere than in the main thread GDAL would tell of single features on standard error, without
            # saying which; what has no place is counted.
            pyogrio.set_gdal_config_options({"CPL_LOG": os.devnull})
            encoding = text_encoding(path, form, encoding)
            layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
            if layer is None and len(layers) == 1:
                layer = layers[0]
            if layer not in layers:
                raise _which_layer(path, layer, layers)
            notes = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
            with pyogrio.raw.open_arrow(path, layer=layer, encoding=encoding, use_pyarrow=True) as (
                _,
                reader,
            ):
                schema = reader.schema
        except DAMAGED as problem:
            raise unreadable(path, problem) from problem
        names = [str(name) for name in notes["fields"]]
        found = find_column(path, names, "id", told)
        sequence = notes["driver"] == "GeoJSONSeq"
        if sequence:
            check_records(path, int(notes["features"]))
        numbered = (
            found is None
            and notes["driver"].startswith("GeoJSON")
            and numbered_features(path, sequence=sequence)
        )
        geometry = next((str(name) for name in schema.names if name not in names), None)
        columns = Columns(found, geometry=geometry, form="wkb")
        if geometry is None or not told.keys().isdisjoint(("lon", "lat")):
            columns = table_columns(path, names, told)
        columns = replace(columns, feature_ids=numbered)
        crs = system_of(pyproj.CRS.from_user_input(notes["crs"])) if notes.get("crs") else None
        kind = id_type(None if found is None else schema.field(found).type)
        rows = int(notes["features"])
        return cls(path, columns, crs, kind, rows if rows >= 0 else None, layer, encoding)

    def with_ids(self, kind: str) -> VectorPoints:
        """See `grid_data.point_files.sources.PointFile`."""
        return replace(self, id_type=kind)

    def progress(self) -> float:
        """Not asked: ``rows`` is known for the drivers in use."""
        return 0.0

    def batches(self, skip: int, first: int) -> Iterator[PointBatch]:
        """See `grid_data.point_files.sources.PointFile`."""
        try:
            with pyogrio.raw.open_arrow(
                self.path,
                layer=self.layer,
                columns=self._attributes(),
                encoding=self.encoding,
                read_geometry=self.columns.form == "wkb",
                skip_features=skip,
                return_fids=self.columns.feature_ids,
                batch_size=_ROWS,
                use_pyarrow=True,
            ) as (notes, reader):
                for batch in reader:
                    if not batch.num_rows:
                        continue
                    x, y, fault = self._places(batch)
                    column = None
                    if self.columns.feature_ids:
                        column = batch[notes["fid_column"]]
                    elif self.columns.id is not None:
                        column = batch[self.columns.id]
                    named = read_ids(self.path, self.columns.id, column, first, len(x), self.id_type)
                    yield PointBatch(first, named, x, y, fault)
                    first += len(x)
        except (*DAMAGED, pa.ArrowException, RuntimeError) as problem:
            raise unreadable(self.path, problem) from problem

    def _attributes(self) -> list[str]:
        return [
            name
            for name in self.columns.names()
            if name != self.columns.geometry or self.columns.form != "wkb"
        ]

    def _places(self, batch: pa.RecordBatch) -> Any:
        if self.columns.form != "wkb":
            return places(self.path, batch, self.columns)
        column = batch[self.columns.geometry]
        return to_points(column.storage if isinstance(column, pa.ExtensionArray) else column)


def _which_layer(path: Path, layer: str | None, layers: list[str]) -> ImportRefused:
    if layer is None:
        return ImportRefused(
            "which_layer",
            f"{path.name} 含多个图层，请用 --points-layer 指明：{'、'.join(layers)}",
            f"{path.name} holds several layers, choose with --points-layer: {', '.join(layers)}",
        )
    return ImportRefused(
        "no_such_layer",
        f"{path.name} 中没有图层 {layer}；现有：{'、'.join(layers)}",
        f"{path.name} has no layer {layer}; it has {', '.join(layers)}",
    )
