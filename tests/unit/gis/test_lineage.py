"""Lineage: every unit is told of once, and the kinds say what they say of the whole group of zones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.lineage import Step, lineage


def told(before: list[int], after: list[int]) -> list[tuple[int, int, str, int]]:
    n = len(before)
    steps = lineage(before, after, [10] * n, [1.0] * n)
    return [(step.source, step.target, step.kind, step.units) for step in steps]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 1, 2], [1, 1, 2], []),
        # Another code for the same area.
        ([1, 1], [7, 7], [(1, 7, "unchanged", 2)]),
        ([1, 1, 1], [1, 1, 7], [(1, 1, "split", 2), (1, 7, "split", 1)]),
        ([1, 2, 2], [2, 2, 2], [(1, 2, "merged", 1), (2, 2, "merged", 2)]),
        # A border moved: one of the two gave, both are concerned.
        ([1, 1, 2], [1, 2, 2], [(1, 1, "irregular", 1), (1, 2, "irregular", 1), (2, 2, "irregular", 1)]),
        # A split beside a merger, apart: each keeps its kind.
        (
            [1, 1, 2, 3],
            [1, 7, 3, 3],
            [(1, 1, "split", 1), (1, 7, "split", 1), (2, 3, "merged", 1), (3, 3, "merged", 1)],
        ),
        ([], [], []),
    ],
)
def test_kinds(before: list[int], after: list[int], expected: list[tuple[int, int, str, int]]) -> None:
    assert told(before, after) == expected


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="for each unit"):
        lineage([1, 2], [1], [1, 1], [1.0, 1.0])


zone = st.integers(1, 5)


@given(st.lists(st.tuples(zone, zone, st.integers(0, 300)), max_size=30))
def test_nothing_is_lost_or_told_twice(rows: list[tuple[int, int, int]]) -> None:
    before, after, households = ([row[k] for row in rows] for k in range(3))
    steps = lineage(before, after, households, np.ones(len(rows)))
    expected: Counter[tuple[int, int]] = Counter()
    for old, new, people in rows:
        expected[old, new] += people
    found = {(step.source, step.target): step for step in steps}
    assert len(found) == len(steps)
    for (old, new), people in expected.items():
        if (old, new) in found:
            assert found[old, new].households == people
            assert found[old, new].units == sum(pair[:2] == (old, new) for pair in rows)
        else:
            # Left out is only a zone that gave nothing and took nothing.
            assert old == new
            assert {pair[1] for pair in rows if pair[0] == old} == {old}
            assert {pair[0] for pair in rows if pair[1] == old} == {old}
    assert set(found) <= set(expected)
    _kinds_hold(steps)


def _kinds_hold(steps: list[Step]) -> None:
    for step in steps:
        targets = {other.target for other in steps if other.source == step.source}
        sources = {other.source for other in steps if other.target == step.target}
        if step.kind == "split":
            assert sources == {step.source}
            assert len(targets) > 1
        if step.kind == "merged":
            assert targets == {step.target}
            assert len(sources) > 1
        if step.kind == "unchanged":
            assert (targets, sources) == ({step.target}, {step.source})
