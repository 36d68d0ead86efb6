"""Points in GeoParquet, or in plain Parquet with lon and lat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from grid_data.importers.geoparquet import geometry_column
from grid_data.importers.problems import ImportRefused
from grid_data.point_files.batches import PointBatch, coordinates, id_type
from grid_data.point_files.point_geometry import to_points
from grid_data.point_files.refusals import unreadable
from grid_data.point_files.sources import Columns, find_column, places, read_ids, table_columns

__all__ = ["ParquetPoints"]

_ROWS = 1 << 16


@dataclass(frozen=True)
class ParquetPoints:
    """A Parquet file; see `grid_data.point_files.sources`.

    Attributes
    ----------
    groups
        Rows of each row group.
    """

    path: Path
    columns: Columns
    crs: str | None
    id_type: str
    groups: tuple[int, ...]

    @classmethod
    def open(cls, path: Path, told: Mapping[str, str]) -> ParquetPoints:
        """Look at the schema.

        Raises
        ------
        ImportRefused
            The file is damaged or has no places.
        """
        with _file(path) as file:
            schema = file.schema_arrow
            groups = tuple(file.metadata.row_group(n).num_rows for n in range(file.num_row_groups))
        names = list(schema.names)
        told_place = not told.keys().isdisjoint(("lon", "lat"))
        try:
            described = geometry_column(schema)
        except ValueError as problem:
            raise unreadable(path, problem) from problem
        geometry, crs = (described.name, described.crs) if described else (None, None)
        if (
            geometry is None
            and "geometry" in names
            and _is_binary(schema.field("geometry").type)
            and not told_place
        ):
            geometry = "geometry"
        found = find_column(path, names, "id", told)
        kind = None if found is None else schema.field(found).type
        if kind is not None and pa.types.is_dictionary(kind):
            kind = kind.value_type
        if geometry is not None and not told_place:
            columns = Columns(found, geometry=geometry, form="wkb")
        else:
            columns = table_columns(path, names, told)
        return cls(path, columns, crs, id_type(kind), groups)

    @property
    def rows(self) -> int:
        """Number of points, from the file's foot."""
        return sum(self.groups)

    def with_ids(self, kind: str) -> ParquetPoints:
        """See `grid_data.point_files.sources.PointFile`."""
        return replace(self, id_type=kind)

    def progress(self) -> float:
        """Not asked: ``rows`` is known."""
        return 0.0

    def batches(self, skip: int, first: int) -> Iterator[PointBatch]:
        """See `grid_data.point_files.sources.PointFile`."""
        group = 0
        while group < len(self.groups) and skip >= self.groups[group]:
            skip -= self.groups[group]
            group += 1
        for batch in self.of_groups(range(group, len(self.groups)), first - skip):
            if skip < len(batch):
                yield batch.part(skip, len(batch)) if skip else batch
            skip = max(0, skip - len(batch))

    def of_groups(self, groups: Sequence[int], first: int) -> Iterator[PointBatch]:
        """Points of some row groups, the first of which has the number ``first``."""
        with _file(self.path) as file:
            batches = file.iter_batches(_ROWS, row_groups=list(groups), columns=self.columns.names())
            while True:
                try:
                    batch = next(batches, None)
                except (pa.ArrowException, OSError) as problem:
                    raise unreadable(self.path, problem) from problem
                if batch is None:
                    return
                x, y, fault = self._places(batch)
                column = None if self.columns.id is None else batch[self.columns.id]
                named = read_ids(self.path, self.columns.id, column, first, len(x), self.id_type)
                yield PointBatch(first, named, x, y, fault)
                first += len(x)

    def _places(self, batch: pa.RecordBatch) -> Any:
        if self.columns.form != "wkb":
            return places(self.path, batch, self.columns)
        column = batch[self.columns.geometry]
        if isinstance(column, pa.ExtensionArray):
            column = column.storage
        if pa.types.is_struct(column.type):
            # The native encoding of points in GeoParquet 1.1.
            x, y = (pc.if_else(column.is_valid(), column.field(name), None) for name in ("x", "y"))
            return coordinates(x, y)
        if not _is_binary(column.type):
            raise ImportRefused(
                "encoding",
                f"{self.path.name}：几何编码 {column.type} 不受支持（需 WKB 或 point）",
                f"{self.path.name}: geometry encoded as {column.type}; only WKB and point are read",
            )
        return to_points(column)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def _file(path: Path) -> Any:
    try:
        # A buffer, so that a column of a huge row group is not read at once.
        return pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowInvalid, OSError) as problem:
        raise unreadable(path, problem) from problem
