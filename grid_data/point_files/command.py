"""``gridgov route`` without its words: layers, router, points, job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gis.cells.grid import WIDEST_DEGREES
from gis.crs import is_metric, normal_system, scale_error
from gis.errors import UnknownSystem
from gis.point_router import PointRouter
from gis.router import ZoneLayer
from grid_data.importers.problems import ImportRefused
from grid_data.point_files.layers import LayerFile, check_names, read_layer
from grid_data.point_files.outputs import output_for
from grid_data.point_files.parts import PartNote
from grid_data.point_files.run import Job, Listener, run_local
from grid_data.point_files.sources import Points, open_points

__all__ = ["Request", "Result", "run"]


@dataclass(frozen=True)
class Request:
    """What the operator asked for; see ``gridgov route --help``.

    Attributes
    ----------
    columns
        Column of ``id``, ``lon``, ``lat`` where they have other names.
    metric_srid
        EPSG code of the system of distances; chosen from the layers if None.
    scheduler
        Address of a Dask scheduler; None for this machine alone.
    """

    points: str
    layers: tuple[LayerFile, ...]
    out: Path
    crs: str | None
    columns: Mapping[str, str]
    points_layer: str | None
    encoding: str | None
    metric_srid: int | None
    strict: bool
    overwrite: bool
    restart: bool
    batch_rows: int
    scheduler: str | None


@dataclass(frozen=True)
class Result:
    """What was done.

    Attributes
    ----------
    total
        What the output holds.
    rows_before
        Rows of it that an earlier run had finished.
    system
        The system the points were read in.
    metric_srid
        EPSG code of the system of distances.
    """

    total: PartNote
    rows_before: int
    system: str
    metric_srid: int


def run(request: Request, listener: Listener) -> Result:
    """Do what was asked.

    Raises
    ------
    ImportRefused
        A file or an option cannot be used.
    LayerError
        The layers do not fit together.
    """
    check_names(request.layers)
    _check_metric(request.metric_srid)
    points = open_points(
        request.points,
        columns=request.columns,
        layer=request.points_layer,
        encoding=request.encoding,
        crs=request.crs,
    )
    system = _system(points.crs)
    # Before layers are read, which may take minutes.
    output = output_for(request.out, [layer.name for layer in request.layers], points.id_type)
    _check_out(request, points)
    listener.reads_points(points, system)
    read = []
    for layer in request.layers:
        listener.reading_layer(layer.name)
        read.append(read_layer(layer, encoding=request.encoding))
        listener.read_layer(layer.name, len(read[-1][0].codes))
    router = _router([zones for zones, _ in read], request.metric_srid, listener)
    description = {
        "gridgov": version("gridgov"),
        "points": [_mark(file.path) for file in points.files],
        "columns": [vars(file.columns) for file in points.files],
        "layers": [
            [
                layer.name,
                source.sha256,
                layer.column,
                source.layer,
                layer.crs,
                layer.cardinality,
                layer.tolerance_m,
            ]
            for layer, (_, source) in zip(request.layers, read, strict=True)
        ],
        "points-layer": request.points_layer,
        "encoding": request.encoding,
        "crs": system,
        "metric-srid": router.router.metric_srid,
        "strict": request.strict,
        "batch-rows": request.batch_rows,
        "engine": "local" if request.scheduler is None else "dask",
        "output": [output.form, output.id_type],
    }
    job = Job(
        points, system, output, request.out, description, request.batch_rows,
        request.strict, request.restart, request.overwrite,
    )  # fmt: skip
    if request.scheduler is None:
        total, before = run_local(job, router, listener)
    else:
        from grid_data.point_files.cluster import run_dask

        total, before = run_dask(job, router, listener, request.scheduler)
    return Result(total, before, system, router.router.metric_srid)


def _router(layers: Sequence[ZoneLayer], told_srid: int | None, listener: Listener) -> PointRouter:
    shapes = np.concatenate([np.asarray(zones.geometries, dtype=object) for zones in layers])
    bounds = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    west, south, east, north = bounds.tolist()
    if max(east - west, north - south) >= WIDEST_DEGREES:
        raise ImportRefused(
            "too_wide",
            f"各图层合起来跨度超过 {WIDEST_DEGREES:.0f} 度，无法一起分派；请分几次运行",
            f"the layers together spread over more than {WIDEST_DEGREES:.0f} degrees, which one run cannot "
            "take; route them in several",
        )
    router = PointRouter.build(layers, told_srid)
    srid = router.router.metric_srid
    if np.isnan(bounds).any():
        listener.indexed(srid, 0.0, 0.0)
        return router
    error = scale_error((west + east) / 2, (south + north) / 2, srid)
    if not np.isfinite(error):
        raise ImportRefused(
            "metric_srid",
            f"--metric-srid {srid}：该坐标系在图层所在地没有定义",
            f"--metric-srid {srid}: this system is not defined where the layers are",
        )
    listener.indexed(srid, east - west, error)
    return router


def _system(shown: str) -> str:
    try:
        return normal_system(shown)
    except UnknownSystem:
        raise ImportRefused(
            "unknown_crs",
            f"坐标系“{shown}”无法识别；请用 --crs 指明（wgs84、cgcs2000、gcj02、bd09 或 EPSG:代码）",
            f"the coordinate system {shown!r} is not known; name it with --crs "
            "(wgs84, cgcs2000, gcj02, bd09 or EPSG:n)",
        ) from None


def _check_out(request: Request, points: Points) -> None:
    """Refuse to replace what is read."""
    out = request.out.resolve()
    for path in (*(file.path for file in points.files), *(layer.path for layer in request.layers)):
        if path.resolve() == out or out in path.resolve().parents:
            raise ImportRefused(
                "output_is_input",
                f"{request.out} 是要读取的文件；请另取输出名称",
                f"{request.out} is read as input; choose another output",
            )


def _check_metric(srid: int | None) -> None:
    if srid is None:
        return
    if not is_metric(srid):
        raise ImportRefused(
            "metric_srid",
            f"--metric-srid {srid}：应为以米为单位的投影坐标系的 EPSG 代码",
            f"--metric-srid {srid}: must be the EPSG code of a projected system in metres",
        )


def _mark(path: Path) -> list[Any]:
    """What tells a file from another or changed one, without reading all of it."""
    state = path.stat()
    return [str(path.absolute()), state.st_size, state.st_mtime_ns]
