"""Units that do not quite fit together: small gaps and overlaps closed, and how much ground that was."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.units.shared_borders import shared_borders

__all__ = ["NARROW_GAP_M", "Fitted", "fitted"]

Shapes = NDArray[np.object_]

NARROW_GAP_M: Final = 1.0
"""Gaps of this width between units that enclose them are closed, overlaps of any."""
SNAPPED_M: Final = 0.5
"""Where gaps run on to the open, borders this near become one."""
GAIN: Final = 1.01
"""Common borders must become so much longer by that, else shapes are moved for nothing."""


class Fitted(NamedTuple):
    """Units as a coverage; how many have another shape than before, and the ground in m² they gained or lost.

    A unit that lies on others with its whole area is empty.
    """

    shapes: Shapes
    changed: int = 0
    moved_m2: float = 0.0


def fitted(metric: Shapes) -> Fitted:
    """Units whose borders are the same from both sides; those of a valid coverage are left as they are.

    Parameters
    ----------
    metric
        (n,) polygons in metres.
    """
    if _fit(metric):
        return Fitted(metric)
    made = np.asarray(shapely.coverage_clean(metric, gap_width=NARROW_GAP_M), dtype=object)
    if not _fit(made):
        # A gap that is open at its end is no gap to GEOS: its two sides are brought together, where that
        # makes neighbours of many and nothing vanishes.
        closer = np.asarray(
            shapely.coverage_clean(metric, gap_width=NARROW_GAP_M, snapping_distance=SNAPPED_M), dtype=object
        )
        vanished = shapely.is_empty(closer) & ~shapely.is_empty(made)
        if not vanished.any() and _common_m(closer) > GAIN * _common_m(made):
            made = closer
    other = ~shapely.equals_exact(shapely.normalize(made), shapely.normalize(metric), 1e-6)
    # A vertex more on a straight border is no other shape.
    other[other] = ~shapely.equals(made[other], metric[other])
    moved = np.abs(shapely.area(made[other]) - shapely.area(metric[other])).sum()
    return Fitted(made, int(other.sum()), float(moved))


def _fit(metric: Shapes) -> bool:
    return bool(shapely.coverage_is_valid(metric, gap_width=NARROW_GAP_M))


def _common_m(metric: Shapes) -> float:
    return float(shared_borders(metric).length.sum())
