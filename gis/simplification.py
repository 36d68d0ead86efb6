"""Was a layer drawn too coarsely? Vertices per zone, and how far its borders stray from trusted ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.border_distance import BorderIndex, BorderPoints, Floats, Spread, spread
from gis.coverage import Finding

__all__ = ["COARSE_MEDIAN", "Straying", "Vertices", "border_straying", "count_vertices", "few_vertices"]

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]

COARSE_MEDIAN: Final = 10
"""Fewer vertices than this in half of the zones are worth a remark: drawn borders of real zones have 50 to
200, only strict blocks of a street grid have so few."""
POINTS: Final = 200_000


@dataclass(frozen=True)
class Vertices:
    """Vertices of the zones of a layer, those that close a ring not counted.

    Attributes
    ----------
    total
        Of all zones together.
    median, tenth
        Per zone: half of the zones have at most so many; one in ten has at most so many.
    fewest
        Per zone.
    per_km
        Per kilometre of border.
    """

    total: int
    median: float
    tenth: float
    fewest: int
    per_km: float

    @property
    def coarse(self) -> bool:
        """Whether the layer as a whole looks simplified."""
        return self.median < COARSE_MEDIAN


@dataclass(frozen=True)
class Straying:
    """Distance between the borders of a layer and trusted ones; along both where zones have equal codes.

    Attributes
    ----------
    tolerance_m
        Up to this a border counts as the same.
    same_zones
        Whether at least half of the layer's codes are codes of trusted zones: then all borders are compared,
        and trusted borders that the layer lacks count too; else only outer borders are.
    spacing_m
        Metres between measured points: what strays on less may be missed.
    layer
        From the layer's border to the trusted one.
    trusted
        From the trusted border of zones of the same code to the layer's; None without such zones.
    beyond
        Share of the length measured that strays farther than the tolerance.
    """

    tolerance_m: float
    same_zones: bool
    spacing_m: float
    layer: Spread | None
    trusted: Spread | None
    beyond: float


def count_vertices(shapes: Sequence[Any] | Shapes, length_m: float) -> Vertices | None:
    """Vertices of areas whose borders are ``length_m`` long together; None of none."""
    areas: Shapes = np.array(shapes, dtype=object)
    if not len(areas):
        return None
    each = _vertices(areas)
    total = int(each.sum())
    return Vertices(
        total,
        float(np.median(each)),
        float(np.quantile(each, 0.1)),
        int(each.min()),
        1000 * total / length_m if length_m else 0.0,
    )


def few_vertices(codes: Sequence[str], shapes: Sequence[Any] | Shapes, least: int) -> list[Finding]:
    """Zones with fewer vertices than ``least``."""
    areas: Shapes = np.array(shapes, dtype=object)
    each = _vertices(areas)
    found = []
    for index in np.flatnonzero(each < least).tolist():
        middle = shapely.point_on_surface(areas[index])
        place = (round(middle.x, 7), round(middle.y, 7))
        found.append(Finding("few_vertices", (codes[index],), place, detail=str(each[index])))
    return found


def _vertices(areas: Shapes) -> Ints:
    """Vertices of each area, those that close a ring not counted."""
    parts, zone = shapely.get_parts(areas, return_index=True)
    rings = np.bincount(zone, 1 + shapely.get_num_interior_rings(parts), minlength=len(areas))
    return np.asarray(shapely.get_num_coordinates(areas) - rings, dtype=np.int64)


def border_straying(
    codes: Sequence[str],
    shapes: Sequence[Any] | Shapes,
    trusted_codes: Sequence[str],
    trusted: Sequence[Any] | Shapes,
    metric_srid: int,
    *,
    tolerance_m: float,
    points: int = POINTS,
) -> tuple[Straying, list[Finding]]:
    """Where the borders of a layer leave trusted ones.

    Parameters
    ----------
    codes, shapes, trusted_codes, trusted
        Valid areas in EPSG:4326 with their codes.
    tolerance_m
        Farther away than this is a finding: one per border (pair of zones, or zone and outside) and
        direction, with the farthest place and how far it is.
    points
        How many points to measure in each direction.
    """
    ours: Shapes = np.array(shapes, dtype=object)
    theirs: Shapes = np.array(trusted, dtype=object)
    common = {*codes} & {*trusted_codes}
    same = bool(codes) and 2 * len(common) >= len(codes)
    along = BorderPoints.along(ours, metric_srid, most=points)
    kept = np.ones(len(along.lon), dtype=np.bool_) if same else along.outer
    place, zone, other = (along.lon[kept], along.lat[kept]), along.zone[kept], along.other[kept]
    away = BorderIndex(theirs, metric_srid).distance(*place)
    found = _farthest("strays", codes, place, zone, other, away, tolerance_m, along.spacing_m)
    spacing, back = along.spacing_m, None
    if same:
        there = [index for index, code in enumerate(trusted_codes) if code in common]
        known = [trusted_codes[index] for index in there]
        reverse = BorderPoints.along(theirs[there], metric_srid, most=points)
        back = BorderIndex(ours, metric_srid).distance(reverse.lon, reverse.lat)
        spacing = max(spacing, reverse.spacing_m)
        lacking = _farthest(
            "border_lacks", known, (reverse.lon, reverse.lat), reverse.zone, reverse.other, back, tolerance_m,
            reverse.spacing_m,
        )  # fmt: skip
        found += lacking
    measured = away if back is None else np.concatenate([away, back])
    beyond = float(np.mean(measured > tolerance_m)) if len(measured) else 0.0
    return (
        Straying(tolerance_m, same, spacing, spread(away), None if back is None else spread(back), beyond),
        found,
    )


def _farthest(
    kind: Any,
    codes: Sequence[str],
    place: tuple[Floats, Floats],
    zone: Ints,
    other: Ints,
    away: Floats,
    tolerance_m: float,
    spacing_m: float,
) -> list[Finding]:
    """One finding per border that strays: where it is farthest away, and on what length."""
    far = np.flatnonzero(away > tolerance_m)
    low = np.where(other[far] < 0, zone[far], np.minimum(zone[far], other[far]))
    high = np.where(other[far] < 0, -1, np.maximum(zone[far], other[far]))
    order = np.lexsort((-away[far], high, low))
    far, low, high = far[order], low[order], high[order]
    first = np.flatnonzero((np.diff(low, prepend=-1) != 0) | (np.diff(high, prepend=-2) != 0))
    number = np.diff(first, append=len(far))
    found = []
    for begin, count in zip(first.tolist(), number.tolist(), strict=True):
        at = far[begin]
        pair = (codes[low[begin]],) if high[begin] < 0 else (codes[low[begin]], codes[high[begin]])
        # A border between two zones was walked along twice.
        length = count * spacing_m / len(pair)
        found.append(
            Finding(
                kind,
                tuple(sorted(pair)),
                (round(float(place[0][at]), 7), round(float(place[1][at]), 7)),
                detail=f"{length:.0f} m",
                width_m=float(away[at]),
            )
        )
    return sorted(found, key=lambda finding: finding.codes)
