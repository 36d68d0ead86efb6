"""Rivers, reservoirs and the sea of the base map; all but the coast line is synthetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from grid_data.sample.boundary import Boundary
from grid_data.sample.curves import parse_points, smooth
from grid_data.sample.lattice import Geometries, degrees_to_metric, metric_to_degrees
from grid_data.sample.splitting import OVERSHOOT_M
from grid_data.sample.tables import read_table, rows

# Corners of the sea in degrees, from the north end of the coast round to the west end. They keep clear of
# the neighbours' coasts (Jimo in the north, Shinan in the west), whose land the source of this sample lacks.
_SEA_CORNERS = (
    (120.6620, 36.3200), (120.7480, 36.3230), (120.7530, 36.3300), (120.7530, 36.4000), (120.8350, 36.4000),
    (120.8500, 36.3450), (121.2500, 36.3450), (121.2500, 35.7000), (120.3250, 35.7000), (120.3250, 36.0250),
    (120.3500, 36.0300), (120.4050, 36.0400),
)  # fmt: skip


@dataclass(frozen=True)
class Waters:
    """Metric water areas with names, and the lines by which they bound land units."""

    areas: Geometries
    kind: tuple[str, ...]
    name_zh: tuple[str, ...]
    name_en: tuple[str, ...]
    lines: list[Any]
    reservoirs: Any

    @property
    def sea(self) -> Any:
        """The area of the sea."""
        return self.areas[self.kind.index("sea")]


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
    """Water in front of the coast, far enough out for any view of the district."""
    corners = degrees_to_metric(np.array(_SEA_CORNERS))
    ring = np.vstack([shapely.get_coordinates(boundary.coast), corners])
    return shapely.Polygon(ring).buffer(0).difference(boundary.land_metric)


def water_degrees(waters: Waters) -> Geometries:
    """The water areas in degrees on the lattice, valid."""
    moved = shapely.transform(waters.areas, metric_to_degrees)
    return np.asarray(shapely.set_precision(moved, 1e-7))
