"""``gridgov check datum``: which coordinate system a layer's numbers are really in."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.check_layers import At, Crs, Given, MetricSrid, Output, read_layers, usable, write
from cli.console import in_words, out, progress

if TYPE_CHECKING:
    from gis.datum import DatumReport

__all__ = ["check_datum"]


def check_datum(
    layer: Annotated[
        str,
        typer.Argument(
            metavar="LAYER", help="Code of a stored layer, or a file of areas (with a dot in its name)."
        ),
    ],
    against: Annotated[
        str,
        typer.Option(
            "--against", metavar="LAYER", help="Layer or file that is trusted, with borders in common."
        ),
    ],
    crs: Crs = None,
    against_crs: Annotated[
        str | None, typer.Option("--against-crs", metavar="SYSTEM", help="The same of the trusted file.")
    ] = None,
    at: At = None,
    metric_srid: MetricSrid = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json or geojson.")
    ] = "text",
    output: Output = None,
) -> None:
    """Lay a layer's borders on trusted ones as they stand, as GCJ-02, as BD-09; say which reading fits.

    Ends with 1 when that is not the declared system.
    """
    from gis.datum import compare_datum

    if output_format not in ("text", "json", "geojson"):
        raise typer.BadParameter("--format: text | json | geojson")
    given = [Given(layer, crs=crs), Given(against, crs=against_crs)]
    read = read_layers(given, at, metric_srid)
    checked, trusted = read.layers
    _, shapes = usable(checked, skip=True)
    _, known = usable(trusted)
    with progress.status(in_words("比较中", "comparing")):
        report = compare_datum(shapes, known, read.metric_srid, declared=checked.system)
    if output_format == "json":
        write(_document(checked.name, trusted.name, report, read.metric_srid), output)
    elif output_format == "geojson":
        write(_features(report), output)
    if output_format == "text" or output is not None:
        _print(checked.name, trusted.name, report)
    if not report.as_declared:
        raise typer.Exit(1)


def _document(name: str, trusted: str, report: DatumReport, metric_srid: int) -> dict[str, Any]:
    return {
        "layer": name,
        "against": trusted,
        "metric_srid": metric_srid,
        "declared": report.declared,
        "measured": report.measured,
        "as_declared": report.as_declared,
        "verdict": report.verdict._asdict(),
        "parts": [
            {
                "borders": part.name,
                "reading": part.reading,
                "message": part.words._asdict(),
                "readings": {reading: asdict(one) for reading, one in part.spreads.items()},
            }
            for part in report.parts
        ],
    }


def _features(report: DatumReport) -> dict[str, Any]:
    """Lines from border to border, each with its reading and with what the whole part says of it."""
    parts = {part.name: part for part in report.parts}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": [list(end) for end in way.line]},
                "properties": {
                    "borders": way.borders,
                    "reading": way.reading,
                    "distance_m": round(way.metres, 3),
                    "median_m": round(parts[way.borders].spreads[way.reading].median, 3),
                    "fits": parts[way.borders].reading == way.reading,
                },
            }
            for way in report.ways
        ],
    }


def _print(name: str, trusted: str, report: DatumReport) -> None:
    from gis.datum import PART_NAMES, READINGS

    out.print(escape(in_words(f"{name} 对照 {trusted}", f"{name} against {trusted}")), soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    table.add_column(in_words("边界", "borders"))
    table.add_column(in_words("读法", "reading"))
    headings = ("25% m", "25% m"), ("中位数 m", "median m"), ("75% m", "75% m"), ("1 米以内", "within 1 m")
    for heading in headings:
        table.add_column(in_words(*heading), justify="right")
    for part in report.parts:
        for reading, one in part.spreads.items():
            mark = " ←" if reading == part.reading else ""
            table.add_row(
                in_words(*PART_NAMES[part.name]),
                in_words(*READINGS[reading]) + mark,
                f"{one.quarter:,.1f}",
                f"{one.median:,.1f}",
                f"{one.three_quarters:,.1f}",
                f"{one.touching:.0%}",
            )
    out.print(table)
    for part in report.parts:
        out.print(escape(in_words(*part.words)), soft_wrap=True)
    out.print(escape(in_words(*report.verdict)), soft_wrap=True)
