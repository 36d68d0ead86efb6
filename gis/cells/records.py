"""Records: what a cell says that more than one zone of a layer may cover. All are words in one int32 stream.

A record is the number of the cell's signature, then one entry for each layer that has borders in the cell or
several zones over it, in the order of layers. An entry is one or more groups of at most `GROUP` candidates:

    head        candidates | wide << 5 | more << 6 | last << 7 | edges << 8
                more: another group of the layer follows; last: nothing follows in this record
    candidates  zone numbers, ascending
    start       mask: which candidates cover the cell's middle; layer << 16
    edges       two words (four int16) or, if wide, four words: both ends, relative to the middle;
                then a mask: whose border it is

Going from the middle to a point, each edge crossed flips the candidates whose border it is: what is left is
who covers the point. An edge that the point lies on settles its candidates at once. "The middle" is a hair to
the right and a smaller hair above the lattice point in the cell's middle, so that it lies on no edge.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.cells.edges import Int32s, Int64s
from gis.compiled import Whole, compiled

GROUP = 16
WIDE_BIT, MORE_BIT, LAST_BIT, EDGES_SHIFT, LAYER_SHIFT = 1 << 5, 1 << 6, 1 << 7, 8, 16
MOST_LAYERS = 1 << 15


@compiled
def with_room(array: Any, used: Whole, more: Whole) -> Any:
    """The array, or a larger copy when ``more`` further values would not fit."""
    if used + more <= len(array):
        return array
    larger = np.empty(2 * (used + more), array.dtype)
    larger[:used] = array[:used]
    return larger


@compiled
def add_candidate(candidates: Int32s, count: Whole, zone: Whole) -> Whole:
    """Insert a zone into an ascending list unless it is there; returns the new count."""
    place = count
    while place > 0 and candidates[place - 1] >= zone:
        place -= 1
    if place < count and candidates[place] == zone:
        return count
    for k in range(count, place, -1):
        candidates[k] = candidates[k - 1]
    candidates[place] = zone
    return count + 1


@compiled
def write_entry(
    stream: Int32s,
    used: Whole,
    active: Int32s,
    n_active: Whole,
    keys: Int64s,
    begin: Whole,
    end: Whole,
    ends: Int32s,
    zones: Int32s,
    middle_x: Whole,
    middle_y: Whole,
    candidates: Int32s,
    layer: Whole,
    is_last: bool,
) -> Any:
    """Append the entry of one layer: (stream, used).

    ``active`` are the zones that cover the middle, ``keys[begin:end]`` name the edges in their lower 32 bits.
    ``candidates`` is room to work in.
    """
    count: Whole
    for k in range(n_active):
        candidates[k] = active[k]
    count = n_active
    wide = False
    for k in range(begin, end):
        edge = keys[k] & 0xFFFFFFFF
        count = add_candidate(candidates, count, zones[edge, 0])
        if zones[edge, 1] >= 0:
            count = add_candidate(candidates, count, zones[edge, 1])
        for c in range(0, 4, 2):
            dx, dy = ends[edge, c] - np.int64(middle_x), ends[edge, c + 1] - np.int64(middle_y)
            if dx < -32768 or dx > 32767 or dy < -32768 or dy > 32767:
                wide = True
    first: Whole = 0
    while first < count:
        last = min(first + GROUP, count)
        stream = with_room(stream, used, 2 + (last - first) + 5 * (end - begin))
        head = used
        start = np.int32(layer << LAYER_SHIFT)
        for k in range(first, last):
            stream[head + 1 + k - first] = candidates[k]
            for a in range(n_active):
                if active[a] == candidates[k]:
                    start |= 1 << (k - first)
        stream[head + 1 + last - first] = start
        used = head + 2 + last - first
        kept = 0
        for k in range(begin, end):
            edge = keys[k] & 0xFFFFFFFF
            mask = 0
            for c in range(first, last):
                if candidates[c] == zones[edge, 0] or candidates[c] == zones[edge, 1]:
                    mask |= 1 << (c - first)
            if mask == 0:
                continue
            kept += 1
            for c in range(0, 4, 2):
                dx, dy = ends[edge, c] - np.int64(middle_x), ends[edge, c + 1] - np.int64(middle_y)
                if wide:
                    stream[used], stream[used + 1] = dx, dy
                    used += 2
                else:
                    stream[used] = (dy << 16) | (dx & 0xFFFF)
                    used += 1
            stream[used] = mask
            used += 1
        stream[head] = (
            (last - first)
            | (WIDE_BIT if wide else 0)
            | (MORE_BIT if last < count else 0)
            | (LAST_BIT if last == count and is_last else 0)
            | (kept << EDGES_SHIFT)
        )
        first = last
    return stream, used
