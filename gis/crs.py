"""Coordinate systems: WGS 84, CGCS2000, GCJ-02, BD-09, EPSG codes and the metric zones of China.

Everything here takes longitude (or easting) first. CGCS2000 is treated as equal to WGS 84: PROJ knows no
better transformation, and the difference is far below the accuracy of the data.

GCJ-02 and BD-09 are computed with the formulas that circulate in public (Krasovsky ellipsoid). Against 331
city centres converted by the map vendors they differ by a constant 0.7 m to the north-east, so a place
that came from GCJ-02 or BD-09 is never better than about 1 m, whatever the arithmetic.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.errors import UnknownSystem

Floats = NDArray[np.float64]
Shapes = TypeVar("Shapes")

GEOGRAPHIC = frozenset({"wgs84", "cgcs2000", "gcj02", "bd09"})
"""The named systems, all in degrees."""

VENDOR_FLOOR_M = 1.0
"""Metres within which a place that came from GCJ-02 or BD-09 cannot be told from its neighbour."""

# Krasovsky 1940, as the public formula has it.
_AXIS = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU = np.pi * 3000.0 / 180.0
# Measured on 500,000 points in China: 5 steps leave 0.14 µm, but 1.9 µm on the meridian 105° E itself, where
# the formula's square root has a cusp; 6 steps stay below 1 µm there too.
_STEPS = 6
# Where the formula applies: a box round China. Outside of it GCJ-02 equals WGS 84.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271

_EPSG = re.compile(r"EPSG:(\d{4,6})", re.IGNORECASE)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS 84 degrees to GCJ-02 degrees (any shape, broadcast).

    >>> x, y = wgs84_to_gcj02(116.404, 39.915)
    >>> f"{x:.9f} {y:.9f}"
    '116.410244499 39.916404282'
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (common + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (common + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    d_lat = north * 180.0 / ((_AXIS * (1.0 - _ECCENTRICITY2)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = east * 180.0 / (_AXIS / np.sqrt(magic) * np.cos(phi) * np.pi)
    inside = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    return np.asarray(lon + np.where(inside, d_lon, 0.0)), np.asarray(lat + np.where(inside, d_lat, 0.0))


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to WGS 84 degrees by fixed point: there and back is exact below a micrometre.

    >>> x, y = gcj02_to_wgs84(116.404, 39.915)
    >>> f"{x:.9f} {y:.9f}"
    '116.397755755 39.913596236'
    """
    return _inverse(wgs84_to_gcj02, lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to BD-09 degrees.

    >>> x, y = gcj02_to_bd09(116.404, 39.915)
    >>> f"{x:.9f} {y:.9f}"
    '116.410369494 39.921336994'
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU)
    return np.asarray(radius * np.cos(angle) + 0.0065), np.asarray(radius * np.sin(angle) + 0.006)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 degrees to GCJ-02 degrees by fixed point (the closed public formula is off by up to 0.22 m)."""
    return _inverse(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """WGS 84 degrees to BD-09 degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 degrees to WGS 84 degrees."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def normal_system(system: str) -> str:
    """A declared system in its one spelling: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``.

    Raises
    ------
    UnknownSystem
        It is none of these, or PROJ does not know the code.

    >>> normal_system("GCJ-02"), normal_system("epsg:4549"), normal_system("EPSG:4490")
    ('gcj02', 'EPSG:4549', 'cgcs2000')
    """
    plain = re.sub(r"[\s_-]", "", system).lower()
    if plain in GEOGRAPHIC:
        return plain
    match = _EPSG.fullmatch(plain)
    if match is None:
        raise UnknownSystem(system)
    code = int(match[1])
    if code in (4326, 4490):
        return "wgs84" if code == 4326 else "cgcs2000"
    _transformer(code, 4326)
    return f"EPSG:{code}"


def to_wgs84(x: ArrayLike, y: ArrayLike, system: str) -> tuple[Floats, Floats]:
    """Coordinates of a declared system to WGS 84 longitude and latitude in degrees (any shape).

    ``x`` is longitude or easting, ``y`` latitude or northing, also for EPSG codes whose authority lists
    them the other way round. Coordinates that a projection cannot turn back come out as infinity.

    Raises
    ------
    UnknownSystem
        The system is not known.

    >>> lon, lat = to_wgs84(542229.4499, 3997572.7243, "EPSG:4549")
    >>> f"{lon:.7f} {lat:.7f}"
    '120.4690000 36.1075000'
    """
    system = normal_system(system)
    if system == "gcj02":
        return gcj02_to_wgs84(x, y)
    if system == "bd09":
        return bd09_to_wgs84(x, y)
    if system in ("wgs84", "cgcs2000"):
        return np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    return _project(int(system.removeprefix("EPSG:")), 4326, x, y)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, system: str) -> tuple[Floats, Floats]:
    """WGS 84 longitude and latitude in degrees to a declared system; the inverse of `to_wgs84`."""
    system = normal_system(system)
    if system == "gcj02":
        return wgs84_to_gcj02(lon, lat)
    if system == "bd09":
        return wgs84_to_bd09(lon, lat)
    if system in ("wgs84", "cgcs2000"):
        return np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    return _project(4326, int(system.removeprefix("EPSG:")), lon, lat)


def geometry_to_wgs84(geometry: Shapes, system: str) -> Shapes:
    """Shapes (one or an array) of a declared system to EPSG:4326, in two dimensions."""
    return _each_vertex(geometry, lambda x, y: to_wgs84(x, y, system))


def metric_zone(lon: float) -> int:
    """EPSG code of the CGCS2000 three-degree Gauss-Krüger zone (central-meridian family) round a longitude.

    Raises
    ------
    UnknownSystem
        The longitude is not in the family's range, 73.5 to 136.5 degrees.

    >>> metric_zone(120.47), metric_zone(123.46), metric_zone(106.8)
    (4549, 4550, 4545)
    """
    if not 73.5 <= lon <= 136.5:
        raise UnknownSystem(f"three-degree zone for longitude {lon}")
    return 4534 + round((lon - 75.0) / 3.0)


@lru_cache(maxsize=64)
def is_metric(epsg: int) -> bool:
    """Whether an EPSG code is a projected system in metres.

    >>> is_metric(4549), is_metric(4326), is_metric(2263), is_metric(1)
    (True, False, False, False)
    """
    try:
        crs = pyproj.CRS.from_epsg(epsg)
    except pyproj.exceptions.CRSError:
        return False
    return bool(crs.is_projected and crs.axis_info[0].unit_name == "metre")


def scale_error(lon: float, lat: float, epsg: int) -> float:
    """By which part metres of a projected system are too long or too short at a place (EPSG:4326 degrees).

    Infinite where the system is not defined.

    >>> round(scale_error(120.47, 36.1, 4549) * 1e6), round(scale_error(120.47, 36.1, 3857), 2)
    (22, 0.24)
    """
    try:
        factors = pyproj.Proj(f"EPSG:{epsg}").get_factors(lon, lat)
    except pyproj.exceptions.ProjError:
        return float("inf")
    worst = max(abs(factors.meridional_scale - 1), abs(factors.parallel_scale - 1))
    return float(worst) if np.isfinite(worst) else float("inf")


def metric_system(lon: float, lat: float) -> int:
    """EPSG code of a metric system round a place: the CGCS2000 three-degree zone in China, else UTM.

    China is taken as a box, 73.5 to 136.5 degrees east and 3 to 54 degrees north.

    >>> metric_system(120.47, 36.1), metric_system(-73.9, 40.7), metric_system(151.2, -33.9)
    (4549, 32618, 32756)
    """
    if 73.5 <= lon <= 136.5 and 3 <= lat <= 54:
        return metric_zone(lon)
    return (32600 if lat >= 0 else 32700) + min(60, int((lon + 180) // 6) + 1)


def system_of(crs: pyproj.CRS) -> str:
    """A declared system in our spelling; the plain name of one that has no EPSG code.

    >>> system_of(pyproj.CRS("OGC:CRS84")), system_of(pyproj.CRS(4549))
    ('wgs84', 'EPSG:4549')
    """
    if crs.to_authority() == ("OGC", "CRS84"):
        return "wgs84"
    code = crs.to_epsg(min_confidence=60)
    if code is None:
        return str(crs.name)
    try:
        return normal_system(f"EPSG:{code}")
    except UnknownSystem:
        return str(crs.name)


def to_metric(lon: ArrayLike, lat: ArrayLike, epsg: int) -> tuple[Floats, Floats]:
    """EPSG:4326 degrees to easting and northing in metres of a projected system.

    >>> e, n = to_metric(120.469, 36.1075, 4549)
    >>> f"{e:.4f} {n:.4f}"
    '542229.4499 3997572.7243'
    """
    return _project(4326, epsg, lon, lat)


def geometry_to_metric(geometry: Shapes, epsg: int) -> Shapes:
    """Shapes in EPSG:4326 (one or an array) to metres of a projected system, vertex by vertex."""
    return _each_vertex(geometry, lambda x, y: to_metric(x, y, epsg))


def _each_vertex(geometry: Shapes, function: Any) -> Shapes:
    def move(coordinates: Floats) -> Floats:
        return np.column_stack(function(coordinates[:, 0], coordinates[:, 1]))

    result: Shapes = shapely.transform(geometry, move)
    return result


def _inverse(forward: Any, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    x, y = lon, lat
    for _ in range(_STEPS):
        u, v = forward(x, y)
        x, y = x - (u - lon), y - (v - lat)
    return np.asarray(x), np.asarray(y)


def _project(source: int, target: int, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    u, v = _transformer(source, target).transform(x, y)
    return np.asarray(u, dtype=np.float64), np.asarray(v, dtype=np.float64)


# pyproj builds a transformer in milliseconds and shares it between threads safely.
@lru_cache(maxsize=64)
def _transformer(source: int, target: int) -> pyproj.Transformer:
    for code in (source, target):
        try:
            pyproj.CRS.from_epsg(code)
        except pyproj.exceptions.CRSError as problem:
            raise UnknownSystem(f"EPSG:{code}") from problem
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
