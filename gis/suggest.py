"""Files that lie about their coordinate system: find the system that would put them into the city.

GCJ-02 and BD-09 cannot be told from WGS 84 this way: they move places by half a kilometre, not out of the
city. Nor can the older Chinese datums (Beijing 1954, Xi'an 1980), whose metres differ by some tens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.crs import metric_zone, normal_system, to_wgs84
from gis.errors import UnknownSystem
from gis.places import Extent
from gis.words import Words

_Floats = NDArray[np.float64]
# A sample is enough to name a system, and quick on millions of rows.
_SAMPLE = 2_000
_MARGIN_M = 2_000.0
# A later reading has to be clearly better than a likelier one.
_CLEARLY = 0.02


class Suggestion(NamedTuple):
    """What the coordinates look like.

    Attributes
    ----------
    system
        The system under which most of them lie in the city.
    swapped
        Whether x and y have to be exchanged first.
    factor
        What they have to be divided by first (degrees stored as whole numbers), usually 1.
    share
        Part of the coordinates (0 to 1) that then lies in the city.
    message
        The finding in words.
    """

    system: str
    swapped: bool
    factor: int
    share: float
    message: Words


def suggest_system(
    x: ArrayLike, y: ArrayLike, declared: str, city: Extent, *, also: Iterable[str] = ()
) -> Suggestion | None:
    """Explain coordinates that do not fit their declared system.

    Parameters
    ----------
    x, y
        Coordinates as given, one-dimensional; those that are no numbers are left out.
    declared
        The system they are said to be in.
    city
        Box round the city, degrees.
    also
        Further systems to try, for example the city's metric one.

    Returns
    -------
    Suggestion or None
        None if at least half of them lie in the city as declared, or if no other reading puts half of
        them there.

    >>> laoshan = Extent(120.39, 36.05, 120.72, 36.37)
    >>> print(suggest_system([542229.4], [3997572.7], "wgs84", laoshan).message.en)
    the coordinates look like EPSG:4549, not wgs84: read so, 100 % of them lie in the city
    >>> suggest_system([36.1], [120.46], "wgs84", laoshan).swapped
    True
    """
    east, north = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    good = np.isfinite(east) & np.isfinite(north)
    east, north = east[good], north[good]
    if not east.size:
        return None
    step = -(-east.size // _SAMPLE)
    east, north = east[::step], north[::step]
    declared = normal_system(declared)
    as_declared = _share(east, north, declared, city.grown(_MARGIN_M))
    if as_declared >= 0.5:
        return None
    best: Suggestion | None = None
    for system, swapped, factor in _readings(declared, city, also):
        first, second = (north, east) if swapped else (east, north)
        # Without a margin: UTM and Gauss-Krüger of one meridian differ by 1.6 km only.
        share = _share(first / factor, second / factor, system, city)
        if share >= 0.5 and share > (best.share + _CLEARLY if best else as_declared):
            best = Suggestion(
                system, swapped, factor, share, _words(declared, system, swapped, factor, share)
            )
    return best


def _readings(declared: str, city: Extent, also: Iterable[str]) -> Iterator[tuple[str, bool, int]]:
    """Readings to try, the likeliest first: on a tie the first one wins."""
    systems = list(dict.fromkeys(["wgs84", *_plausible(city), *_known(also), "EPSG:3857"]))
    yield declared, True, 1
    for swapped in (False, True):
        for system in systems:
            if (system, swapped) != (declared, False):
                yield system, swapped, 1
    for factor in (10**7, 10**6, 3600):
        yield "wgs84", False, factor
        yield "wgs84", True, factor


def _plausible(city: Extent) -> Sequence[str]:
    """Projected systems in use round the city: Chinese zones and UTM.

    Six-degree zones need no trial: each is the three-degree zone of its meridian.
    """
    lon = (city.west + city.east) / 2
    found: list[int] = []
    try:
        near = metric_zone(lon)
    except UnknownSystem:
        pass
    else:
        # Central-meridian codes, then the same zones with the zone number before the easting.
        found += [near, near - 21, near - 1, near + 1, near - 22, near - 20]
    zone = int((lon + 180) // 6) + 1
    found.append((32600 if city.north > 0 else 32700) + zone)
    return [system for system in (f"EPSG:{epsg}" for epsg in found) if _is_known(system)]


def _known(systems: Iterable[str]) -> list[str]:
    return [normal_system(system) for system in systems]


def _is_known(system: str) -> bool:
    try:
        normal_system(system)
    except UnknownSystem:
        return False
    return True


def _share(x: _Floats, y: _Floats, system: str, box: Extent) -> float:
    lon, lat = to_wgs84(x, y, system)
    return float(np.mean(box.contains(lon, lat)))


def _words(declared: str, system: str, swapped: bool, factor: int, share: float) -> Words:
    percent = f"{100 * share:.0f} %"
    if swapped and factor == 1 and system == declared:
        return Words(
            f"坐标的 x 与 y（经度与纬度）疑似互换：换回后，{percent} 落在本市",
            f"x and y (longitude and latitude) look exchanged: put back, {percent} of them lie in the city",
        )
    zh, en = (system, system) if factor == 1 else (f"放大 {factor} 倍的经纬度", f"degrees times {factor}")
    if swapped:
        zh, en = f"{zh}（且 x、y 互换）", f"{en} with x and y exchanged"
    return Words(
        f"坐标看起来是{zh}，而不是 {declared}：按此读取，{percent} 落在本市",
        f"the coordinates look like {en}, not {declared}: read so, {percent} of them lie in the city",
    )
