"""Rivers, reservoirs and the sea of the base map; all but the coast line is synthetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from grid_data.sample.boundary import Boundary
from grid_data.sample.lattice import Geometries, metric_to_degrees
from grid_data.sample.splitting import OVERSHOOT_M
from grid_data.sample.streets import parse_points, smooth
from grid_data.sample.tables import read_table, rows

_SEA_WIDTH_M = 30_000.0


@dataclass(frozen=True)
class Waters:
    """Metric water areas with names, and the lines by which they bound land units."""

    areas: Geometries
    kind: tuple[str, ...]
    name_zh: tuple[str, ...]
    name_en: tuple[str, ...]
    lines: list[Any]
    reservoirs: Any


def lay_waters(boundary: Boundary) -> Waters:
    """Rivers as bands, reservoirs as areas, both inside the land; one sea before the coast."""
    land = boundary.land_metric
    areas: list[Any] = []
    labels: list[tuple[str, str, str]] = []
    lines: list[Any] = []
    reservoirs: list[Any] = []
    for row in rows(read_table("waters")):
        points = parse_points(row.points)
        if row.kind == "river":
            middle = shapely.LineString(smooth(points)).simplify(1.5)
            inside = middle.intersection(land.buffer(OVERSHOOT_M))
            if inside.is_empty:
                continue
            areas.append(middle.buffer(row.width_m / 2.0, quad_segs=4).intersection(land))
            lines.append(inside)
        else:
            ring = smooth(np.vstack([points, points[:1]]), 30.0)
            area = shapely.Polygon(ring).buffer(0).intersection(land)
            if area.is_empty:
                continue
            areas.append(area)
            reservoirs.append(area)
            lines.append(shapely.LineString(ring).intersection(land.buffer(OVERSHOOT_M)))
        labels.append((row.kind, row.name_zh, row.name_en))
    areas.append(_sea(boundary))
    labels.append(("sea", "黄海", "Yellow Sea"))
    kinds, zh, en = zip(*labels, strict=True)
    return Waters(
        np.array(areas, dtype=object),
        kinds,
        zh,
        en,
        lines,
        shapely.union_all(np.array(reservoirs, dtype=object)),
    )


def _sea(boundary: Boundary) -> Any:
    """Water in front of the coast: bounded by the coast and lines out to sea from its two ends.

    The lines keep clear of the neighbours' coasts (Shinan in the west, Jimo in the north), whose land the
    source of this sample does not show.
    """
    coast = shapely.get_coordinates(boundary.coast)
    out = _SEA_WIDTH_M
    corners = np.array(
        [
            coast[-1] + [9_000.0, 1_500.0],
            coast[-1] + [out, 2_000.0],
            [coast[-1][0] + out, coast[0][1] - out],
            [coast[0][0] - 4_000.0, coast[0][1] - out],
            coast[0] + [-3_500.0, -2_500.0],
        ]
    )
    return shapely.Polygon(np.vstack([coast, corners])).buffer(0).difference(boundary.land_metric)


def water_degrees(waters: Waters) -> Geometries:
    """The water areas in degrees on the lattice, valid."""
    moved = shapely.transform(waters.areas, metric_to_degrees)
    return np.asarray(shapely.set_precision(moved, 1e-7))
