"""Border segments near points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis.borders import Borders, in_reach, point_to_segment

# Whole metres: points on segments, and exactly at the radius, come up often.
PLACES = st.tuples(st.integers(-40, 40), st.integers(-40, 40))


@given(
    st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=12),
    st.lists(PLACES, min_size=1, max_size=5),
    st.sampled_from([0.5, 1.0, 5.0, 30.0]),
)
def test_no_segment_within_the_radius_is_left_out(
    segments: list[tuple[tuple[int, int], tuple[int, int]]], places: list[tuple[int, int]], radius: float
) -> None:
    ends, points = np.array(segments, dtype=float), np.array(places, dtype=float)
    start, end = ends[:, 0].copy(), ends[:, 1].copy()
    found = in_reach(start, end, points, radius)
    for point in points:
        near = point_to_segment(np.repeat(point[None], len(start), 0), start, end) <= radius
        assert found[near].all()
    owner = np.arange(len(start))
    of_all = Borders.build(start, end, owner).within(points, radius)
    of_some = Borders.build(start[found], end[found], owner[found]).within(points, radius)
    for one, other in zip(of_all, of_some, strict=True):
        assert one.tolist() == other.tolist()


def test_what_is_far_from_all_points_is_left_out() -> None:
    start = np.array([[float(x), 0.0] for x in range(0, 10_000, 10)])
    found = in_reach(start, start + np.array([5.0, 0.0]), np.array([[100.0, 3.0], [5000.0, 0.0]]), 20.0)
    assert 0 < np.count_nonzero(found) < 40
