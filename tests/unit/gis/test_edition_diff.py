"""Comparing editions: nothing is lost where units are cut, and overlaid zones add up to the ground."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.edition_diff import Atom, common_units, overlaid

zone = st.sampled_from("ABC")


@given(
    st.dictionaries(st.integers(1, 6), zone, min_size=1),
    st.data(),
)
def test_every_unit_of_both_editions_is_told_once(before: dict[int, str], data: st.DataObject) -> None:
    """Units are cut once or twice, or not; forwards and backwards the same is found."""
    after: dict[int, str] = {}
    cut_from: dict[int, int] = {}
    for unit in before:
        match data.draw(st.integers(0, 2)):
            case 0:
                after[unit] = data.draw(zone)
            case 1:
                for piece in (10 * unit, 10 * unit + 1):
                    cut_from[piece], after[piece] = unit, data.draw(zone)
            case _:
                # The first piece is cut again before anything is published.
                cut_from |= {10 * unit: unit, 10 * unit + 1: unit}
                cut_from |= {100 * unit: 10 * unit, 100 * unit + 1: 10 * unit}
                after |= {piece: data.draw(zone) for piece in (10 * unit + 1, 100 * unit, 100 * unit + 1)}
    atoms, lost, gained = common_units(before, after, cut_from)
    assert (lost, gained) == ([], [])
    assert {atom.unit: atom.target for atom in atoms} == after
    assert {(atom.source) for atom in atoms} <= set(before.values())
    back, *nothing = common_units(after, before, cut_from)
    assert nothing == [[], []]
    assert sorted(back) == sorted(Atom(atom.unit, atom.target, atom.source) for atom in atoms)


def test_what_only_one_edition_has_is_told_apart() -> None:
    assert common_units({1: "A", 2: "B"}, {1: "A", 3: "C"}, {}) == ([Atom(1, "A", "A")], [2], [3])


@given(st.sets(st.integers(1, 9), max_size=4), st.sets(st.integers(1, 9), max_size=4), st.booleans())
def test_overlaid_pieces_add_up(left: set[int], right: set[int], gap: bool) -> None:
    """Two divisions of one strip; with a gap in the second, what falls into it is told as such."""
    one = strips(left)
    other = strips(right)[1 if gap else 0 :]
    found = list(overlaid(one, other, least=1e-9))
    for k, shape in enumerate(one):
        assert sum(piece.area for a, _, piece in found if a == k) == pytest.approx(shape.area)
    for k, shape in enumerate(other):
        assert sum(piece.area for _, b, piece in found if b == k) == pytest.approx(shape.area)
    assert all(a is not None or b is not None for a, b, _ in found)
    assert any(b is None for _, b, _ in found) == gap


def strips(cuts: set[int]) -> np.ndarray:
    return np.array([shapely.box(a, 0, b, 1) for a, b in pairwise([0, *sorted(cuts), 10])], dtype=object)
