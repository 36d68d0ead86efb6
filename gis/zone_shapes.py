"""Shapes of zones as the union of their land units, exact on the lattice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from gis.lattice import from_lattice, to_lattice

__all__ = ["fits_together", "same_border", "union_of_units"]


def union_of_units(shapes: Mapping[int, Any], members: Mapping[int, Sequence[int]]) -> dict[int, Any]:
    """The MultiPolygon of each zone.

    The union is taken in whole lattice steps, so that it has no rounding of its own and neighbouring zones
    keep sharing every vertex.

    Parameters
    ----------
    shapes
        Polygon of each unit (EPSG:4326, on the lattice), by unit; together a clean coverage.
    members
        Units of each zone.

    Raises
    ------
    shapely.errors.GEOSException
        The units of a zone are no coverage.

    >>> west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> union_of_units({7: west, 8: east}, {1: [7, 8]})[1].area
    2.0
    """
    units = list(shapes)
    lattice = dict(zip(units, np.atleast_1d(to_lattice(np.array([shapes[u] for u in units]))), strict=True))
    merged = {
        zone: shapely.coverage_union_all([lattice[u] for u in list_]) for zone, list_ in members.items()
    }
    return {
        zone: from_lattice(shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape]))
        for zone, shape in merged.items()
    }


def same_border(one: Any, other: Any) -> bool:
    """Whether two shapes have the same vertices, wherever their rings begin."""
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), 0.0))


def fits_together(shapes: Sequence[Any]) -> bool:
    """Whether shapes (EPSG:4326, on the lattice) are a coverage: they share borders vertex by vertex."""
    if len(shapes) < 2:
        return True
    return bool(shapely.coverage_is_valid(np.asarray(to_lattice(np.array(shapes)))))
