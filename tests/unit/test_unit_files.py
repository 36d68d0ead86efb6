"""Units of files: brought to fit together, and large areas divided in parts first."""

from __future__ import annotations

import numpy as np
import shapely

from gis.units.shared_borders import shared_borders
from grid_data.unit_files.dividing import PART_UNITS, divided
from grid_data.unit_files.fitting import fitted
from tests.support.unit_graphs import cells, lattice


def test_parts_are_connected_and_hold_about_the_same() -> None:
    rng = np.random.default_rng(2)
    graph = divided(lattice(60, 50, rng.integers(0, 90, 3000)))
    parts = len(np.unique(graph.community))
    assert parts == round(3000 / PART_UNITS)
    assert graph.parts(graph.community)[0] == parts
    total = np.bincount(graph.community, weights=graph.households)
    assert total.max() < 1.2 * total.mean()


def test_units_drawn_one_by_one_get_common_borders() -> None:
    """Every corner of every unit is off by up to 15 cm: gaps that are open at their ends, and overlaps."""
    wanted, rng = cells(9, 9), np.random.default_rng(4)
    drawn = np.array([shapely.transform(each, lambda xy: _shaken(xy, rng)) for each in wanted])
    assert len(shared_borders(drawn).ends) < 20
    found = fitted(drawn)
    assert shapely.coverage_is_valid(found.shapes)
    borders = shared_borders(found.shapes)
    assert {tuple(pair) for pair in shared_borders(wanted).ends.tolist()} <= set(
        map(tuple, borders.ends.tolist())
    )
    assert np.abs(shapely.area(found.shapes) - shapely.area(drawn)).max() < 100.0
    assert found.changed > 70
    assert 0 < found.moved_m2 < 81 * 100.0


def _shaken(ring: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    moved = ring + rng.uniform(-0.15, 0.15, ring.shape)
    moved[-1] = moved[0]
    return moved


def test_units_that_fit_are_left_as_they_are() -> None:
    shapes = cells(4, 4)
    found = fitted(shapes)
    assert found.shapes is shapes
    assert (found.changed, found.moved_m2) == (0, 0.0)


def test_a_single_overlap_moves_nothing_else() -> None:
    shapes = cells(4, 4)
    west, south, east, north = shapes[5].bounds
    shapes[5] = shapely.box(west, south, east + 3, north)
    found = fitted(shapes)
    assert shapely.coverage_is_valid(found.shapes)
    assert (found.changed, found.moved_m2) == (1, 300.0)
    assert shapely.equals(found.shapes, shapes).sum() == 15
