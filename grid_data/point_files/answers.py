"""A batch of points to rows of the output, as an Arrow table or as lines of text; no loop over rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.crs import to_wgs84
from gis.point_router import FAULT_WORDS, METHODS, PLACE_FAULTS, PointAnswers, PointRouter
from gis.router import NO_ZONE
from grid_data.importers.problems import ImportRefused
from grid_data.point_files.batches import ID_TYPES, PointBatch
from grid_data.point_files.point_geometry import from_points

__all__ = ["AnsweredBatch", "answer_batch", "csv_heading", "output_columns", "output_schema"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AnsweredBatch:
    """Answers for a batch.

    Attributes
    ----------
    ids
        Arrow array (n,).
    lon, lat
        float64 (n,), EPSG:4326 degrees; NaN where there is no place on the globe.
    answers
        By layer.
    """

    ids: pa.Array
    lon: Floats
    lat: Floats
    answers: PointAnswers

    def __len__(self) -> int:
        return len(self.lon)

    def columns(self) -> Iterator[tuple[str, pa.Array]]:
        """Name and values of each output column but the geometry; codes and methods as dictionaries."""
        yield "id", self.ids
        for layer, found in self.answers.layers.items():
            missing = found.zone == NO_ZONE
            numbers = pa.array(np.where(missing, 0, found.zone), mask=missing)
            yield layer, pa.DictionaryArray.from_arrays(numbers, pa.array(found.codes or [""], pa.string()))
            yield (
                f"{layer}_method",
                pa.DictionaryArray.from_arrays(
                    pa.array(found.method.astype(np.int32)), pa.array(METHODS, pa.string())
                ),
            )
            yield f"{layer}_distance_m", pa.array(found.distance_m, mask=np.isnan(found.distance_m))

    def table(self, schema: pa.Schema) -> pa.Table:
        """The rows with their geometry (WKB), by `output_schema`."""
        arrays = [array for _, array in self.columns()]
        return pa.Table.from_arrays([*arrays, from_points(self.lon, self.lat)], schema=schema)

    def csv_lines(self) -> Any:
        """The rows as CSV, one buffer of UTF-8, without heading."""
        cells = [_csv(array) for _, array in self.columns()]
        return _lines(cells, ",")

    def geojson_lines(self) -> Any:
        """The rows as GeoJSON features, one a line, one buffer of UTF-8."""
        cells: list[Any] = []
        for number, (name, array) in enumerate(self.columns()):
            opening = '{"type":"Feature","properties":{' if number == 0 else ","
            key = f"{opening}{json.dumps(name, ensure_ascii=False)}:"
            cells += [pa.scalar(key), _json(array)]
        lon, lat = (pa.array(values).cast(pa.string()) for values in (self.lon, self.lat))
        place = pc.binary_join_element_wise(
            '},"geometry":{"type":"Point","coordinates":[', lon, ",", lat, "]}}", ""
        )
        nowhere = pa.array(np.isnan(self.lon))
        cells.append(pc.if_else(nowhere, '},"geometry":null}', place))
        return _lines(cells, "")


def output_columns(layers: Sequence[str]) -> list[str]:
    """Names of the output columns, in order.

    >>> output_columns(["grid"])
    ['id', 'grid', 'grid_method', 'grid_distance_m']
    """
    parts = ("", "_method", "_distance_m")
    return ["id", *(f"{layer}{part}" for layer in layers for part in parts)]


def csv_heading(names: Sequence[str]) -> bytes:
    """The first line of a CSV file."""
    return (",".join(_csv(pa.array(names, pa.string())).to_pylist()) + "\n").encode()


def output_schema(layers: Sequence[str], id_kind: str) -> pa.Schema:
    """Columns of the output with the geometry last, as GeoParquet 1.1 in WGS 84 longitude and latitude."""
    text = pa.dictionary(pa.int32(), pa.string())
    kinds = {"": text, "_method": text, "_distance_m": pa.float64()}
    fields = [pa.field("id", ID_TYPES[id_kind])]
    fields += [pa.field(f"{layer}{part}", kind) for layer in layers for part, kind in kinds.items()]
    notes = {
        "version": "1.1.0",
        "primary_column": "geometry",
        # No crs: longitude and latitude in WGS 84.
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    return pa.schema([*fields, pa.field("geometry", pa.binary())], {"geo": json.dumps(notes)})


def answer_batch(
    batch: PointBatch, router: PointRouter, system: str, *, strict: bool = False
) -> AnsweredBatch:
    """Answers for points in a declared system.

    Raises
    ------
    ImportRefused
        A point cannot be placed and ``strict`` is wanted; the row is named.
    """
    with np.errstate(invalid="ignore"):
        lon, lat = to_wgs84(batch.x, batch.y, system)
    answers = router.answer(lon, lat, batch.fault)
    if strict and (answers.fault >= 0).any():
        raise _unplaced(batch, answers)
    with np.errstate(invalid="ignore"):
        nowhere = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    lon[nowhere] = lat[nowhere] = np.nan
    return AnsweredBatch(batch.ids, lon, lat, answers)


def _unplaced(batch: PointBatch, answers: PointAnswers) -> ImportRefused:
    at = int(np.flatnonzero(answers.fault >= 0)[0])
    words = FAULT_WORDS[PLACE_FAULTS[answers.fault[at]]]
    row, name = batch.first + at, batch.ids[at].as_py()
    # What is no number was not kept.
    given = f" ({batch.x[at]:.10g}, {batch.y[at]:.10g})" if np.isfinite(batch.x[at]) else ""
    return ImportRefused(
        "unplaced",
        f"第 {row} 行（id {name}）：{words.zh}{given}",
        f"row {row} (id {name}): {words.en}{given}",
    )


def _csv(array: pa.Array) -> Any:
    """Cells of CSV: quoted where needed, nothing for null."""
    if pa.types.is_dictionary(array.type):
        cells = pa.DictionaryArray.from_arrays(array.indices, _csv(array.dictionary)).cast(pa.string())
        return pc.fill_null(cells, "")
    text = array.cast(pa.string())
    if pa.types.is_string(array.type):
        special = pc.match_substring_regex(text, '[",\r\n]')
        if pc.any(special).as_py():
            quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
            text = pc.if_else(special, quoted, text)
    return pc.fill_null(text, "")


def _json(array: pa.Array) -> Any:
    """Cells of JSON."""
    if pa.types.is_dictionary(array.type):
        cells = pa.DictionaryArray.from_arrays(array.indices, _json(array.dictionary)).cast(pa.string())
        return pc.fill_null(cells, "null")
    if not pa.types.is_string(array.type):
        return pc.fill_null(array.cast(pa.string()), "null")
    special = pc.match_substring_regex(array, '["\\\\\\x00-\\x1f]')
    quoted = pc.binary_join_element_wise('"', array, '"', "")
    if pc.any(special).as_py():
        odd = pc.filter(array, pc.fill_null(special, False)).to_pylist()
        written = pa.array([json.dumps(text, ensure_ascii=False) for text in odd], pa.string())
        quoted = pc.replace_with_mask(quoted, pc.fill_null(special, False), written)
    return pc.fill_null(quoted, "null")


def _lines(cells: list[Any], between: str) -> Any:
    """Cells joined to lines: the data of one Arrow array of text is what a file holds."""
    wide = [cell.cast(pa.large_string()) for cell in cells]
    joined = pc.binary_join_element_wise(*wide, pa.scalar(between, pa.large_string()))
    end = pa.scalar("\n", pa.large_string())
    lines = pc.binary_join_element_wise(joined, pa.scalar("", pa.large_string()), end)
    if not len(lines):
        return pa.py_buffer(b"")
    lines = lines.combine_chunks() if isinstance(lines, pa.ChunkedArray) else lines
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return data.slice(int(ends[0]), int(ends[-1] - ends[0]))
