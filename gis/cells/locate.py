"""Asking the grid of cells who covers points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.cells.edges import Int32s
from gis.cells.exact import CLOSE, ONE_EDGE, TWO_EDGES, find_by_one, find_by_two, find_zones, tell_zones
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
    mixed, rest = np.empty(BLOCK + 1, np.int32), np.empty(BLOCK + 1, np.int32)
    with_one, with_two = np.empty(BLOCK + 1, np.int32), np.empty(BLOCK + 1, np.int32)
    half, within = (1 << shift) >> 1, (1 << shift) - 1
    close = bool(half <= CLOSE)
    for block in range(begin, end, BLOCK):
        size = min(BLOCK, end - block)
        bad += places_of(
            lon[block : block + size], lat[block : block + size], x0, y0, shift, nx, ny, x, y, place
        )
        for k in range(size):
            value[k] = cells[place[k]]
        n_mixed = numbers_of(value, size, number, mixed)
        if tell:
            # One after the other: notes come in the order of the points.
            for m in range(n_mixed):
                number[mixed[m]] = stream[~value[mixed[m]]]
            zones_of(number, size, signatures, zone, block)
            for m in range(n_mixed):
                k = mixed[m]
                px, py = np.int64(x[k] & within) - half, np.int64(y[k] & within) - half
                notes, used = tell_zones(stream, ~value[k] + 1, px, py, block + k, zone, notes, used)
            continue
        n_one, n_two, n_rest = kinds_of(
            value, stream, number, mixed, n_mixed, close, with_one, with_two, rest
        )
        zones_of(number, size, signatures, zone, block)
        for m in range(n_one):
            i = np.uint32(with_one[m])
            px, py = np.int64(x[i] & within) - half, np.int64(y[i] & within) - half
            layer, found = find_by_one(stream, np.uint32(~value[i]), px, py)
            zone[layer, block + np.int64(i)] = found
        for m in range(n_two):
            i = np.uint32(with_two[m])
            px, py = np.int64(x[i] & within) - half, np.int64(y[i] & within) - half
            layer, found = find_by_two(stream, np.uint32(~value[i]), px, py)
            zone[layer, block + np.int64(i)] = found
        for m in range(n_rest):
            k = rest[m]
            px, py = np.int64(x[k] & within) - half, np.int64(y[k] & within) - half
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
def numbers_of(value: Int32s, size: Whole, number: Int32s, mixed: Int32s) -> Whole:
    """The signatures of points whose cells say no more; lists the points with a record, returns how many."""
    count: Whole = 0
    for k in range(size):
        mixed[count] = k
        count += np.int64(value[k] < 0)
        number[k] = value[k]
    return count


@compiled
def kinds_of(
    value: Int32s,
    stream: Int32s,
    number: Int32s,
    mixed: Int32s,
    n_mixed: Whole,
    close: bool,
    with_one: Int32s,
    with_two: Int32s,
    rest: Int32s,
) -> Any:
    """The signatures of points with a record; lists them by kind of record, returns how many there are.

    Records are fetched side by side here, not one after the other by whoever reads them. Who reads records of
    one kind never guesses wrong how long they are. There are kinds only where points are `CLOSE`.
    """
    n_one, n_two, n_rest = np.int64(0), np.int64(0), np.int64(0)
    for m in range(n_mixed):
        k = mixed[m]
        at = np.uint32(~value[k])
        number[k] = stream[at]
        head = stream[at + np.uint32(1)]
        with_one[n_one], with_two[n_two], rest[n_rest] = k, k, k
        is_one, is_two = np.int64(close & (head == ONE_EDGE)), np.int64(close & (head == TWO_EDGES))
        n_one += is_one
        n_two += is_two
        n_rest += 1 - is_one - is_two
    return n_one, n_two, n_rest


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
