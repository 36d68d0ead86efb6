"""Splitting a zone into balanced parts: METIS on the zone's own units, the best of several seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymetis
import scipy
from numpy.typing import NDArray

from gis.redraw.draft import Draft, fresh_zone, step_of
from gis.redraw.steps import DraftZone, RedrawRefused, Step
from gis.unit_graph import Barrier

__all__ = ["split_into_parts"]

SEEDS = 12
_COST = {
    Barrier.COMPOUND: 3.0,
    Barrier.LAND: 1.0,
    Barrier.STREET: 0.5,
    Barrier.ARTERIAL: 0.3,
    Barrier.RAIL: 0.3,
    Barrier.RIVER: 0.3,
}
"""What a metre of new border costs by what runs along it."""


def split_into_parts(draft: Draft, number: int, parts: int, *, seed: int = 1) -> Step:
    """Split a zone into parts with nearly equal households, each connected, along roads where it can.

    The part with the most households keeps the number; the others are new zones. The same seed gives the same
    parts.

    Raises
    ------
    RedrawRefused
        ``too-few-units``: fewer units than parts, or no connected division was found.
    """
    draft.living(number)
    rows = draft.members(number)
    if parts < 2 or len(rows) < parts:
        raise RedrawRefused(
            "too-few-units",
            f"网格有 {len(rows)} 个地块，不能分为 {parts} 份",
            f"the zone has {len(rows)} units: it cannot be split into {parts} parts",
            zone=number,
        )
    part = _best(draft, rows, parts, seed)
    if part is None:
        raise RedrawRefused(
            "too-few-units",
            f"找不到 {parts} 个各自连通的部分",
            f"no division into {parts} connected parts was found",
            zone=number,
        )
    homes = np.bincount(part, weights=draft.graph.households[rows], minlength=parts)
    # The largest part keeps the zone: fewest households move.
    order = [int(np.argmax(homes)), *(at for at in range(parts) if at != int(np.argmax(homes)))]
    changed: dict[int, tuple[DraftZone | None, DraftZone]] = {}
    target = {order[0]: number}
    for at, which in enumerate(order[1:]):
        made = fresh_zone(draft, draft.next_number + at, int(rows[part == which][0]))
        changed[made.number] = (None, made)
        target[which] = made.number
    return step_of(draft, "split_parts", rows, [target[int(which)] for which in part], changed)


def _best(draft: Draft, rows: NDArray[np.int64], parts: int, seed: int) -> NDArray[np.int64] | None:
    """The division with connected parts whose largest part is smallest; the shorter border decides."""
    graph = draft.graph
    at = np.full(len(draft.ids), -1, dtype=np.int64)
    at[rows] = np.arange(len(rows))
    inside = graph.joined & (at[graph.ends] >= 0).all(axis=1)
    ends = at[graph.ends[inside]]
    cost = graph.length_m[inside] * np.array([_COST[Barrier(int(kind))] for kind in graph.barrier[inside]])
    weights = np.maximum(1, np.round(cost).astype(np.int64))
    start, neighbours, edge = _adjacency(len(rows), ends)
    homes = np.maximum(graph.households[rows].astype(np.int64) * 100, 1)
    best: tuple[float, float] | None = None
    found = None
    for each in range(SEEDS):
        _, labels = pymetis.part_graph(
            parts,
            pymetis.CSRAdjacency(start.tolist(), neighbours.tolist()),
            vweights=homes.tolist(),
            eweights=weights[edge].tolist(),
            options=pymetis.Options(seed=seed + each, ufactor=50),
            recursive=True,
        )
        part = _gathered(np.array(labels, dtype=np.int64), ends, homes)
        if len(np.unique(part)) < parts or not _connected(draft, rows, part):
            continue
        across = part[ends[:, 0]] != part[ends[:, 1]]
        score = (float(np.bincount(part, weights=graph.households[rows]).max()), float(cost[across].sum()))
        if best is None or score < best:
            best, found = score, part
    return found


def _gathered(
    part: NDArray[np.int64], ends: NDArray[np.int64], homes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Parts without stray pieces: a piece that is not a part's heaviest goes to the lightest part it touches.

    METIS does not promise connected parts.
    """
    part = part.copy()
    for _ in range(len(part)):
        inside = ends[part[ends[:, 0]] == part[ends[:, 1]]]
        ones = np.ones(len(inside), dtype=np.int8)
        graph = scipy.sparse.coo_array((ones, (inside[:, 0], inside[:, 1])), shape=(len(part), len(part)))
        count, piece = scipy.sparse.csgraph.connected_components(graph, directed=False)
        weight = np.bincount(piece, weights=homes, minlength=count)
        owner = np.zeros(count, dtype=np.int64)
        owner[piece] = part
        heaviest = {int(owner[each]): int(each) for each in np.argsort(weight, kind="stable")}
        strays = [each for each in range(count) if heaviest[int(owner[each])] != each]
        if not strays:
            return part
        total = np.bincount(part, weights=homes, minlength=int(part.max()) + 1)
        mine = piece == min(strays, key=lambda each: float(weight[each]))
        touching = ends[mine[ends].sum(axis=1) == 1]
        near = {int(part[end]) for end in touching.ravel() if not mine[end]}
        if not near:
            return part
        part[mine] = min(near, key=lambda each: (float(total[each]), each))
    return part


def _adjacency(count: int, ends: NDArray[np.int64]) -> tuple[Any, Any, Any]:
    origin = np.concatenate([ends[:, 0], ends[:, 1]])
    other = np.concatenate([ends[:, 1], ends[:, 0]])
    edge = np.concatenate([np.arange(len(ends))] * 2)
    order = np.lexsort((other, origin))
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(origin, minlength=count), out=start[1:])
    return start, other[order], edge[order]


def _connected(draft: Draft, rows: NDArray[np.int64], part: NDArray[np.int64]) -> bool:
    zone = np.zeros(len(draft.ids), dtype=np.int64)
    zone[rows] = part + 1
    _, pieces = draft.graph.parts(zone)
    return len(np.unique(pieces[rows])) == len(np.unique(part))
