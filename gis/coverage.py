"""Is a layer a clean coverage: no invalid ring, overlap, gap or unmatched edge?

All tests run on lattice geometry, so that a finding is a fact and not a rounding. Nothing is repaired:
a finding says what, where and how large; a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.crs import geometry_to_metric
from gis.errors import AntimeridianCrossing, GisError, InvalidGeometry
from gis.lattice import SCALE, check_degrees, check_valid, from_lattice, reaches_antimeridian, to_lattice
from gis.reasons import reason_words
from gis.words import Words

Shapes = NDArray[np.object_]
FindingKind = Literal[
    "duplicate_code", "empty", "not_an_area", "out_of_range", "invalid_ring", "overlap", "gap", "narrow_gap",
    "unmatched_edge", "beyond_outer", "outside_parent", "unknown_parent", "sliver", "antimeridian",
    "few_vertices", "strays", "border_lacks",
]  # fmt: skip
"""What can be wrong; see `MEANINGS`."""

MEANINGS: Final[Mapping[FindingKind, Words]] = {
    "duplicate_code": Words("代码重复", "the code is given more than once"),
    "empty": Words("没有几何图形", "there is no geometry"),
    "not_an_area": Words("不是面", "the geometry is no area"),
    "out_of_range": Words("坐标不是经纬度", "the coordinates are no longitude and latitude"),
    "invalid_ring": Words("环无效", "the ring is invalid"),
    "overlap": Words("相互重叠", "the zones overlap"),
    "gap": Words("之间有空隙", "there is a gap between the zones"),
    "narrow_gap": Words("之间有狭缝", "there is a slit between the zones"),
    "unmatched_edge": Words(
        "公共边的顶点不一致", "a shared border does not have the same vertices on both sides"
    ),
    "beyond_outer": Words("超出外边界", "the zone reaches beyond the outer border"),
    "outside_parent": Words("超出上级区域", "the zone reaches beyond its parent"),
    "unknown_parent": Words("上级区域不存在", "there is no such parent"),
    "sliver": Words("含有碎片", "the zone has a crumb of area"),
    "antimeridian": Words("到达 180 度经线", "the zone reaches the 180th meridian"),
    "few_vertices": Words("顶点过少", "the zone has few vertices"),
    "strays": Words("边界偏离可信边界", "the border strays from the trusted one"),
    "border_lacks": Words("缺少可信边界的这一段", "the border lacks a stretch of the trusted one"),
}

_WIDE: Final = Words("宽 {} 米", "{} m wide")
_AWAY: Final = Words("相距 {} 米", "{} m away")

SLIVER_M2: Final = 1.0
"""Areas below this are slivers: an accident of drawing, not a piece of ground."""
SLIVER_WIDTH_M: Final = 0.1
"""So are long pieces that are narrower than this."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    kind
        What; `MEANINGS` has it in words.
    codes
        The zones concerned, in byte order.
    place
        A point in the middle of it (lon, lat), None if there is none.
    area_m2
        How large it is, in the metric system; 0 where it has no area.
    detail
        What else is to be said, for example the reason of an invalid ring.
    width_m
        How wide it is on average, in metres: twice its area by its perimeter, which is the width of a long
        thin piece; for a slit its greatest width; for a border that strays the greatest distance. 0 where it
        has none.
    shape
        What is concerned, EPSG:4326: the shared area, the hole, the edge; None where only the place is known.
    """

    kind: FindingKind
    codes: tuple[str, ...]
    place: tuple[float, float] | None = None
    area_m2: float = 0.0
    detail: str = ""
    width_m: float = 0.0
    shape: Any = field(default=None, compare=False, repr=False)

    @property
    def is_sliver(self) -> bool:
        """Whether it concerns less ground than `SLIVER_M2`, or a strip narrower than `SLIVER_WIDTH_M`."""
        return self.area_m2 > 0 and (self.area_m2 < SLIVER_M2 or 0 < self.width_m < SLIVER_WIDTH_M)

    @property
    def message(self) -> Words:
        """The finding as one sentence."""
        meaning = MEANINGS[self.kind]
        zh, en = f"{'、'.join(self.codes)}：{meaning.zh}", f"{', '.join(self.codes)}: {meaning.en}"
        if self.detail:
            detail = reason_words(self.detail)
            zh, en = f"{zh}（{detail.zh}）", f"{en} ({detail.en})"
        if self.area_m2:
            area = plain_number(self.area_m2)
            zh, en = f"{zh}，{area} 平方米", f"{en}, {area} m²"
        if self.width_m:
            how, width = (
                _AWAY if self.kind in ("strays", "border_lacks") else _WIDE,
                plain_number(self.width_m),
            )
            zh, en = f"{zh}，{how.zh.format(width)}", f"{en}, {how.en.format(width)}"
        if self.place:
            where = f"{self.place[0]:.7f}, {self.place[1]:.7f}"
            zh, en = f"{zh}，位于 {where}", f"{en}, at {where}"
        return Words(f"{zh}。", f"{en}.")


def plain_number(value: float) -> str:
    """Three digits, or all before the point.

    >>> plain_number(1234567.8), plain_number(52.263), plain_number(0.0098765)
    ('1,234,568', '52.3', '0.00988')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def is_valid_coverage(shapes: Sequence[Any] | Shapes) -> bool:
    """Whether areas (EPSG:4326, on the lattice) are valid, do not overlap and share their edges exactly.

    Gaps are not looked for: see `check_coverage`.

    >>> west, east = shapely.box(120, 36, 120.1, 36.1), shapely.box(120.1, 36, 120.2, 36.1)
    >>> is_valid_coverage([west, east]), is_valid_coverage([west, shapely.box(120.05, 36, 120.2, 36.1)])
    (True, False)
    """
    lattice = to_lattice(np.array(shapes, dtype=object))
    return bool(shapely.is_valid(lattice).all() and shapely.coverage_is_valid(lattice))


def check_shapes(codes: Sequence[str], shapes: Sequence[Any] | Shapes) -> list[Finding]:
    """What is wrong with single zones, whatever their neighbours: codes, emptiness, range, validity."""
    areas: Shapes = np.array(shapes, dtype=object)
    found = _duplicates(np.array(codes, dtype=str), areas)
    for index in np.flatnonzero(~_surely_good(areas)).tolist():
        finding = _check_shape(codes[index], areas[index])
        if finding:
            found.append(finding)
    return found


def _duplicates(codes: NDArray[np.str_], areas: Shapes) -> list[Finding]:
    found = []
    for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
        if count > 1:
            good = areas[codes == code]
            good = good[_surely_good(good)]
            place = _middle(good[-1]) if len(good) else None
            shape = shapely.multipoints(shapely.point_on_surface(good)) if len(good) else None
            found.append(Finding("duplicate_code", (str(code),), place, detail=f"{count} ×", shape=shape))
    return found


def _surely_good(areas: Shapes) -> NDArray[np.bool_]:
    """Which shapes need no second look; all of them at a time, as a good layer has nothing else."""
    with np.errstate(invalid="ignore"):
        box = shapely.bounds(areas).reshape(-1, 4)
        earthly = (np.abs(box) <= [180, 90, 180, 90]).all(axis=1) & ~reaches_antimeridian(areas)
        good = np.isin(shapely.get_type_id(areas), (3, 6)) & ~shapely.is_empty(areas) & earthly
        good &= shapely.is_valid(areas)
    good[good] = shapely.is_valid(to_lattice(areas[good]))
    return np.asarray(good)


def _check_shape(code: str, shape: Any) -> Finding | None:
    if shape is None or shape.is_empty:
        return Finding("empty", (code,))
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return Finding("not_an_area", (code,), _middle(shape), detail=shape.geom_type)
    try:
        check_degrees(shape)
        check_valid(shape)
        # A shape can be valid in degrees and not on the lattice, where it counts.
        check_valid(to_lattice(shape))
    except InvalidGeometry as problem:
        place = problem.place
        if place is not None and abs(place[0]) > 360:
            place = (place[0] / SCALE, place[1] / SCALE)
        return Finding("invalid_ring", (code,), place, detail=problem.reason)
    except AntimeridianCrossing as problem:
        x, y = max(shapely.get_coordinates(shape).tolist(), key=lambda vertex: abs(vertex[0]))
        return Finding("antimeridian", (code,), (round(x, 7), round(y, 7)), detail=str(problem))
    except GisError as problem:
        return Finding("out_of_range", (code,), detail=str(problem))
    return None


def check_coverage(
    codes: Sequence[str],
    shapes: Sequence[Any] | Shapes,
    metric_srid: int,
    *,
    outer: Any = None,
    slit_m: float = 1.0,
) -> list[Finding]:
    """Everything that keeps a layer from being a clean coverage.

    Parameters
    ----------
    codes, shapes
        The zones: areas in EPSG:4326, on the lattice. Broken ones are reported and left out of the rest.
    metric_srid
        EPSG code of the metric system for areas.
    outer
        The area that the layer has to fill exactly, if known. Without it, holes inside the layer are
        gaps, and an outer border that is too small cannot be noticed.
    slit_m
        Slits open to the outside, at most so wide, are reported as ``narrow_gap``; 0 does not look for them.

    Returns
    -------
    list of Finding
        Ordered by kind of test, then code; empty for a clean coverage.
    """
    found = check_shapes(codes, shapes)
    broken = {finding.codes[0] for finding in found if finding.kind != "duplicate_code"}
    good = [index for index, code in enumerate(codes) if code not in broken]
    if not good:
        return found
    order = sorted(good, key=lambda index: codes[index])
    names = [codes[index] for index in order]
    lattice: Shapes = to_lattice(np.array(shapes, dtype=object)[order])
    found += _crumbs(names, lattice, metric_srid)
    bad_edges = shapely.coverage_invalid_edges(lattice)
    suspicious = ~(shapely.is_missing(bad_edges) | shapely.is_empty(bad_edges))
    overlaps = _overlaps(names, lattice, suspicious, metric_srid)
    found += overlaps
    gaps = _gaps(names, lattice, _union(lattice, suspicious), outer, metric_srid)
    found += gaps
    explained = {code for finding in overlaps for code in finding.codes}
    unmatched = [i for i in np.flatnonzero(suspicious).tolist() if names[i] not in explained]
    if unmatched:
        tree = shapely.STRtree(lattice)
        found += [_unmatched(i, bad_edges[i], names, lattice, tree) for i in unmatched]
    if slit_m > 0:
        explained |= {code for finding in gaps for code in finding.codes}
        found += _slits(names, lattice, slit_m, metric_srid, suspicious, explained)
    return found


def _unmatched(zone: int, edge: Any, names: Sequence[str], lattice: Shapes, tree: shapely.STRtree) -> Finding:
    """The place is a vertex at the edge that one side has and the other has not."""
    near: NDArray[np.int64] = tree.query(edge, predicate="intersects")
    own = {tuple(vertex) for vertex in shapely.get_coordinates(lattice[zone]).tolist()}
    theirs = {tuple(vertex) for vertex in shapely.get_coordinates(lattice[near[near != zone]]).tolist()}
    lonely = [vertex for vertex in sorted(theirs - own) if shapely.dwithin(edge, shapely.Point(vertex), 1)]
    lonely += [vertex for vertex in shapely.get_coordinates(edge).tolist() if tuple(vertex) not in theirs]
    place = middle_of(shapely.Point(lonely[0]) if lonely else edge)
    return Finding("unmatched_edge", (names[zone],), place, shape=from_lattice(edge))


def _crumbs(names: Sequence[str], lattice: Shapes, metric_srid: int) -> list[Finding]:
    """Parts of zones smaller than a sliver."""
    parts, owner = shapely.get_parts(lattice, return_index=True)
    areas = shapely.area(geometry_to_metric(from_lattice(parts), metric_srid))
    return [
        Finding("sliver", (names[int(owner[i])],), middle_of(parts[i]), float(areas[i]))
        for i in np.flatnonzero(areas < SLIVER_M2)
    ]


def _overlaps(
    names: Sequence[str], lattice: Shapes, suspicious: NDArray[np.bool_], metric_srid: int
) -> list[Finding]:
    if not suspicious.any():
        return []
    some = np.flatnonzero(suspicious)
    left, right = shapely.STRtree(lattice).query(lattice[some], predicate="intersects")
    left = some[left]
    # Each pair once; of an area that lies wholly inside another, only the inner one is suspicious.
    once = (left < right) | ((left > right) & ~suspicious[right])
    left, right = np.minimum(left, right)[once], np.maximum(left, right)[once]
    inner = shapely.relate_pattern(lattice[left], lattice[right], "T********")
    left, right = left[inner], right[inner]
    shared = shapely.intersection(lattice[left], lattice[right])
    pairs = [(names[i], names[j]) for i, j in zip(left.tolist(), right.tolist(), strict=True)]
    return area_findings("overlap", shared, pairs, metric_srid)


def _union(lattice: Shapes, suspicious: NDArray[np.bool_]) -> Any:
    """All zones as one: quickly those that fit, then the others."""
    fitting = shapely.coverage_union_all(lattice[~suspicious])
    return shapely.union_all([fitting, *lattice[suspicious]]) if suspicious.any() else fitting


def _gaps(names: Sequence[str], lattice: Shapes, union: Any, outer: Any, metric_srid: int) -> list[Finding]:
    found: list[Finding] = []
    if outer is None:
        rings = shapely.get_rings(shapely.get_parts(union), return_index=True)
        first = np.ones(len(rings[1]), dtype=np.bool_)
        first[1:] = rings[1][1:] != rings[1][:-1]
        holes = list(shapely.polygons(rings[0][~first]))
    else:
        frame = to_lattice(outer)
        holes = list(shapely.get_parts(shapely.difference(frame, union)))
        beyond = [piece for piece in shapely.get_parts(shapely.difference(union, frame)) if piece.area > 0]
        found += area_findings("beyond_outer", beyond, _touching(names, lattice, beyond), metric_srid)
    holes = [hole for hole in holes if hole.area > 0]
    return area_findings("gap", holes, _touching(names, lattice, holes), metric_srid) + found


def _slits(
    names: Sequence[str],
    lattice: Shapes,
    slit_m: float,
    metric_srid: int,
    suspicious: NDArray[np.bool_],
    explained: set[str],
) -> list[Finding]:
    # A degree of latitude is 111 km; in longitude a step is shorter, so the width found is at least this.
    width = slit_m / 111_320 * SCALE
    edges = shapely.coverage_invalid_edges(lattice, width)
    there = ~(shapely.is_missing(edges) | shapely.is_empty(edges)) & ~suspicious
    slits = [i for i in np.flatnonzero(there).tolist() if names[i] not in explained]
    if not slits:
        return []
    metric: Shapes = geometry_to_metric(from_lattice(lattice), metric_srid)
    tree = shapely.STRtree(metric)
    found: dict[tuple[str, ...], Finding] = {}
    for i in slits:
        edge = geometry_to_metric(from_lattice(edges[i]), metric_srid)
        near = tree.query(edge, predicate="dwithin", distance=slit_m)
        near = near[near != i]
        # Both ends of a slit may touch: it is as wide as its widest place.
        places = shapely.points(shapely.get_coordinates(shapely.segmentize(edge, slit_m)))
        away = shapely.distance(shapely.union_all(metric[near]), places) if len(near) else np.zeros(1)
        wide = float(away[away <= slit_m].max(initial=0.0))
        codes = tuple(sorted([names[i], *(names[j] for j in near.tolist())]))
        # Both sides of a slit are noticed.
        if codes not in found or wide > found[codes].width_m:
            shape = from_lattice(edges[i])
            found[codes] = Finding("narrow_gap", codes, middle_of(edges[i]), width_m=wide, shape=shape)
    return list(found.values())


def _touching(names: Sequence[str], lattice: Shapes, pieces: Any) -> list[tuple[str, ...]]:
    """The zones that share more than a corner with each piece (or a corner, if none does)."""
    tree = shapely.STRtree(lattice)
    result = []
    for piece in pieces:
        near: NDArray[np.int64] = np.sort(tree.query(piece, predicate="intersects"))
        lengths = shapely.length(shapely.intersection(lattice[near], piece))
        chosen = near[lengths > 0] if (lengths > 0).any() else near
        result.append(tuple(names[i] for i in chosen.tolist()))
    return result


def area_findings(
    kind: FindingKind, pieces: Any, codes: Sequence[tuple[str, ...]], metric_srid: int, detail: str = ""
) -> list[Finding]:
    """One finding per piece of ground (lattice geometry), measured."""
    degrees: Shapes = from_lattice(np.array(pieces, dtype=object))
    metric: Shapes = geometry_to_metric(degrees, metric_srid)
    areas, around = shapely.area(metric), shapely.length(metric)
    with np.errstate(invalid="ignore", divide="ignore"):
        widths = np.nan_to_num(2 * areas / around)
    return [
        Finding(kind, codes[i], _middle(degrees[i]), float(areas[i]), detail, float(widths[i]), degrees[i])
        for i in range(len(degrees))
    ]


def _middle(shape: Any) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return round(point.x, 7), round(point.y, 7)


def middle_of(shape: Any) -> tuple[float, float]:
    """A point on a lattice geometry, in degrees."""
    return _middle(from_lattice(shape))
