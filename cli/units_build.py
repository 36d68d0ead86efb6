"""``gridgov units build``: communities, streets, water and buildings into land units, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.check_layers import Given as GivenLayer
from cli.check_layers import Read, read_layers, usable
from cli.console import in_words, out, progress, say
from cli.import_run import fail

if TYPE_CHECKING:
    from gis.units.options import Homes
    from gis.units.ways import WayKind, Ways

__all__ = ["build"]

_FILE = {"exists": True, "dir_okay": False}


def build(
    communities: Annotated[
        Path,
        typer.Option(
            "--communities", metavar="FILE", help="Areas of the communities, with their codes.", **_FILE
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="GeoPackage with the layers units, edges and communities; or .geojson, .parquet, .shp, "
            "with edges and communities beside it.",
        ),
    ],
    roads: Annotated[
        Path | None,
        typer.Option(
            "--roads", metavar="FILE", help="Lines with a class, as OpenStreetMap's highway.", **_FILE
        ),
    ] = None,
    water: Annotated[
        Path | None,
        typer.Option("--water", metavar="FILE", help="Rivers as lines or areas, lakes as areas.", **_FILE),
    ] = None,
    rail: Annotated[
        Path | None, typer.Option("--rail", metavar="FILE", help="Railways above the ground.", **_FILE)
    ] = None,
    walls: Annotated[
        Path | None, typer.Option("--walls", metavar="FILE", help="Walls and fences of compounds.", **_FILE)
    ] = None,
    buildings: Annotated[
        Path | None,
        typer.Option(
            "--buildings",
            metavar="FILE",
            help="Footprints; a column households (and residents) is counted if there is one.",
            **_FILE,
        ),
    ] = None,
    households: Annotated[
        Path | None,
        typer.Option(
            "--households",
            metavar="FILE",
            help="Places, also as CSV: one household a row, or as many as its column households.",
            **_FILE,
        ),
    ] = None,
    srid: Annotated[
        int | None,
        typer.Option(
            "--srid", metavar="EPSG", help="System for metres. Default: the CGCS2000 three-degree zone."
        ),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", metavar="COLUMN", help="Column with the communities' codes.")
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs",
            metavar="SYSTEM",
            help="System of all files: wgs84, cgcs2000, gcj02, bd09 or EPSG:n. Default: what each declares.",
        ),
    ] = None,
    pieces: Annotated[
        bool,
        typer.Option("--pieces", help="Rows with the same id are parts of one thing, as where tiles cut it."),
    ] = False,
    largest_block_m2: Annotated[
        float,
        typer.Option(
            "--largest-block", min=0.0, help="Blocks of more square metres are cut between buildings (40000)."
        ),
    ] = 40_000.0,
    most_households: Annotated[
        int,
        typer.Option("--most-households", min=1, help="So are blocks with more households (100)."),
    ] = 100,
    smallest_m2: Annotated[
        float,
        typer.Option(
            "--smallest", min=0.0, help="Faces of fewer square metres are joined to a neighbour (1500)."
        ),
    ] = 1500.0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE if it is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON.")] = False,
) -> None:
    """Cut the ground of communities into land units: blocks, and cells round buildings in large blocks.

    The result is a clean coverage: no gap, no overlap, every unit one piece in one community; no building is
    cut but by the border of a community. `gridgov import units --source-layer units` takes it in.
    """
    import numpy as np

    from cli.units_report import print_summary
    from gis.units.build import build_units
    from gis.units.options import UnitOptions
    from gis.units.ways import WayKind
    from grid_data.importers.problems import ImportRefused
    from grid_data.land_units.building import read_buildings, unit_frames, with_columns, write_frames
    from grid_data.unit_files.outputs import check_output

    given = (communities, roads, water, rail, walls, buildings, households)
    try:
        check_output(output, overwrite=overwrite, inputs=[path for path in given if path is not None])
    except ImportRefused as refused:
        fail(*refused.words)
    read: Read = read_layers([GivenLayer(str(communities), code, crs)], None, srid)
    codes, shapes = usable(read.layers[0])
    areas = np.array(shapes, dtype=object)
    lines = ((roads, None), (water, WayKind.RIVER), (rail, WayKind.RAIL), (walls, WayKind.WALL))
    try:
        ways = _ways(lines, crs, pieces)
        footprints, homes = None, _homes(households, crs)
        if buildings is not None:
            with progress.status(in_words(f"读取 {buildings.name}", f"reading {buildings.name}")):
                footprints, told = read_buildings(buildings, crs=crs, pieces=pieces)
            homes = told if households is None else homes
        options = UnitOptions(
            largest_block_m2=largest_block_m2, most_households=most_households, smallest_m2=smallest_m2
        )
        with progress.status(in_words("划分地块", "cutting land units")):
            made = build_units(
                codes,
                areas,
                ways,
                read.metric_srid,
                buildings=footprints,
                homes=homes,
                options=options,
                progress=lambda step, seconds: say(f"{seconds:7.1f} s  {step}"),
            )
        units, edges, around = unit_frames(made, codes)
        around = with_columns(around, communities, code)
        with progress.status(in_words(f"写入 {output.name}", f"writing {output.name}")):
            written = write_frames(output, {"units": units, "edges": edges, "communities": around})
    except ImportRefused as refused:
        fail(*refused.words)
    print_summary(made, areas, len(codes), as_json=as_json)
    if not as_json:
        for path in written:
            out.print(in_words(f"已写入 {path}", f"written: {path}"), markup=False, soft_wrap=True)


def _ways(files: tuple[tuple[Path | None, WayKind | None], ...], crs: str | None, pieces: bool) -> Ways:
    from gis.units.ways import Ways
    from grid_data.land_units.building import read_ways

    found = Ways.none()
    for path, kind in files:
        if path is not None:
            with progress.status(in_words(f"读取 {path.name}", f"reading {path.name}")):
                found = found + read_ways(path, kind, crs=crs, pieces=pieces)
    return found


def _homes(path: Path | None, crs: str | None) -> Homes:
    from gis.units.options import Homes
    from grid_data.land_units.building import read_homes

    if path is None:
        return Homes.none()
    with progress.status(in_words(f"读取 {path.name}", f"reading {path.name}")):
        return read_homes(path, crs=crs)
