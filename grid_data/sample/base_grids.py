"""Base grids in two editions, both drawn as a planner draws them, by the program's own proposals.

The first edition divides the households of its day. Then homes were built, and many of its grids came to hold
more than they should. The redraw cuts each of these that holds enough for two or more grids of its own; where
that leaves a grid out of the band, the grids of its community are drawn anew, as near to those of the day as
the band allows. A grid keeps its code where most of its households stay; new ones get fresh numbers after the
last of their community.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.propose import ProposeOptions, feasible_grids, propose
from gis.unit_graph import UnitGraph
from grid_data.sample.blocks import Units
from grid_data.sample.communities import Communities, reading_order
from grid_data.sample.lattice import Floats, Ints
from grid_data.sample.names import chinese_number

LEAST, MOST = 300, 500
"""Households a base grid should have."""

_UNITS_PER_SECOND = 7_000
"""Units for which a second of the search is enough."""

_CARE = 8.0
"""So many times as long is searched where grids had to be drawn anew: that are few units, and hard ones."""

_STAY = 2.5
"""How much their households should keep their grid, in terms of the usual weight of a redraw."""


@dataclass(frozen=True)
class BaseGrids:
    """Every grid that ever was, in the order of codes.

    ``first`` and ``second`` index the grids per unit in either edition; ``community`` is per grid.
    """

    codes: tuple[str, ...]
    name_zh: tuple[str, ...]
    name_en: tuple[str, ...]
    community: Ints
    first: Ints
    second: Ints


def draw_base_grids(
    units: Units, communities: Communities, graph: UnitGraph, before: Ints, counts: tuple[int, int], seed: int
) -> BaseGrids:
    """Both editions.

    Parameters
    ----------
    graph
        The units, with their communities and today's households.
    before
        Households per unit at the first edition.
    counts
        How many grids there are in the first and in the second edition.
    seed
        Of the proposals.
    """
    of_its_day = replace(graph, households=before.astype(np.int32))
    first = _proposed(of_its_day, None, counts[0], seed)
    second = _redrawn(graph, first, counts[1], seed)
    return _numbered(units, communities, first, second)


def _redrawn(graph: UnitGraph, first: Ints, total: int, seed: int) -> Ints:
    """The redraw: over-full grids are divided, then what that left out of the band is mended."""
    divided = replace(graph, community=first.astype(np.int32))
    over = [
        each.community
        for each in feasible_grids(divided, LEAST, MOST)
        if each.households > MOST and each.feasible
    ]
    second = _proposed(divided, first, total, seed, frozenset(over))
    homes = np.bincount(second, weights=graph.households)
    out = graph.community[((homes < LEAST) | (homes > MOST))[second]]
    possible = [each.community for each in feasible_grids(graph, LEAST, MOST) if each.feasible]
    return _proposed(graph, second, total, seed, frozenset(np.intersect1d(out, possible).tolist()), _CARE)


def _proposed(
    graph: UnitGraph,
    current: NDArray[np.integer] | None,
    total: int,
    seed: int,
    communities: frozenset[int] | None = None,
    care: float = 1.0,
) -> Ints:
    """The first proposal for so many grids altogether; without communities, what there is."""
    if current is not None and not communities:
        return current.astype(np.int64)
    of_these = len(graph) if communities is None else int(np.isin(graph.community, list(communities)).sum())
    options = ProposeOptions(
        minimum=LEAST, maximum=MOST, stay=_STAY, redraw=True, grids=total,
        communities=communities, proposals=1, seed=seed,
        seconds=care * of_these / _UNITS_PER_SECOND,
    )  # fmt: skip
    return propose(graph, current, options)[0].zone.astype(np.int64)


def _numbered(units: Units, communities: Communities, first: Ints, second: Ints) -> BaseGrids:
    """Codes and names: in reading order, those of the second edition that are new behind all of the first."""
    centre = shapely.get_coordinates(shapely.centroid(units.metric))
    total = int(max(first.max(), second.max())) + 1
    community = np.zeros(total, dtype=np.int64)
    community[first], community[second] = communities.of_unit, communities.of_unit
    old = np.unique(first)
    new = np.setdiff1d(second, old)
    number = np.zeros(total, dtype=np.int64)
    number[old] = reading_order(_middle(units, centre, first, total)[old], community[old]) + 1
    last = np.bincount(community[old], minlength=len(communities.codes))
    number[new] = reading_order(_middle(units, centre, second, total)[new], community[new]) + 1
    number[new] += last[community[new]]
    there = np.concatenate([old, new])
    there = there[np.lexsort((number[there], community[there]))]
    place = np.full(total, -1, dtype=np.int64)
    place[there] = np.arange(len(there))
    named = list(zip(community[there].tolist(), number[there].tolist(), strict=True))
    return BaseGrids(
        codes=tuple(f"{communities.codes[c]}{n:03d}" for c, n in named),
        name_zh=tuple(f"{communities.name_zh[c]}第{chinese_number(n)}网格" for c, n in named),
        name_en=tuple(f"{communities.name_en[c]} Grid {n}" for c, n in named),
        community=community[there],
        first=place[first],
        second=place[second],
    )


def _middle(units: Units, centre: Floats, label: Ints, count: int) -> Floats:
    """Middle of the area of each label 0..count-1; anything for a label without units."""
    weight = units.area_m2
    sums = [np.bincount(label, weights=weight * centre[:, axis], minlength=count) for axis in (0, 1)]
    total = np.maximum(np.bincount(label, weights=weight, minlength=count), 1.0)
    return np.asarray(np.column_stack(sums) / total[:, None])
