"""Layers that must cover the ground: gaps, overlaps and zones beyond their parent, told by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.coverage import SLIVER_M2, Finding, check_coverage
from gis.lattice import from_lattice, to_lattice
from gis.nesting import check_nesting
from grid_data.importers.batch import Rows
from grid_data.importers.city import City
from grid_data.importers.editions import Stored
from grid_data.importers.layers import Layer

__all__ = ["check_ground"]

_ALWAYS_TOLD = frozenset({"narrow_gap", "sliver", "unmatched_edge"})
"""What is worth knowing but never keeps a file out: nothing of the ground is in two zones or in none."""


def check_ground(
    table: Rows,
    layer: Layer,
    final: pd.DataFrame,
    parents: Mapping[str, Stored],
    city: City,
    *,
    strict: bool,
    skip_bad: bool,
    exact: bool = False,
) -> None:
    """Check the layer as it will be.

    Parameters
    ----------
    final
        code, parent, geometry and row (None where the zone is not from the file).
    parents
        Zones of the parent layer by code.
    strict
        Whether a fault above one square metre is an error.
    skip_bad
        Rows were or will be left out on purpose: gaps are only told.
    exact
        Overlaps however small and edges that do not match are errors too: land units are put together. Strips
        along the border of a parent that are narrower than `gis.coverage.SLIVER_WIDTH_M` are only told: where
        a street meets the border, the lattice moves it by a hair.
    """
    if layer.cardinality == "many" or not len(final):
        return
    codes = list(final["code"])
    shapes = np.asarray(list(final["geometry"]), dtype=object)
    outer = _outer(final, parents)
    found = [
        finding
        for finding in check_coverage(codes, shapes, city.metric_srid, outer=outer)
        if finding.kind != "beyond_outer"
    ]
    if layer.cardinality == "at_most_one":
        found = [finding for finding in found if finding.kind not in ("gap", "narrow_gap")]
    around = {code: parent.geometry for code, parent in parents.items()}
    inside = [parent if parent in around else None for parent in final["parent"]]
    found += check_nesting(codes, shapes, inside, around, city.metric_srid)
    rows: dict[str, int | None] = dict(zip(codes, final["row"], strict=True))
    for finding in found:
        hair = exact and _is_hair(finding, outer)
        _tell(table, finding, rows, strict=strict and not hair, skip_bad=skip_bad, exact=exact)
    _tell_empty_parents(table, layer, final, parents)


def _outer(final: pd.DataFrame, parents: Mapping[str, Stored]) -> Any:
    """The ground to be covered: the parents that have any zone at all."""
    used = sorted({parent for parent in final["parent"] if parent in parents})
    if not used:
        return None
    shapes = np.asarray([parents[code].geometry for code in used], dtype=object)
    return from_lattice(shapely.union_all(to_lattice(shapes)))


def _is_hair(finding: Finding, outer: Any) -> bool:
    """Whether a strip along a parent's border is too narrow to be ground."""
    if not finding.is_sliver or finding.shape is None or outer is None:
        return False
    if finding.kind == "outside_parent":
        return True
    return finding.kind == "gap" and _lies_along(finding.shape, outer)


def _lies_along(gap: Any, outer: Any) -> bool:
    """Whether one side of a narrow gap is the border of an area; a gap that only ends there is none."""
    west, south, east, north = gap.bounds
    # Lattice steps are 1e-7 degree: what is nearer than a fifth of one is the same line.
    near = shapely.clip_by_rect(shapely.boundary(outer), west - 1e-6, south - 1e-6, east + 1e-6, north + 1e-6)
    round_it = shapely.boundary(gap)
    shared = shapely.intersection(round_it, shapely.buffer(near, 2e-8))
    return bool(shapely.length(shared) > 0.25 * shapely.length(round_it))


def _tell(
    table: Rows,
    finding: Finding,
    rows: Mapping[str, int | None],
    *,
    strict: bool,
    skip_bad: bool,
    exact: bool,
) -> None:
    concerned = [row for row in (rows[code] for code in finding.codes) if row is not None]
    shown = f"（第 {'、'.join(map(str, concerned))} 行）" if concerned else ""
    shown_en = f" (row {', '.join(map(str, concerned))})" if concerned else ""
    zh, en = finding.message.zh.rstrip("。") + shown, finding.message.en.rstrip(".") + shown_en
    is_gap = finding.kind == "gap"
    mild = finding.kind in _ALWAYS_TOLD or finding.area_m2 < SLIVER_M2 or (is_gap and skip_bad)
    if exact and finding.kind in ("overlap", "unmatched_edge"):
        mild = False
    if strict and not mild:
        # A gap lies between rows: none of them is at fault alone.
        row = None if is_gap or not concerned else max(concerned)
        table.findings.error(finding.kind, zh, en, row=row, field="geometry")
    else:
        table.findings.warn(finding.kind, zh, en, field="geometry")


def _tell_empty_parents(
    table: Rows, layer: Layer, final: pd.DataFrame, parents: Mapping[str, Stored]
) -> None:
    without = sorted(set(parents) - set(final["parent"]))
    if without and layer.cardinality == "exactly_one":
        shown = "、".join(without[:5]) + ("…" if len(without) > 5 else "")
        table.findings.warn(
            "empty_parent",
            f"{len(without)} 个上级区域内没有任何区域：{shown}",
            f"{len(without)} zone(s) of the parent layer have none of this layer: {shown}",
        )
