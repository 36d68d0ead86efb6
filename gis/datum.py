"""Which coordinate system are a layer's numbers really in? Found by laying its borders on trusted ones.

Nothing in a file of borders tells WGS 84, GCJ-02 and BD-09 apart: they differ by half a kilometre, not out of
the city. Only where a border ought to be one that is known does the difference show: read under each
system in turn, the right reading lies some metres from it, the wrong ones some hundreds.

Inner and outer borders are judged apart. Published layers exist whose inner borders are in WGS 84 while
their outer edge was clipped with an outline in GCJ-02; no single conversion mends those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.border_distance import BorderIndex, BorderPoints, Floats, Spread, spread
from gis.crs import from_wgs84, to_wgs84
from gis.words import Words

__all__ = [
    "PART_NAMES",
    "READINGS",
    "DatumReport",
    "Part",
    "Reading",
    "Way",
    "compare_datum",
    "outline_medians",
]

Reading = Literal["as_is", "gcj02", "bd09", "to_gcj02", "to_bd09"]
READINGS: Final[Mapping[Reading, Words]] = {
    "as_is": Words("原样", "as is"),
    "gcj02": Words("GCJ-02 → WGS 84", "GCJ-02 → WGS 84"),
    "bd09": Words("BD-09 → WGS 84", "BD-09 → WGS 84"),
    "to_gcj02": Words("WGS 84 → GCJ-02", "WGS 84 → GCJ-02"),
    "to_bd09": Words("WGS 84 → BD-09", "WGS 84 → BD-09"),
}
"""What is done to the layer's numbers before they are compared; the last two fit where the trusted layer is
the shifted one."""

FITS_M: Final = 100.0
"""A reading whose typical distance is greater fits nothing: GCJ-02 is off by some hundred metres at least."""
CLEARER: Final = 3.0
"""So many times nearer than as it stands has a reading to be, to be believed."""
POINTS: Final = 20_000
WAYS: Final = 200
"""So many of them are told of each sort of borders and each reading."""
_OUTLINE_POINTS: Final = 2_000

Name = Literal["inner", "outer"]
_MEDIAN: Final = Words("中位距离", "median")
_QUARTER: Final = Words("最近四分之一", "nearest quarter")
PART_NAMES: Final[Mapping[Name, Words]] = {
    "inner": Words("内部边界", "inner borders"),
    "outer": Words("外边界", "outer border"),
}


@dataclass(frozen=True)
class Part:
    """One sort of borders under every reading.

    Attributes
    ----------
    name
        ``inner`` or ``outer``.
    spreads
        Distances by reading.
    reading
        The one that fits, None if none does.
    share
        The share of the border it is judged by: 0.5 where the median decides, 0.25 where only a quarter of
        the border fits any reading.
    """

    name: Name
    spreads: Mapping[Reading, Spread]
    reading: Reading | None
    share: float

    @property
    def nearest(self) -> Reading:
        """The reading with the least median, whether it fits or not."""
        return min(self.spreads, key=lambda reading: self.spreads[reading].median)

    @property
    def undecided(self) -> bool:
        """Whether a reading comes near, but others nearly as much: borders that lie close together."""
        return self.reading is None and self.spreads[self.nearest].median <= FITS_M

    @property
    def words(self) -> Words:
        """What was found, as a sentence."""
        name, as_is = PART_NAMES[self.name], self.spreads["as_is"]
        if self.reading is None:
            best = self.nearest
            near = self.spreads[best].median
            if self.undecided:
                return Words(
                    f"{name.zh}：无法判断，多种读法相近（{READINGS[best].zh} 中位距离 {near:.1f} 米）",
                    f"{name.en}: undecided, several readings come near "
                    f"({READINGS[best].en}, median {near:.1f} m)",
                )
            return Words(
                f"{name.zh}：没有一种读法相符（最近为{READINGS[best].zh}，中位距离 {near:.0f} 米）",
                f"{name.en}: no reading fits (the nearest is {READINGS[best].en}, median {near:.0f} m)",
            )
        fits = self.spreads[self.reading]
        near, before = (fits.median, as_is.median) if self.share == 0.5 else (fits.quarter, as_is.quarter)
        measure = (
            Words("中位距离", "median") if self.share == 0.5 else Words("四分之一以内", "nearest quarter")
        )
        if self.reading == "as_is":
            return Words(
                f"{name.zh}：原样相符（{measure.zh} {near:.1f} 米）",
                f"{name.en}: fit as they stand ({measure.en} {near:.1f} m)",
            )
        how = READINGS[self.reading]
        return Words(
            f"{name.zh}：按 {how.zh} 相符（{measure.zh}由 {before:.0f} 米降为 {near:.1f} 米）",
            f"{name.en}: fit after {how.en} ({measure.en} {before:.0f} m as they stand, {near:.1f} m then)",
        )


class Way(NamedTuple):
    """From a place of the border to the nearest one of the other layer, under a reading.

    Attributes
    ----------
    borders, reading
        As in `Part`.
    metres
        How long it is.
    line
        Its ends, EPSG:4326: the place as the reading has it, and the nearest border.
    """

    borders: Name
    reading: Reading
    metres: float
    line: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class DatumReport:
    """A layer against a trusted one.

    Attributes
    ----------
    parts
        Inner and outer borders, where there are both sorts to compare, else the outer ones.
    measured
        Whose border points were measured: ``layer``, or ``trusted`` where its borders are the fewer.
    declared
        The reading the layer's declared system stands for.
    ways
        Some of what was measured, at equal distances along the borders, to be looked at on a map.
    """

    parts: tuple[Part, ...]
    measured: Literal["layer", "trusted"]
    declared: Reading
    ways: tuple[Way, ...] = ()

    @property
    def as_declared(self) -> bool:
        """Whether every part fits the declared system."""
        return all(part.reading == self.declared for part in self.parts)

    @property
    def verdict(self) -> Words:
        """The finding in words."""
        readings = [part.reading for part in self.parts]
        if set(readings) <= {None}:
            if any(part.undecided for part in self.parts):
                return Words(
                    "无法判断：多种读法相近，请换一个边界较疏或更准确的可信图层",
                    "undecided: several readings come near; compare with borders that lie farther apart",
                )
            return Words(
                "没有一种读法能使两个图层的边界重合：边界本身不同，或坐标系不在其中",
                "no reading brings the borders together: they are other borders, or of another system",
            )
        known = [reading for reading in readings if reading is not None]
        if len(set(readings)) == 1:
            return _one_system(known[0], self.declared)
        if len(set(known)) == 1:
            words = _one_system(known[0], self.declared)
            return Words(f"{words.zh}；其余边界无法判断", f"{words.en}; the other borders fit nothing")
        inner, outer = (READINGS[reading] for reading in known[:2])
        return Words(
            f"内部边界与外边界坐标系不同（内部：{inner.zh}；外部：{outer.zh}）：该图层是用另一坐标系的轮廓裁剪的，"
            "任何单一转换都无法改正，请向提供方索取未裁剪的数据",
            f"inner and outer borders are of different systems (inner: {inner.en}; outer: {outer.en}): "
            "the layer was clipped with an outline of another system; no single conversion mends it, "
            "ask for the data unclipped",
        )


def compare_datum(
    shapes: Sequence[Any] | NDArray[np.object_],
    trusted: Sequence[Any] | NDArray[np.object_],
    metric_srid: int,
    *,
    declared: str = "wgs84",
    points: int = POINTS,
) -> DatumReport:
    """Lay the borders of a layer on those of a trusted one, under every reading.

    The shorter of the two sets of borders is measured against the longer: a trusted outline lies on some
    borders of a layer of many zones, but not the other way round.

    Parameters
    ----------
    shapes
        Valid areas in EPSG:4326 as converted from ``declared``.
    trusted
        Valid areas in EPSG:4326 whose system is known.
    metric_srid
        EPSG code of the metric system.
    declared
        ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n``; of the latter the converted degrees count
        as they are.
    points
        How many points of the border to measure.
    """
    as_declared: Reading = "gcj02" if declared == "gcj02" else "bd09" if declared == "bd09" else "as_is"
    ours = BorderPoints.along(shapes, metric_srid, most=points)
    theirs = BorderPoints.along(trusted, metric_srid, most=points)
    by_layer = ours.length_m <= theirs.length_m * 1.5
    measured = ours if by_layer else theirs
    index = BorderIndex(trusted if by_layer else shapes, metric_srid)
    outer = measured.outer
    # Inner borders can only be found again where the other side has some, too.
    both = (~ours.outer).any() and (~theirs.outer).any()
    chosen: dict[Name, NDArray[np.bool_]] = {"outer": outer}
    if both:
        chosen = {"inner": ~outer, **chosen}
    parts = []
    ways: list[Way] = []
    for name, there in chosen.items():
        spreads: dict[Reading, Spread] = {}
        for reading in READINGS:
            place = _read(measured.lon[there], measured.lat[there], reading, as_declared, forward=by_layer)
            away = index.distance(*place)
            found = spread(away)
            if found is not None:
                spreads[reading] = found
                ways += _ways(name, reading, place, away, index)
        if spreads:
            parts.append(Part(name, spreads, *_fitting(spreads)))
    return DatumReport(tuple(parts), "layer" if by_layer else "trusted", as_declared, tuple(ways))


def _ways(
    name: Name, reading: Reading, place: tuple[Floats, Floats], away: Floats, index: BorderIndex
) -> list[Way]:
    some = np.linspace(0, len(away) - 1, min(len(away), WAYS)).astype(int)
    lon, lat = place[0][some], place[1][some]
    there = index.nearest(lon, lat)
    return [
        Way(name, reading, metres, ((x, y), (u, v)))
        for metres, x, y, u, v in zip(*(a.tolist() for a in (away[some], lon, lat, *there)), strict=True)
    ]


def outline_medians(
    shapes: Sequence[Any] | NDArray[np.object_],
    system: str,
    reference: Sequence[Any] | NDArray[np.object_],
    metric_srid: int,
) -> dict[str, float]:
    """Median distance in metres of a layer's outer border from reference borders, read under each system.

    ``shapes`` were converted to EPSG:4326 from ``system``; ``reference`` is in EPSG:4326.
    """
    ours = BorderPoints.along(shapes, metric_srid, most=_OUTLINE_POINTS)
    index = BorderIndex(reference, metric_srid)
    given = from_wgs84(ours.lon[ours.outer], ours.lat[ours.outer], system)
    if not len(given[0]):
        return {}
    return {
        reading: float(np.median(index.distance(*to_wgs84(*given, reading))))
        for reading in ("wgs84", "gcj02", "bd09")
    }


def _read(
    lon: Floats, lat: Floats, reading: Reading, declared: Reading, *, forward: bool
) -> tuple[Floats, Floats]:
    """Points of the layer as the reading has them; or, of the trusted layer, where the layer would have them.

    Moving the trusted points the other way measures the same, up to the scale of the shift (1e-4), and
    spares an index for each reading.
    """
    if forward:
        numbers = (lon, lat) if declared == "as_is" else from_wgs84(lon, lat, declared)
        if reading in ("gcj02", "bd09"):
            return to_wgs84(*numbers, reading)
        return numbers if reading == "as_is" else from_wgs84(*numbers, reading.removeprefix("to_"))
    numbers = (lon, lat)
    if reading in ("gcj02", "bd09"):
        numbers = from_wgs84(lon, lat, reading)
    elif reading != "as_is":
        numbers = to_wgs84(lon, lat, reading.removeprefix("to_"))
    return numbers if declared == "as_is" else to_wgs84(*numbers, declared)


def _fitting(spreads: Mapping[Reading, Spread]) -> tuple[Reading | None, float]:
    """The reading that fits, and the share of the border by which it was judged."""
    medians = {reading: one.median for reading, one in spreads.items()}
    quarters = {reading: one.quarter for reading, one in spreads.items()}
    for share, away in ((0.5, medians), (0.25, quarters)):
        best = min(away, key=lambda reading: away[reading])
        # Outside of China GCJ-02 is WGS 84: what measures the same is no other reading.
        others = (metres for reading, metres in away.items() if spreads[reading] != spreads[best])
        second = min(others, default=np.inf)
        if away[best] <= FITS_M and second >= CLEARER * away[best]:
            return best, share
    return None, 0.5


def _one_system(reading: Reading, declared: Reading) -> Words:
    if reading == declared:
        if reading == "as_is":
            return Words(
                "坐标原样与可信图层相符", "the coordinates agree with the trusted layer as they stand"
            )
        return Words(
            f"坐标确如声明为 {reading}，转换后与可信图层相符",
            f"the coordinates are {reading}, as declared, and agree with the trusted layer",
        )
    if reading == "as_is":
        return Words(
            f"坐标并非 {declared}，而是 WGS 84：请用 --crs wgs84 导入",
            f"the coordinates are not {declared} but WGS 84: import with --crs wgs84",
        )
    if reading in ("gcj02", "bd09"):
        return Words(
            f"坐标为 {reading}，而不是 WGS 84：请用 --crs {reading} 导入",
            f"the coordinates are {reading}, not WGS 84: import with --crs {reading}",
        )
    shifted = reading.removeprefix("to_")
    return Words(
        f"该图层为 WGS 84，可信图层则为 {shifted}：请先核对可信图层",
        f"the layer is WGS 84 while the trusted one is {shifted}: look at the trusted layer first",
    )
