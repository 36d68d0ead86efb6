"""A report about one layer: as a table, as JSON, as GeoJSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from cli.console import in_words, out

if TYPE_CHECKING:
    from gis.coverage import Finding
    from gis.layer_check import LayerReport
    from gis.simplification import Straying, Vertices

__all__ = ["document", "features", "print_report"]

SHOWN = 20
"""Findings of one kind that are printed; the rest is counted."""


def document(name: str, report: LayerReport, metric_srid: int) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "layer": name,
        "zones": report.zones,
        "metric_srid": metric_srid,
        "vertices": None if report.vertices is None else asdict(report.vertices),
        "trusted": None if report.straying is None else asdict(report.straying),
        "counts": dict(Counter(finding.kind for finding in report.findings)),
        "findings": [_properties(finding) for finding in report.findings],
    }


def features(report: LayerReport) -> dict[str, Any]:
    """The findings as GeoJSON: the ground or edge concerned, else a point."""
    from shapely.geometry import Point, mapping

    found = []
    for finding in report.findings:
        shape = finding.shape
        if shape is None and finding.place is not None:
            shape = Point(finding.place)
        found.append(
            {
                "type": "Feature",
                "geometry": None if shape is None else mapping(shape),
                "properties": _properties(finding),
            }
        )
    return {"type": "FeatureCollection", "features": found}


def print_report(name: str, report: LayerReport) -> None:
    """The report on the terminal."""
    number = len(report.findings)
    zh, en = f"{number} 个问题", f"{number} finding(s)"
    if not number:
        zh, en = "未发现问题", "nothing found"
    _line(f"{name}：{report.zones} 个区域，{zh}", f"{name}: {report.zones} zone(s), {en}")
    if report.vertices is not None:
        _print_vertices(report.vertices)
    if report.straying is not None:
        _print_straying(report.straying)
    if number:
        out.print(_table(report.findings))


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


def _print_vertices(vertices: Vertices) -> None:
    _line(
        f"每个区域的顶点数：中位数 {vertices.median:g}，第 10 百分位 {vertices.tenth:g}，"
        f"最少 {vertices.fewest}；每公里边界 {vertices.per_km:.1f} 个",
        f"vertices per zone: median {vertices.median:g}, 10th percentile {vertices.tenth:g}, fewest "
        f"{vertices.fewest}; {vertices.per_km:.1f} per km of border",
    )
    if vertices.coarse:
        _line("顶点很少：该图层可能被过度简化", "so few vertices: the layer may have been simplified too far")


def _print_straying(straying: Straying) -> None:
    one = straying.layer
    if one is not None:
        zh, en = ("边界", "borders") if straying.same_zones else ("外边界", "outer borders")
        _line(
            f"{zh}与可信边界的距离：中位数 {one.median:.1f} 米，第 90 百分位 {one.ninety:.1f} 米，"
            f"最大 {one.greatest:.1f} 米",
            f"{en} from the trusted ones: median {one.median:.1f} m, "
            f"90th percentile {one.ninety:.1f} m, at most {one.greatest:.1f} m",
        )
    two = straying.trusted
    if two is not None:
        _line(
            f"可信边界与本图层边界的距离：中位数 {two.median:.1f} 米，第 90 百分位 {two.ninety:.1f} 米，"
            f"最大 {two.greatest:.1f} 米",
            f"trusted borders from the layer's: median {two.median:.1f} m, "
            f"90th percentile {two.ninety:.1f} m, at most {two.greatest:.1f} m",
        )
    _line(
        f"超过 {straying.tolerance_m:g} 米的占 {straying.beyond:.1%}（每 {straying.spacing_m:.1f} 米测一点）",
        f"{straying.beyond:.1%} lies farther than {straying.tolerance_m:g} m (a point every "
        f"{straying.spacing_m:.1f} m)",
    )


def _table(findings: list[Finding]) -> Table:
    counts = Counter(finding.kind for finding in findings)
    table = Table(box=None, pad_edge=False)
    for heading in ("问题", "finding"), ("区域", "zones"), ("位置", "place"):
        table.add_column(in_words(*heading), overflow="fold")
    for heading in ("面积 m²", "area m²"), ("宽或距离 m", "width or distance m"):
        table.add_column(in_words(*heading), justify="right")
    shown: Counter[str] = Counter()
    order = {kind: number for number, kind in enumerate(counts)}
    for finding in sorted(findings, key=lambda one: (order[one.kind], -one.area_m2, -one.width_m)):
        shown[finding.kind] += 1
        if shown[finding.kind] <= SHOWN:
            table.add_row(*_cells(finding))
        elif shown[finding.kind] == SHOWN + 1:
            more = counts[finding.kind] - SHOWN
            table.add_row(in_words(f"… 另有 {more} 处 {finding.kind}", f"… {more} more of {finding.kind}"))
    return table


def _cells(finding: Finding) -> tuple[str, ...]:
    from gis.coverage import MEANINGS, plain_number
    from gis.reasons import reason_words

    what = in_words(*MEANINGS[finding.kind])
    if finding.detail:
        what = f"{what} ({in_words(*reason_words(finding.detail))})"
    codes = ", ".join(finding.codes[:4]) + (f" … ({len(finding.codes)})" if len(finding.codes) > 4 else "")
    place = "" if finding.place is None else f"{finding.place[0]:.7f}, {finding.place[1]:.7f}"
    area = plain_number(finding.area_m2) if finding.area_m2 else ""
    width = plain_number(finding.width_m) if finding.width_m else ""
    return escape(what), escape(codes), place, area, width


def _line(zh: str, en: str) -> None:
    out.print(escape(in_words(zh, en)), soft_wrap=True)
