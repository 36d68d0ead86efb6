"""The borders of zones as edges: straight pieces between two vertices, each kept once with its zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.compiled import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges of all layers, sorted by layer.

    Attributes
    ----------
    ends
        int32 (m, 4): x and y of the lower end, x and y of the upper end, lattice steps.
    zones
        int32 (m, 2): the zones of that layer whose border it is, by number; -1 in the second place on an
        outer border. A third zone on the same edge makes a second entry.
    layer_begin
        int64 (layers + 1,): the first edge of each layer.
    """

    ends: Int32s
    zones: Int32s
    layer_begin: Int64s

    @classmethod
    def of(cls, layers: list[NDArray[np.object_]]) -> Edges:
        """Take apart the polygons (lattice geometry, in the order of zone numbers) of each layer."""
        found = [_of_layer(shapes) for shapes in layers]
        begin = np.zeros(len(layers) + 1, dtype=np.int64)
        np.cumsum([len(ends) for ends, _ in found], out=begin[1:])
        if not found:
            return cls(np.empty((0, 4), np.int32), np.empty((0, 2), np.int32), begin)
        return cls(np.concatenate([e for e, _ in found]), np.concatenate([z for _, z in found]), begin)


def _of_layer(shapes: NDArray[np.object_]) -> tuple[Int32s, Int32s]:
    if not len(shapes):
        return np.empty((0, 4), np.int32), np.empty((0, 2), np.int32)
    parts, zone_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    points = np.round(coordinates).astype(np.int32)
    joined = np.flatnonzero(ring[1:] == ring[:-1])
    zone = zone_of_part[part_of_ring[ring[joined]]].astype(np.int32)
    ends: Int32s
    zones: Int32s
    ends, zones = merge_edges(points[joined], points[joined + 1], zone)
    return ends, zones


@compiled
def merge_edges(start: Int32s, end: Int32s, zone: Int32s) -> Any:
    """Directed edges (m, 2) each, of zones (m,), as undirected ones with up to two zones.

    Returns ends (k, 4) with the lower end first (of level ones the left), and zones (k, 2). Edges without
    length are dropped.
    """
    n = len(zone)
    bits = 4
    while (1 << bits) < 2 * n:
        bits += 1
    table = np.full(1 << bits, -1, np.int32)
    wrap = (1 << bits) - 1
    ends = np.empty((n, 4), np.int32)
    zones = np.empty((n, 2), np.int32)
    kept = 0
    for i in range(n):
        ax, ay, bx, by = start[i, 0], start[i, 1], end[i, 0], end[i, 1]
        if ax == bx and ay == by:
            continue
        if ay > by or (ay == by and ax > bx):
            ax, ay, bx, by = bx, by, ax, ay
        h = np.uint64(ax) * np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ np.uint64(ay)) * np.uint64(0xC2B2AE3D27D4EB4F)
        h = (h ^ np.uint64(bx)) * np.uint64(0x165667B19E3779F9)
        h = (h ^ np.uint64(by)) * np.uint64(0x9E3779B97F4A7C15)
        slot = np.int64(h >> np.uint64(64 - bits))
        while True:
            other = table[slot]
            if other < 0:
                table[slot] = kept
                ends[kept, 0], ends[kept, 1], ends[kept, 2], ends[kept, 3] = ax, ay, bx, by
                zones[kept, 0], zones[kept, 1] = zone[i], -1
                kept += 1
                break
            same = (
                ends[other, 0] == ax
                and ends[other, 1] == ay
                and ends[other, 2] == bx
                and ends[other, 3] == by
            )
            if same and zones[other, 1] < 0 and zones[other, 0] != zone[i]:
                zones[other, 1] = zone[i]
                break
            slot = (slot + 1) & wrap
    return ends[:kept].copy(), zones[:kept].copy()
