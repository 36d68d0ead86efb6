"""The nearest point on the grid of cells is the one that measuring every distance finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grid_data.bulk.point_lookup import PointLookup

# Whole and half millimetres about borders of cells, so that ties and touching radii are common.
METRES = st.integers(-3, 260).map(lambda step: step * 0.5) | st.floats(-200, 200).map(lambda m: round(m, 4))
POINTS = st.lists(st.tuples(st.integers(0, 2), METRES, METRES), max_size=40)
PLACES = st.lists(
    st.tuples(st.integers(-1, 2), METRES, METRES, st.sampled_from([0.0, 5.0, 20.0, 100.0])), max_size=20
)


@given(points=POINTS, places=PLACES)
def test_the_nearest_point_of_the_group_is_found_and_the_lowest_number_of_equal_ones(
    points: list[tuple[int, float, float]], places: list[tuple[int, float, float, float]]
) -> None:
    groups = np.array([group for group, _, _ in points], dtype=np.int64)
    x, y = (np.array([point[k] for point in points], dtype=np.float64) for k in (1, 2))
    asked = np.array([place[0] for place in places], dtype=np.int64)
    px, py, radius = (np.array([place[k] for place in places], dtype=np.float64) for k in (1, 2, 3))
    number, metres = PointLookup.of(groups, x, y).nearest(asked, px, py, radius)
    for k, (group, at_x, at_y, reach) in enumerate(places):
        distance = np.sqrt((x - at_x) ** 2 + (y - at_y) ** 2)
        within = np.flatnonzero((groups == group) & (distance <= reach))
        if not len(within):
            assert number[k] == -1
            assert np.isnan(metres[k])
            continue
        best = min(within.tolist(), key=lambda one: (np.rint(distance[one] * 1000), one))
        assert (number[k], metres[k]) == (best, distance[best])
