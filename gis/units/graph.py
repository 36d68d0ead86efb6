"""The graph of land units: who borders whom, along what, and whether a grid may hold together there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.unit_graph import Barrier, UnitGraph
from gis.units.crossings import bridges, crossed
from gis.units.reaching import nearest_links, within_reach
from gis.units.shared_borders import SharedBorders, shared_borders
from gis.units.ways import BARRIER_OF, FENCED, WayKind, Ways

__all__ = ["GraphOptions", "border_lines", "unit_graph"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]

_SAMPLE_M = 20.0
"""Borders are looked at in pieces of at most this length."""


@dataclass(frozen=True)
class GraphOptions:
    """What counts as what.

    Attributes
    ----------
    tolerance_m
        A way within this distance runs along a border.
    passage_m, passage_share
        A border is closed by a fence or a river unless an open stretch longer than both is left.
    alone_households
        A part of a community that rivers and motorways cut off stays cut off only if it carries as many
        households: a traffic island or an empty bank is joined along its longest border.
    reach_m
        How far links over ground of nobody lead, besides those over bridges. None: from each part of a
        community that borders on nothing to the nearest unit, however far. Else between all units of a
        community that do not touch and are no farther apart; 0 for none.
    """

    tolerance_m: float = 4.0
    passage_m: float = 6.0
    passage_share: float = 0.1
    alone_households: int = 50
    reach_m: float | None = None


DEFAULTS = GraphOptions()


def unit_graph(
    polygons: Shapes,
    households: ArrayLike,
    residents: ArrayLike,
    buildings: ArrayLike,
    community: ArrayLike,
    *,
    barriers: Ways | None = None,
    compound: ArrayLike | None = None,
    options: GraphOptions = DEFAULTS,
) -> UnitGraph:
    """The graph of a coverage of land units.

    Parameters
    ----------
    polygons
        The units in metres of the city's metric system, (n,); they share the vertices of their borders.
    households, residents, buildings
        What each carries, (n,).
    community
        Number of each unit's community, (n,).
    barriers
        Roads, water, railways and walls, in the same system.
    compound
        Number of the block or compound a building cell was cut from, negative for other units, (n,). A border
        inside a compound, along which nothing runs, is `Barrier.COMPOUND`.
    options
        Tolerances.

    Returns
    -------
    UnitGraph
        Borders of all units, across communities too; in addition links of no length inside a community: over
        bridges, and to parts that border on nothing (islands), as ``options.reach_m`` says.
    """
    ways = Ways.none() if barriers is None else barriers
    polygons = np.asarray(polygons, dtype=object)
    of_community = np.asarray(community, dtype=np.int32)
    borders = shared_borders(polygons)
    barrier, fenced = _along(borders, ways, options)
    if compound is not None:
        group = np.asarray(compound, dtype=np.int64)[borders.ends]
        inside = (barrier == _NOTHING) & (group[:, 0] == group[:, 1]) & (group[:, 0] >= 0)
        barrier[inside] = Barrier.COMPOUND
    barrier[barrier == _NOTHING] = Barrier.LAND
    joined = ~fenced | crossed(polygons, borders, fenced, ways)
    ends, lengths = borders.ends, borders.length
    homes = np.asarray(households, dtype=np.int32)
    linked = _links(polygons, ends, of_community, ways, options.reach_m)
    ends = np.concatenate([ends, linked])
    lengths = np.concatenate([lengths, np.zeros(len(linked))])
    barrier = np.concatenate([barrier, np.full(len(linked), Barrier.RIVER, dtype=np.uint8)])
    joined = np.concatenate([joined, np.ones(len(linked), dtype=np.bool_)])
    joined = _join_left_over(homes, of_community, ends, lengths, joined, options.alone_households)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    return UnitGraph(
        households=homes,
        residents=np.asarray(residents, dtype=np.int32),
        buildings=np.asarray(buildings, dtype=np.int32),
        area_m2=np.asarray(shapely.area(polygons)),
        perimeter_m=np.asarray(shapely.length(polygons)),
        community=of_community,
        ends=ends[order].astype(np.int32),
        length_m=lengths[order],
        barrier=barrier[order],
        joined=joined[order],
    )


def border_lines(polygons: Shapes, ends: NDArray[np.integer]) -> Shapes:
    """The line of each border of a graph, in the coordinates of the polygons; empty for a link.

    Parameters
    ----------
    polygons
        The units, (n,), a coverage.
    ends
        (m, 2), as in `UnitGraph`.
    """
    borders = shared_borders(polygons)
    lines = np.full(len(ends), shapely.LineString(), dtype=object)
    if len(ends) and len(borders.ends):
        size = len(polygons)
        known = borders.ends[:, 0] * size + borders.ends[:, 1]
        asked = ends[:, 0].astype(np.int64) * size + ends[:, 1]
        at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        there = known[at] == asked
        lines[there] = borders.lines()[at[there]]
    return lines


_NOTHING = 255


def _along(
    borders: SharedBorders, ways: Ways, options: GraphOptions
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Barrier along each border (`_NOTHING` where no way runs), and whether it closes the border."""
    count = len(borders.ends)
    barrier = np.full(count, _NOTHING, dtype=np.uint8)
    fenced = np.zeros(count, dtype=np.bool_)
    if not len(ways) or not count:
        return barrier, fenced
    pieces = np.maximum(1, np.ceil(borders.segment_length / _SAMPLE_M)).astype(np.int64)
    segment = np.repeat(np.arange(len(pieces)), pieces)
    turn = np.arange(len(segment)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start, way = borders.start[segment], (borders.end - borders.start)[segment]
    # What runs along a piece is near two places of it; what only crosses is near one.
    places = [(turn + place) / pieces[segment] for place in (0.25, 0.75)]
    points = np.concatenate([start + way * share[:, None] for share in places])
    near = ways.near(points, options.tolerance_m)
    along = near[: len(segment)] & near[len(segment) :]
    length = borders.segment_length[segment] / pieces[segment]
    strongest = np.where(along.any(axis=1), along.shape[1] - 1 - np.argmax(along[:, ::-1], axis=1), -1)
    # Columns: nothing, then the barriers.
    column = np.array([0, *(int(BARRIER_OF[kind]) + 1 for kind in WayKind)])[strongest + 1]
    column[strongest == WayKind.PATH] = 0
    border = borders.border[segment]
    width = len(Barrier) + 1
    shares = np.bincount(border * width + column, weights=length, minlength=count * width).reshape(-1, width)
    longest = np.argmax(shares, axis=1)
    barrier[longest > 0] = (longest - 1)[longest > 0]
    closed = np.isin(strongest, FENCED)
    passable = np.bincount(border, weights=length * ~closed, minlength=count)
    least = np.maximum(options.passage_m, options.passage_share * borders.length)
    fenced = (passable <= least) & (passable < borders.length)
    return barrier, fenced


def _parts(count: int, ends: Ints) -> tuple[int, NDArray[np.int32]]:
    ones = np.ones(len(ends), dtype=np.int8)
    graph = scipy.sparse.coo_array((ones, (ends[:, 0], ends[:, 1])), shape=(count, count))
    number, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
    return int(number), part


def _links(
    polygons: Shapes, ends: Ints, community: NDArray[np.int32], ways: Ways, reach_m: float | None
) -> Ints:
    """Links inside communities: over bridges, then over ground of nobody (`GraphOptions.reach_m`)."""
    found = bridges(polygons, community.astype(np.int64), ways)
    known = set(map(tuple, ends.tolist()))
    found = np.array([pair for pair in found.tolist() if tuple(pair) not in known], dtype=np.int64).reshape(
        -1, 2
    )
    if reach_m is not None:
        over = within_reach(polygons, ends, community, reach_m)
        return np.unique(np.concatenate([found, over]), axis=0)
    inside = np.concatenate([ends[community[ends[:, 0]] == community[ends[:, 1]]], found])
    _, part = _parts(len(polygons), inside)
    pairs = np.unique(np.column_stack([community, part]), axis=0)
    several = np.unique(pairs[:, 0])[np.unique(pairs[:, 0], return_counts=True)[1] > 1]
    links = [tuple(pair) for pair in found.tolist()]
    for one in several.tolist():
        links += nearest_links(polygons, np.flatnonzero(community == one), part)
    return np.unique(np.array(links, dtype=np.int64).reshape(-1, 2), axis=0)


def _join_left_over(
    households: NDArray[np.int32],
    community: NDArray[np.int32],
    ends: Ints,
    lengths: Floats,
    joined: NDArray[np.bool_],
    least: int,
) -> NDArray[np.bool_]:
    """Join parts with few households, cut off by rivers and fences, along their longest border."""
    joined = joined.copy()
    inside = community[ends[:, 0]] == community[ends[:, 1]]
    while True:
        count, part = _parts(len(households), ends[joined & inside])
        homes = np.bincount(part, weights=households, minlength=count)
        candidates = np.flatnonzero(inside & ~joined & (part[ends[:, 0]] != part[ends[:, 1]]))
        if not len(candidates):
            return joined
        sides = part[ends[candidates]]
        # Each small part takes its longest border; the number decides between equal ones.
        small = homes[sides] < least
        row = np.concatenate([candidates[small[:, 0]], candidates[small[:, 1]]])
        of = np.concatenate([sides[small[:, 0], 0], sides[small[:, 1], 1]])
        if not len(row):
            return joined
        order = np.lexsort((row, -lengths[row], of))
        first = np.concatenate([[True], of[order][1:] != of[order][:-1]])
        joined[row[order][first]] = True
