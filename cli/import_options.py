"""Options that the commands of ``gridgov import`` share."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "AsCorrection",
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
