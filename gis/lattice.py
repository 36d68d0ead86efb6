"""The lattice of 1e-7 degree (about 1 cm) on which every stored coordinate lies.

A *lattice geometry* is the same shape with whole-number coordinates, degree × 1e7, kept in doubles and
without any SRID. Predicates on lattice geometry are exact: coordinates are integers below 2**31, and
GEOS's orientation test is robust, so "on the edge" has one meaning here and in PostGIS.

Rounding is half-to-even, as ``round(double precision)`` does in PostgreSQL.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.errors import (
    AntimeridianCrossing,
    CollapsedGeometry,
    EmptyGeometry,
    GisError,
    InvalidGeometry,
    OutOfRange,
)

SCALE = 10_000_000
"""Lattice steps per degree."""

# A shapely geometry or a numpy array of them: what comes in is what goes out.
Shapes = TypeVar("Shapes")

_PLACE = re.compile(r"^(.*?)\[\s*(\S+)\s+(\S+)\s*\]$")


def snap(degrees: ArrayLike) -> NDArray[np.float64]:
    """Degrees moved to the lattice: the canonical double of each lattice value (any shape).

    >>> float(snap(120.46912344999999))
    120.4691234
    """
    return np.asarray(np.round(np.asarray(degrees, dtype=np.float64) * SCALE) / SCALE)


def snap_degree(degree: float) -> float:
    """`snap` for one finite number, without the cost of an array.

    >>> snap_degree(120.46912344999999)
    120.4691234
    """
    return round(degree * SCALE) / SCALE


def to_steps(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Degrees as whole lattice steps (int32, same shape).

    Raises
    ------
    OutOfRange
        A value is not a number, or beyond ±180 and ±90 degrees.

    >>> [int(steps) for steps in to_steps(120.4691234, -36.1)]
    [1204691234, -361000000]
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        good = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    if not np.all(good):
        where = np.flatnonzero(~np.atleast_1d(good))
        raise OutOfRange(
            f"{where.size} coordinate(s) are no longitude and latitude, the first at position {int(where[0])}"
        )
    return np.round(x * SCALE).astype(np.int32), np.round(y * SCALE).astype(np.int32)


def to_degrees(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lattice steps as degrees, the canonical doubles."""
    return np.asarray(np.asarray(x) / SCALE), np.asarray(np.asarray(y) / SCALE)


def to_lattice(geometry: Shapes) -> Shapes:
    """A shape in degrees (EPSG:4326), or an array of them, as lattice geometry.

    Every vertex is rounded on its own: nothing is repaired. Shapes that share a vertex still share it.

    >>> to_lattice(shapely.Point(120.4691234, 36.1)).wkt
    'POINT (1204691234 361000000)'
    """
    result: Shapes = shapely.transform(geometry, lambda c: np.round(c * SCALE))
    return result


def from_lattice(geometry: Shapes) -> Shapes:
    """Lattice geometry, or an array of it, as shapes in degrees with canonical doubles.

    >>> from_lattice(shapely.Point(1204691234, 361000000)).wkt
    'POINT (120.4691234 36.1)'
    """
    result: Shapes = shapely.transform(geometry, lambda c: c / SCALE)
    return result


def is_on_lattice(geometry: Any) -> bool:
    """Whether every coordinate of a shape (or of all shapes of an array) is canonical."""
    coordinates = shapely.get_coordinates(geometry)
    return bool(np.array_equal(snap(coordinates), coordinates))


def check_degrees(geometry: Any) -> None:
    """Refuse what cannot be a shape in degrees.

    Raises
    ------
    EmptyGeometry
        There is no shape.
    OutOfRange
        A coordinate is not a number, or beyond ±180 and ±90 degrees.
    AntimeridianCrossing
        See `reaches_antimeridian`.
    """
    if geometry is None or geometry.is_empty:
        raise EmptyGeometry("the geometry is empty")
    coordinates = shapely.get_coordinates(geometry)
    if not np.isfinite(coordinates).all():
        raise OutOfRange("a coordinate is not a number")
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    if low[0] < -180 or high[0] > 180 or low[1] < -90 or high[1] > 90:
        worst = coordinates[np.argmax(np.max(np.abs(coordinates) / [180, 90], axis=1))]
        raise OutOfRange(f"({worst[0]:.10g}, {worst[1]:.10g}) is not a longitude and a latitude")
    if high[0] - low[0] > 180:
        raise AntimeridianCrossing("the geometry spans more than 180 degrees of longitude")
    if reaches_antimeridian(geometry):
        raise AntimeridianCrossing("the geometry touches the 180th meridian")


def reaches_antimeridian(geometry: Any) -> NDArray[np.bool_]:
    """Whether shapes in degrees (one or an array) are wider than half the world, or areas at ±180 degrees.

    A zone there has its neighbour at the other end of the numbers: nothing could tell that they meet.

    >>> bool(reaches_antimeridian(shapely.box(179, -17, 180, -16)))
    True
    """
    box = shapely.bounds(geometry)
    west, east = box[..., 0], box[..., 2]
    with np.errstate(invalid="ignore"):
        touching = (np.abs(west) == 180) | (np.abs(east) == 180)
        return np.asarray((east - west > 180) | (touching & (shapely.get_dimensions(geometry) == 2)))


def check_valid(geometry: Any) -> None:
    """Refuse an invalid shape, saying why and where.

    Raises
    ------
    InvalidGeometry
        With reason and place.

    >>> check_valid(shapely.from_wkt("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"))
    Traceback (most recent call last):
    ...
    gis.errors.InvalidGeometry: Self-intersection at 0.5000000, 0.5000000
    """
    if not shapely.is_valid(geometry):
        raise InvalidGeometry(*split_reason(str(shapely.is_valid_reason(geometry))))


def split_reason(reason: str) -> tuple[str, tuple[float, float] | None]:
    """GEOS's reason as its words and its place.

    >>> split_reason("Self-intersection[0.5 0.5]")
    ('Self-intersection', (0.5, 0.5))
    """
    match = _PLACE.match(reason)
    if match is None:
        return reason, None
    return match[1], (float(match[2]), float(match[3]))


def snap_geometry(geometry: Any) -> Any:
    """A valid shape in degrees as a valid shape on the lattice, in two dimensions.

    Vertices are rounded one by one, so neighbours keep sharing them. Only where that makes an area
    invalid (a spike or a neck thinner than a lattice step) is it re-noded by snap rounding, which keeps
    it valid; an area may then fall into parts (a Polygon becomes a MultiPolygon).

    Raises
    ------
    EmptyGeometry, OutOfRange, AntimeridianCrossing
        See `check_degrees`.
    InvalidGeometry
        The shape is invalid as it comes; nothing is repaired in silence.
    CollapsedGeometry
        Nothing of its dimension is left on the lattice.

    >>> snap_geometry(shapely.Point(120.46912344999999, 36.1)).wkt
    'POINT (120.4691234 36.1)'
    """
    check_degrees(geometry)
    check_valid(geometry)
    flat = shapely.force_2d(geometry)
    lattice = to_lattice(flat)
    if shapely.is_valid(lattice):
        lattice = shapely.remove_repeated_points(lattice)
    else:
        lattice = shapely.set_precision(_scaled(flat), 1, mode="valid_output")
    if lattice.is_empty or shapely.get_dimensions(lattice) < shapely.get_dimensions(flat):
        raise CollapsedGeometry("nothing is left of the geometry on the lattice of 1e-7 degree")
    return from_lattice(lattice)


def snap_all(shapes: ArrayLike) -> tuple[NDArray[np.object_], dict[int, GisError]]:
    """`snap_geometry` for many shapes: what can be snapped, and what is wrong with the others.

    Parameters
    ----------
    shapes
        Shapes in EPSG:4326, one-dimensional; None where there is none.

    Returns
    -------
    tuple
        The shapes on the lattice, None where one is bad, and the fault by position.

    >>> shapes, faults = snap_all([shapely.box(0, 0, 1, 1), None])
    >>> shapes[0].wkt, faults
    ('POLYGON ((1 0, 1 1, 0 1, 0 0, 1 0))', {1: EmptyGeometry('the geometry is empty')})
    """
    given = np.asarray(shapes, dtype=object)
    coordinates, owner = shapely.get_coordinates(given, return_index=True)
    box = shapely.bounds(given)
    with np.errstate(invalid="ignore"):
        easy = (box[:, 0] >= -180) & (box[:, 2] <= 180) & (box[:, 1] >= -90) & (box[:, 3] <= 90)
        easy &= ~reaches_antimeridian(given)
    # Bounds skip what is not a number.
    easy[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    easy &= shapely.is_valid(given)
    lattice = np.full(len(given), None, dtype=object)
    lattice[easy] = to_lattice(shapely.force_2d(given[easy]))
    easy &= shapely.is_valid(lattice)
    result = np.full(len(given), None, dtype=object)
    result[easy] = from_lattice(shapely.remove_repeated_points(lattice[easy]))
    faults: dict[int, GisError] = {}
    for position in np.flatnonzero(~easy).tolist():
        try:
            result[position] = snap_geometry(given[position])
        except GisError as fault:
            faults[position] = fault
    return result, faults


def _scaled(geometry: Shapes) -> Shapes:
    """A shape in degrees scaled to lattice steps, not rounded."""
    result: Shapes = shapely.transform(geometry, lambda c: c * SCALE)
    return result
