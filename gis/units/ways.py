"""What runs along the borders of land units: streets, main roads, railways, walls and water."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.unit_graph import Barrier
from gis.units.shared_borders import ring_segments

__all__ = ["BARRIER_OF", "FENCED", "KINDS_OF_ROADS", "WayKind", "Ways", "road_kinds"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]


class WayKind(IntEnum):
    """Kinds of lines, from the weakest to the strongest: where several run, the strongest counts."""

    PATH = 0
    """Walked or driven across, never a border: a footpath, a track, a drive inside a compound."""
    WALL = 1
    STREET = 2
    ARTERIAL = 3
    MOTORWAY = 4
    RAIL = 5
    RIVER = 6
    """Water of any kind: the line of a river, or an area."""


BARRIER_OF: Final[Mapping[WayKind, Barrier]] = MappingProxyType(
    {
        WayKind.PATH: Barrier.LAND,
        WayKind.WALL: Barrier.LAND,
        WayKind.STREET: Barrier.STREET,
        WayKind.ARTERIAL: Barrier.ARTERIAL,
        WayKind.MOTORWAY: Barrier.ARTERIAL,
        WayKind.RAIL: Barrier.RAIL,
        WayKind.RIVER: Barrier.RIVER,
    }
)

FENCED: Final = (WayKind.MOTORWAY, WayKind.RAIL, WayKind.RIVER)
"""Nobody walks across these but where a road leads over or under."""

KINDS_OF_ROADS: Final[Mapping[str, WayKind]] = MappingProxyType(
    {
        word: kind
        for kind, words in {
            WayKind.MOTORWAY: ("motorway", "高速公路", "高速", "快速路", "城市快速路"),
            WayKind.ARTERIAL: (
                "trunk", "primary", "secondary", "主干路", "主干道", "次干路", "次干道", "国道", "省道",
            ),
            WayKind.STREET: (
                "tertiary", "residential", "unclassified", "living_street", "road", "street", "busway",
                "支路", "街道", "街巷", "县道", "乡道", "道路",
            ),
            WayKind.RAIL: ("rail", "railway", "light_rail", "narrow_gauge", "铁路", "轻轨"),
            WayKind.PATH: (
                "path", "footway", "pedestrian", "steps", "cycleway", "track", "service", "bridleway",
                "小路", "步行道", "人行道", "内部道路",
            ),
        }.items()
        for word in words
    }
)  # fmt: skip
"""Classes as OpenStreetMap and Chinese surveys name them."""


NOT_ON_THE_GROUND: Final = frozenset(
    {"subway", "ferry", "proposed", "construction", "abandoned", "razed", "corridor", "地铁", "轮渡", "规划"}
)
"""Classes that neither bound nor cross anything."""


def road_kinds(classes: Iterable[object], default: WayKind = WayKind.STREET) -> NDArray[np.uint8]:
    """Kind of each road from the word for its class; slip roads count as what they lead to.

    Parameters
    ----------
    classes
        Words as in OpenStreetMap's ``highway`` or in Chinese; of several ("['trunk', 'primary']") the first.
    default
        Kind of a road whose class is empty or not known.

    >>> road_kinds(["primary_link", "主干路", "footway", None]).tolist()
    [3, 3, 0, 2]
    """
    kinds = []
    for word in classes:
        name = str(word).strip().strip("[]'\" ").split("'")[0].split(",")[0].split(";")[0].strip().lower()
        kinds.append(KINDS_OF_ROADS.get(name.removesuffix("_link"), default))
    return np.array(kinds, dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Ways:
    """Lines and water areas in metres of the city's metric system.

    Attributes
    ----------
    shapes
        LineStrings, Polygons or collections of one of them; (n,).
    kind
        uint8 (n,): `WayKind` of each.
    """

    shapes: Shapes
    kind: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if len(self.shapes) != len(self.kind):
            raise ValueError(f"{len(self.kind)} kinds for {len(self.shapes)} ways")

    @classmethod
    def none(cls) -> Ways:
        """No way at all."""
        return cls(np.empty(0, dtype=object), np.empty(0, dtype=np.uint8))

    @classmethod
    def of(cls, shapes: ArrayLike, kind: WayKind) -> Ways:
        """Ways of one kind."""
        array = np.asarray(shapes, dtype=object)
        return cls(array, np.full(len(array), kind, dtype=np.uint8))

    def __add__(self, other: Ways) -> Ways:
        return Ways(np.concatenate([self.shapes, other.shapes]), np.concatenate([self.kind, other.kind]))

    def __len__(self) -> int:
        return len(self.shapes)

    def parts(self) -> tuple[Shapes, NDArray[np.uint8], Shapes, NDArray[np.uint8]]:
        """LineStrings with their kinds, and Polygons with theirs; what is neither is left out."""
        parts, owner = shapely.get_parts(self.shapes, return_index=True)
        kind, form = self.kind[owner], shapely.get_type_id(parts)
        there = ~shapely.is_empty(parts)
        line, area = (form == 1) & there, (form == 3) & there
        return parts[line], kind[line], parts[area], kind[area]

    def near(self, points: Floats, tolerance_m: float) -> NDArray[np.bool_]:
        """Which kinds of ways run within a tolerance of points, or cover them: bool (n, number of kinds)."""
        lines, line_kind, areas, area_kind = self.parts()
        found = np.zeros((len(points), len(WayKind)), dtype=np.bool_)
        start, end, of = _segments(lines)
        owner, area_start, area_end = ring_segments(areas)
        kind = np.concatenate([line_kind[of], area_kind[owner]]).astype(np.int64)
        ends = np.stack([np.concatenate([start, area_start]), np.concatenate([end, area_end])], axis=1)
        dots = shapely.points(points)
        point, near = shapely.STRtree(shapely.linestrings(ends)).query(
            dots, predicate="dwithin", distance=tolerance_m
        )
        found[point, kind[near]] = True
        shapely.prepare(areas)
        area, point = shapely.STRtree(dots).query(areas)
        inside = shapely.contains_xy(areas[area], points[point, 0], points[point, 1])
        found[point[inside], area_kind[area[inside]]] = True
        return found


def _segments(lines: Shapes) -> tuple[Floats, Floats, Ints]:
    """Segments of lines: their ends of shape (n, 2), and the line each belongs to."""
    points, of = shapely.get_coordinates(lines, return_index=True)
    same = of[1:] == of[:-1]
    return points[:-1][same], points[1:][same], of[:-1][same]
