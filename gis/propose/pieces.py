"""Cutting the graph of units into pieces that can be divided independently, and what is fixed in each.

A piece is one connected part of the land of a community that is not locked. Grids never leave it, so pieces
are searched at the same time. Units that must share a grid become one atom of their piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from gis.propose.options import ImpossibleOptions, ProposeOptions
from gis.propose.proposal import NO_ZONE
from gis.propose.state import Atoms
from gis.unit_graph import Barrier, UnitGraph
from gis.words import Words

__all__ = ["Piece", "border_cost", "cut_into_pieces"]

Ints = NDArray[np.int64]

DEARNESS = {
    Barrier.COMPOUND: 5.0, Barrier.LAND: 1.5, Barrier.STREET: 1.0,
    Barrier.ARTERIAL: 0.4, Barrier.RAIL: 0.4, Barrier.RIVER: 0.4,
}  # fmt: skip
"""What a metre of grid border costs along each kind of barrier, with the usual weight of roads."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected part of a community, to be divided.

    Attributes
    ----------
    community
        Its number.
    whole
        Whether it is all of its community: nothing is locked, nothing lies apart.
    locked_beside
        Whether locked zones took a part of the community away.
    unit
        Indices of its units, ascending.
    atom_of
        The atom of each of these.
    atoms
        What the search works on; costs of borders are with weight 1 of roads.
    dearness, length
        Per border from both sides, as `Atoms.length`: mean price of a metre.
    labels
        Zone numbers of today that this piece may go on using: label ``k`` is ``labels[k]``. ``atoms.base``
        beyond these are zones of today that live on elsewhere.
    linked
        (atoms,) whether an atom is of several units.
    """

    community: int
    whole: bool
    locked_beside: bool
    unit: Ints
    atom_of: Ints
    atoms: Atoms
    dearness: NDArray[np.float64]
    labels: Ints
    linked: NDArray[np.bool_]

    @property
    def households(self) -> int:
        """Of all its atoms."""
        return int(self.atoms.households.sum())

    def matrix(self) -> Any:
        """``csr_array`` of the borders that hold a grid together."""
        there = self.atoms.joined
        n = len(self.atoms.households)
        ones = np.ones(int(there.sum()), dtype=np.int8)
        return scipy.sparse.csr_array(
            scipy.sparse.coo_array((ones, (self.atoms.origin[there], self.atoms.other[there])), shape=(n, n))
        )


def border_cost(piece: Piece, roads: float, zones: float) -> NDArray[np.float64]:
    """What each border costs between two zones: metres times price, in sides of a typical zone."""
    side = float(np.sqrt(piece.atoms.area.sum() / max(zones, 1.0)))
    return np.asarray(piece.atoms.length * piece.dearness**roads / (4.0 * side))


def cut_into_pieces(graph: UnitGraph, current: Ints, options: ProposeOptions) -> list[Piece]:
    """The pieces of the communities to be divided, by community, then by their first unit.

    Raises
    ------
    ImpossibleOptions
        Links ask for what cannot be.
    """
    options.check_units(len(graph))
    locked = np.isin(current, list(options.locked | options.exempt)) & (current != NO_ZONE)
    free = ~locked
    if options.communities is not None:
        free &= np.isin(graph.community, list(options.communities))
    a, b = graph.ends[:, 0].astype(np.int64), graph.ends[:, 1].astype(np.int64)
    inside = free[a] & free[b] & (graph.community[a] == graph.community[b])
    hold = inside & graph.joined
    n = len(graph)
    net = scipy.sparse.csr_array(scipy.sparse.coo_array((np.ones(2 * hold.sum(), dtype=np.int8),
        (np.r_[a[hold], b[hold]], np.r_[b[hold], a[hold]])), shape=(n, n)))  # fmt: skip
    _, part = scipy.sparse.csgraph.connected_components(net, directed=False)
    part = np.where(free, part, -1)
    group = _linked(net, part, current, locked, options)
    owner = _owners(part, current, graph.households)
    foes = _foes(group, current, locked, options)

    order = np.argsort(part, kind="stable")
    numbers, begin = np.unique(part[order], return_index=True)
    runs = np.split(order, begin[1:])
    community_units = np.bincount(graph.community, minlength=int(graph.community.max(initial=0)) + 1)
    locked_units = np.bincount(graph.community[locked], minlength=len(community_units))
    edge_part = np.where(inside & (part[a] == part[b]), part[a], -1)
    edge_order = np.argsort(edge_part, kind="stable")
    edge_begin = np.searchsorted(edge_part[edge_order], np.arange(numbers.max(initial=-1) + 2))
    pieces = []
    for number, unit in zip(numbers.tolist(), runs, strict=True):
        if number < 0:
            continue
        edges = edge_order[edge_begin[number] : edge_begin[number + 1]]
        community = int(graph.community[unit[0]])
        pieces.append(
            _piece(
                graph,
                unit,
                edges,
                group,
                current,
                owner,
                number,
                foes,
                whole=len(unit) == community_units[community],
                locked_beside=bool(locked_units[community]),
            )
        )
    return sorted(pieces, key=lambda piece: (piece.community, int(piece.unit[0])))


def _linked(net: Any, part: Ints, current: Ints, locked: Any, options: ProposeOptions) -> Ints:
    """The group of each unit: units that must share a zone have one, named after its first unit."""
    group = np.arange(len(part))
    pairs = []
    for a, b in options.must_link:
        if locked[a] and locked[b] and current[a] == current[b]:
            continue
        if part[a] < 0 or part[a] != part[b]:
            raise ImpossibleOptions(
                Words(
                    f"单元 {a} 与 {b} 无法同格：不在同一社区的同一连片可调整范围内",
                    f"units {a} and {b} cannot share a grid: they are not in one connected part of a "
                    "community that may be changed",
                )
            )
        before = scipy.sparse.csgraph.breadth_first_order(net, a, directed=False)[1]
        here = b
        while here != a:
            pairs.append((here, int(before[here])))
            here = int(before[here])
    if pairs:
        left, right = np.array(pairs).T
        links = scipy.sparse.coo_array((np.ones(len(pairs), dtype=np.int8), (left, right)), shape=net.shape)
        _, label = scipy.sparse.csgraph.connected_components(links, directed=False)
        first = np.full(label.max() + 1, len(part))
        np.minimum.at(first, label, group)
        group = first[label]
    return group


def _owners(part: Ints, current: Ints, households: NDArray[np.int32]) -> dict[int, int]:
    """Which piece goes on with the number of each zone of today; -1 where it lives on outside of all."""
    owner: dict[int, int] = {}
    there = current != NO_ZONE
    keys, where = np.unique(np.column_stack([current[there], part[there]]), axis=0, return_inverse=True)
    weight = np.bincount(where.ravel(), weights=households[there] + 1e-6, minlength=len(keys))
    best: dict[int, float] = {}
    for (zone, number), value in zip(keys.tolist(), weight.tolist(), strict=True):
        if number < 0:
            owner[zone], best[zone] = -1, np.inf
        elif value > best.get(zone, -1.0):
            owner[zone], best[zone] = number, value
    return owner


def _foes(group: Ints, current: Ints, locked: Any, options: ProposeOptions) -> list[tuple[int, int]]:
    foes = []
    for a, b in options.cannot_link:
        if group[a] == group[b] or (locked[a] and locked[b] and current[a] == current[b]):
            raise ImpossibleOptions(
                Words(
                    f"单元 {a} 与 {b} 既要求同格又要求分开",
                    f"units {a} and {b} must share a grid and must not",
                )
            )
        foes += [(int(group[a]), int(group[b])), (int(group[b]), int(group[a]))]
    return sorted(set(foes))


def _piece(
    graph: UnitGraph,
    unit: Ints,
    edges: Ints,
    group: Ints,
    current: Ints,
    owner: dict[int, int],
    number: int,
    foes: list[tuple[int, int]],
    *,
    whole: bool,
    locked_beside: bool,
) -> Piece:
    names, atom_of = np.unique(group[unit], return_inverse=True)
    n = len(names)
    at = np.full(len(graph), -1)
    at[unit] = atom_of
    one, two = at[graph.ends[edges, 0]], at[graph.ends[edges, 1]]
    within = one == two
    price = np.array([DEARNESS[Barrier(k)] for k in range(len(Barrier))])[graph.barrier[edges]]
    length = graph.length_m[edges]
    perimeter = np.bincount(atom_of, weights=graph.perimeter_m[unit], minlength=n)
    perimeter = perimeter - 2.0 * np.bincount(one[within], weights=length[within], minlength=n)
    pair, where = np.unique(
        np.sort(np.column_stack([one, two])[~within], axis=1), axis=0, return_inverse=True
    )
    where = where.ravel()
    metres = np.bincount(where, weights=length[~within], minlength=len(pair))
    value = np.bincount(where, weights=(length * price)[~within], minlength=len(pair))
    dearness = np.where(metres > 0, value / np.maximum(metres, 1e-9), 1.0)
    joined = np.bincount(where, weights=graph.joined[edges][~within], minlength=len(pair)) > 0
    origin, other = np.r_[pair[:, 0], pair[:, 1]], np.r_[pair[:, 1], pair[:, 0]]
    edge = np.r_[np.arange(len(pair)), np.arange(len(pair))]
    order = np.lexsort((other, origin))
    origin, other, edge = origin[order], other[order], edge[order]

    zones = current[unit]
    told = sorted({int(zone) for zone in zones if zone != NO_ZONE}, key=lambda z: (owner[z] != number, z))
    label_of = {zone: k for k, zone in enumerate(told)}
    base = _base(atom_of, np.array([label_of.get(int(z), -1) for z in zones]), graph.households[unit], n)
    mine = [zone for zone in told if owner[zone] == number]
    enemies = [(int(at[a]), int(at[b])) for a, b in foes if at[a] >= 0 and at[b] >= 0]
    foe_origin = np.array([a for a, _ in enemies], dtype=np.int64)
    atoms = Atoms(
        households=np.bincount(atom_of, weights=graph.households[unit], minlength=n).astype(np.int64),
        area=np.maximum(np.bincount(atom_of, weights=graph.area_m2[unit], minlength=n), 1e-6),
        perimeter=np.asarray(perimeter, dtype=np.float64),
        base=base,
        base_size=np.bincount(base[base >= 0], minlength=len(told)).astype(np.int64),
        start=np.searchsorted(origin, np.arange(n + 1)).astype(np.int64),
        origin=origin.astype(np.int64),
        other=other.astype(np.int64),
        length=np.asarray(metres[edge], dtype=np.float64),
        cost=np.asarray((metres * dearness)[edge], dtype=np.float64),
        joined=joined[edge],
        foe_start=np.searchsorted(foe_origin, np.arange(n + 1)).astype(np.int64),
        foe=np.array([b for _, b in enemies], dtype=np.int64),
        key=np.random.default_rng(len(unit)).integers(1, 2**63, n, dtype=np.uint64),
    )
    return Piece(
        community=int(graph.community[unit[0]]),
        whole=whole,
        locked_beside=locked_beside,
        unit=unit.astype(np.int64),
        atom_of=atom_of.astype(np.int64),
        atoms=atoms,
        dearness=dearness[edge],
        labels=np.array(mine, dtype=np.int64),
        linked=np.bincount(atom_of, minlength=n) > 1,
    )


def _base(atom_of: Ints, label: Ints, households: NDArray[np.int32], n: int) -> Ints:
    """The label most households of each atom have today."""
    base = np.full(n, -1, dtype=np.int64)
    there = label >= 0
    keys, where = np.unique(np.column_stack([atom_of[there], label[there]]), axis=0, return_inverse=True)
    weight = np.bincount(where.ravel(), weights=households[there] + 1e-6, minlength=len(keys))
    for k in np.argsort(weight, kind="stable"):
        base[keys[k, 0]] = keys[k, 1]
    return base
