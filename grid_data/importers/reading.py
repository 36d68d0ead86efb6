"""Files into rows: GeoPackage, GeoJSON, Shapefile, FlatGeobuf, (Geo)Parquet and CSV, also zipped or gzipped.

Nothing is judged here but whether the file can be read at all. Every row keeps its number, every geometry
that cannot be parsed keeps its reason.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from gis.crs import system_of
from grid_data.importers.delimiter import delimiter_of
from grid_data.importers.geoparquet import geometry_column
from grid_data.importers.problems import ImportRefused
from grid_data.importers.shapefile_text import text_encoding

__all__ = ["DAMAGED", "FORMATS", "Source", "read_source"]

FORMATS: Mapping[str, str] = {
    ".gpkg": "GeoPackage",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".geojsonl": "GeoJSONSeq",
    ".shp": "Shapefile",
    ".zip": "Shapefile",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".csv": "CSV",
    ".csv.gz": "CSV",
    ".tsv": "CSV",
}
"""File endings and what they are read as."""

DAMAGED: Final = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.CRSError, OSError,
    # A name in no encoding, and what pyogrio stumbles over where GDAL has no text of a system.
    UnicodeDecodeError, UnboundLocalError,
)  # fmt: skip
"""What the libraries raise of a vector file that is not what it says."""

DEGREES_BY_DEFAULT = frozenset({"CSV", "GeoJSON", "GeoJSONSeq"})
"""Forms that state no system and are in WGS 84 degrees unless told otherwise."""


@dataclass(frozen=True)
class Source:
    """A file as rows.

    Attributes
    ----------
    path, sha256, form, layer
        Where it came from; ``layer`` is the layer of a container, if there are several.
    table
        Attributes as read, indexed by the row numbers of the source.
    geometry
        One shape or None per row, in the file's own coordinates; None where the form has no geometry column
        (CSV: it is made from columns later).
    unreadable
        Rows whose geometry cannot be parsed, with the reason.
    crs
        The system the file declares, normalised; None where it declares none.
    """

    path: Path
    sha256: str
    form: str
    layer: str | None
    table: pd.DataFrame
    geometry: NDArray[np.object_] | None
    unreadable: Mapping[int, str] = field(default_factory=dict)
    crs: str | None = None


def read_source(
    path: Path, *, layer: str | None = None, encoding: str | None = None, any_form: bool = False
) -> Source:
    """Read a file.

    Parameters
    ----------
    path
        The file; its ending tells its form.
    layer
        Which layer of a container to read; needed where it holds several.
    encoding
        Of text, where the file does not say (Shapefile, CSV): by default UTF-8 if it can be, else GB 18030.
    any_form
        Also what GDAL can read besides the forms known here.

    Raises
    ------
    ImportRefused
        The file is missing, of an unknown form, or damaged.
    """
    if not path.is_file():
        raise ImportRefused("no_file", f"找不到文件 {path}", f"there is no file {path}")
    form = _form(path, any_form=any_form)
    try:
        if form == "CSV":
            with ThreadPoolExecutor(1) as beside:
                digest_of = beside.submit(_sha256, path)
                return replace(_read_csv(path, "", encoding), sha256=digest_of.result())
        digest = _sha256(path)
        if form == "GeoParquet":
            return _read_parquet(path, digest)
        return _read_vector(path, digest, form, layer, encoding)
    except ImportRefused:
        raise
    except (*DAMAGED, ValueError) as problem:
        reason = str(problem).splitlines()[0]
        raise ImportRefused(
            "unreadable", f"无法读取 {path.name}：{reason}", f"{path.name} cannot be read: {reason}"
        ) from problem


def _form(path: Path, *, any_form: bool) -> str:
    name = path.name.lower()
    for ending in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(ending):
            return FORMATS[ending]
    if any_form:
        with contextlib.suppress(pyogrio.errors.DataSourceError):
            return str(pyogrio.read_info(path)["driver"])
    known = ", ".join(sorted(FORMATS))
    raise ImportRefused(
        "unknown_form",
        f"无法识别 {path.name} 的格式；支持的扩展名：{known}",
        f"the form of {path.name} is not known; endings read: {known}",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_csv(path: Path, digest: str, encoding: str | None) -> Source:
    table = None if encoding else _read_plain_csv(path)
    for attempt in [encoding] if encoding else ["utf-8-sig", "gb18030"]:
        if table is not None:
            break
        try:
            table = pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                encoding=attempt,
                sep=delimiter_of(path),
            )
            break
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError:
            table = pd.DataFrame()
            break
    if table is None:
        raise ImportRefused(
            "encoding",
            f"{path.name} 既不是 UTF-8 也不是 GB 18030；请用 --encoding 指明",
            f"{path.name} is neither UTF-8 nor GB 18030; name its encoding with --encoding",
        )
    # As a spreadsheet numbers its rows: the heading is row 1.
    table.index = pd.RangeIndex(2, 2 + len(table))
    table.columns = [str(name).strip() for name in table.columns]
    return Source(path, digest, "CSV", None, table, None)


def _read_plain_csv(path: Path) -> pd.DataFrame | None:
    """A well-formed table in UTF-8, read on all cores; None for any other, which is read with patience."""
    try:
        content = pyarrow.csv.read_csv(
            path,
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter_of(path), newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(_headings(path), pyarrow.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except (pyarrow.ArrowInvalid, UnicodeDecodeError):
        return None
    names = content.column_names
    if not all(name.strip() for name in names) or len(set(names)) < len(names):
        return None
    table: pd.DataFrame = content.to_pandas()
    return table


def _headings(path: Path) -> list[str]:
    """Names of the columns as Arrow reads them."""
    options = pyarrow.csv.ParseOptions(delimiter=delimiter_of(path), newlines_in_values=True)
    with pyarrow.csv.open_csv(path, parse_options=options) as reader:
        return [str(name) for name in reader.schema.names]


def _read_parquet(path: Path, digest: str) -> Source:
    content = pyarrow.parquet.read_table(path)
    described = geometry_column(content.schema)
    geometry: NDArray[np.object_] | None = None
    unreadable: dict[int, str] = {}
    crs = None
    if described is not None:
        column, encoding, crs = described
        if encoding.upper() != "WKB":
            raise ImportRefused(
                "encoding",
                f"{path.name}：几何编码 {encoding} 不受支持（需 WKB）",
                f"{path.name}: geometry encoded as {encoding}; only WKB is read",
            )
        geometry, unreadable = _parse(np.asarray(content[column].to_pylist(), dtype=object))
        content = content.drop_columns([column])
    table = content.to_pandas()
    table.index = pd.RangeIndex(1, 1 + len(table))
    return Source(path, digest, "GeoParquet", None, table, geometry, unreadable, crs)


def _read_vector(path: Path, digest: str, form: str, layer: str | None, encoding: str | None) -> Source:
    layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if layer is not None and layer not in layers:
        raise ImportRefused(
            "no_such_layer",
            f"{path.name} 中没有图层 {layer}；现有：{'、'.join(layers)}",
            f"{path.name} has no layer {layer}; it has {', '.join(layers)}",
        )
    if layer is None and len(layers) != 1:
        raise ImportRefused(
            "which_layer",
            f"{path.name} 含多个图层，请用 --source-layer 指明：{'、'.join(layers)}",
            f"{path.name} holds several layers, choose with --source-layer: {', '.join(layers)}",
        )
    notes, _, wkb, columns = pyogrio.raw.read(
        path,
        layer=layer or layers[0],
        encoding=text_encoding(path, form, encoding),
        force_2d=True,
        datetime_as_string=True,
    )
    names = [str(name) for name in notes["fields"]]
    rows = len(columns[0]) if columns else (0 if wkb is None else len(wkb))
    table = pd.DataFrame(
        {name: pd.Series(values) for name, values in zip(names, columns, strict=True)},
        index=pd.RangeIndex(rows),
    )
    table.index = pd.RangeIndex(1, 1 + rows)
    geometry, unreadable = (None, {}) if wkb is None else _parse(np.asarray(wkb, dtype=object))
    crs = None
    if notes.get("crs"):
        crs = system_of(pyproj.CRS.from_user_input(notes["crs"]))
    return Source(path, digest, form, layer or layers[0], table, geometry, unreadable, crs)


def _parse(wkb: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Shapes of WKB; those that break the grammar come out as None, with their reason by row number."""
    shapes = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    unreadable: dict[int, str] = {}
    for position in np.flatnonzero(shapely.is_missing(shapes)):
        if wkb[position] is not None:
            try:
                shapely.from_wkb(wkb[position])
            except shapely.GEOSException as problem:
                unreadable[int(position) + 1] = str(problem).partition(": ")[2] or str(problem)
    return shapes, unreadable


def statistics(source: Source) -> dict[str, Any]:
    """What history keeps of a file."""
    return {"file": source.path.name, "sha256": source.sha256, "form": source.form, "layer": source.layer}
