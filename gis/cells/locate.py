"""Asking the grid of cells who covers points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.cells.edges import Int32s
from gis.cells.records import EDGES_SHIFT, MORE_BIT, WIDE_BIT
from gis.cells.signatures import BORDER
from gis.compiled import Whole, compiled
from gis.lattice import SCALE

Floats = NDArray[np.float64]

# Points taken at a time: their cells, records and answers stay in the nearest cache.
BLOCK = 1024
NO_CELL = np.iinfo(np.int32).min


@compiled
def snap_points(lon: Floats, lat: Floats, begin: Whole, end: Whole, x: Int32s, y: Int32s) -> Whole:
    """Degrees to lattice steps, points ``begin`` to ``end``; returns how many are no place on Earth."""
    bad = 0
    for i in range(begin, end):
        if not (abs(lon[i]) <= 180.0 and abs(lat[i]) <= 90.0):
            bad += 1
            x[i], y[i] = 0, 0
        else:
            x[i], y[i] = np.int32(np.rint(lon[i] * SCALE)), np.int32(np.rint(lat[i] * SCALE))
    return bad


@compiled
def locate_points(
    x: Int32s,
    y: Int32s,
    begin: Whole,
    end: Whole,
    x0: Whole,
    y0: Whole,
    shift: Whole,
    cells: Int32s,
    stream: Int32s,
    signatures: Int32s,
    zone: Int32s,
    tell: bool,
) -> Any:
    """The covering zone with the lowest number, per layer and point, into ``zone`` (layers, n).

    Points ``begin`` to ``end`` are asked. Returns notes, int32 (k, 4): layer, point, zone, and 1 if the point
    lies on that zone's border; one for every zone whose border the point lies on and every further zone that
    covers it, by point, then layer, then zone. Without ``tell`` there are no notes.
    """
    n_layers = zone.shape[0]
    ny, nx = cells.shape
    notes, used = np.empty((64, 4), np.int32), 0
    value = np.empty(BLOCK, np.int32)
    number = np.empty(BLOCK, np.int32)
    mixed = np.empty(BLOCK, np.int32)
    nowhere = len(signatures) - 1
    half = (np.int64(1) << shift) >> 1
    within = (np.int64(1) << shift) - 1
    for block in range(begin, end, BLOCK):
        size = min(BLOCK, end - block)
        n_mixed = 0
        for k in range(size):
            column, row = (x[block + k] - x0) >> shift, (y[block + k] - y0) >> shift
            value[k] = cells[row, column] if 0 <= column < nx and 0 <= row < ny else NO_CELL
        for k in range(size):
            if value[k] >= 0:
                number[k] = value[k]
            elif value[k] == NO_CELL:
                number[k] = nowhere
            else:
                mixed[n_mixed] = k
                n_mixed += 1
        for m in range(n_mixed):
            # Fetched side by side here, not one after the other below: the memory is what is slow.
            number[mixed[m]] = stream[~value[mixed[m]]]
        for layer in range(n_layers):
            for k in range(size):
                zone[layer, block + k] = signatures[number[k], layer]
        for m in range(n_mixed):
            k = mixed[m]
            i = block + k
            px = ((x[i] - x0) & within) - half
            py = ((y[i] - y0) & within) - half
            at = ~value[k] + 1
            for layer in range(n_layers):
                if zone[layer, i] == BORDER:
                    found = -1
                    more = True
                    while more:
                        cover, border, at, more, first, count = judge(stream, at, px, py)
                        if cover == 0:
                            continue
                        for c in range(count):
                            if cover >> c & 1:
                                is_first = found < 0
                                if is_first:
                                    found = stream[first + c]
                                if not tell:
                                    break
                                if not is_first or border >> c & 1:
                                    if used == len(notes):
                                        longer = np.empty((2 * used, 4), np.int32)
                                        longer[:used] = notes
                                        notes = longer
                                    notes[used, 0], notes[used, 1] = layer, i
                                    notes[used, 2], notes[used, 3] = stream[first + c], border >> c & 1
                                    used += 1
                    zone[layer, i] = found
    return notes[:used].copy()


@compiled
def judge(stream: Int32s, at: Whole, px: Whole, py: Whole) -> Any:
    """One group of candidates for a point relative to the cell's middle.

    Returns (mask of who covers it, mask of whose border it is on, where the next group begins, whether that
    is of the same layer, where the candidates' numbers begin, how many they are).
    """
    head = stream[at]
    count, n_edges, wide = head & (WIDE_BIT - 1), head >> EDGES_SHIFT, head & WIDE_BIT
    first = at + 1
    cover = stream[first + count]
    border: Any = np.int32(0)
    at = first + count + 1
    for _ in range(n_edges):
        if wide:
            ax, ay = np.int64(stream[at]), np.int64(stream[at + 1])
            bx, by = np.int64(stream[at + 2]), np.int64(stream[at + 3])
            at += 4
        else:
            low, high = np.int64(stream[at]), np.int64(stream[at + 1])
            ax, ay = ((low & 0xFFFF) ^ 0x8000) - 0x8000, low >> 16
            bx, by = ((high & 0xFFFF) ^ 0x8000) - 0x8000, high >> 16
            at += 2
        mask = stream[at]
        at += 1
        of_point = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        # The lower end comes first, so only x has to be put in order.
        if of_point == 0 and ay <= py <= by and min(ax, bx) <= px <= max(ax, bx):
            border = border | mask
            continue
        # Does the way from the middle (0, 0) to the point cross the edge? Both ends of the one must lie on
        # different sides of the other. A zero is decided by the hair that the middle is off.
        of_a, of_b = py * ax - px * ay, py * bx - px * by
        if of_a == 0:
            of_a = ay - py if ay != py else px - ax
        if of_b == 0:
            of_b = by - py if by != py else px - bx
        if (of_a > 0) == (of_b > 0):
            continue
        of_middle = ax * by - bx * ay
        if of_middle == 0:
            of_middle = ay - by if ay != by else bx - ax
        if (of_point > 0) != (of_middle > 0):
            cover ^= mask
    return cover | border, border, at, (head & MORE_BIT) != 0, first, count
