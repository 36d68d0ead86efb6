"""Overlap of two sets of zones: areas add up, every point is weighed once."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.overlap import overlaps

ROW = np.array([shapely.box(10 * k, 0, 10 * k + 10, 30) for k in range(3)], dtype=object)
STACK = np.array([shapely.box(0, 10 * k, 30, 10 * k + 10) for k in range(3)], dtype=object)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 9)), max_size=20))
def test_areas_and_weights_add_up(places: list[tuple[int, int, int]]) -> None:
    """Points on borders included: where two zones of the other set meet, the first one counts them."""
    owner = [min(x // 10, 2) for x, _, _ in places]
    found = overlaps(ROW, STACK, [(x, y) for x, y, _ in places], owner, [weight for *_, weight in places])
    areas = {(row.a, row.b): row.area_m2 for row in found}
    assert areas == {(a, b): 100.0 for a in range(3) for b in range(3)}
    for a in range(3):
        for b in range(3):
            expected = sum(
                weight
                for (x, y, weight), mine in zip(places, owner, strict=True)
                if mine == a and (10 * b < y <= 10 * b + 10 or (b == 0 and y == 0))
            )
            assert next(row.weight for row in found if (row.a, row.b) == (a, b)) == expected


def test_touching_is_no_overlap() -> None:
    assert overlaps(ROW[:1], ROW[1:]) == []
    assert overlaps(ROW[:0], ROW) == []
