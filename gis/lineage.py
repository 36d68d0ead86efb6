"""What became of which zone when land units changed zones.

The kinds are those of census geography (unchanged, split, merged, irregular): zones that exchanged units are
looked at together, and the group decides. One old zone and one new: the same area. One old, several new: a
split. Several old, one new: a merger. Anything else is irregular.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

__all__ = ["Kind", "Step", "lineage"]

Kind = Literal["unchanged", "split", "merged", "irregular"]


@dataclass(frozen=True)
class Step:
    """What one zone gave to one zone, itself included: units, households and area that moved along."""

    source: int
    target: int
    kind: Kind
    units: int
    households: int
    area_m2: float


def lineage(before: ArrayLike, after: ArrayLike, households: ArrayLike, area_m2: ArrayLike) -> list[Step]:
    """Steps from old zones to new ones, sorted; zones of which nothing changed are left out.

    Parameters
    ----------
    before, after
        int (n,): zone of each land unit, then and now. All units of every zone that is named are needed.
    households, area_m2
        (n,): what each unit carries.

    Raises
    ------
    ValueError
        Arrays of different lengths.

    >>> steps = lineage([1, 1, 2], [1, 3, 2], [9, 9, 9], [1, 1, 1])
    >>> [(step.source, step.target, step.kind) for step in steps]
    [(1, 1, 'split'), (1, 3, 'split')]
    """
    source, target = np.asarray(before, dtype=np.int64), np.asarray(after, dtype=np.int64)
    weights = np.asarray(households, dtype=np.int64), np.asarray(area_m2, dtype=np.float64)
    if not len(source) == len(target) == len(weights[0]) == len(weights[1]):
        raise ValueError("one zone before, one after, households and an area for each unit")
    if not len(source):
        return []
    pairs, which = np.unique(np.column_stack([source, target]), axis=0, return_inverse=True)
    which = which.reshape(-1)
    units = np.bincount(which)
    moved = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(moved, which, weights[0])
    area = np.bincount(which, weights=weights[1])
    kinds = _kinds(pairs)
    return [
        Step(int(old), int(new), kind, int(n), int(people), float(size))
        for (old, new), kind, n, people, size in zip(pairs, kinds, units, moved, area, strict=True)
        if kind != "unchanged" or old != new
    ]


def _kinds(pairs: NDArray[np.int64]) -> list[Kind]:
    """The kind of each (old, new) pair: by how many old and new zones its group has."""
    olds, old = np.unique(pairs[:, 0], return_inverse=True)
    news, new = np.unique(pairs[:, 1], return_inverse=True)
    n = len(olds) + len(news)
    graph = scipy.sparse.coo_array((np.ones(len(pairs)), (old, len(olds) + new)), shape=(n, n))
    _, group = scipy.sparse.csgraph.connected_components(graph, directed=False)
    old_count = np.bincount(group[: len(olds)], minlength=n)
    new_count = np.bincount(group[len(olds) :], minlength=n)
    words: dict[tuple[bool, bool], Kind] = {
        (True, True): "unchanged",
        (True, False): "split",
        (False, True): "merged",
        (False, False): "irregular",
    }
    return [words[bool(old_count[g] == 1), bool(new_count[g] == 1)] for g in group[old].tolist()]
