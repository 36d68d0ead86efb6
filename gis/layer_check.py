"""Everything that can be found out about one layer, in one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.coverage import Finding, check_coverage
from gis.crs import geometry_to_metric, metric_system
from gis.errors import UnknownSystem
from gis.lattice import from_lattice, to_lattice
from gis.nesting import check_nesting, parents_by_place
from gis.simplification import Straying, Vertices, border_straying, count_vertices, few_vertices

__all__ = ["LayerReport", "Trusted", "check_layer", "choose_metric_system"]

Shapes = NDArray[np.object_]
_BROKEN = frozenset({"empty", "not_an_area", "out_of_range", "antimeridian", "invalid_ring"})


@dataclass(frozen=True, eq=False)
class Trusted:
    """Borders to compare with: codes, valid areas in EPSG:4326, and how far in metres a border may stray."""

    codes: Sequence[str]
    shapes: Sequence[Any] | Shapes
    tolerance_m: float = 5.0


@dataclass(frozen=True, eq=False)
class LayerReport:
    """What was found.

    Attributes
    ----------
    zones
        How many zones were looked at.
    findings
        Everything that is wrong, ordered by test, then code.
    vertices
        How finely the zones are drawn; None without any usable zone.
    straying
        The comparison with trusted borders, if there was one.
    """

    zones: int
    findings: list[Finding]
    vertices: Vertices | None
    straying: Straying | None = None


def check_layer(
    codes: Sequence[str],
    shapes: Sequence[Any] | Shapes,
    metric_srid: int,
    *,
    cardinality: str = "exactly_one",
    parents: Sequence[str | None] | None = None,
    parent_shapes: Mapping[str, Any] | None = None,
    trusted: Trusted | None = None,
    least_vertices: int = 0,
    slit_m: float = 1.0,
) -> LayerReport:
    """Check rings, gaps, overlaps, slivers, nesting and over-simplification of a layer.

    Parameters
    ----------
    codes, shapes
        The zones, EPSG:4326; good ones on the lattice, bad ones as they are.
    metric_srid
        EPSG code of the metric system.
    cardinality
        ``exactly_one``: zones must meet without gap and overlap; ``at_most_one``: gaps are allowed; ``many``:
        overlaps too.
    parents
        Code of each zone's parent; None where it is to be found by place.
    parent_shapes
        Zones of the parent layer by code; where cardinality is ``exactly_one``, the ground to be filled.
    trusted
        Borders that the layer's ought to equal; see `gis.simplification.border_straying`.
    least_vertices
        Zones with fewer vertices are findings.
    slit_m
        See `gis.coverage.check_coverage`.
    """
    areas: Shapes = np.array(shapes, dtype=object)
    around = parent_shapes or {}
    outer = None
    if around and cardinality == "exactly_one":
        outer = from_lattice(shapely.union_all(to_lattice(np.array(list(around.values()), dtype=object))))
    found = check_coverage(codes, areas, metric_srid, outer=outer, slit_m=slit_m)
    if cardinality != "exactly_one":
        found = [finding for finding in found if finding.kind not in ("gap", "narrow_gap")]
    if cardinality == "many":
        found = [finding for finding in found if finding.kind not in ("overlap", "unmatched_edge")]
    broken = {finding.codes[0] for finding in found if finding.kind in _BROKEN}
    good = [index for index, code in enumerate(codes) if code not in broken]
    if around:
        # Said zone by zone below.
        found = [finding for finding in found if finding.kind != "beyond_outer"]
        found += _nesting(codes, areas, good, parents, around, metric_srid)
    names, clean = [codes[index] for index in good], areas[good]
    length = float(shapely.length(geometry_to_metric(clean, metric_srid)).sum())
    found += few_vertices(names, clean, least_vertices)
    straying = None
    if trusted is not None:
        straying, strays = border_straying(
            names, clean, trusted.codes, trusted.shapes, metric_srid, tolerance_m=trusted.tolerance_m
        )
        found += strays
    return LayerReport(len(codes), found, count_vertices(clean, length), straying)


def _nesting(
    codes: Sequence[str],
    areas: Shapes,
    good: list[int],
    parents: Sequence[str | None] | None,
    around: Mapping[str, Any],
    metric_srid: int,
) -> list[Finding]:
    told = [parents[index] if parents else None for index in good]
    places = parents_by_place(areas[good], around)
    # A zone whose middle lies in no parent is wholly outside: some parent has to be named.
    chosen = [parent or place or min(around) for parent, place in zip(told, places, strict=True)]
    return check_nesting([codes[index] for index in good], areas[good], chosen, around, metric_srid)


def choose_metric_system(shapes: Sequence[Any] | Shapes) -> int:
    """The metric system round the middle of shapes in EPSG:4326: `gis.crs.metric_system`.

    Raises
    ------
    UnknownSystem
        They lie nowhere on Earth.

    >>> choose_metric_system([shapely.box(120.4, 36.1, 120.5, 36.2)])
    4549
    """
    boxes = shapely.bounds(np.array(shapes, dtype=object))
    lon, lat = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    there = np.isfinite(lon) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if not there.any():
        raise UnknownSystem("coordinates that are no longitude and latitude")
    return metric_system(float(np.median(lon[there])), float(np.median(lat[there])))
