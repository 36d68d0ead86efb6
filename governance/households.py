"""How many households there are, for who may see them one by one and for who may not.

Without the right, only whole base grids are counted, and a part of a grid has its share of the grid's number
by area: whatever areas somebody asks about, no more comes out than the numbers of grids. A grid with one to
nine households tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["LEAST_TOLD", "estimated", "told"]

LEAST_TOLD: Final = 10
"""Of fewer nothing is told to who may not see them one by one."""


def told(households: int | None) -> int | None:
    """The number of a whole grid, or None where that is not told.

    >>> told(0), told(9), told(10)
    (0, None, 10)
    """
    return None if households is None or 0 < households < LEAST_TOLD else households


def estimated(shares: Mapping[int, float], households: Mapping[int, int | None]) -> tuple[int | None, bool]:
    """Households of an area from those of the grids it meets, and whether something was left out.

    Parameters
    ----------
    shares
        What part of each grid lies in the area.
    households
        Of each grid; missing or None where that is not told.

    >>> estimated({1: 1.0, 2: 0.5}, {1: 300, 2: 401})
    (500, False)
    >>> estimated({1: 1.0, 2: 0.5}, {1: 300, 2: None})
    (300, True)
    >>> estimated({2: 0.01}, {2: 401})
    (None, True)
    """
    known = {grid: told(households.get(grid)) for grid in shares}
    hidden = any(number is None for number in known.values())
    total = round(sum(number * shares[grid] for grid, number in known.items() if number))
    few = told(total)
    return few, hidden or few is None
