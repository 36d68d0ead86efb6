"""Where a search begins: parts made by METIS, or today's zones; connected, with foes apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymetis
import scipy
from numpy.typing import NDArray

from gis.propose.pieces import Piece
from gis.propose.state import Atoms

__all__ = ["counted", "metis_seed", "slots_of", "warm_seed"]

Ints = NDArray[np.int64]


def metis_seed(piece: Piece, cost: NDArray[np.float64], parts: int, seed: int) -> Ints:
    """About so many connected parts of about the same households; borders where they are cheap."""
    everything = np.arange(len(piece.atoms.households))
    part = _metis(piece.atoms, everything, cost, parts, seed)
    part = _apart(piece.atoms, _fragments(piece.atoms, part))
    return _merged(piece.atoms, part, 0.0, 0.35 * piece.households / parts)


def warm_seed(
    piece: Piece, cost: NDArray[np.float64], low: int, high: int, seed: int, *, split: bool
) -> tuple[Ints, Ints]:
    """Today's zones, mended as far as needed: (part of each atom, label or -1 of each part).

    What lies apart from the bulk of its zone, and what has no zone, joins a neighbour it fits in. With
    ``split``, zones that hold enough for two are cut by METIS, and zones under the band join a neighbour.
    """
    atoms = piece.atoms
    owned = np.where(atoms.base < len(piece.labels), atoms.base, -1)
    # Atoms of a label that lives elsewhere stay together, too.
    start = np.where(atoms.base >= 0, atoms.base, len(atoms.base_size))
    part = _apart(atoms, _fragments(atoms, start))
    bulk = _bulks(atoms, part, owned, len(piece.labels))
    stray = np.setdiff1d(np.arange(part.max() + 1), bulk)
    part = _merged(atoms, part, float(high), float(low), only=stray)
    if split:
        total = np.bincount(part, weights=atoms.households)
        for number in np.flatnonzero(total > high).tolist():
            if total[number] >= 2 * low:
                members = np.flatnonzero(part == number)
                count = max(2, round(float(total[number]) / ((low + high) / 2)))
                inner = _metis(atoms, members, cost, count, seed)
                part[members] = np.where(inner == 0, number, part.max() + inner)
        part = _merged(atoms, _apart(atoms, _fragments(atoms, part)), float(high), float(low))
    part = np.unique(part, return_inverse=True)[1].astype(np.int64).ravel()
    return part, _labels(atoms, part, len(piece.labels))


def slots_of(piece: Piece, part: Ints, label: Ints | None, slots: int) -> tuple[Ints, Ints]:
    """(slot of each atom, label of each slot): a slot for every label of the piece, then those without."""
    labels = len(piece.labels)
    if label is None:
        label = _labels(piece.atoms, part, labels)
    slot_label = np.full(slots, -1, dtype=np.int64)
    slot_label[:labels] = np.arange(labels)
    slot_of = label.copy()
    free = np.flatnonzero(label < 0)
    slot_of[free] = labels + np.arange(len(free))
    return slot_of[part], slot_label


def _labels(atoms: Atoms, part: Ints, labels: int) -> Ints:
    """The label each part should bear so that most households keep theirs; -1 for none."""
    parts = int(part.max()) + 1
    shared = np.zeros((parts, labels))
    there = (atoms.base >= 0) & (atoms.base < labels)
    np.add.at(shared, (part[there], atoms.base[there]), atoms.households[there] + 1e-3)
    label = np.full(parts, -1, dtype=np.int64)
    rows, columns = scipy.optimize.linear_sum_assignment(shared, maximize=True)
    good = shared[rows, columns] > 0
    label[rows[good]] = columns[good]
    return label


def _metis(atoms: Atoms, members: Ints, cost: NDArray[np.float64], parts: int, seed: int) -> Ints:
    if parts <= 1:
        return np.zeros(len(members), dtype=np.int64)
    if parts >= len(members):
        return np.arange(len(members), dtype=np.int64)
    at = np.full(len(atoms.households), -1)
    at[members] = np.arange(len(members))
    there = (at[atoms.origin] >= 0) & (at[atoms.other] >= 0) & atoms.joined
    origin, other = at[atoms.origin[there]], at[atoms.other[there]]
    # Edges are in the order of their origin; members ascend, so they still are.
    start = np.searchsorted(origin, np.arange(len(members) + 1))
    scale = 1000.0 / max(float(cost[there].max(initial=0.0)), 1e-12)
    _, membership = pymetis.part_graph(
        parts,
        adjacency=pymetis.CSRAdjacency(start.astype(np.int64), other.astype(np.int64)),
        vweights=np.maximum(atoms.households[members], 0).tolist(),
        eweights=np.maximum(1, np.rint(cost[there] * scale)).astype(np.int64).tolist(),
        options=pymetis.Options(seed=seed, contig=0, ufactor=100, ncuts=2),
        recursive=False,
    )
    return np.asarray(membership, dtype=np.int64)


def _fragments(atoms: Atoms, part: Ints) -> Ints:
    """Connected parts: pieces of one part that lie apart get numbers of their own."""
    same = atoms.joined & (part[atoms.origin] == part[atoms.other])
    n = len(part)
    inner = scipy.sparse.coo_array(
        (np.ones(int(same.sum()), dtype=np.int8), (atoms.origin[same], atoms.other[same])), shape=(n, n)
    )
    return np.asarray(scipy.sparse.csgraph.connected_components(inner, directed=False)[1], dtype=np.int64)


def _bulks(atoms: Atoms, part: Ints, label: Ints, labels: int) -> Ints:
    """The heaviest part of each label."""
    weight = np.bincount(part, weights=atoms.households + 1e-3)
    first = np.zeros(len(weight), dtype=np.int64)
    first[part[::-1]] = label[::-1]
    bulk = []
    for k in range(labels):
        those = np.flatnonzero(first == k)
        if len(those):
            bulk.append(int(those[np.argmax(weight[those])]))
    return np.array(bulk, dtype=np.int64)


def _merged(atoms: Atoms, part: Ints, high: float, low: float, only: NDArray[Any] | None = None) -> Ints:
    """Parts below ``low`` join the neighbour with the longest common border that stays within ``high``.

    ``high`` 0: there is no limit, and what has a neighbour joins it. ``only`` limits who joins.
    """
    part = part.copy()
    total = np.bincount(part, weights=atoms.households)
    there = np.bincount(part) > 0
    waiting = set(np.flatnonzero(there).tolist()) if only is None else set(only.tolist())
    while True:
        small = [k for k in waiting if total[k] < low]
        if not small:
            return part
        one = min(small, key=lambda k: (total[k], k))
        waiting.discard(one)
        edge = atoms.joined & (part[atoms.origin] == one) & (part[atoms.other] != one)
        shared = np.bincount(part[atoms.other[edge]], weights=atoms.length[edge] + 1e-6, minlength=len(total))
        shared[part[_foes_of(atoms, part == one)]] = 0.0
        if high > 0:
            shared[total + total[one] > high] = 0.0
        if shared.max(initial=0.0) <= 0.0:
            continue
        other = int(np.argmax(shared))
        part[part == one] = other
        total[other] += total[one]
        total[one] = 0.0


def _apart(atoms: Atoms, part: Ints) -> Ints:
    """Cut connected parts in which foes meet."""
    part = part.copy()
    for atom in range(len(part)):
        for foe in atoms.foe[atoms.foe_start[atom] : atoms.foe_start[atom + 1]].tolist():
            if part[foe] == part[atom]:
                _share_out(atoms, part, atom, foe)
    return part


def _share_out(atoms: Atoms, part: Ints, one: int, two: int) -> None:
    """Cut a connected part in two: from two of its atoms, parts grow until all of it is shared out."""
    mine, fresh = int(part[one]), int(part.max()) + 1
    side = {one: mine, two: fresh}
    fronts = {mine: [one], fresh: [two]}
    weight = {mine: int(atoms.households[one]), fresh: int(atoms.households[two])}
    while fronts[mine] or fronts[fresh]:
        grows = min((k for k in fronts if fronts[k]), key=lambda k: (weight[k], k))
        here = fronts[grows].pop(0)
        for edge in range(atoms.start[here], atoms.start[here + 1]):
            other = int(atoms.other[edge])
            if atoms.joined[edge] and part[other] == mine and other not in side:
                side[other] = grows
                fronts[grows].append(other)
                weight[grows] += int(atoms.households[other])
    for member, number in side.items():
        part[member] = number


def counted(atoms: Atoms, part: Ints, count: int) -> Ints:
    """Connected parts made so many: the heaviest are cut in two, the lightest join a neighbour."""
    part = np.unique(part, return_inverse=True)[1].ravel().astype(np.int64)
    while part.max() + 1 < count:
        size = np.bincount(part)
        if size.max() < 2:
            return part
        total = np.bincount(part, weights=atoms.households)
        members = np.flatnonzero(part == np.argmax(np.where(size > 1, total, -1.0)))
        _share_out(atoms, part, int(members[0]), _farthest(atoms, part, int(members[0])))
    while part.max() + 1 > count:
        total = np.bincount(part, weights=atoms.households)
        for one in np.argsort(total, kind="stable").tolist():
            edge = atoms.joined & (part[atoms.origin] == one) & (part[atoms.other] != one)
            near = np.setdiff1d(part[atoms.other[edge]], part[_foes_of(atoms, part == one)])
            if len(near):
                part[part == one] = near[np.argmin(total[near])]
                break
        else:
            return part
        part = np.unique(part, return_inverse=True)[1].ravel().astype(np.int64)
    return part


def _foes_of(atoms: Atoms, members: NDArray[np.bool_]) -> Ints:
    return atoms.foe[np.repeat(members, np.diff(atoms.foe_start))]


def _farthest(atoms: Atoms, part: Ints, begin: int) -> int:
    """An atom of the same part that is most steps away."""
    seen, last = {begin}, [begin]
    while True:
        following = []
        for here in last:
            for edge in range(atoms.start[here], atoms.start[here + 1]):
                other = int(atoms.other[edge])
                if atoms.joined[edge] and part[other] == part[begin] and other not in seen:
                    seen.add(other)
                    following.append(other)
        if not following:
            return last[-1]
        last = following
