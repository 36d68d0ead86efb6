"""What the checks of layers share: layers named on the command line, and where reports go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import in_words, out, progress, say
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from grid_data.database import Connection
    from grid_data.layer_reading import LayerShapes

__all__ = [
    "At",
    "Code",
    "Crs",
    "Given",
    "MetricSrid",
    "Output",
    "Read",
    "is_file",
    "read_layers",
    "usable",
    "write",
]

Code = Annotated[
    str | None,
    typer.Option(
        "--code", metavar="COLUMN", help="Column with the codes, in files. Default: the usual names."
    ),
]
Crs = Annotated[
    str | None,
    typer.Option(
        "--crs",
        metavar="SYSTEM",
        help="System of the file: wgs84, cgcs2000, gcj02, bd09 or EPSG:n. Default: what it declares; "
        "wgs84 for GeoJSON and tables.",
    ),
]
At = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        metavar="DATE",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        help="The edition of stored layers that holds then (in the city's time zone). Default: now.",
    ),
]
MetricSrid = Annotated[
    int | None,
    typer.Option(
        "--metric-srid",
        metavar="EPSG",
        help="System for metres. Default: the city's; for files the CGCS2000 three-degree zone in China, "
        "else UTM.",
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the report goes; else printed.")
]


@dataclass(frozen=True)
class Given:
    """One layer as named on the command line; ``code`` and ``crs`` are for files."""

    name: str
    code: str | None = None
    crs: str | None = None
    cardinality: str | None = None


@dataclass(frozen=True)
class Read:
    """The layers asked for, in their order, and the metric system."""

    layers: list[LayerShapes]
    metric_srid: int


def is_file(name: str) -> bool:
    """Whether a name means a file: codes of layers have neither dot nor slash.

    >>> is_file("police"), is_file("police.gpkg"), is_file("data/police")
    (False, True, True)
    """
    return "." in name or "/" in name


def read_layers(
    given: Sequence[Given], at: datetime | None, metric_srid: int | None, *, with_parent: bool = False
) -> Read:
    """Read layers; the database is only opened when one of them is stored there.

    ``with_parent``: the parent layer of the first one is added when that is stored and has one.

    Raises
    ------
    typer.Exit
        With 1, after the reason was printed.
    """
    from gis.crs import is_metric
    from gis.errors import UnknownSystem
    from gis.layer_check import choose_metric_system
    from grid_data.importers.problems import ImportRefused
    from grid_data.layer_reading import read_layer_file

    found: dict[int, LayerShapes] = {}
    city_srid: int | None = None
    given = [_with_column(one) for one in given]
    try:
        for position, one in enumerate(given):
            if not is_file(one.name) and (one.code or one.crs or one.cardinality):
                raise typer.BadParameter(
                    in_words(
                        f"{one.name} 是已存图层：--code、--crs、--cardinality 只用于文件",
                        f"{one.name} is a stored layer: --code, --crs and --cardinality are for files",
                    )
                )
            if is_file(one.name):
                with progress.status(in_words(f"读取 {one.name}", f"reading {one.name}")):
                    found[position] = read_layer_file(
                        Path(one.name),
                        code=one.code,
                        crs=one.crs,
                        cardinality=one.cardinality or "exactly_one",
                    )
    except ImportRefused as refused:
        fail(*refused.words)
    stored = {position: one for position, one in enumerate(given) if position not in found}
    if stored:
        kept, city_srid = in_database(
            lambda connection, _: _stored(connection, stored, at, with_parent), Words("读取中", "reading")
        )
        found |= kept
    layers = [found[position] for position in sorted(found)]
    if metric_srid is not None and not is_metric(metric_srid):
        raise typer.BadParameter(
            in_words(
                f"--metric-srid：EPSG:{metric_srid} 不是以米为单位的投影坐标系",
                f"--metric-srid: EPSG:{metric_srid} is no projected system in metres",
            )
        )
    try:
        srid = metric_srid or city_srid or choose_metric_system(layers[0].shapes)
    except UnknownSystem:
        if not len(layers[0].codes):
            fail(f"{layers[0].name} 中没有区域", f"there are no zones in {layers[0].name}")
        fail(
            "没有一个坐标是经纬度，无法选择米制坐标系：请用 --crs 或 --metric-srid 指明",
            "no coordinate is a longitude and latitude: name --crs, or --metric-srid",
        )
    return Read(layers, srid)


def _with_column(one: Given) -> Given:
    """``FILE:COLUMN`` taken apart."""
    path, _, column = one.name.rpartition(":")
    if path and column and not Path(one.name).exists() and is_file(path):
        return replace(one, name=path, code=one.code or column)
    return one


async def _stored(
    connection: Connection, given: dict[int, Given], at: datetime | None, with_parent: bool
) -> tuple[dict[int, LayerShapes], int]:
    from zoneinfo import ZoneInfo

    from grid_data.importers.city import read_city
    from grid_data.layer_reading import read_stored_layer

    city = await read_city(connection)
    moment = at or datetime.now(UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(city.timezone))
    found = {
        position: await read_stored_layer(connection, one.name, moment) for position, one in given.items()
    }
    if with_parent and 0 in found and found[0].parent_layer:
        parent = await read_stored_layer(connection, found[0].parent_layer, moment)
        if len(parent.codes):
            found[len(given) + len(found) + 1] = parent
    return found, city.metric_srid


def usable(layer: LayerShapes, *, skip: bool = False) -> tuple[list[str], list[Any]]:
    """Codes and shapes of a layer that is compared with: broken zones would falsify the answer.

    ``skip``: broken zones are left out instead, and how many is said.

    Raises
    ------
    typer.Exit
        With 1, when a zone of it is broken, or none is left.
    """
    from gis.coverage import check_shapes

    broken: set[str] = set()
    for finding in check_shapes(layer.codes, layer.shapes):
        if not skip:
            fail(
                f"{layer.name} 不能作为依据：{finding.message.zh}",
                f"{layer.name} cannot be compared with: {finding.message.en}",
            )
        if finding.kind != "duplicate_code":
            broken.update(finding.codes)
    good = [index for index, code in enumerate(layer.codes) if code not in broken]
    if not good:
        fail(f"{layer.name} 没有可用的区域", f"{layer.name} has no usable zone")
    if broken:
        say(in_words(f"略去 {len(broken)} 个无效区域", f"{len(broken)} broken zone(s) left out"))
    return [layer.codes[index] for index in good], [layer.shapes[index] for index in good]


def write(document: dict[str, Any], path: Path | None) -> None:
    """A JSON document to a file or to standard output."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    if path is None:
        out.print(text, markup=False, soft_wrap=True)
        return
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as problem:
        fail(f"无法写入 {path}：{problem.strerror}", f"{path} cannot be written: {problem.strerror}")
