"""Base grids in two editions: 863 balanced grids, made by splitting 177 of an earlier 686.

The generator goes backwards: it divides every community into connected sets of units with 300 to 500
households, then joins pairs of neighbours to the over-full grids of the first edition, as they would be
after years of building. Codes go the right way: grids of the first edition are numbered in reading order;
those that were split are retired, and their parts get fresh numbers after the last one of their community.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array

from grid_data.sample.blocks import Units
from grid_data.sample.communities import Communities, reading_order
from grid_data.sample.lattice import Floats, Ints, rook_pairs
from grid_data.sample.names import chinese_number
from grid_data.sample.partition import Graph, graph_of, join_islets, metis, repair

LEAST, MOST = 300, 500
"""Households a base grid should have."""


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
    units: Units, communities: Communities, households: Ints, total: int, splits: int, seed: int
) -> BaseGrids:
    """``total`` grids after the redraw, ``total - splits`` before it."""
    left, right, length = rook_pairs(units.lattice)
    # Cells of one block rather stay together.
    weight = np.where(units.block[left] == units.block[right], 3.0, 1.0) * length
    graph = graph_of(len(units.lattice), left, right, weight)
    centre = shapely.get_coordinates(shapely.centroid(units.metric))
    counts = _counts(communities, households, total)
    second = np.empty(len(units.lattice), dtype=np.int64)
    offset = 0
    for index, count in enumerate(counts.tolist()):
        members = np.flatnonzero(communities.of_unit == index)
        inner = join_islets(csr_array(graph[members][:, members]), centre[members])
        second[members] = _divide(inner, households[members], count, seed + index) + offset
        offset += count
    grid_community = np.repeat(np.arange(len(counts)), counts)
    pairs = _pairs(second, grid_community, left, right, length, households, splits)
    return _numbered(units, communities, second, grid_community, pairs, centre)


def _counts(communities: Communities, households: Ints, total: int) -> Ints:
    """Grids per community: as few as keep the mean under the band's rim, the rest to the fullest ones.

    A community of 500 to 600 households cannot be divided within the band: it stays one over-full grid.
    """
    homes = np.bincount(communities.of_unit, weights=households, minlength=len(communities.codes))
    cells = np.bincount(communities.of_unit, minlength=len(communities.codes))
    most = np.minimum(np.maximum(1, (homes / (LEAST + _RIM)).astype(np.int64)), cells)
    counts = np.minimum(np.maximum(1, np.ceil(homes / (MOST - _RIM)).astype(np.int64)), most)
    while (missing := total - int(counts.sum())) != 0:
        if missing > 0:
            room = np.where(counts < most, homes / (counts + 1), -1.0)
            if room.max() < 0.0:
                room = np.where(counts < cells, homes / (counts + 1), -1.0)
            counts[int(np.argmax(room))] += 1
        else:
            counts[int(np.argmin(np.where(counts > 1, homes / counts, np.inf)))] -= 1
    return counts


def _divide(graph: Graph, weight: Ints, count: int, seed: int) -> Ints:
    """The best of some METIS seeds after repair: most grids within the band, then least spread."""
    best: tuple[tuple[int, float], Ints] | None = None
    for attempt in range(_ATTEMPTS):
        part = metis(graph, weight + 1, count, seed * _ATTEMPTS + attempt, recursive=attempt % 2 == 1)
        if len(np.unique(part)) < count:
            continue
        part = repair(graph, part, weight, LEAST, MOST)
        sums = np.bincount(part, weights=weight, minlength=count)
        score = (int(((sums < LEAST) | (sums > MOST)).sum()), float(sums.std()))
        if best is None or score < best[0]:
            best = (score, part)
        if best[0][0] == 0:
            break
    if best is None:
        raise RuntimeError("a community has fewer units than grids")
    return best[1]


_ATTEMPTS = 6
_RIM = 12
"""Households by which a community's mean keeps off the ends of the band: units are lumpy."""


def _pairs(
    second: Ints, community: Ints, left: Ints, right: Ints, length: Floats, households: Ints, splits: int
) -> list[tuple[int, int]]:
    """Disjoint pairs of neighbouring grids of one community, the fullest and longest neighbours first."""
    a, b = second[left], second[right]
    across = (a != b) & (community[a] == community[b])
    low, high = np.minimum(a[across], b[across]), np.maximum(a[across], b[across])
    keys, index = np.unique(np.column_stack([low, high]), axis=0, return_inverse=True)
    shared = np.bincount(index.ravel(), weights=length[across])
    homes = np.bincount(second, weights=households, minlength=len(community))
    score = (homes[keys[:, 0]] + homes[keys[:, 1]]) / 1000.0 + np.minimum(shared, 600.0) / 600.0
    taken: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for row in np.argsort(-score, kind="stable").tolist():
        one, two = keys[row].tolist()
        if len(pairs) < splits and one not in taken and two not in taken:
            pairs.append((one, two))
            taken.update((one, two))
    if len(pairs) < splits:
        raise RuntimeError(f"only {len(pairs)} of {splits} pairs of neighbouring grids found")
    return pairs


def _numbered(
    units: Units,
    communities: Communities,
    second: Ints,
    community: Ints,
    pairs: list[tuple[int, int]],
    centre: Floats,
) -> BaseGrids:
    """Codes and names of both editions."""
    count = len(community)
    old = np.arange(count)
    for one, two in pairs:
        old[two] = one
    split = np.zeros(count, dtype=bool)
    split[[grid for pair in pairs for grid in pair]] = True
    first_ids = np.unique(old)
    number = np.zeros(count, dtype=np.int64)
    number[first_ids] = (
        reading_order(_middle(units, centre, old[second], count)[first_ids], community[first_ids]) + 1
    )
    highest = np.bincount(community[first_ids], minlength=len(communities.codes))
    fresh_ids = np.flatnonzero(split)
    fresh = (
        reading_order(_middle(units, centre, second, count)[fresh_ids], community[fresh_ids])
        + 1
        + highest[community[fresh_ids]]
    )
    rows = [
        (communities.codes[community[g]], int(number[g]), int(community[g]), 0, int(g)) for g in first_ids
    ]
    rows += [
        (communities.codes[community[g]], int(n), int(community[g]), 1, int(g))
        for g, n in zip(fresh_ids, fresh, strict=True)
    ]
    rows.sort()
    place = {(edition, grid): index for index, (_, _, _, edition, grid) in enumerate(rows)}
    in_first = np.array([place[0, int(old[grid])] for grid in range(count)])
    in_second = np.array([place[(1, grid) if split[grid] else (0, grid)] for grid in range(count)])
    return BaseGrids(
        codes=tuple(f"{code}{n:03d}" for code, n, *_ in rows),
        name_zh=tuple(f"{communities.name_zh[c]}第{chinese_number(n)}网格" for _, n, c, *_ in rows),
        name_en=tuple(f"{communities.name_en[c]} Grid {n}" for _, n, c, *_ in rows),
        community=np.array([c for _, _, c, *_ in rows]),
        first=in_first[second],
        second=in_second[second],
    )


def _middle(units: Units, centre: Floats, label: Ints, count: int) -> Floats:
    """Middle of the area of each label 0..count-1; anything for a label without units."""
    weight = units.area_m2
    sums = [np.bincount(label, weights=weight * centre[:, axis], minlength=count) for axis in (0, 1)]
    total = np.maximum(np.bincount(label, weights=weight, minlength=count), 1.0)
    return np.asarray(np.column_stack(sums) / total[:, None])
