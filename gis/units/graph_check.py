"""What a graph of land units may lack: parts that hold together by nothing, borders that are not as drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.unit_graph import UnitGraph
from gis.units.shared_borders import shared_borders
from gis.words import Words

__all__ = ["GraphFinding", "check_borders", "check_graph"]

Shapes: TypeAlias = NDArray[np.object_]
Kind: TypeAlias = Literal["no_neighbour", "cut_off", "not_as_drawn"]

_SHOWN: Final = 5
_SAME_M: Final = 0.01


@dataclass(frozen=True)
class GraphFinding:
    """One thing to look at.

    Attributes
    ----------
    kind
        ``no_neighbour``: a unit that borders on nothing and has no link; ``cut_off``: a part of a community
        behind a river, a railway or a motorway without a crossing; ``not_as_drawn``: an edge that differs
        from the borders of the units as they are drawn.
    codes
        The units concerned.
    place
        A point in the first of them (lon, lat).
    households
        How many live there.
    message
        The finding as one sentence.
    """

    kind: Kind
    codes: tuple[str, ...]
    place: tuple[float, float]
    households: int
    message: Words


def check_graph(graph: UnitGraph, codes: Sequence[str], shapes: Shapes) -> list[GraphFinding]:
    """Look for units without neighbours, and for communities in several parts.

    Parameters
    ----------
    graph
        The graph.
    codes, shapes
        Code and polygon (EPSG:4326) of each unit.

    Returns
    -------
    list
        Parts other than the largest of their community, by the order of their first unit.
    """
    inside = graph.community[graph.ends[:, 0]] == graph.community[graph.ends[:, 1]]
    degree = np.bincount(graph.ends[inside].ravel(), minlength=len(graph))
    _, part = graph.parts(graph.community)
    size = np.bincount(part)
    home = np.zeros(len(size), dtype=np.int64)
    home[part] = graph.community
    # The largest part of each community is the community; the lower number between equals.
    order = np.lexsort((np.arange(len(size)), -size, home))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = home[order][1:] != home[order][:-1]
    main = np.zeros(len(size), dtype=np.bool_)
    main[order[first]] = True
    found = []
    for one in np.flatnonzero(~main):
        members = np.flatnonzero(part == one)
        named = tuple(codes[member] for member in members.tolist())
        alone = len(members) == 1 and degree[members[0]] == 0
        households = int(graph.households[members].sum())
        found.append((int(members[0]), _finding(named, alone, households, shapes[members[0]])))
    return [finding for _, finding in sorted(found, key=lambda pair: pair[0])]


def _finding(codes: tuple[str, ...], alone: bool, households: int, shape: shapely.Polygon) -> GraphFinding:
    point = shapely.point_on_surface(shape)
    place = (round(point.x, 7), round(point.y, 7))
    shown = ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")
    where = f"{place[0]:.7f}, {place[1]:.7f}"
    if alone:
        words = Words(
            f"地块 {shown} 在本社区内没有相邻地块，位于 {where}。",
            f"the unit {shown} has no neighbour in its community, at {where}.",
        )
        return GraphFinding("no_neighbour", codes, place, households, words)
    words = Words(
        f"{len(codes)} 个地块（{households} 户）与本社区其余部分隔断：{shown}，位于 {where}。",
        f"{len(codes)} unit(s) with {households} household(s) are cut off from the rest of their community: "
        f"{shown}, at {where}.",
    )
    return GraphFinding("cut_off", codes, place, households, words)


def check_borders(
    graph: UnitGraph, codes: Sequence[str], shapes: Shapes, polygons: Shapes
) -> list[GraphFinding]:
    """Compare the borders of a graph with those of the polygons.

    Parameters
    ----------
    graph
        The graph.
    codes, shapes
        Code and polygon (EPSG:4326) of each unit.
    polygons
        The same polygons in metres of the city's metric system.

    Returns
    -------
    list
        A finding for each pair whose border is missing, is none, or differs by a centimetre or more.
    """
    drawn = shared_borders(polygons)
    stored = graph.length_m > 0
    size = len(graph)
    keys = [ends[:, 0].astype(np.int64) * size + ends[:, 1] for ends in (drawn.ends, graph.ends[stored])]
    every = np.unique(np.concatenate(keys))
    length = np.zeros((2, len(every)))
    for row, (key, lengths) in enumerate(zip(keys, (drawn.length, graph.length_m[stored]), strict=True)):
        length[row, np.searchsorted(every, key)] = lengths
    wrong = np.flatnonzero(np.abs(length[0] - length[1]) >= _SAME_M)
    return [
        _not_as_drawn(codes, shapes, divmod(int(every[one]), size), *length[:, one].tolist()) for one in wrong
    ]


def _not_as_drawn(
    codes: Sequence[str], shapes: Shapes, pair: tuple[int, int], drawn: float, stored: float
) -> GraphFinding:
    point = shapely.point_on_surface(shapes[pair[0]])
    place = (round(point.x, 7), round(point.y, 7))
    first, second = (codes[one] for one in pair)
    where = f"{place[0]:.7f}, {place[1]:.7f}"
    words = Words(
        f"{first} 与 {second} 的边界记为 {stored:.2f} 米，图上为 {drawn:.2f} 米，位于 {where}；"
        "请执行 gridgov units graph。",
        f"the border of {first} and {second} is kept as {stored:.2f} m and drawn {drawn:.2f} m, at {where}: "
        "run gridgov units graph.",
    )
    return GraphFinding("not_as_drawn", (first, second), place, 0, words)
