"""The best division made of zones that were met: set partition, solved by HiGHS."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import scipy
from numpy.typing import NDArray

from gis.propose.state import Atoms, zone_cost

__all__ = ["recombined"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_ZONES: Final = 800
"""Zones that are offered to the solver, the cheapest for their households first."""
MOST_NODES: Final = 50
"""Of the solver's tree: counted, not timed, so that the answer does not depend on the machine."""


def recombined(
    atoms: Atoms,
    labels: int,
    weights: Floats,
    met: list[Ints],
    incumbent: Ints,
    grids: int | None,
    seconds: float = np.inf,
) -> Ints | None:
    """A division of all atoms into zones met before or of the incumbent; None if none was found.

    Parameters
    ----------
    labels
        How many labels zones of the piece may bear.
    met
        Atoms of each zone that was met.
    incumbent
        (n,) a division whose zones are offered as well, so there is always an answer.
    grids
        How many zones there must be, or None.
    seconds
        Time for the solver.

    Returns
    -------
    part
        (n,) number of each atom's zone.
    """
    n = len(atoms.households)
    own = [np.flatnonzero(incumbent == k) for k in range(int(incumbent.max()) + 1)]
    if not met:
        return None
    members = _unique(own + met)
    cover = _matrix(members, n)
    cost, label = _costs(atoms, cover, weights, labels)
    households = cover @ atoms.households
    mean = cost.sum() / max(float(households.sum()), 1.0)
    order = np.argsort(cost - mean * households, kind="stable")[:MOST_ZONES]
    chosen = np.unique(np.r_[np.arange(len(own)), order])
    cover, cost, label = scipy.sparse.csr_array(cover[chosen]), cost[chosen], label[chosen]
    constraints = [scipy.optimize.LinearConstraint(scipy.sparse.csc_array(cover.T), np.ones(n), np.ones(n))]
    if labels:
        there = np.flatnonzero(label >= 0)
        bearing = scipy.sparse.csr_array(
            (np.ones(len(there)), (label[there], there)), shape=(labels, len(chosen))
        )
        constraints.append(
            scipy.optimize.LinearConstraint(scipy.sparse.csc_array(bearing), -np.inf, np.ones(labels))
        )
    if grids is not None:
        constraints.append(scipy.optimize.LinearConstraint(np.ones((1, len(chosen))), grids, grids))
    limits: dict[str, Any] = {"node_limit": MOST_NODES, "mip_rel_gap": 1e-4, "presolve": True}
    if np.isfinite(seconds):
        limits["time_limit"] = seconds
    answer = scipy.optimize.milp(
        cost,
        constraints=constraints,
        integrality=np.ones(len(chosen)),
        bounds=scipy.optimize.Bounds(0, 1),
        options=limits,
    )
    if answer.x is None:
        return None
    taken = np.flatnonzero(answer.x > 0.5)
    picked = cover[taken]
    if not (picked.sum(axis=0) == 1).all():
        return None
    part = np.empty(n, dtype=np.int64)
    for number in range(len(taken)):
        part[picked.indices[picked.indptr[number] : picked.indptr[number + 1]]] = number
    return part


def _unique(zones: list[Ints]) -> list[Ints]:
    seen: dict[bytes, Ints] = {}
    for zone in zones:
        seen.setdefault(np.sort(zone).tobytes(), zone)
    return list(seen.values())


def _matrix(members: list[Ints], n: int) -> Any:
    start = np.zeros(len(members) + 1, dtype=np.int64)
    np.cumsum([len(zone) for zone in members], out=start[1:])
    cover = scipy.sparse.csr_array(
        (np.ones(start[-1]), np.concatenate(members), start), shape=(len(members), n)
    )
    cover.sort_indices()
    return cover


def _costs(atoms: Atoms, cover: Any, weights: Floats, labels: int) -> tuple[Floats, Ints]:
    """(cost, label) of each zone, borders by half; a label is what most of its households have today."""
    n = len(atoms.households)
    border = scipy.sparse.csr_array((atoms.length, (atoms.origin, atoms.other)), shape=(n, n))
    price = scipy.sparse.csr_array((atoms.cost, (atoms.origin, atoms.other)), shape=(n, n))
    within = np.asarray((cover @ border).multiply(cover).sum(axis=1)).ravel()
    paid = cover @ np.asarray(price.sum(axis=1)).ravel()
    paid -= np.asarray((cover @ price).multiply(cover).sum(axis=1)).ravel()
    perimeter = cover @ atoms.perimeter - within
    area = cover @ atoms.area
    size = np.diff(cover.indptr)
    households = cover @ atoms.households
    based = atoms.base >= 0
    moved = cover @ np.where(based, atoms.households, 0)
    label = np.full(cover.shape[0], -1, dtype=np.int64)
    kept = np.zeros(cover.shape[0], dtype=np.int64)
    if labels:
        there = np.flatnonzero(based & (atoms.base < labels))
        of_label = scipy.sparse.csr_array(
            (np.ones(len(there)), (there, atoms.base[there])), shape=(n, labels)
        )
        weighted = scipy.sparse.csr_array(
            (atoms.households[there] + 1e-3, (there, atoms.base[there])), shape=(n, labels)
        )
        shared = (cover @ weighted).toarray()
        label = np.where(shared.max(axis=1) > 0, shared.argmax(axis=1), -1)
        rows = np.flatnonzero(label >= 0)
        kept[rows] = (cover @ of_label).toarray()[rows, label[rows]].round()
        moved[rows] -= np.rint(shared[rows, label[rows]] - 1e-3 * kept[rows])
    cost = np.array([
        zone_cost(weights, int(households[k]), int(size[k]), area[k], perimeter[k], round(float(moved[k])),
                  int(kept[k]), int(label[k]), atoms.base_size) - (weights[8] if label[k] >= 0 else 0.0)
        for k in range(len(size))
    ])  # fmt: skip
    return cost + 0.5 * paid, label
