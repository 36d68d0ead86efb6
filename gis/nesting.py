"""Are the zones of a layer inside the zones of its parent layer?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.coverage import Finding, area_findings, middle_of
from gis.lattice import to_lattice

__all__ = ["check_nesting", "parents_by_place"]

Shapes = NDArray[np.object_]


def check_nesting(
    codes: Sequence[str],
    shapes: Sequence[Any] | Shapes,
    parents: Sequence[str | None],
    parent_shapes: Mapping[str, Any],
    metric_srid: int,
) -> list[Finding]:
    """Zones that are not inside their parent.

    Parameters
    ----------
    codes, shapes, parents
        The zones, valid and on the lattice, with the code of each one's parent (None: it has none).
    parent_shapes
        Areas of the parents by code, valid and on the lattice.

    Returns
    -------
    list of Finding
        ``unknown_parent``, and ``outside_parent`` with the area outside, however small.
    """
    lattice: Shapes = to_lattice(np.asarray(shapes, dtype=object))
    around = {
        code: to_lattice(parent_shapes[code])
        for code in {*parents}
        if code is not None and code in parent_shapes
    }
    for shape in around.values():
        shapely.prepare(shape)
    found: list[Finding] = []
    for code, child, parent in zip(codes, lattice, parents, strict=True):
        if parent is None:
            continue
        if parent not in around:
            found.append(Finding("unknown_parent", (code,), middle_of(child), detail=parent))
        elif not shapely.covers(around[parent], child):
            outside = shapely.difference(child, around[parent])
            found += area_findings("outside_parent", [outside], [(code,)], metric_srid, parent)
    return found


def parents_by_place(shapes: Sequence[Any] | Shapes, parent_shapes: Mapping[str, Any]) -> list[str | None]:
    """The parent in which the middle of each zone lies; on a border the lowest code; None where none does.

    All shapes are valid and on the lattice.

    >>> west, east = shapely.box(120, 36, 121, 37), shapely.box(121, 36, 122, 37)
    >>> parents_by_place([shapely.box(120.5, 36, 121, 37), shapely.box(9, 9, 10, 10)], {"W": west, "E": east})
    ['W', None]
    """
    codes = sorted(parent_shapes)
    tree = shapely.STRtree(to_lattice(np.array([parent_shapes[code] for code in codes], dtype=object)))
    middles = shapely.point_on_surface(to_lattice(np.asarray(shapes, dtype=object)))
    zone, parent = tree.query(middles, predicate="intersects")
    result: list[str | None] = [None] * len(middles)
    for i, j in sorted(zip(zone.tolist(), parent.tolist(), strict=True), reverse=True):
        result[i] = codes[j]
    return result
