"""Options that the commands of ``gridgov import`` share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

__all__ = [
    "AsCorrection",
    "Common",
    "Coverage",
    "Crs",
    "DryRun",
    "Encoding",
    "File",
    "KeepMissing",
    "Map",
    "MappingFile",
    "Rejects",
    "Reroute",
    "Set",
    "SkipBad",
    "SourceLayer",
    "ValidFrom",
    "with_common",
]

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="The file: .gpkg .geojson .json .shp .zip .fgb .parquet .csv .csv.gz .tsv."
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="Which column a field is read from; nothing after the equals sign: it is not read. Repeat as "
        "needed.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="One value of a field for all rows; repeat as needed."),
]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="YAML",
        help="A file with columns (field: column), constants (field: value), values (field: {found: stored}) "
        "and crs, each optional; --map, --set and --crs go before it.",
    ),
]
Crs = Annotated[
    str | None,
    typer.Option(
        "--crs",
        metavar="SYSTEM",
        help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n. Default: what the file declares; "
        "wgs84 for GeoJSON and for tables with lon/lat or WKT.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would happen and what is wrong; write nothing.")
]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Import the good rows, write the others with reasons to a file.")
]
Rejects = Annotated[
    Path | None,
    typer.Option("--rejects", metavar="CSV", help="Where --skip-bad writes them. Default: FILE.rejects.csv."),
]
SourceLayer = Annotated[
    str | None,
    typer.Option("--source-layer", metavar="NAME", help="Which layer of a GeoPackage or zip with several."),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="NAME", help="Encoding of a Shapefile's or CSV's text, for example gb18030."
    ),
]
ValidFrom = Annotated[
    datetime | None,
    typer.Option(
        "--valid-from",
        metavar="DATE",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        help="Since when this edition holds (a date in the city's time zone). Required for a new edition; "
        "a first edition without it has always held, or as long as its parent layer.",
    ),
]
AsCorrection = Annotated[
    bool,
    typer.Option(
        "--as-correction",
        help="The same zones, drawn or described better: their versions are corrected, nothing changed in "
        "the world. With --valid-from: the edition that held then.",
    ),
]
KeepMissing = Annotated[
    bool, typer.Option("--keep-missing", help="Zones that the file lacks stay; else they are retired.")
]
Reroute = Annotated[
    bool,
    typer.Option(
        "--reroute",
        help="Then give open incidents in the changed area to their new zones, as gridgov reroute.",
    ),
]
Coverage = Annotated[
    str | None,
    typer.Option(
        "--coverage",
        metavar="strict|report",
        help="strict: a gap, overlap or reach beyond the parent of more than 1 m² is an error; report: it is "
        "only told. Default: strict for regions and base grids.",
    ),
]


@dataclass(frozen=True)
class Common:
    """What all imports of a file are told; every field is an argument or option of their commands."""

    file: File
    columns: Map = None
    constants: Set = None
    mapping: MappingFile = None
    crs: Crs = None
    dry_run: DryRun = False
    skip_bad: SkipBad = False
    rejects: Rejects = None
    source_layer: SourceLayer = None
    encoding: Encoding = None


def with_common(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, whose first argument is a `Common`, the arguments and options of all imports.

    The file comes first, then what is the command's own, then what all share.
    """
    hints = get_type_hints(Common, include_extras=True)
    shared = [
        inspect.Parameter(
            each.name, inspect.Parameter.KEYWORD_ONLY,
            default=inspect.signature(Common).parameters[each.name].default, annotation=hints[each.name],
        )
        for each in fields(Common)
    ]  # fmt: skip
    own_hints = get_type_hints(command, include_extras=True)
    _, *own = inspect.signature(command).parameters.values()
    own = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=own_hints[each.name]) for each in own]

    @wraps(command)
    def told(**given: Any) -> None:
        common = Common(**{each.name: given.pop(each.name) for each in shared})
        command(common, **given)

    ordered = [shared[0], *own, *shared[1:]]
    told.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
    told.__annotations__ = {each.name: each.annotation for each in ordered}
    del told.__wrapped__
    return told
