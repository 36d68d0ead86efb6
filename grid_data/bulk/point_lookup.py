"""Points of several groups on a grid of square cells: which is the nearest to each of many places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.compiled import Whole, compiled, keep_machine_code

__all__ = ["PointLookup"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CELL_M = 32.0
# A row of cells is a run of keys: group, row and column in one number. So many cells reach round the earth.
_BITS = 21
_MOST = (1 << _BITS) - 1


@dataclass(frozen=True, eq=False)
class PointLookup:
    """Points in a metric system, in the order of their keys; ``number`` is what the caller knows each by."""

    west: float
    south: float
    key: Ints
    x: Floats
    y: Floats
    number: Ints

    @classmethod
    def of(cls, group: Ints, x: Floats, y: Floats) -> PointLookup:
        """Points of n groups (0 to n - 1), metres."""
        west, south = (float(side.min(initial=np.inf)) for side in (x, y))
        if not len(x):
            west = south = 0.0
        key = _keys(group, np.floor((y - south) / _CELL_M), np.floor((x - west) / _CELL_M))
        order = np.argsort(key, kind="stable")
        return cls(west, south, key[order], x[order], y[order], order)

    def nearest(self, group: Ints, x: Floats, y: Floats, radius: Floats) -> tuple[Ints, Floats]:
        """The nearest point of its group within a radius of each place: its number and distance in metres.

        Distances are compared in whole millimetres; of equal ones the lowest number is taken. Where there is
        none, and for places of group -1: -1 and NaN.

        >>> shops = PointLookup.of(np.array([0, 0, 1]), np.array([0.0, 10, 5]), np.array([0.0, 0, 0]))
        >>> at, metres = np.full(3, 7.0), np.array([20.0, 20, 1])
        >>> number, metres = shops.nearest(np.array([0, 1, 1]), at, np.zeros(3), metres)
        >>> number.tolist(), metres.tolist()
        ([1, 2, -1], [3.0, 2.0, nan])
        """
        keep_machine_code()
        number, metres = np.full(len(x), -1, dtype=np.int64), np.full(len(x), np.nan)
        if len(self.key):
            _find(
                self.west,
                self.south,
                self.key,
                self.x,
                self.y,
                self.number,
                group,
                x,
                y,
                radius,
                number,
                metres,
            )
        return number, metres


def _keys(group: Ints, row: Floats, column: Floats) -> Ints:
    rows, columns = (np.clip(one, 0, _MOST).astype(np.int64) for one in (row, column))
    return np.asarray(((group << _BITS) | rows) << _BITS | columns)


@compiled
def _first_at(key: Ints, wanted: Whole) -> Whole:
    """Position of the first key that is not below a number."""
    low, high = 0, len(key)
    while low < high:
        middle = (low + high) >> 1
        if key[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _cell(metres: float) -> Whole:
    return min(max(int(np.floor(metres / _CELL_M)), 0), _MOST)


@compiled
def _find(
    west: float,
    south: float,
    key: Ints,
    x: Floats,
    y: Floats,
    number: Ints,
    group: Ints,
    asked_x: Floats,
    asked_y: Floats,
    radius: Floats,
    found: Ints,
    metres: Floats,
) -> None:
    for i in range(len(group)):
        if group[i] < 0:
            continue
        px, py, reach = asked_x[i] - west, asked_y[i] - south, radius[i]
        # A millimetre more, so that rounding leaves no point out; the distance itself decides.
        left, right = _cell(px - reach - 0.001), _cell(px + reach + 0.001)
        best = np.inf
        for row in range(_cell(py - reach - 0.001), _cell(py + reach + 0.001) + 1):
            head = ((group[i] << _BITS) | row) << _BITS
            k = _first_at(key, head | left)
            while k < len(key) and key[k] <= (head | right):
                dx, dy = x[k] - asked_x[i], y[k] - asked_y[i]
                distance = np.sqrt(dx * dx + dy * dy)
                if distance <= reach:
                    whole = np.rint(distance * 1000)
                    if whole < best or (whole == best and number[k] < found[i]):
                        best, found[i], metres[i] = whole, number[k], distance
                k += 1
