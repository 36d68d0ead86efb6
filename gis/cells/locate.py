"""Asking the grid of cells who covers points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.cells.edges import Int32s
from gis.cells.records import EDGES_SHIFT, LAST_BIT, LAYER_SHIFT, MORE_BIT, WIDE_BIT
from gis.compiled import Whole, compiled
from gis.lattice import SCALE

Floats = NDArray[np.float64]

# Points taken at a time: their cells, records and answers stay in the nearest cache. Each step is a loop of
# its own over the block and without branches that points decide, so that no point waits for the one before.
BLOCK = 256


@compiled
def snap_points(lon: Floats, lat: Floats, begin: Whole, end: Whole, x: Int32s, y: Int32s) -> None:
    """Degrees on Earth to lattice steps, points ``begin`` to ``end``."""
    for i in range(begin, end):
        x[i], y[i] = np.int32(np.rint(lon[i] * SCALE)), np.int32(np.rint(lat[i] * SCALE))


@compiled
def locate_points(
    lon: Floats,
    lat: Floats,
    begin: Whole,
    end: Whole,
    x0: Whole,
    y0: Whole,
    shift: Whole,
    nx: Whole,
    ny: Whole,
    cells: Int32s,
    stream: Int32s,
    signatures: Int32s,
    zone: Int32s,
    tell: bool,
) -> Any:
    """The covering zone with the lowest number, per layer and point, into ``zone`` (layers, n).

    Points ``begin`` to ``end`` are asked, EPSG:4326 degrees. Returns how many of them are no place on Earth,
    and notes, int32 (k, 4): layer, point, zone, and 1 if the point lies on that zone's border; one for every
    zone whose border the point lies on and every further zone that covers it, by point, then layer, then
    zone. Without ``tell`` there are no notes.
    """
    notes, used, bad = np.empty((64, 4), np.int32), 0, 0
    x, y, place = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    value, number = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    mixed = np.empty(BLOCK + 1, np.int32)
    half, within = (1 << shift) >> 1, (1 << shift) - 1
    for block in range(begin, end, BLOCK):
        size = min(BLOCK, end - block)
        bad += places_of(
            lon[block : block + size], lat[block : block + size], x0, y0, shift, nx, ny, x, y, place
        )
        for k in range(size):
            value[k] = cells[place[k]]
        n_mixed = numbers_of(value, size, stream, number, mixed)
        zones_of(number, size, signatures, zone, block)
        for m in range(n_mixed):
            k = mixed[m]
            px, py = np.int64(x[k] & within) - half, np.int64(y[k] & within) - half
            if tell:
                notes, used = tell_zones(stream, ~value[k] + 1, px, py, block + k, zone, notes, used)
            else:
                find_zones(stream, ~value[k] + 1, px, py, block + k, zone)
    return bad, notes[:used].copy()


@compiled
def places_of(
    lon: Floats,
    lat: Floats,
    x0: Whole,
    y0: Whole,
    shift: Whole,
    nx: Whole,
    ny: Whole,
    x: NDArray[np.uint32],
    y: NDArray[np.uint32],
    place: NDArray[np.uint32],
) -> Whole:
    """Lattice steps of points from the lower left corner, and the places of their cells.

    Points beyond all cells get the place after the last cell. Returns how many are no place on Earth.
    """
    # Whole numbers as doubles, hence exact; only what lies within the cells fits 32 bits.
    left, low = float(x0), float(y0)
    width, height = float(nx << shift), float(ny << shift)
    shift, row, none = np.uint32(shift), np.uint32(nx), np.uint32(nx * ny)
    bad = np.int32(0)
    for k in range(len(lon)):
        bad += np.int32(not ((abs(lon[k]) <= 180.0) & (abs(lat[k]) <= 90.0)))
        dx, dy = np.rint(lon[k] * SCALE) - left, np.rint(lat[k] * SCALE) - low
        inside = (dx >= 0.0) & (dx < width) & (dy >= 0.0) & (dy < height)
        x[k] = np.uint32(np.int32(dx if inside else 0.0))
        y[k] = np.uint32(np.int32(dy if inside else 0.0))
        at = np.uint32((y[k] >> shift) * row + (x[k] >> shift))
        place[k] = at if inside else none
    return bad


@compiled
def numbers_of(value: Int32s, size: Whole, stream: Int32s, number: Int32s, mixed: Int32s) -> Whole:
    """The signatures of points by what their cells say; lists the points with a record, returns how many."""
    count: Whole = 0
    for k in range(size):
        mixed[count] = k
        count += np.int64(value[k] < 0)
        number[k] = value[k]
    for m in range(count):
        # Fetched side by side here, not one after the other by whoever reads the record.
        number[mixed[m]] = stream[~value[mixed[m]]]
    return count


@compiled
def zones_of(number: Int32s, size: Whole, signatures: Int32s, zone: Int32s, begin: Whole) -> None:
    """The zones that signatures name, into ``zone`` (layers, n) from point ``begin`` on.

    Three layers at a time: for each alone, finding the signature takes longer than reading and writing.
    """
    layers, three, end = len(zone), len(zone) // 3 * 3, begin + size
    for layer in range(0, three, 3):
        first, second = zone[layer, begin:end], zone[layer + 1, begin:end]
        third = zone[layer + 2, begin:end]
        for k in range(size):
            signature = signatures[np.uint32(number[k])]
            first[k], second[k], third[k] = signature[layer], signature[layer + 1], signature[layer + 2]
    for layer in range(three, layers):
        row = zone[layer, begin:end]
        for k in range(size):
            row[k] = signatures[np.uint32(number[k]), layer]


@compiled
def find_zones(stream: Int32s, at: Whole, px: Whole, py: Whole, i: Whole, zone: Int32s) -> None:
    """What a record says of a point, into ``zone[:, i]``; the point is relative to the cell's middle."""
    found, head = -1, np.int32(0)
    while not head & LAST_BIT:
        head, layer, cover, _, first, at = judge(stream, at, px, py)
        if found < 0 and cover != 0:
            # Of two candidates, as there are nearly always, without a branch.
            c = 1 - (cover & 1)
            while not cover >> c & 1:
                c += 1
            found = stream[first + c]
        if not head & MORE_BIT:
            zone[layer, i] = found
            found = -1


@compiled
def tell_zones(
    stream: Int32s, at: Whole, px: Whole, py: Whole, i: Whole, zone: Int32s, notes: Int32s, used: Whole
) -> Any:
    """As `find_zones`, with notes: (notes, used)."""
    found, head = -1, np.int32(0)
    while not head & LAST_BIT:
        head, layer, cover, border, first, at = judge(stream, at, px, py)
        for c in range(head & (WIDE_BIT - 1)):
            if not cover >> c & 1:
                continue
            is_first = found < 0
            if is_first:
                found = stream[first + c]
            if not is_first or border >> c & 1:
                if used == len(notes):
                    longer = np.empty((2 * used, 4), np.int32)
                    longer[:used] = notes
                    notes = longer
                notes[used, 0], notes[used, 1] = layer, i
                notes[used, 2], notes[used, 3] = stream[first + c], border >> c & 1
                used += 1
        if not head & MORE_BIT:
            zone[layer, i] = found
            found = -1
    return notes, used


@compiled
def judge(stream: Int32s, at: Whole, px: Whole, py: Whole) -> Any:
    """One group of candidates for a point relative to the cell's middle.

    Returns (head, layer, mask of who covers the point, mask of whose border it is on, where the candidates'
    numbers begin, where the next group begins).
    """
    head = stream[at]
    first = at + 1
    at = first + (head & (WIDE_BIT - 1))
    layer, cover = stream[at] >> LAYER_SHIFT, stream[at] & ((1 << LAYER_SHIFT) - 1)
    at += 1
    border: Any = 0
    for _ in range(head >> EDGES_SHIFT):
        if head & WIDE_BIT:
            ax, ay = np.int64(stream[at]), np.int64(stream[at + 1])
            bx, by = np.int64(stream[at + 2]), np.int64(stream[at + 3])
            at += 4
        else:
            low, high = stream[at], stream[at + 1]
            ax, ay = np.int64(np.int16(low)), np.int64(low >> 16)
            bx, by = np.int64(np.int16(high)), np.int64(high >> 16)
            at += 2
        mask = np.int64(stream[at])
        at += 1
        of_a, of_b, of_middle = py * ax - px * ay, py * bx - px * by, ax * by - bx * ay
        of_point = of_b - of_a + of_middle  # (b - a) × (point - a)
        # The lower end comes first, so only x has to be put in order.
        if of_point == 0 and ay <= py <= by and min(ax, bx) <= px <= max(ax, bx):
            border |= mask
            continue
        # Does the way from the middle (0, 0) to the point cross the edge? Both ends of the one must lie on
        # different sides of the other. A zero is decided by the hair that the middle is off.
        if of_a == 0:
            of_a = ay - py if ay != py else px - ax
        if of_b == 0:
            of_b = by - py if by != py else px - bx
        if of_middle == 0:
            of_middle = ay - by if ay != by else bx - ax
        # As numbers, not as branches: where a point lies in its cell is anyone's guess.
        crosses = np.int64((of_a > 0) != (of_b > 0)) & np.int64((of_point > 0) != (of_middle > 0))
        cover ^= mask & -crosses
    return head, layer, cover | border, border, first, at
