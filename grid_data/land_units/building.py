"""Files that land units are cut from, and files they are written to."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_wgs84
from gis.lattice import to_lattice
from gis.unit_graph import Barrier
from gis.units.graph import border_lines
from gis.units.options import KINDS, Homes, LandUnits
from gis.units.ways import NOT_ON_THE_GROUND, WayKind, Ways, road_kinds
from grid_data.importers.columns import numbers_in
from grid_data.importers.fields import Field, empty, text_of
from grid_data.importers.mapping import GEOMETRY_FIELDS, ColumnMapping
from grid_data.importers.problems import Findings, ImportRefused
from grid_data.importers.reading import read_source
from grid_data.importers.shapes import declared_system, raw_shapes
from grid_data.importers.zones import FIELDS as ZONE_FIELDS
from grid_data.unit_files.outputs import FORMS

__all__ = [
    "Drawn",
    "read_buildings",
    "read_homes",
    "read_ways",
    "unit_frames",
    "with_columns",
    "write_frames",
]

Shapes = NDArray[np.object_]

_ID = Field("id", aliases=("osm_id", "osmid", "code", "编码", "编号"))
_CODE = next(field for field in ZONE_FIELDS if field.name == "code")
GEOMETRY_COLUMNS = tuple(name for field in GEOMETRY_FIELDS for name in (field.name, *field.aliases))
_CLASS = Field(
    "class",
    aliases=("highway", "road_class", "fclass", "railway", "kind_detail", "type", "道路等级", "等级", "类型"),
)
_COUNTS = (
    Field("households", aliases=("homes", "户数", "住户数")),
    Field("residents", aliases=("population", "people", "人口", "人口数", "居民数")),
)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Shapes of a file in EPSG:4326 with the fields that were found."""

    shapes: Shapes
    fields: pd.DataFrame


def _read(path: Path, fields: Sequence[Field], crs: str | None, *, pieces: bool) -> Drawn:
    """Read shapes; those that cannot be used are left out.

    ``pieces``: rows with the same id are parts of one thing, as where tiles cut it, and are put together.
    """
    with warnings.catch_warnings():
        # Of pieces, the numbers GDAL takes for its own are alike on purpose.
        warnings.filterwarnings("ignore", "Several features with id", RuntimeWarning)
        source = read_source(path, any_form=True)
    system = declared_system(source, crs)
    wanted = [*fields, *(GEOMETRY_FIELDS if source.geometry is None else ())]
    mapped, _ = ColumnMapping().apply(source.table, wanted)
    raw = raw_shapes(source, mapped, Findings())
    good = ~(shapely.is_missing(raw) | shapely.is_empty(raw))
    mapped, raw = mapped[good].reset_index(drop=True), raw[good]
    shapes = np.asarray(geometry_to_wgs84(shapely.force_2d(raw), system), dtype=object)
    inside = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes, mapped = shapes[inside], mapped[inside].reset_index(drop=True)
    if pieces and "id" in mapped:
        shapes, mapped = _put_together(shapes, mapped)
    return Drawn(shapes, mapped)


def _put_together(shapes: Shapes, fields: pd.DataFrame) -> tuple[Shapes, pd.DataFrame]:
    """Pieces of one id as one shape, with the fields of the first."""
    own = [f"#{row}" if empty(value) else text_of(value) for row, value in enumerate(fields["id"])]
    codes, group = np.unique(np.array(own, dtype=object).astype(str), return_inverse=True)
    if len(codes) == len(own):
        return shapes, fields
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], np.arange(len(codes)))
    whole = [
        members[0] if len(members) == 1 else shapely.union_all(shapely.make_valid(members))
        for members in np.split(shapes[order], first[1:])
    ]
    return np.array(whole, dtype=object), fields.iloc[order[first]].reset_index(drop=True)


def read_ways(path: Path, kind: WayKind | None, *, crs: str | None = None, pieces: bool = False) -> Ways:
    """Roads, railways, water or walls of a file, EPSG:4326.

    Parameters
    ----------
    kind
        What the file holds; None for roads, whose class is read.
    crs
        The system of the coordinates; else what the file declares.
    pieces
        Rows with the same id are parts of one thing.

    Raises
    ------
    ImportRefused
        The file cannot be read.
    """
    drawn = _read(path, (_ID, _CLASS), crs, pieces=pieces)
    classes = drawn.fields["class"].tolist() if "class" in drawn.fields else [None] * len(drawn.shapes)
    there = np.array([_plain(word) not in NOT_ON_THE_GROUND for word in classes], dtype=np.bool_)
    kinds = road_kinds(classes) if kind is None else np.full(len(classes), kind, dtype=np.uint8)
    shapes = drawn.shapes
    if kind is WayKind.RIVER:
        areas = shapely.get_dimensions(shapes) == 2
        shapes[areas] = shapely.make_valid(shapes[areas])
    return Ways(shapes[there], kinds[there])


def _plain(word: object) -> str:
    return "" if empty(word) else text_of(word).strip().lower()


def read_buildings(path: Path, *, crs: str | None = None, pieces: bool = False) -> tuple[Shapes, Homes]:
    """Footprints or places of buildings, EPSG:4326, and the households a column of theirs tells.

    Raises
    ------
    ImportRefused
        The file cannot be read.
    """
    drawn = _read(path, (_ID, *_COUNTS), crs, pieces=pieces)
    shapes = shapely.make_valid(drawn.shapes)
    homes = Homes.none()
    if "households" in drawn.fields:
        homes = _homes(shapely.point_on_surface(shapes), drawn.fields, one_each=False)
    return shapes, homes


def read_homes(path: Path, *, crs: str | None = None) -> Homes:
    """Households of a file of places: one a row, or as many as a column ``households`` tells.

    Raises
    ------
    ImportRefused
        The file cannot be read.
    """
    drawn = _read(path, _COUNTS, crs, pieces=False)
    return _homes(shapely.point_on_surface(drawn.shapes), drawn.fields, one_each=True)


def _homes(points: Shapes, fields: pd.DataFrame, *, one_each: bool) -> Homes:
    def column(name: str, default: int) -> NDArray[np.int64]:
        if name not in fields:
            return np.full(len(points), default, dtype=np.int64)
        return np.nan_to_num(numbers_in(fields[name]), nan=0.0).clip(0).astype(np.int64)

    households = column("households", int(one_each))
    return Homes(shapely.get_x(points), shapely.get_y(points), households, column("residents", 0))


def unit_frames(
    units: LandUnits, communities: Sequence[str]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The layers ``units``, ``edges`` and ``communities`` of an answer.

    The last are the communities as the units fill them: with every vertex of theirs. A community has one
    base grid to begin with, so that a city without grids can bring its units in.
    """
    graph = units.graph
    code = np.array(communities, dtype=object)[units.community]
    frame = gpd.GeoDataFrame(
        {
            "code": list(units.codes),
            "community": code,
            "base_grid": [f"{one}001" for one in code],
            "kind": np.array(KINDS, dtype=object)[units.kind],
            "block": units.block,
            "households": graph.households,
            "residents": graph.residents,
            "buildings": graph.buildings,
            "area_m2": graph.area_m2.round(1),
        },
        geometry=units.shapes,
        crs=4326,
    )
    names = np.array(units.codes, dtype=object)
    lines = border_lines(to_lattice(units.shapes), graph.ends)
    lines = shapely.transform(lines, lambda points: points / 1e7)
    middles = shapely.get_coordinates(shapely.point_on_surface(units.shapes))
    links = shapely.is_empty(lines)
    lines[links] = shapely.linestrings(middles[graph.ends[links]])
    edges = gpd.GeoDataFrame(
        {
            "unit_a": names[graph.ends[:, 0]],
            "unit_b": names[graph.ends[:, 1]],
            "length_m": graph.length_m.round(3),
            "barrier": [Barrier(number).name.lower() for number in graph.barrier],
            "joined": graph.joined,
        },
        geometry=lines,
        crs=4326,
    )
    lattice = to_lattice(units.shapes)
    areas = [
        shapely.coverage_union_all(lattice[units.community == number]) for number in range(len(communities))
    ]
    around = gpd.GeoDataFrame(
        {"code": list(communities)},
        geometry=shapely.transform(np.array(areas, dtype=object), lambda points: points / 1e7),
        crs=4326,
    )
    return frame, edges, around[~around.geometry.is_empty].reset_index(drop=True)


def with_columns(frame: gpd.GeoDataFrame, path: Path, code: str | None) -> gpd.GeoDataFrame:
    """Communities with the other columns of the file they came from (names, parents), by their code."""
    source = read_source(path, any_form=True)
    mapped, used = ColumnMapping({"code": code} if code else {}).apply(source.table, (_CODE,))
    if "code" not in mapped:
        return frame
    others = source.table.drop(columns=[used["code"], *GEOMETRY_COLUMNS], errors="ignore")
    others.index = pd.Index([None if empty(value) else text_of(value) for value in mapped["code"]])
    others = others[~others.index.duplicated()].drop(columns=["code"], errors="ignore")
    return frame.join(others, on="code")[["code", *others.columns, "geometry"]]


def write_frames(path: Path, frames: dict[str, gpd.GeoDataFrame]) -> list[Path]:
    """Write layers: into one GeoPackage, or beside each other with the layer's name before the ending.

    The files appear whole, at the end; what was there before is replaced.

    Parameters
    ----------
    path
        One that `grid_data.unit_files.outputs.check_output` lets pass.

    Returns
    -------
    list
        The files written; the first layer has the path itself.

    Raises
    ------
    ImportRefused
        The place cannot be written to.
    """
    form = FORMS[path.suffix.lower()]
    written: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-") as folder:
            for number, (name, frame) in enumerate(frames.items()):
                beside = path.with_suffix(f".{name}{path.suffix}")
                target = path if number == 0 or form == "GPKG" else beside
                _write(Path(folder) / target.name, form, name, frame)
                if target not in written:
                    written.append(target)
            for made in sorted(Path(folder).iterdir()):
                shutil.move(made, path.parent / made.name)
    except (OSError, pyogrio.errors.DataSourceError) as problem:
        reason = str(problem).splitlines()[0]
        raise ImportRefused("unwritable", f"无法写入 {path}：{reason}", f"{path}: {reason}") from problem
    return written


def _write(path: Path, form: str, name: str, frame: gpd.GeoDataFrame) -> None:
    if form == "Parquet":
        frame.to_parquet(path)
        return
    options: dict[str, Any] = {"RFC7946": "YES", "COORDINATE_PRECISION": "7"} if form == "GeoJSON" else {}
    layer = name if form == "GPKG" else None
    pyogrio.write_dataframe(frame, path, driver=form, layer=layer, **options)
