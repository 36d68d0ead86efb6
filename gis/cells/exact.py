"""The exact test: who covers a point of a cell with borders, by the cell's record (`gis.cells.records`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.cells.edges import Int32s
from gis.cells.records import EDGES_SHIFT, LAST_BIT, LAYER_SHIFT, MORE_BIT, WIDE_BIT
from gis.compiled import Whole, compiled

# How far a point may be from the cell's middle, each way, for the faster of both tests.
CLOSE = 1 << 12

_COVER = (1 << LAYER_SHIFT) - 1

# Records of two zones with one or two short edges are most of all. What each word of them is:
ONE_EDGE, TWO_EDGES = (2 | LAST_BIT | edges << EDGES_SHIFT for edges in (1, 2))
_START, _FIRST, _SECOND = np.uint32(4), np.uint32(5), np.uint32(8)
_AND_ONE, _AND_TWO = np.uint32(1), np.uint32(2)


@compiled
def crosses(low: Any, high: Any, px: Whole, py: Whole) -> Any:
    """Whether the way from the middle to a point crosses an edge: (-1 or 0, whether the point is on it).

    Both ends of the edge are int16 in a word each, the lower one first; the point is less than `CLOSE` away.
    Both ends of the one must lie on different sides of the other. The hair that the middle is off is counted
    in the lower bits, so that no side is zero. All in numbers, not in branches: where in its cell a point
    lies is anyone's guess.
    """
    ax, ay = np.int64(np.int16(low)), np.int64(low >> 16)
    bx, by = np.int64(np.int16(high)), np.int64(high >> 16)
    to_ax, to_ay, to_bx, to_by = ax - px, ay - py, bx - px, by - py
    of_a = ((py * ax - px * ay) << 34) + (to_ay << 17) - to_ax
    of_b = ((py * bx - px * by) << 34) + (to_by << 17) - to_bx
    of_point = to_ax * to_by - to_ay * to_bx  # (b - a) × (point - a)
    of_middle = ax * by - bx * ay
    if of_middle == 0:
        of_middle = ay - by if ay != by else bx - ax
    on = of_point == 0 and to_ay <= 0 <= to_by and min(to_ax, to_bx) <= 0 <= max(to_ax, to_bx)
    # A point in line with an edge, but not on it, has both ends on one side.
    return ((of_a ^ of_b) & (of_point ^ of_middle)) >> 63, on


@compiled
def find_by_one(stream: Int32s, at: Any, px: Whole, py: Whole) -> Any:
    """Layer and zone for a point, relative to the cell's middle, by a record with head `ONE_EDGE`."""
    start = np.int64(stream[at + _START])
    crossed, on = crosses(stream[at + _FIRST], stream[at + _FIRST + _AND_ONE], px, py)
    mask = np.int64(stream[at + _FIRST + _AND_TWO])
    cover = (start & _COVER) ^ (mask & crossed)
    if on:
        cover = (start & _COVER) | mask
    return start >> LAYER_SHIFT, lower_of_two(stream, at, cover)


@compiled
def find_by_two(stream: Int32s, at: Any, px: Whole, py: Whole) -> Any:
    """The same by a record with head `TWO_EDGES`."""
    start = np.int64(stream[at + _START])
    crossed, on = crosses(stream[at + _FIRST], stream[at + _FIRST + _AND_ONE], px, py)
    crossed_too, on_too = crosses(stream[at + _SECOND], stream[at + _SECOND + _AND_ONE], px, py)
    mask, mask_too = np.int64(stream[at + _FIRST + _AND_TWO]), np.int64(stream[at + _SECOND + _AND_TWO])
    border: Any = 0
    if on:
        border, crossed = mask, 0
    if on_too:
        border, crossed_too = border | mask_too, 0
    cover = ((start & _COVER) ^ (mask & crossed) ^ (mask_too & crossed_too)) | border
    return start >> LAYER_SHIFT, lower_of_two(stream, at, cover)


@compiled
def lower_of_two(stream: Int32s, at: Any, cover: Whole) -> Any:
    """The first candidate of a mask, -1 for none."""
    candidate = stream[at + np.uint32(3 - (cover & 1))]
    return candidate if cover != 0 else np.int32(-1)


@compiled
def find_zones(stream: Int32s, at: Whole, px: Whole, py: Whole, i: Whole, zone: Int32s) -> None:
    """What any record says of a point, into ``zone[:, i]``; the point is relative to the cell's middle."""
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
    layer, cover = stream[at] >> LAYER_SHIFT, stream[at] & _COVER
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
