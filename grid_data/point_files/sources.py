"""Files of points: what is in them, and their points in batches of bounded memory."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from grid_data.importers.problems import ImportRefused
from grid_data.importers.reading import FORMATS
from grid_data.point_files.batches import PointBatch, coordinates, ids
from grid_data.point_files.point_geometry import wkt_to_points
from grid_data.point_files.refusals import bad_coordinates, bad_ids, missing_column

__all__ = [
    "POINT_FIELDS",
    "Columns",
    "PointFile",
    "Points",
    "find_column",
    "open_points",
    "places",
    "read_ids",
    "table_columns",
]

POINT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": (),
    "lon": ("lng", "long", "longitude", "x", "easting", "经度", "东坐标"),
    "lat": ("latitude", "y", "northing", "纬度", "北坐标"),
}
"""What is read from a table of points, and by which other names it goes."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a file are read; None where there is no such column.

    Attributes
    ----------
    id, lon, lat
        Names of columns.
    geometry, form
        Name of the column of geometry instead of ``lon`` and ``lat``, and ``wkb`` or ``wkt``.
    feature_ids
        Whether ids are the numbers that GeoJSON features have out of their properties.
    """

    id: str | None
    lon: str | None = None
    lat: str | None = None
    geometry: str | None = None
    form: str = ""
    feature_ids: bool = False

    def names(self) -> list[str]:
        """All columns that are read."""
        return [name for name in (self.id, self.lon, self.lat, self.geometry) if name]


class PointFile(Protocol):
    """One file of points."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def columns(self) -> Columns:
        """What is read of it."""

    @property
    def crs(self) -> str | None:
        """The system the file declares, normalised; None where it declares none."""

    @property
    def id_type(self) -> str:
        """A key of `grid_data.point_files.batches.ID_TYPES`."""

    @property
    def rows(self) -> int | None:
        """Number of points, if it can be known without reading them."""

    def with_ids(self, kind: str) -> PointFile:
        """The same file, its ids read as another key of `grid_data.point_files.batches.ID_TYPES`."""

    def batches(self, skip: int, first: int) -> Iterator[PointBatch]:
        """Points after the first ``skip``; the first one of them has the number ``first``.

        Where ``rows`` is not known, what is skipped shows as empty batches.
        """

    def progress(self) -> float:
        """Part of the file that is read (0 to 1), where ``rows`` is not known."""


@dataclass(frozen=True)
class Points:
    """All files of one job, read one after the other.

    Attributes
    ----------
    files
        In the order of their names.
    id_type
        A key of `grid_data.point_files.batches.ID_TYPES`.
    crs
        The system told or declared, else ``wgs84``.
    """

    files: tuple[PointFile, ...]
    id_type: str
    crs: str

    @property
    def rows(self) -> int | None:
        """Number of points, if known."""
        known = [file.rows for file in self.files]
        return None if None in known else sum(number for number in known if number is not None)

    def batches(self, skip: int = 0) -> Iterator[PointBatch]:
        """Points after the first ``skip``, in batches of any size."""
        first = 1
        for file in self.files:
            rows = file.rows
            if rows is not None and skip >= rows:
                skip, first = skip - rows, first + rows
                continue
            number = first
            for batch in file.batches(skip, first + skip):
                number = batch.first + len(batch)
                yield batch
            skip, first = max(0, skip - (number - first)), number

    def progress(self) -> float:
        """Part of the points that is read (0 to 1), where ``rows`` is not known."""
        return sum(file.progress() for file in self.files) / len(self.files)


def open_points(
    where: str,
    *,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
) -> Points:
    """Open a file, a folder of (Geo)Parquet files, or all files that a pattern names.

    Parameters
    ----------
    where
        Path or pattern (``part-*.parquet``).
    columns
        Column of ``id``, ``lon``, ``lat`` where they have other names.
    layer
        Layer of a container with several.
    encoding
        Of a CSV's or Shapefile's text.
    crs
        What the operator said of the system; it goes before what files declare.

    Raises
    ------
    ImportRefused
        Nothing is there, a form is not known, a column is missing, or files do not fit together.
    """
    told = dict(columns or {})
    for name in told:
        if name not in POINT_FIELDS:
            known = ", ".join(POINT_FIELDS)
            raise ImportRefused(
                "unknown_field",
                f"没有字段 {name}；现有：{known}",
                f"there is no field {name}; there are {known}",
            )
    files = tuple(_open(path.absolute(), told, layer, encoding) for path in _paths(where))
    kinds = {file.id_type for file in files}
    # A file that declares nothing is in WGS 84.
    systems = {crs} if crs else {file.crs or "wgs84" for file in files}
    if len(systems) > 1:
        names = ", ".join(sorted(systems))
        raise ImportRefused(
            "several_systems",
            f"{where} 的文件声明了不同的坐标系：{names}；请分别运行，或用 --crs 指明",
            f"the files of {where} declare several systems: {names}; route them apart, or name it with --crs",
        )
    if len({file.columns.id is None for file in files}) > 1:
        without = next(file.path.name for file in files if file.columns.id is None)
        raise ImportRefused(
            "missing_column",
            f"{without} 没有 id 列，而其他文件有",
            f"{without} has no column id, but other files have",
        )
    kind = "int64" if kinds == {"int64"} else "string"
    # Where one file has text, numbers of the others are text, too.
    return Points(tuple(file.with_ids(kind) for file in files), kind, systems.pop())


def _paths(where: str) -> list[Path]:
    path = Path(where)
    if path.is_file():
        return [path]
    if path.is_dir():
        found = sorted(
            file
            for file in path.rglob("*")
            if file.suffix in (".parquet", ".geoparquet")
            # Neither hidden files nor parts of an unfinished output.
            and not file.name.startswith((".", "_"))
            and not any(folder.suffix == ".parts" for folder in file.relative_to(path).parents)
        )
        if not found:
            raise ImportRefused(
                "no_file", f"{where} 中没有 Parquet 文件", f"there is no Parquet file in {where}"
            )
        return found
    matching = sorted(Path(name) for name in glob.glob(where, recursive=True))
    found = [file for file in matching if file.is_file()]
    if not found:
        raise ImportRefused("no_file", f"找不到文件 {where}", f"there is no file {where}")
    return found


def _open(path: Path, told: Mapping[str, str], layer: str | None, encoding: str | None) -> PointFile:
    name = path.name.lower()
    form = next((FORMATS[end] for end in sorted(FORMATS, key=len, reverse=True) if name.endswith(end)), None)
    # Only here: each needs libraries that the others do not.
    if form == "CSV":
        from grid_data.point_files.csv_source import CsvPoints

        return CsvPoints.open(path, told, encoding)
    if form == "GeoParquet":
        from grid_data.point_files.parquet_source import ParquetPoints

        return ParquetPoints.open(path, told)
    if form is not None:
        from grid_data.point_files.vector_source import VectorPoints

        return VectorPoints.open(path, form, told, layer, encoding)
    known = ", ".join(sorted(FORMATS))
    raise ImportRefused(
        "unknown_form",
        f"无法识别 {path.name} 的格式；支持的扩展名：{known}",
        f"the form of {path.name} is not known; endings read: {known}",
    )


def find_column(
    path: Path, names: list[str], field: str, told: Mapping[str, str], *, required: bool = False
) -> str | None:
    """The column of a field: as told, else by its name or another usual one.

    Raises
    ------
    ImportRefused
        The column told, or a required one, is not there.
    """
    if field in told:
        if told[field] in names:
            return told[field]
        raise missing_column(path, told[field], names, field)
    plain = {_plain(name): name for name in reversed(names)}
    for name in (field, *POINT_FIELDS[field]):
        if _plain(name) in plain:
            return plain[_plain(name)]
    if required:
        raise missing_column(path, field, names, field)
    return None


def table_columns(path: Path, names: list[str], told: Mapping[str, str]) -> Columns:
    """Columns of a table without a geometry of its own: ``lon`` and ``lat``, else a geometry as text.

    Raises
    ------
    ImportRefused
        There is neither.
    """
    found = find_column(path, names, "id", told)
    lon = find_column(path, names, "lon", told)
    lat = find_column(path, names, "lat", told, required=lon is not None)
    if lon is not None:
        return Columns(found, lon, lat)
    text = next((name for name in names if _plain(name) in ("wkt", "geometry", "geom", "thegeom")), None)
    if text is None or lat is not None:
        raise missing_column(path, "lon", names, "lon")
    return Columns(found, geometry=text, form="wkt")


def places(path: Path, batch: pa.RecordBatch, columns: Columns) -> Any:
    """Coordinates and faults of rows whose place stands in columns of a table.

    Raises
    ------
    ImportRefused
        A column holds neither numbers nor text.
    """
    if columns.form == "wkt":
        text = batch[columns.geometry]
        if not _is_text(text.type):
            raise bad_coordinates(path, columns.geometry, text.type, ("WKT 文本", "geometry as text"))
        return wkt_to_points(text.cast(pa.string()))
    for name in (columns.lon, columns.lat):
        kind = batch[name].type
        if not (_is_text(kind) or _is_number(kind)):
            raise bad_coordinates(path, name, kind, ("数字或文本", "numbers or text"))
    return coordinates(batch[columns.lon], batch[columns.lat])


def read_ids(
    path: Path, name: str | None, column: pa.Array | None, first: int, number: int, kind: str
) -> pa.Array:
    """Ids of a batch, as `grid_data.point_files.batches.ids` makes them of a column of that name.

    Raises
    ------
    ImportRefused
        The column holds what is no id, text in another encoding, or numbers that lost digits.
    """
    if column is not None and pa.types.is_floating(column.type) and _beyond_exact(column):
        raise bad_ids(
            path,
            name,
            "浮点数过大，已丢失位数；请改为文本",
            "its floating-point numbers are so large that digits are lost; write them as text",
        )
    try:
        named = ids(column, first, number, kind)
    except pa.ArrowException as problem:
        reason = str(problem).splitlines()[0]
        raise bad_ids(path, name, reason, reason) from problem
    try:
        named.validate(full=True)
    except pa.ArrowInvalid as problem:
        raise bad_ids(
            path,
            name,
            "文本不是 UTF-8；请用 --encoding 指明编码，例如 gb18030",
            "its text is not UTF-8; name the encoding with --encoding, for example gb18030",
        ) from problem
    return named


def _beyond_exact(column: pa.Array) -> bool:
    most = pc.max(pc.abs(pc.if_else(pc.is_finite(column), column, None))).as_py()
    return most is not None and most > 2**53


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def _is_number(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "").replace(" ", "").replace("-", "")
