"""Connected parts of a graph of units, of about equal weight: METIS, and what it leaves apart put together.

METIS: G. Karypis and V. Kumar, A fast and high quality multilevel scheme for partitioning irregular graphs,
SIAM J. Sci. Comput. 20 (1998).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pymetis
import scipy
from numpy.typing import NDArray

__all__ = ["Graph", "connected", "graph_of", "join_islets", "metis"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Graph: TypeAlias = Any
"""Symmetric ``csr_array`` of border weights between units."""


def graph_of(count: int, left: Ints, right: Ints, weight: Floats) -> Graph:
    """Symmetric graph from pairs of neighbours."""
    rows, columns = np.concatenate([left, right]), np.concatenate([right, left])
    graph = scipy.sparse.csr_array(
        scipy.sparse.coo_array((np.concatenate([weight, weight]), (rows, columns)), shape=(count, count))
    )
    graph.sort_indices()
    return graph


def join_islets(graph: Graph, points: Floats) -> Graph:
    """Link each further component to the nearest node of the largest one, as by a ferry."""
    count, label = scipy.sparse.csgraph.connected_components(graph, directed=False)
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
    joined = scipy.sparse.csr_array(graph + extra)
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
        inner = scipy.sparse.csr_array(graph[members][:, members])
        far = scipy.sparse.csgraph.breadth_first_order(inner, 0, directed=False)[0][-1]
        order = scipy.sparse.csgraph.breadth_first_order(inner, far, directed=False)[0]
        heavy = np.cumsum(weight[members][order])
        size = min(max(1, int(np.searchsorted(heavy, heavy[-1] / 2.0))), len(members) - 1)
        # What lies behind the first half may fall apart: all but its largest piece stays with that half.
        rest = order[size:]
        _, piece = scipy.sparse.csgraph.connected_components(
            scipy.sparse.csr_array(inner[rest][:, rest]), directed=False
        )
        part[members[rest[piece == int(np.argmax(np.bincount(piece)))]]] = missing
    return part


def connected(graph: Graph, part: Ints, weight: Ints) -> Ints:
    """Give pieces that lie apart from the bulk of their part to the neighbouring part they touch most."""
    part = part.copy()
    for _ in range(10):
        rows = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
        same = part[rows] == part[graph.indices]
        inner = scipy.sparse.coo_array(
            (np.ones(int(same.sum())), (rows[same], graph.indices[same])), shape=graph.shape
        )
        _, label = scipy.sparse.csgraph.connected_components(inner, directed=False)
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
