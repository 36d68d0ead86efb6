"""How many households there were at the first edition: since then homes were built in some communities."""

from __future__ import annotations

import numpy as np

from grid_data.sample.blocks import Units
from grid_data.sample.communities import Communities
from grid_data.sample.lattice import Ints

__all__ = ["households_before"]

_NEW_IN_BLOCK = (0.45, 0.55)
"""Share of new homes in the blocks of a community that was built up: what was one grid now fills two."""

_SMALLEST = 1_200
"""Only communities with at least so many households were built up: the others are villages."""


def households_before(
    units: Units, communities: Communities, households: Ints, built_share: float, random: np.random.Generator
) -> Ints:
    """Households per unit at the first edition.

    Parameters
    ----------
    households
        Today's, per unit.
    built_share
        Share of them that live in homes built since.
    """
    today = np.bincount(communities.of_unit, weights=households, minlength=len(communities.codes))
    share = random.uniform(*_NEW_IN_BLOCK, int(units.block.max()) + 1)[units.block]
    new = np.rint(households * share).astype(np.int64)
    built = np.bincount(communities.of_unit, weights=new, minlength=len(today))
    order = random.permutation(np.flatnonzero(today >= _SMALLEST))
    until = int(np.argmin(np.abs(np.cumsum(built[order]) - built_share * today.sum()))) + 1
    return np.where(np.isin(communities.of_unit, order[:until]), households - new, households)
