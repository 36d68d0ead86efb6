"""Parts of a graph brought into a band by moving single units at their borders."""

from __future__ import annotations

from collections import deque

import numpy as np

from gis.graph_parts import Graph
from grid_data.sample.lattice import Ints

__all__ = ["repair"]


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
