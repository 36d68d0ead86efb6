"""What ``gridgov units`` says: the summary of a cutting, and what is wrong with stored units."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from cli.console import in_words, out

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gis.units.options import LandUnits
    from gis.words import Words
    from grid_data.land_units.checks import UnitReport

__all__ = ["document", "features", "print_check", "print_summary"]

SHOWN = 20


def summary(units: LandUnits, communities: NDArray[np.object_], count: int) -> dict[str, Any]:
    """The figures of a cutting, all measured on the result."""
    import numpy as np
    import shapely

    from gis.lattice import to_lattice
    from gis.unit_graph import Barrier
    from gis.units.options import KINDS

    lattice = to_lattice(units.shapes)
    ground = shapely.union_all(to_lattice(communities))
    area_error = abs(float(shapely.area(lattice).sum()) - float(ground.area)) / float(ground.area)
    graph = units.graph
    area = np.percentile(graph.area_m2, [50, 95]).round().tolist()
    homes = np.percentile(graph.households, [50, 95]).round().tolist()
    return {
        "communities": count,
        "units": len(units),
        "kinds": {
            kind: int(number)
            for kind, number in zip(KINDS, np.bincount(units.kind, minlength=len(KINDS)), strict=True)
        },
        "households": int(graph.households.sum()),
        "households_outside": units.homes_outside,
        "residents": int(graph.residents.sum()),
        "buildings": int(graph.buildings.sum()),
        "buildings_on_community_borders": units.buildings_cut,
        "area_m2_median": area[0],
        "area_m2_p95": area[1],
        "households_median": homes[0],
        "households_p95": homes[1],
        "households_most": int(graph.households.max(initial=0)),
        "edges": len(graph.ends),
        "barriers": {barrier.name.lower(): int((graph.barrier == barrier).sum()) for barrier in Barrier},
        "parted": int((~graph.joined).sum()),
        "links": int((graph.length_m == 0).sum()),
        "valid_coverage": bool(shapely.coverage_is_valid(lattice)),
        "area_error": area_error,
        "mended_m2": round(units.mended_m2, 2),
        "seconds": {step: round(seconds, 2) for step, seconds in units.seconds.items()},
    }


def print_summary(units: LandUnits, communities: NDArray[np.object_], count: int, *, as_json: bool) -> None:
    """The figures of a cutting as a table, or as JSON."""
    figures = summary(units, communities, count)
    if as_json:
        out.print(json.dumps(figures, ensure_ascii=False, indent=1), markup=False, soft_wrap=True)
        return
    kinds, barriers = figures["kinds"], figures["barriers"]
    rows = [
        (("社区", "communities"), f"{count:,}"),
        (("地块", "land units"), f"{len(units):,}"),
        (("其中街区", "blocks"), f"{kinds['block']:,}"),
        (("其中楼宇单元", "building cells"), f"{kinds['building_cell']:,}"),
        (("其中空地", "open land"), f"{kinds['open_land']:,}"),
        (("其中水域", "water"), f"{kinds['water_front']:,}"),
        (("住户", "households"), f"{figures['households']:,}"),
        (("社区外住户", "households out of all communities"), f"{figures['households_outside']:,}"),
        (("居民", "residents"), f"{figures['residents']:,}"),
        (("建筑", "buildings"), f"{figures['buildings']:,}"),
        (
            ("跨社区界的建筑", "buildings across community borders"),
            f"{figures['buildings_on_community_borders']:,}",
        ),
        (
            ("面积中位数 / 95% m²", "area, median / 95 % in m²"),
            f"{figures['area_m2_median']:,.0f} / {figures['area_m2_p95']:,.0f}",
        ),
        (
            ("户数中位数 / 95% / 最多", "households, median / 95 % / most"),
            " / ".join(f"{figures[f'households_{name}']:,.0f}" for name in ("median", "p95", "most")),
        ),
        (("相邻边", "borders"), f"{figures['edges']:,}"),
        (
            ("主干路 / 街道 / 河流 / 铁路", "main road / street / water / rail"),
            " / ".join(f"{barriers[name]:,}" for name in ("arterial", "street", "river", "rail")),
        ),
        (
            ("院内 / 空地", "inside a compound / open land"),
            f"{barriers['compound']:,} / {barriers['land']:,}",
        ),
        (("隔断 / 连接", "parted / links"), f"{figures['parted']:,} / {figures['links']:,}"),
        (
            ("覆盖有效", "valid coverage"),
            in_words("是", "yes") if figures["valid_coverage"] else in_words("否", "no"),
        ),
        (("面积误差", "area error"), f"{figures['area_error']:.1e}"),
    ]
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for words, value in rows:
        table.add_row(in_words(*words), value)
    out.print(table)


def document(report: UnitReport) -> dict[str, Any]:
    """A check as JSON."""
    return {
        "units": report.units,
        "edges": report.edges,
        "findings": [
            {
                "kind": kind,
                "codes": list(codes),
                "lon": None if place is None else place[0],
                "lat": None if place is None else place[1],
                "message": message._asdict(),
            }
            for kind, codes, place, message in report.rows()
        ],
    }


def features(report: UnitReport) -> dict[str, Any]:
    """A check as GeoJSON: a point for each finding."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": None if place is None else {"type": "Point", "coordinates": list(place)},
                "properties": {"kind": kind, "codes": list(codes), "message": message._asdict()},
            }
            for kind, codes, place, message in report.rows()
        ],
    }


def print_check(report: UnitReport) -> None:
    """A check on the terminal."""
    zh, en = (
        (f"{report.count} 个问题", f"{report.count} finding(s)")
        if report.count
        else ("未发现问题", "nothing found")
    )
    _line(
        f"{report.units:,} 个地块，{report.edges:,} 条相邻边：{zh}",
        f"{report.units:,} land units, {report.edges:,} borders: {en}",
    )
    for number, (_, _, _, message) in enumerate(report.rows()):
        if number == SHOWN:
            _line(f"… 另有 {report.count - SHOWN} 个", f"… {report.count - SHOWN} more")
            break
        _say(message)


def _say(message: Words) -> None:
    _line(*message)


def _line(zh: str, en: str) -> None:
    out.print(escape(in_words(zh, en)), soft_wrap=True)
