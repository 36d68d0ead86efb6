"""Atoms that a piece hangs together by."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.propose import NO_ZONE, ProposeOptions
from gis.propose.cut_atoms import cut_atoms
from gis.propose.pieces import cut_into_pieces
from tests.support.unit_graphs import lattice


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.integers(1, 6), st.integers(0, 2**32 - 1), st.floats(0.0, 0.5))
def test_they_are_those_without_which_it_falls_apart(
    width: int, height: int, seed: int, closed: float
) -> None:
    rng = np.random.default_rng(seed)
    plain = lattice(width, height, 10)
    shut = [(int(a), int(b)) for a, b in plain.ends[rng.random(len(plain.ends)) < closed]]
    graph = lattice(width, height, 10, closed=shut)
    for piece in cut_into_pieces(graph, np.full(len(graph), NO_ZONE), ProposeOptions()):
        wanted = []
        for unit in piece.unit.tolist():
            zone = np.where(np.isin(np.arange(len(graph)), piece.unit), 0, 1 + np.arange(len(graph)))
            zone[unit] = -5
            _, part = graph.parts(zone)
            if len(np.unique(part[zone == 0])) > 1:
                wanted.append(unit)
        assert piece.unit[cut_atoms(piece)].tolist() == wanted
