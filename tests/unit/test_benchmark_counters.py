"""What benchmarks count is never less than nothing."""

from __future__ import annotations

import os
import time

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
