"""Filling the grid of cells: row by row, from left to right, every layer at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.cells.edges import Int32s, Int64s
from gis.cells.records import add_candidate, with_room, write_entry
from gis.cells.signatures import OUTSIDE, find_signature
from gis.compiled import Whole, compiled

# A key orders what happens in a row: column, then crossings before borders, then the edge (so the layer).
EDGE_BITS = 32


@compiled
def rows_of_edges(ends: Int32s, y0: Whole, shift: Whole, ny: Whole) -> Any:
    """Which edges reach into each row of cells: (begin (ny + 1,), edge (k,)), in the order of edges."""
    begin = np.zeros(ny + 1, np.int64)
    for e in range(len(ends)):
        for row in range((ends[e, 1] - y0) >> shift, ((ends[e, 3] - y0) >> shift) + 1):
            begin[row + 1] += 1
    for row in range(ny):
        begin[row + 1] += begin[row]
    edge = np.empty(begin[ny], np.int32)
    filled = begin[:ny].copy()
    for e in range(len(ends)):
        for row in range((ends[e, 1] - y0) >> shift, ((ends[e, 3] - y0) >> shift) + 1):
            edge[filled[row]] = e
            filled[row] += 1
    return begin, edge


@compiled
def add_keys(
    keys: Int64s, used: Whole, e: Whole, ends: Int32s, x0: Whole, low: Whole, shift: Whole, nx: Whole
) -> Any:
    """What one edge does in one row of cells: (keys, used)."""
    size = np.int64(1) << shift
    ax, ay = np.int64(ends[e, 0]), np.int64(ends[e, 1])
    dx, dy = ends[e, 2] - ax, ends[e, 3] - ay
    if dy == 0:
        left, right = ax, ax + dx
    else:
        bottom = (max(ay, low) - ay) * dx
        top = (min(ay + dy, low + size - 1) - ay) * dx
        if dx < 0:
            bottom, top = top, bottom
        left, right = ax + bottom // dy, ax - (-top // dy)
        middle = low + (size >> 1)
        if ay <= middle < ay + dy:
            # The first column whose middle, moved a hair to the right, is right of the crossing.
            offset = (middle - ay) * dx + (ax - x0 - (size >> 1)) * dy
            column = max(-(-offset // (dy << shift)), 0)
            if column < nx:
                keys = with_room(keys, used, 1)
                keys[used] = (column << (EDGE_BITS + 1)) | e
                used += 1
    first, last = (left - x0) >> shift, (right - x0) >> shift
    keys = with_room(keys, used, last - first + 1)
    for column in range(first, last + 1):
        keys[used] = (column << (EDGE_BITS + 1)) | (np.int64(1) << EDGE_BITS) | e
        used += 1
    return keys, used


@compiled
def toggle(active: Int32s, count: Whole, zone: Whole) -> Whole:
    """Put a zone into an ascending list, or take it out; returns the new count."""
    for k in range(count):
        if active[k] == zone:
            for m in range(k, count - 1):
                active[m] = active[m + 1]
            return count - 1
    return add_candidate(active, count, zone)


@compiled
def sweep_rows(
    row_from: Whole,
    row_to: Whole,
    row_begin: Int64s,
    row_edge: Int32s,
    ends: Int32s,
    zones: Int32s,
    layer_begin: Int64s,
    zone_counts: Int64s,
    x0: Whole,
    y0: Whole,
    shift: Whole,
    cells: Int32s,
) -> Any:
    """Fill rows of ``cells`` (ny, nx); returns (stream, records, signatures).

    A cell gets the number of its signature, or, inverted (``~``), where its record begins in the stream.
    ``records`` lists where records begin; numbers count from this call's own signatures and stream.
    """
    n_layers, nx = len(zone_counts), cells.shape[1]
    stream, used = np.empty(1 << 12, np.int32), 0
    records, n_records = np.empty(1 << 8, np.int32), 0
    rows, n_rows, table = np.empty((64, n_layers), np.int32), 0, np.full(256, -1, np.int32)
    keys = np.empty(1 << 10, np.int64)
    widest = 1
    for layer in range(n_layers):
        widest = max(widest, zone_counts[layer])
    active, n_active = np.empty((n_layers, widest), np.int32), np.zeros(n_layers, np.int64)
    candidates = np.empty(widest + 2, np.int32)
    signature = np.empty(n_layers, np.int32)
    for row in range(row_from, row_to):
        low = y0 + (np.int64(row) << shift)
        n_keys = 0
        for k in range(row_begin[row], row_begin[row + 1]):
            keys, n_keys = add_keys(keys, n_keys, row_edge[k], ends, x0, low, shift, nx)
        keys[:n_keys].sort()
        n_active[:] = 0
        column, at = 0, 0
        known, value = False, 0
        while True:
            following = nx if at == n_keys else keys[at] >> (EDGE_BITS + 1)
            begin = at
            if following == column and at < n_keys:
                # Crossings come first; whoever covers the middle of this cell is known after them.
                while at < n_keys and keys[at] >> EDGE_BITS == column << 1:
                    edge = keys[at] & 0xFFFFFFFF
                    layer = np.searchsorted(layer_begin, edge, side="right") - 1
                    for side in range(2):
                        if zones[edge, side] >= 0:
                            n_active[layer] = toggle(active[layer], n_active[layer], zones[edge, side])
                    known = False
                    at += 1
                begin = at
                while at < n_keys and keys[at] >> (EDGE_BITS + 1) == column:
                    at += 1
            if begin == at and known and following > column:
                cells[row, column:following] = value
                column = following
            else:
                # A cell with borders, or the first of a run of cells that are alike.
                last = -1
                for layer in range(n_layers):
                    signature[layer] = OUTSIDE if n_active[layer] == 0 else active[layer, 0]
                    if n_active[layer] > 1:
                        last = layer
                if begin < at:
                    edge = keys[at - 1] & 0xFFFFFFFF
                    last = max(last, np.searchsorted(layer_begin, edge, side="right") - 1)
                number, rows, n_rows, table = find_signature(signature, rows, n_rows, table)
                value = number
                if last >= 0:
                    value = ~used
                    records = with_room(records, n_records, 1)
                    records[n_records] = used
                    n_records += 1
                    stream = with_room(stream, used, 1)
                    stream[used] = number
                    used += 1
                    k = begin
                    for layer in range(last + 1):
                        first = k
                        while k < at and (keys[k] & 0xFFFFFFFF) < layer_begin[layer + 1]:
                            k += 1
                        if first == k and n_active[layer] < 2:
                            continue
                        stream, used = write_entry(
                            stream,
                            used,
                            active[layer],
                            n_active[layer],
                            keys,
                            first,
                            k,
                            ends,
                            zones,
                            x0 + (np.int64(column) << shift) + (np.int64(1) << shift >> 1),
                            low + (np.int64(1) << shift >> 1),
                            candidates,
                            layer,
                            layer == last,
                        )
                if begin < at:
                    cells[row, column] = value
                    column += 1
                    known = False
                else:
                    known = True
            if column == nx:
                break
    return stream[:used].copy(), records[:n_records].copy(), rows[:n_rows].copy()
