"""Signatures: the distinct rows "zone of each layer" that cells have; few, so each is kept once.

A signature has one number per layer, a zone or `OUTSIDE`: who covers the cell's middle, of several the
lowest. A cell with borders has the signature of its neighbours without, and a record that says more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.cells.edges import Int32s
from gis.compiled import compiled

OUTSIDE = -1


@compiled
def hash_row(row: Int32s) -> Any:
    """A 64-bit hash of a signature."""
    h = np.uint64(0xCBF29CE484222325)
    for value in row:
        h = (h ^ np.uint64(np.uint32(value))) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return h


@compiled
def find_signature(row: Int32s, rows: Int32s, count: int, table: Int32s) -> Any:
    """The number of a signature, new ones added: (number, rows, count, table), arrays grown when full."""
    wrap = np.uint64(len(table) - 1)
    slot = hash_row(row) & wrap
    while True:
        found = table[slot]
        if found < 0:
            break
        equal = True
        for layer in range(len(row)):
            if rows[found, layer] != row[layer]:
                equal = False
                break
        if equal:
            return found, rows, count, table
        slot = (slot + np.uint64(1)) & wrap
    if count == len(rows):
        more = np.empty((2 * len(rows), rows.shape[1]), np.int32)
        more[:count] = rows[:count]
        rows = more
    rows[count] = row
    table[slot] = count
    count += 1
    if 2 * count > len(table):
        wider = np.full(2 * len(table), -1, np.int32)
        wrap = np.uint64(len(wider) - 1)
        for number in range(count):
            slot = hash_row(rows[number]) & wrap
            while wider[slot] >= 0:
                slot = (slot + np.uint64(1)) & wrap
            wider[slot] = number
        table = wider
    return count - 1, rows, count, table
