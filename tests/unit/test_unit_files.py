"""Large areas without communities: the parts they are divided in first."""

from __future__ import annotations

import numpy as np

from grid_data.unit_files.dividing import PART_UNITS, divided
from tests.support.unit_graphs import lattice


def test_parts_are_connected_and_hold_about_the_same() -> None:
    rng = np.random.default_rng(2)
    graph = divided(lattice(60, 50, rng.integers(0, 90, 3000)))
    parts = len(np.unique(graph.community))
    assert parts == round(3000 / PART_UNITS)
    assert graph.parts(graph.community)[0] == parts
    total = np.bincount(graph.community, weights=graph.households)
    assert total.max() < 1.2 * total.mean()
