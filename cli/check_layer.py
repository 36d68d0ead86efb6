"""``gridgov check layer``: what is wrong with the zones of one layer, each fault with its place."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.check_layers import At, Code, Crs, Given, MetricSrid, Output, read_layers, write
from cli.console import in_words, out

if TYPE_CHECKING:
    from gis.coverage import Finding
    from gis.layer_check import LayerReport

__all__ = ["check_layer"]

SHOWN = 20
"""Findings of one kind that are printed; the rest is counted."""


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
            help="Layer or file whose zones contain this layer's. Default: the stored parent layer.",
        ),
    ] = None,
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
    """Report gaps, overlaps, slivers, invalid rings and zones beyond their parent.

    Ends with 1 when something is found.
    """
    from gis import layer_check

    if output_format not in ("text", "json", "geojson"):
        raise typer.BadParameter("--format: text | json | geojson")
    if cardinality not in (None, "exactly_one", "at_most_one", "many"):
        raise typer.BadParameter("--cardinality: exactly_one | at_most_one | many")
    given = [Given(layer, code, crs, cardinality)]
    if parent is not None:
        given.append(Given(parent))
    read = read_layers(given, at, metric_srid, with_parent=parent is None)
    checked = read.layers[0]
    around = read.layers[1] if len(read.layers) > 1 else None
    report = layer_check.check_layer(
        checked.codes,
        checked.shapes,
        read.metric_srid,
        cardinality=checked.cardinality,
        parents=checked.parents if around is not None and around.name == checked.parent_layer else None,
        parent_shapes=None if around is None else dict(zip(around.codes, around.shapes, strict=True)),
    )
    if output_format == "json":
        write(_document(checked.name, report, read.metric_srid), output)
    elif output_format == "geojson":
        write(_features(report), output)
    if output_format == "text" or output is not None:
        _print(checked.name, report)
    if report.findings:
        raise typer.Exit(1)


def _document(name: str, report: LayerReport, metric_srid: int) -> dict[str, Any]:
    return {
        "layer": name,
        "zones": report.zones,
        "metric_srid": metric_srid,
        "counts": dict(Counter(finding.kind for finding in report.findings)),
        "findings": [_properties(finding) for finding in report.findings],
    }


def _properties(finding: Finding) -> dict[str, Any]:
    lon, lat = finding.place or (None, None)
    return {
        "kind": finding.kind,
        "codes": list(finding.codes),
        "lon": lon,
        "lat": lat,
        "area_m2": round(finding.area_m2, 6),
        "width_m": round(finding.width_m, 6),
        "sliver": finding.is_sliver,
        "detail": finding.detail,
        "message": finding.message._asdict(),
    }


def _features(report: LayerReport) -> dict[str, Any]:
    from shapely.geometry import Point, mapping

    features = []
    for finding in report.findings:
        shape = finding.shape
        if shape is None and finding.place is not None:
            shape = Point(finding.place)
        features.append(
            {
                "type": "Feature",
                "geometry": None if shape is None else mapping(shape),
                "properties": _properties(finding),
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _print(name: str, report: LayerReport) -> None:
    counts = Counter(finding.kind for finding in report.findings)
    if not report.findings:
        out.print(
            escape(
                in_words(
                    f"{name}：{report.zones} 个区域，未发现问题",
                    f"{name}: {report.zones} zones, nothing found",
                )
            ),
            soft_wrap=True,
        )
        return
    out.print(
        escape(
            in_words(
                f"{name}：{report.zones} 个区域，{len(report.findings)} 个问题",
                f"{name}: {report.zones} zones, {len(report.findings)} finding(s)",
            )
        ),
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("问题", "finding"), ("区域", "zones"), ("位置", "place"):
        table.add_column(in_words(*heading), overflow="fold")
    for heading in ("面积 m²", "area m²"), ("宽 m", "width m"):
        table.add_column(in_words(*heading), justify="right")
    shown: Counter[str] = Counter()
    for finding in report.findings:
        shown[finding.kind] += 1
        if shown[finding.kind] <= SHOWN:
            table.add_row(*_cells(finding))
        elif shown[finding.kind] == SHOWN + 1:
            more = counts[finding.kind] - SHOWN
            table.add_row(in_words(f"… 另有 {more} 处 {finding.kind}", f"… {more} more of {finding.kind}"))
    out.print(table)


def _cells(finding: Finding) -> tuple[str, ...]:
    from gis.coverage import MEANINGS

    what = in_words(*MEANINGS[finding.kind])
    if finding.detail:
        what = f"{what} ({finding.detail})"
    codes = ", ".join(finding.codes[:4]) + (f" … ({len(finding.codes)})" if len(finding.codes) > 4 else "")
    place = "" if finding.place is None else f"{finding.place[0]:.7f}, {finding.place[1]:.7f}"
    area = f"{finding.area_m2:,.3g}" if finding.area_m2 else ""
    width = f"{finding.width_m:,.3g}" if finding.width_m else ""
    return escape(what), escape(codes), place, area, width
