"""The area of a task on the map: drawn, or so many metres round something; and which zones meet it.

**The rule.** A zone meets an area when the two share ground: at least `SHARED_M2`. A common edge or corner is
no ground, so neighbours along a drawn border are left out; so are slivers between two drawings of one border.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape as shape_of

from gis.crs import from_wgs84, geometry_to_metric, to_wgs84
from gis.errors import EmptyGeometry, InvalidGeometry, OutOfRange
from gis.lattice import check_degrees, check_valid, snap_geometry, to_lattice

__all__ = ["LARGEST_RADIUS_M", "MOST_VERTICES", "SHARED_M2", "around", "drawn", "meeting"]

SHARED_M2 = 1.0
"""Common ground below this, in square metres, is an accident of drawing."""
MOST_VERTICES = 10_000
LARGEST_RADIUS_M = 50_000.0


def drawn(geojson: Mapping[str, Any]) -> shapely.MultiPolygon:
    """A drawn area: GeoJSON ``Polygon`` or ``MultiPolygon`` in EPSG:4326, on the lattice.

    Raises
    ------
    GisError
        No polygon, too many vertices, out of range, invalid (it crosses itself), or nothing is left of it.

    >>> drawn({"type": "Polygon", "coordinates": [[[120, 36], [121, 36], [121, 37], [120, 36]]]}).geom_type
    'MultiPolygon'
    """
    if geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise InvalidGeometry("not a Polygon or MultiPolygon")
    try:
        made = shape_of(geojson)
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError, AttributeError) as problem:
        raise InvalidGeometry("rings of at least four positions are needed") from problem
    if shapely.get_num_coordinates(made) > MOST_VERTICES:
        raise OutOfRange(f"more than {MOST_VERTICES} vertices")
    check_degrees(made)
    check_valid(made)
    return _many(snap_geometry(shapely.force_2d(made)))


def around(points: Sequence[tuple[float, float]], radius_m: float, metric_srid: int) -> shapely.MultiPolygon:
    """The ground within some metres of a point, or of a line through several points.

    Parameters
    ----------
    points
        Longitude and latitude, EPSG:4326; one or more.
    radius_m
        Metres, measured in the metric system ``metric_srid`` (an EPSG code).

    Returns
    -------
    area
        In EPSG:4326 on the lattice; round ends of 32 corners.

    Raises
    ------
    GisError
    """
    if not 0 < radius_m <= LARGEST_RADIUS_M:
        raise OutOfRange(f"the radius is above 0 and at most {LARGEST_RADIUS_M:.0f} m")
    if not points:
        raise EmptyGeometry("no point")
    given = np.asarray(points, dtype=float).reshape(-1, 2)
    check_degrees(shapely.multipoints(given))
    system = f"EPSG:{metric_srid}"
    x, y = from_wgs84(given[:, 0], given[:, 1], system)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise OutOfRange("too far away for the city's metric system")
    places = np.column_stack([x, y])
    line = shapely.points(places[0]) if len(places) == 1 else shapely.linestrings(places)
    ring = shapely.buffer(line, radius_m, quad_segs=8)

    def back(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(coordinates[:, 0], coordinates[:, 1], system))

    made = shapely.transform(ring, back)
    check_degrees(made)
    return _many(snap_geometry(made))


def meeting(area: Any, zones: Sequence[Any] | NDArray[np.object_], metric_srid: int) -> NDArray[np.bool_]:
    """Which zones share ground with an area: bool, one per zone. All in EPSG:4326 on the lattice.

    >>> square = shapely.box(120.40, 36.10, 120.41, 36.11)
    >>> crossing = shapely.box(120.405, 36.105, 120.42, 36.12)
    >>> beside = shapely.box(120.41, 36.1, 120.42, 36.11)
    >>> meeting(square, [crossing, beside], 4549)
    array([ True, False])
    """
    shapes = np.asarray(zones, dtype=object)
    if not len(shapes):
        return np.zeros(0, dtype=bool)
    exact = to_lattice(area)
    shapely.prepare(exact)
    # Interiors with a common part, exactly; then how much it is.
    shared = np.asarray(shapely.relate_pattern(to_lattice(shapes), exact, "T********"), dtype=bool)
    inside = np.zeros(len(shapes), dtype=bool)
    inside[shared] = shapely.covers(exact, to_lattice(shapes[shared]))
    unsure = np.flatnonzero(shared & ~inside)
    if len(unsure):
        common = shapely.intersection(shapes[unsure], area)
        shared[unsure] = shapely.area(geometry_to_metric(common, metric_srid)) >= SHARED_M2
    return shared


def _many(made: Any) -> shapely.MultiPolygon:
    parts = [part for part in shapely.get_parts(made).tolist() if part.geom_type == "Polygon"]
    if not parts:
        raise EmptyGeometry("nothing is left of the area")
    return shapely.MultiPolygon(parts)
