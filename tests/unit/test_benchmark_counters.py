"""What benchmarks count is never less than nothing; units are halved without a new vertex."""

from __future__ import annotations

import os
import time

import numpy as np
import shapely

from benchmarks.finer_city import halved
from benchmarks.planning import _processor_s, processor_between


def test_processor_time_of_a_process_that_ended_is_not_taken_off() -> None:
    assert processor_between({1: 5.0, 2: 40.0}, {1: 5.5}) == 0.5


def test_a_process_that_began_between_and_one_whose_number_is_used_again_count_from_nothing() -> None:
    assert processor_between({1: 5.0, 2: 40.0}, {1: 5.0, 2: 1.0, 3: 0.25}) == 0.25


def test_this_process_is_counted() -> None:
    before = _processor_s()
    begun = time.process_time()
    while time.process_time() < begun + 0.05:
        pass
    after = _processor_s()
    assert after[os.getpid()] > before[os.getpid()]
    assert processor_between(before, after) > 0.0


def test_a_unit_is_halved_along_a_diagonal_inside_of_it() -> None:
    # From the middle of the lower side to the notch above it; most other diagonals lead outside.
    bay = shapely.Polygon([(0, 0), (2, 0), (4, 0), (4, 3), (2, 1), (0, 3)])
    parts = halved(bay)
    assert parts is not None
    assert shapely.coverage_is_valid([*parts])
    assert shapely.union_all([*parts]).equals(bay)
    assert sum(part.area for part in parts) == bay.area
    vertices = {tuple(xy) for xy in shapely.get_coordinates(bay).tolist()}
    assert {tuple(xy) for xy in shapely.get_coordinates(np.array(parts)).tolist()} == vertices
    assert halved(shapely.Polygon([(0, 0), (1, 0), (0, 1)])) is None
