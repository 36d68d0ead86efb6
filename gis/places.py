"""Places that cannot be meant: judged, never corrected.

An incident whose place is judged impossible is kept without a place, with the reason; a person locates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.crs import to_metric
from gis.lattice import SCALE
from gis.words import Words

PlaceCode = Literal[
    "not_a_number", "null_island", "swapped", "outside_city", "default_start", "shared_fallback", "inaccurate"
]
"""Why a place is not believed, in the order in which the reasons are tried."""

PROBLEMS: Final[Mapping[PlaceCode, Words]] = MappingProxyType(
    {
        "not_a_number": Words("坐标不是数字。", "The coordinates are not numbers."),
        "null_island": Words(
            "坐标为（0，0）：定位失败时的默认值。", "The coordinates are 0, 0: what a failed fix looks like."
        ),
        "swapped": Words(
            "坐标不在本市，但经纬度互换后在本市：疑似经纬度写反。",
            "The coordinates are out of the city, but in it with longitude and latitude exchanged.",
        ),
        "outside_city": Words(
            "坐标在本市范围之外，超过允许的距离。", "The place is farther from the city than its limit."
        ),
        "default_start": Words(
            "坐标恰为地图的初始中心：图钉没有移动过。",
            "The place is exactly where the map starts: nobody moved the pin.",
        ),
        "shared_fallback": Words(
            "坐标为地理编码的兜底点：许多不同地址的事件共用此坐标。",
            "The place is a known fallback coordinate, shared by incidents of many different addresses.",
        ),
        "inaccurate": Words(
            "定位精度太差，无法判断所在网格。", "The stated accuracy is too poor to tell a grid."
        ),
    }
)

_CODES: Final[tuple[PlaceCode, ...]] = get_args(PlaceCode)
_GOOD: Final = -1
# A failed fix is 0, 0 or noise around it; no city lies there.
_NULL_ISLAND_DEGREES: Final = 0.01


class Extent(NamedTuple):
    """A box in degrees, EPSG:4326, borders included; it does not cross the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def known(
        cls, west: float | None, south: float | None, east: float | None, north: float | None
    ) -> Extent | None:
        """The box, or None if a side is not known."""
        if west is None or south is None or east is None or north is None:
            return None
        return cls(west, south, east, north)

    def contains(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
        """Which places lie in the box (any shape); what is not a number does not.

        >>> bool(Extent(120, 36, 121, 37).contains(120, 36.5))
        True
        """
        lon, lat = np.asarray(lon), np.asarray(lat)
        with np.errstate(invalid="ignore"):
            return np.asarray(
                (lon >= self.west) & (lon <= self.east) & (lat >= self.south) & (lat <= self.north)
            )

    def grown(self, metres: float) -> Extent:
        """The box with a margin of at least so many metres on every side.

        >>> [round(value, 4) for value in Extent(120, 36, 121, 37).grown(1000)]
        [119.9887, 35.991, 121.0113, 37.009]
        """
        # A degree of latitude is never shorter than 110,574 m; of longitude, that times the cosine.
        d_lat = metres / 110_574
        widest = min(89.0, max(abs(self.south - d_lat), abs(self.north + d_lat)))
        d_lon = d_lat / float(np.cos(np.radians(widest)))
        return Extent(self.west - d_lon, self.south - d_lat, self.east + d_lon, self.north + d_lat)


@dataclass(frozen=True)
class CityFrame:
    """What a place is judged against.

    Attributes
    ----------
    extent
        Box round the city; None while it has no zones, and then no place is outside of it.
    centre
        Where the map starts (lon, lat).
    outside_limit_m
        How far out of the city a place may still be meant.
    metric_srid
        EPSG code of the city's metric system.
    accuracy_limit_m
        The poorest accuracy that is believed. Base grids are some hundred metres wide; a fix worse than
        500 m tells none.
    fallbacks
        Known fallback coordinates (lon, lat) on the lattice, pairs: see `gis.fallback_places`.
    """

    extent: Extent | None
    centre: tuple[float, float]
    outside_limit_m: float
    metric_srid: int
    accuracy_limit_m: float = 500.0
    fallbacks: tuple[tuple[float, float], ...] = ()


class PlaceVerdict(NamedTuple):
    """The judgement of one place: ``problem`` is None when it is believed."""

    problem: PlaceCode | None
    message: Words | None

    @property
    def believed(self) -> bool:
        """Whether the place can be used."""
        return self.problem is None


def judge_place(
    lon: float,
    lat: float,
    accuracy_m: float | None,
    city: CityFrame,
    *,
    outside_m: float | None = None,
) -> PlaceVerdict:
    """Judge one place.

    Parameters
    ----------
    lon, lat
        EPSG:4326 degrees, already converted from the declared system.
    accuracy_m
        Stated accuracy (radius, metres), if any.
    city
        The frame of the city.
    outside_m
        Distance to the city's area in metres if the caller knows it (0 inside). Without it only the
        distance to the city's box is judged.

    >>> laoshan = CityFrame(Extent(120.39, 36.05, 120.72, 36.37), (120.469, 36.1075), 2000, 4549)
    >>> judge_place(120.46, 36.10, 20, laoshan).believed
    True
    >>> judge_place(36.10, 120.46, 20, laoshan).problem
    'swapped'
    """
    accuracy = np.nan if accuracy_m is None else accuracy_m
    away = 0.0 if outside_m is None else outside_m
    if _plainly_believed(lon, lat, accuracy, away, city):
        return PlaceVerdict(None, None)
    code = int(judge_places([lon], [lat], [accuracy], city, outside_m=[away])[0])
    if code == _GOOD:
        return PlaceVerdict(None, None)
    return PlaceVerdict(_CODES[code], PROBLEMS[_CODES[code]])


def judge_places(
    lon: ArrayLike,
    lat: ArrayLike,
    accuracy_m: ArrayLike | None,
    city: CityFrame,
    *,
    outside_m: ArrayLike | None = None,
) -> NDArray[np.int8]:
    """Judge many places: the same rules as `judge_place`, on arrays of one length.

    Returns
    -------
    numpy.ndarray
        int8, one per place: -1 where it is believed, else an index into `problem_code`.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    accuracy = np.full(x.shape, np.nan) if accuracy_m is None else np.asarray(accuracy_m, dtype=np.float64)
    away = np.zeros(x.shape) if outside_m is None else np.asarray(outside_m, dtype=np.float64)
    # Absurd numbers overflow to infinity, which is as far outside as they are.
    with np.errstate(invalid="ignore", over="ignore"):
        believed = _in_or_near(x, y, city) & (away <= city.outside_limit_m)
        start = np.round(np.multiply(city.centre, SCALE))
        tests: dict[PlaceCode, NDArray[np.bool_]] = {
            "not_a_number": ~(np.isfinite(x) & np.isfinite(y)),
            "null_island": (np.abs(x) < _NULL_ISLAND_DEGREES) & (np.abs(y) < _NULL_ISLAND_DEGREES),
            "swapped": ~believed & (city.extent is not None and city.extent.contains(y, x)),
            "outside_city": ~believed,
            "default_start": (np.round(x * SCALE) == start[0]) & (np.round(y * SCALE) == start[1]),
            "shared_fallback": _is_one_of(x, y, city.fallbacks),
            # Not stated is not absurd; a negative radius is.
            "inaccurate": (accuracy > city.accuracy_limit_m) | (accuracy < 0),
        }
    found = np.full(x.shape, _GOOD, dtype=np.int8)
    for index, code in reversed(list(enumerate(_CODES))):
        found[tests[code]] = index
    return found


def _plainly_believed(lon: float, lat: float, accuracy_m: float, outside_m: float, city: CityFrame) -> bool:
    """Whether no test of `judge_places` can fail: true of almost every place, and told without arrays."""
    extent = city.extent
    if (
        extent is None
        or not (extent.west <= lon <= extent.east and extent.south <= lat <= extent.north)
        or (abs(lon) < _NULL_ISLAND_DEGREES and abs(lat) < _NULL_ISLAND_DEGREES)
        or outside_m > city.outside_limit_m
        or accuracy_m > city.accuracy_limit_m
        or accuracy_m < 0
    ):
        return False
    here = round(lon * SCALE), round(lat * SCALE)
    return all(here != (round(x * SCALE), round(y * SCALE)) for x, y in (city.centre, *city.fallbacks))


def problem_code(index: int) -> PlaceCode | None:
    """The code behind a value of `judge_places`; None for -1.

    >>> problem_code(-1), problem_code(1)
    (None, 'null_island')
    """
    return None if index == _GOOD else _CODES[index]


def _is_one_of(
    x: NDArray[np.float64], y: NDArray[np.float64], points: tuple[tuple[float, float], ...]
) -> NDArray[np.bool_]:
    """Which places are exactly (on the lattice) one of some points."""
    found = np.zeros(x.shape, dtype=np.bool_)
    if points:
        known = np.round(np.multiply(points, SCALE))
        found = np.isin(np.round(x * SCALE), known[:, 0])
        found[found] = np.isin(
            np.round(x[found] * SCALE) + 1j * np.round(y[found] * SCALE), known[:, 0] + 1j * known[:, 1]
        )
    return found


def _in_or_near(x: NDArray[np.float64], y: NDArray[np.float64], city: CityFrame) -> NDArray[np.bool_]:
    """Which places lie in the city's box or within the limit of it, in metres."""
    if city.extent is None:
        return np.ones(x.shape, dtype=np.bool_)
    near = city.extent.contains(x, y)
    # Only what is close is measured: far away the metric system means nothing.
    ask = city.extent.grown(city.outside_limit_m).contains(x, y) & ~near
    if ask.any():
        west, south, east, north = city.extent
        at = to_metric(x[ask], y[ask], city.metric_srid)
        to = to_metric(np.clip(x[ask], west, east), np.clip(y[ask], south, north), city.metric_srid)
        near[ask] = np.hypot(at[0] - to[0], at[1] - to[1]) <= city.outside_limit_m
    return near
