"""Connected, balanced parts of a graph of units: METIS seeds, then repair by moving single units."""

from __future__ import annotations

from collections import deque
from typing import Any, TypeAlias

import numpy as np
import pymetis
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from grid_data.sample.lattice import Floats, Ints

Graph: TypeAlias = Any
"""Symmetric ``csr_array`` of border weights between units."""


def graph_of(count: int, left: Ints, right: Ints, weight: Floats) -> Graph:
    """Symmetric graph from pairs of neighbours."""
    rows, columns = np.concatenate([left, right]), np.concatenate([right, left])
    graph = csr_array(coo_array((np.concatenate([weight, weight]), (rows, columns)), shape=(count, count)))
    graph.sort_indices()
    return graph


def join_islets(graph: Graph, points: Floats) -> Graph:
    """Link each further component to the nearest node of the largest one, as by a ferry."""
    count, label = connected_components(graph, directed=False)
    if count == 1:
        return graph
    main = int(np.argmax(np.bincount(label)))
    inside = np.flatnonzero(label == main)
    left, right = [], []
    for component in range(count):
        if component == main:
            continue
        members = np.flatnonzero(label == component)
        gaps = np.hypot(*(points[members][:, None] - points[inside][None]).transpose(2, 0, 1))
        a, b = np.unravel_index(int(np.argmin(gaps)), gaps.shape)
        left.append(members[a])
        right.append(inside[b])
    extra = graph_of(graph.shape[0], np.array(left), np.array(right), np.ones(len(left)))
    joined = csr_array(graph + extra)
    joined.sort_indices()
    return joined


def metis(graph: Graph, weight: Ints, parts: int, seed: int, recursive: bool = False) -> Ints:
    """Part 0..parts-1 per node, connected where METIS can."""
    if parts <= 1:
        return np.zeros(graph.shape[0], dtype=np.int64)
    if parts >= graph.shape[0]:
        return np.arange(graph.shape[0], dtype=np.int64)
    adjacency = pymetis.CSRAdjacency(graph.indptr.astype(np.int64), graph.indices.astype(np.int64))
    options = pymetis.Options(seed=seed, contig=1, ufactor=120, ncuts=4)
    _, membership = pymetis.part_graph(
        parts,
        adjacency=adjacency,
        vweights=weight.tolist(),
        eweights=np.maximum(1, np.rint(graph.data)).astype(np.int64).tolist(),
        options=options,
        recursive=recursive,
    )
    return _complete(graph, connected(graph, np.asarray(membership, dtype=np.int64), weight), weight, parts)


def _complete(graph: Graph, part: Ints, weight: Ints, parts: int) -> Ints:
    """Halve the heaviest part for each part that METIS left empty or that lost all its nodes."""
    part = part.copy()
    for missing in sorted(set(range(parts)) - set(part.tolist())):
        total = np.bincount(part, weights=weight, minlength=parts)
        total[np.bincount(part, minlength=parts) < 2] = -1.0
        members = np.flatnonzero(part == int(np.argmax(total)))
        inner = csr_array(graph[members][:, members])
        far = breadth_first_order(inner, 0, directed=False)[0][-1]
        order = breadth_first_order(inner, far, directed=False)[0]
        heavy = np.cumsum(weight[members][order])
        size = min(max(1, int(np.searchsorted(heavy, heavy[-1] / 2.0))), len(members) - 1)
        # What lies behind the first half may fall apart: all but its largest piece stays with that half.
        rest = order[size:]
        _, piece = connected_components(csr_array(inner[rest][:, rest]), directed=False)
        part[members[rest[piece == int(np.argmax(np.bincount(piece)))]]] = missing
    return part


def connected(graph: Graph, part: Ints, weight: Ints) -> Ints:
    """Give pieces that lie apart from the bulk of their part to the neighbouring part they touch most."""
    part = part.copy()
    for _ in range(10):
        rows = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
        same = part[rows] == part[graph.indices]
        inner = coo_array((np.ones(int(same.sum())), (rows[same], graph.indices[same])), shape=graph.shape)
        _, label = connected_components(inner, directed=False)
        size = np.bincount(label, weights=weight + 1e-3)
        bulk: dict[int, int] = {}
        for piece in np.argsort(-size, kind="stable").tolist():
            bulk.setdefault(int(part[np.argmax(label == piece)]), piece)
        loose = [piece for piece in range(len(size)) if piece not in set(bulk.values())]
        if not loose:
            return part
        for piece in loose:
            members = label == piece
            touching = graph[members].sum(axis=0)
            touching[members] = 0.0
            by_part = np.bincount(part, weights=touching)
            by_part[part[np.argmax(members)]] = 0.0
            if by_part.max() > 0.0:
                part[members] = int(np.argmax(by_part))
    return part


def repair(graph: Graph, part: Ints, weight: Ints, low: float, high: float, rounds: int = 400) -> Ints:
    """Move border units from part to part while that brings sums nearer to the band ``[low, high]``.

    A part stays connected and is never emptied. The measure is the sum of squared distances to the band, plus
    some of the spread, so that parts within the band pass units on. It ends when every part is in the band.
    """
    part = part.copy()
    count = int(part.max()) + 1
    total = np.bincount(part, weights=weight, minlength=count)
    middle = total.sum() / count

    def cost(value: float) -> float:
        off = max(low - value, 0.0, value - high)
        return float(off * off + 0.15 * (value - middle) ** 2)

    neighbours = [
        graph.indices[graph.indptr[n] : graph.indptr[n + 1]].tolist() for n in range(graph.shape[0])
    ]
    for _ in range(rounds):
        best: tuple[float, int, int] | None = None
        if ((total >= low) & (total <= high)).all():
            break
        for node, around in enumerate(neighbours):
            mine = int(part[node])
            for other in sorted({int(part[n]) for n in around} - {mine}):
                gain = (
                    cost(total[mine]) + cost(total[other])
                    - cost(total[mine] - weight[node]) - cost(total[other] + weight[node])
                )  # fmt: skip
                if gain > 1e-6 and (best is None or gain > best[0]) and _may_leave(neighbours, part, node):
                    best = (gain, node, other)
        if best is None:
            break
        _, node, other = best
        total[part[node]] -= weight[node]
        total[other] += weight[node]
        part[node] = other
    return part


def _may_leave(neighbours: list[list[int]], part: Ints, node: int) -> bool:
    """Whether the node's part is not empty and still connected without it."""
    mine = part[node]
    same = [n for n in neighbours[node] if part[n] == mine]
    if len(same) <= 1:
        return len(same) == 1
    seen = {same[0]}
    queue = deque(seen)
    missing = set(same[1:])
    while queue and missing:
        for n in neighbours[queue.popleft()]:
            if n != node and n not in seen and part[n] == mine:
                seen.add(n)
                missing.discard(n)
                queue.append(n)
    return not missing
