"""How much of zones lies in an area, and the ground around a shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import from_wgs84, geometry_to_metric, to_wgs84
from gis.errors import EmptyGeometry, OutOfRange
from gis.lattice import check_degrees, snap_geometry
from gis.task_area import LARGEST_RADIUS_M

__all__ = ["ground_m2", "ground_round", "shared_ground"]

Objects = NDArray[np.object_]
Floats = NDArray[np.float64]


def ground_m2(area: Any, metric_srid: int) -> float:
    """Square metres of an area (EPSG:4326), in the metric system of an EPSG code.

    Raises
    ------
    OutOfRange
        It is too far away for that system.
    """
    size = float(shapely.area(geometry_to_metric(area, metric_srid)))
    if not np.isfinite(size):
        raise OutOfRange("too far away for the city's metric system")
    return size


def shared_ground(area: Any, zones: Objects, metric_srid: int) -> tuple[Floats, Floats]:
    """Square metres that an area shares with each zone, and what share of the zone that is.

    Parameters
    ----------
    area, zones
        Polygons or multipolygons in EPSG:4326.

    >>> square = shapely.box(120.40, 36.10, 120.41, 36.11)
    >>> half = shapely.box(120.405, 36.10, 120.42, 36.11)
    >>> metres, share = shared_ground(square, np.array([half, square]), 4549)
    >>> share.round(3).tolist()
    [0.333, 1.0]
    """
    if not len(zones):
        return np.zeros(0), np.zeros(0)
    metric = geometry_to_metric(zones, metric_srid)
    whole = np.asarray(shapely.area(metric), dtype=np.float64)
    shapely.prepare(area)
    common = np.where(shapely.covers(area, zones), whole, 0.0)
    unsure = np.flatnonzero((common == 0) & shapely.intersects(area, zones))
    if len(unsure):
        cut = shapely.intersection(metric[unsure], geometry_to_metric(area, metric_srid))
        common[unsure] = shapely.area(cut)
    return common, common / whole


def ground_round(shapes: Objects, metres: float, metric_srid: int) -> shapely.MultiPolygon:
    """The ground within some metres of shapes (points, lines or areas, EPSG:4326), on the lattice.

    Distances are those of the metric system; ends are round, with 32 corners to a circle.

    Raises
    ------
    GisError
        No shape, a distance that is not above 0 or too great, or too far away for that system.
    """
    if not 0 < metres <= LARGEST_RADIUS_M:
        raise OutOfRange(f"the distance is above 0 and at most {LARGEST_RADIUS_M:.0f} m")
    if not len(shapes):
        raise EmptyGeometry("no shape")
    system = f"EPSG:{metric_srid}"

    def flat(coordinates: Floats) -> Floats:
        return np.column_stack(from_wgs84(coordinates[:, 0], coordinates[:, 1], system))

    def back(coordinates: Floats) -> Floats:
        return np.column_stack(to_wgs84(coordinates[:, 0], coordinates[:, 1], system))

    metric = shapely.transform(shapely.force_2d(shapes), flat)
    if not np.isfinite(shapely.get_coordinates(metric)).all():
        raise OutOfRange("too far away for the city's metric system")
    around = shapely.transform(shapely.union_all(shapely.buffer(metric, metres, quad_segs=8)), back)
    check_degrees(around)
    made = snap_geometry(around)
    parts = [part for part in shapely.get_parts(made).tolist() if part.geom_type == "Polygon"]
    if not parts:
        raise EmptyGeometry("nothing is left of the area")
    return shapely.MultiPolygon(parts)
