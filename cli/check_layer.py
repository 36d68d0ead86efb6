"""``gridgov check layer``: what is wrong with the zones of one layer, each fault with its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from cli.check_layers import At, Code, Crs, Given, MetricSrid, Output, read_layers, usable, write
from cli.console import in_words, progress

__all__ = ["check_layer"]


def check_layer(
    layer: Annotated[
        str,
        typer.Argument(
            metavar="LAYER", help="Code of a stored layer, or a file of areas (with a dot in its name)."
        ),
    ],
    parent: Annotated[
        str | None,
        typer.Option(
            "--parent",
            metavar="LAYER",
            help="Layer, FILE or FILE:COLUMN whose zones contain this layer's. Default: the parent layer.",
        ),
    ] = None,
    trusted: Annotated[
        str | None,
        typer.Option(
            "--trusted",
            metavar="LAYER",
            help="Layer, FILE or FILE:COLUMN whose borders are right: how far this layer's stray from them.",
        ),
    ] = None,
    tolerance_m: Annotated[
        float,
        typer.Option("--tolerance-m", min=0.0, help="Metres a border may stray from the trusted one (5)."),
    ] = 5.0,
    min_vertices: Annotated[
        int, typer.Option("--min-vertices", min=0, help="Zones with fewer vertices are findings (0).")
    ] = 0,
    code: Code = None,
    crs: Crs = None,
    cardinality: Annotated[
        str | None,
        typer.Option(
            "--cardinality",
            metavar="CARDINALITY",
            help="Of a file: exactly_one (default), at_most_one (gaps allowed) or many (overlaps too).",
        ),
    ] = None,
    at: At = None,
    metric_srid: MetricSrid = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json or geojson.")
    ] = "text",
    output: Output = None,
) -> None:
    """Report gaps, overlaps, slivers, invalid rings, zones beyond their parent, borders drawn too coarsely.

    Ends with 1 when something is found.
    """
    from cli import layer_report
    from gis import layer_check

    if output_format not in ("text", "json", "geojson"):
        raise typer.BadParameter("--format: text | json | geojson")
    if cardinality not in (None, "exactly_one", "at_most_one", "many"):
        raise typer.BadParameter("--cardinality: exactly_one | at_most_one | many")
    given = [Given(layer, code, crs, cardinality)]
    given += [Given(name) for name in (trusted, parent) if name is not None]
    read = read_layers(given, at, metric_srid, with_parent=parent is None)
    checked = read.layers[0]
    known = read.layers[1] if trusted is not None else None
    around = read.layers[-1] if len(read.layers) > 1 + (known is not None) else None
    parents = None if around is None else usable(around)
    with progress.status(in_words("检查中", "checking")):
        report = layer_check.check_layer(
            checked.codes,
            checked.shapes,
            read.metric_srid,
            cardinality=checked.cardinality,
            parents=checked.parents if around is not None and around.name == checked.parent_layer else None,
            parent_shapes=None if parents is None else dict(zip(*parents, strict=True)),
            trusted=None if known is None else layer_check.Trusted(*usable(known), tolerance_m),
            least_vertices=min_vertices,
        )
    told = [
        replace(found, detail=checked.unreadable.get(found.codes[0], "")) if found.kind == "empty" else found
        for found in report.findings
    ]
    report = replace(report, findings=told)
    if output_format == "json":
        write(layer_report.document(checked.name, report, read.metric_srid), output)
    elif output_format == "geojson":
        write(layer_report.features(report), output)
    if output_format == "text" or output is not None:
        layer_report.print_report(checked.name, report)
    if report.findings:
        raise typer.Exit(1)
