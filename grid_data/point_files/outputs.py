"""Parts of an output, and the output made of them."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from grid_data.importers.problems import ImportRefused
from grid_data.point_files.answers import AnsweredBatch, csv_heading, output_columns, output_schema
from grid_data.point_files.parts import PartNote

__all__ = ["Output", "output_for"]

_ENDINGS = {
    ".csv": "CSV",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".geojsonl": "GeoJSONSeq",
    ".gpkg": "GPKG",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
}
_PART_ENDINGS = {"CSV": ".csv", "GeoJSON": ".geojsonl", "GeoJSONSeq": ".geojsonl"}
_COPIED = 1 << 20
# So little room on a disk is none.
_FULL = 64 << 20


@dataclass(frozen=True)
class Output:
    """How rows are written.

    Attributes
    ----------
    form
        ``CSV``, ``GeoJSON``, ``GeoJSONSeq``, ``GPKG``, ``GeoParquet``, or ``folder`` of GeoParquet files.
    layers
        Names of the layers.
    id_type
        A key of `grid_data.point_files.batches.ID_TYPES`.
    """

    form: str
    layers: tuple[str, ...]
    id_type: str

    @property
    def ending(self) -> str:
        """File ending of the parts."""
        return _PART_ENDINGS.get(self.form, ".parquet")

    @property
    def schema(self) -> pa.Schema:
        """Columns of Parquet parts."""
        return output_schema(self.layers, self.id_type)

    def write(self, batches: Iterable[AnsweredBatch], file: BinaryIO) -> PartNote:
        """Write a part; tell what it holds."""
        note = PartNote()
        if self.ending != ".parquet":
            for batch in batches:
                file.write(batch.csv_lines() if self.form == "CSV" else batch.geojson_lines())
                note += PartNote(len(batch), batch.answers.counts(), batch.answers.faults())
            return note
        schema = self.schema
        with _parquet(file, schema) as writer:
            for batch in batches:
                writer.write_table(batch.table(schema), row_group_size=max(1, len(batch)))
                note += PartNote(len(batch), batch.answers.counts(), batch.answers.faults())
        return note

    def assemble(self, parts: Sequence[Path], to: Path, progress: Callable[[float], None]) -> None:
        """Make the output of its parts; ``progress`` is told the share that is done."""
        if self.form == "GPKG":
            self._assemble_geopackage(parts, to, progress)
            return
        with to.open("wb") as file:
            if self.form == "GeoParquet":
                with _parquet(file, self.schema) as writer:
                    for table in self._tables(parts, progress):
                        writer.write_table(table, row_group_size=max(1, table.num_rows))
            elif self.form == "GeoJSON":
                file.write(b'{"type":"FeatureCollection","features":[\n')
                _join_features(_chunks(parts, progress), file)
                file.write(b"\n]}\n")
            else:
                if self.form == "CSV":
                    file.write(csv_heading(output_columns(self.layers)))
                for chunk in _chunks(parts, progress):
                    file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    def _tables(self, parts: Sequence[Path], progress: Callable[[float], None]) -> Iterator[pa.Table]:
        schema = self.schema
        text = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        for number, path in enumerate(parts):
            with pq.ParquetFile(path, read_dictionary=text) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group).cast(schema)
            progress((number + 1) / len(parts))

    def _assemble_geopackage(
        self, parts: Sequence[Path], to: Path, progress: Callable[[float], None]
    ) -> None:
        import pyogrio

        plain = pa.schema(
            pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
            for field in self.schema
        )
        # How Arrow and GDAL tell each other which column is the geometry.
        place = plain.field("geometry").with_metadata({"ARROW:extension:name": "geoarrow.wkb"})
        plain = plain.set(plain.get_field_index("geometry"), place)
        batches = (
            batch for table in self._tables(parts, progress) for batch in table.cast(plain).to_batches()
        )
        to.unlink(missing_ok=True)
        # A layer may bear the usual name of the feature number.
        taken = {name.casefold() for name in plain.names}
        number = next(name for name in ("fid", "ogc_fid", "feature_number") if name not in taken)
        try:
            pyogrio.write_arrow(
                pa.RecordBatchReader.from_batches(plain, batches),
                to,
                layer="points",
                driver="GPKG",
                geometry_name="geometry",
                geometry_type="Point",
                crs="EPSG:4326",
                layer_options={"GEOMETRY_NAME": "geometry", "FID": number},
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as problem:
            # On a full disk SQLite complains of what followed from it.
            if shutil.disk_usage(to.parent).free < _FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from problem
            raise OSError(str(problem)) from problem


def output_for(out: Path, layers: Sequence[str], id_type: str) -> Output:
    """The form of an output, by its name's ending; a folder where it has none.

    Raises
    ------
    ImportRefused
        The ending is not known.
    """
    form = "folder" if not out.suffix else _ENDINGS.get(out.suffix.lower())
    if form is None:
        known = ", ".join(_ENDINGS)
        raise ImportRefused(
            "unknown_form",
            f"无法写入 {out.name}；支持的扩展名：{known}（无扩展名：Parquet 文件夹）",
            f"{out.name} cannot be written; endings known: {known} (none: a folder of Parquet files)",
        )
    return Output(form, tuple(layers), id_type)


def _parquet(file: BinaryIO, schema: pa.Schema) -> Any:
    # Without Arrow's own schema every reader sees plain text, not categories.
    # What repeats is told by the schema; looking for it in ids and distances costs a third of the time.
    repeated = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    writer = pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        store_schema=False,
        use_dictionary=repeated,
        write_statistics=["id"],
    )
    writer.add_key_value_metadata(schema.metadata)
    return writer


def _chunks(parts: Sequence[Path], progress: Callable[[float], None]) -> Iterator[bytes]:
    for number, path in enumerate(parts):
        with path.open("rb") as file:
            while chunk := file.read(_COPIED):
                yield chunk
        progress((number + 1) / len(parts))


def _join_features(chunks: Iterable[bytes], file: BinaryIO) -> None:
    """Lines to members of an array: a comma at the end of all lines but the last."""
    held = b""
    for chunk in chunks:
        # Text in JSON never holds a bare line feed.
        file.write(held)
        held = b""
        if chunk.endswith(b"\n"):
            chunk, held = chunk[:-1], b",\n"
        file.write(chunk.replace(b"\n", b",\n"))
