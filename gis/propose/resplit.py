"""Dividing one to three neighbouring zones anew, by cutting a random spanning tree of their atoms.

Single atoms cannot cross where every one of them is too large or would tear its zone; a tree of the
whole union can still be cut elsewhere, into as many zones as before, fewer or more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.compiled import Whole, compiled
from gis.propose.divisions import band_off, best_labels, cost_of_parts, picked
from gis.propose.state import Atoms, Floats, Hashes, Ints, Zones, random_number

__all__ = ["resplit"]

MOST_ATOMS = 400
"""Larger unions are left alone."""
CUTS_TRIED = 24
"""Ways to cut one tree whose full cost is computed."""


@compiled
def gathered(atoms: Atoms, zones: Zones, slots: Ints, count: Whole, begin: Whole, place: Ints) -> Any:
    """Atoms of the first ``count`` slots, from one of them outward; ``place`` (n,) gets their position."""
    size = 0
    for k in range(count):
        size += zones.size[slots[k]]
    nodes = np.empty(size, np.int64)
    if len(nodes) > MOST_ATOMS:
        return nodes[:0]
    nodes[0] = begin
    place[begin] = 0
    filled, at = 1, 0
    while at < filled:
        here = nodes[at]
        at += 1
        for edge in range(atoms.start[here], atoms.start[here + 1]):
            other = atoms.other[edge]
            if atoms.joined[edge] and place[other] < 0:
                for k in range(count):
                    if zones.zone[other] == slots[k]:
                        place[other] = filled
                        nodes[filled] = other
                        filled += 1
                        break
    return nodes[:filled]


@compiled
def spanning_tree(atoms: Atoms, nodes: Ints, place: Ints, rng: Hashes) -> Any:
    """A random tree that likes dear borders inside: (parent, atoms in order from the root, subtree size).

    All count positions in ``nodes``. The order is a preorder: a subtree is a run of it.
    """
    m = len(nodes)
    reached = np.full(m, np.inf)
    parent = np.full(m, -1, np.int64)
    done = np.zeros(m, np.bool_)
    first_child = np.full(m, -1, np.int64)
    sibling = np.full(m, -1, np.int64)
    reached[int(random_number(rng) * m)] = -1.0
    root = -1
    for _ in range(m):
        here = -1
        for k in range(m):
            if not done[k] and (here < 0 or reached[k] < reached[here]):
                here = k
        done[here] = True
        if parent[here] >= 0:
            sibling[here] = first_child[parent[here]]
            first_child[parent[here]] = here
        else:
            root = here
        atom = nodes[here]
        for edge in range(atoms.start[atom], atoms.start[atom + 1]):
            k = place[atoms.other[edge]]
            if atoms.joined[edge] and k >= 0 and not done[k]:
                value = random_number(rng) / (1e-9 + atoms.cost[edge])
                if value < reached[k]:
                    reached[k] = value
                    parent[k] = here
    order = np.empty(m, np.int64)
    size = np.ones(m, np.int64)
    stack = np.empty(m, np.int64)
    stack[0] = root
    depth, filled = 1, 0
    while depth > 0:
        depth -= 1
        here = stack[depth]
        order[filled] = here
        filled += 1
        child = first_child[here]
        while child >= 0:
            stack[depth] = child
            depth += 1
            child = sibling[child]
    for k in range(m - 1, 0, -1):
        size[parent[order[k]]] += size[order[k]]
    return parent, order, size


@compiled
def resplit(
    atoms: Atoms,
    zones: Zones,
    weights: Floats,
    begin: Whole,
    wanted: Whole,
    fixed: bool,
    temperature: float,
    rng: Hashes,
    place: Ints,
) -> float:
    """Divide the zone of an atom and up to two next to it anew; returns what that changed of the cost.

    Parameters
    ----------
    begin
        An atom of the first zone.
    wanted
        How many zones to take together, 1 to 3.
    fixed
        Whether the number of zones stays the same.
    temperature
        Of the annealing: a dearer division is taken with the usual probability.
    place
        (n,) filled with -1; it is again at the end.
    """
    slots = np.empty(4, np.int64)
    slots[0] = zones.zone[begin]
    # Not a plain 1, for which the loops would be compiled once more.
    count = np.int64(1)
    nodes = gathered(atoms, zones, slots, count, begin, place)
    while count < wanted:
        chosen, seen = -1, 0
        for k in range(len(nodes)):
            for edge in range(atoms.start[nodes[k]], atoms.start[nodes[k] + 1]):
                if atoms.joined[edge] and place[atoms.other[edge]] < 0:
                    seen += 1
                    if random_number(rng) * seen < 1.0:
                        chosen = zones.zone[atoms.other[edge]]
        for k in range(len(nodes)):
            place[nodes[k]] = -1
        if chosen < 0:
            nodes = gathered(atoms, zones, slots, count, begin, place)
            break
        slots[count] = chosen
        count += 1
        nodes = gathered(atoms, zones, slots, count, begin, place)
    gain = 0.0
    if len(nodes) > 1:
        gain = _divided(atoms, zones, weights, nodes, slots, count, fixed, temperature, rng, place)
    for k in range(len(nodes)):
        place[nodes[k]] = -1
    return gain


@compiled
def _divided(
    atoms: Atoms,
    zones: Zones,
    weights: Floats,
    nodes: Ints,
    slots: Ints,
    count: Whole,
    fixed: bool,
    temperature: float,
    rng: Hashes,
    place: Ints,
) -> float:
    m = len(nodes)
    total = 0
    before = 0.0
    for k in range(count):
        total += zones.households[slots[k]]
        before += zones.cost[slots[k]]
    for k in range(m):
        for edge in range(atoms.start[nodes[k]], atoms.start[nodes[k] + 1]):
            other = atoms.other[edge]
            if place[other] >= 0 and zones.zone[other] != zones.zone[nodes[k]]:
                before += 0.5 * atoms.cost[edge]
    parts = count
    if not fixed:
        # As many as fit the band; the free slot for one more is found here.
        least = max(1, min(3, int(np.ceil(total / weights[1]))))
        most = max(1, min(3, int(total / weights[0])))
        if least <= most:
            parts = least + int(random_number(rng) * (most - least + 1))
        else:
            parts = least if random_number(rng) < 0.5 else most
        parts = max(1, min(parts, m))
    available = count
    slot = 0
    while available < parts and slot < len(zones.size):
        if zones.size[slot] == 0:
            taken = False
            for k in range(available):
                taken = taken or slots[k] == slot
            if not taken:
                # Its cost as an empty slot counts as well.
                before += zones.cost[slot]
                slots[available] = slot
                available += 1
        slot += 1
    if available < parts or parts > 3:
        return 0.0
    labels = np.empty(max(available, parts), np.int64)
    for k in range(available):
        labels[k] = zones.label[slots[k]]
    part = np.zeros(m, np.int64)
    best_part = np.zeros(m, np.int64)
    best = np.inf
    best_order = np.arange(available)
    if parts == 1:
        best_order = best_labels(atoms, nodes, best_part, parts, labels)
        best = cost_of_parts(atoms, nodes, place, best_part, parts, picked(labels, best_order), weights)[0]
    else:
        parent, order, size = spanning_tree(atoms, nodes, place, rng)
        weight = np.empty(m, np.int64)
        for k in range(m):
            weight[k] = atoms.households[nodes[k]]
        for k in range(m - 1, 0, -1):
            weight[parent[order[k]]] += weight[order[k]]
        # First how far out of the band each way to cut is, then the full cost of the nearest ones.
        ways = m - 1 if parts == 2 else (m - 1) * (m - 2) // 2
        off = np.empty(ways)
        way = 0
        if parts == 2:
            for i in range(1, m):
                one = weight[order[i]]
                off[way] = band_off(weights, one) + band_off(weights, total - one)
                way += 1
        else:
            for i in range(1, m):
                for j in range(i + 1, m):
                    one, two = weight[order[i]], weight[order[j]]
                    if j < i + size[order[i]]:
                        one -= two
                    off[way] = (
                        band_off(weights, one) + band_off(weights, two) + band_off(weights, total - one - two)
                    )
                    way += 1
        limit = np.inf
        for k in range(ways):
            limit = min(limit, off[k] + 0.5)
        number = 0
        for k in range(ways):
            if off[k] <= limit:
                number += 1
        step = max(1.0, number / CUTS_TRIED)
        following = random_number(rng) * step
        number = 0
        way = 0
        for i in range(1, m):
            last = m if parts == 3 else i + 2
            for j in range(i + 1, last):
                if off[way] <= limit:
                    if number >= following:
                        following += step
                        part[:] = 0
                        for k in range(i, i + size[order[i]]):
                            part[order[k]] = 1
                        if parts == 3:
                            for k in range(j, j + size[order[j]]):
                                part[order[k]] = 2
                        naming = best_labels(atoms, nodes, part, parts, labels)
                        cost = cost_of_parts(
                            atoms, nodes, place, part, parts, picked(labels, naming), weights
                        )[0]
                        for k in range(parts, available):
                            if labels[naming[k]] >= 0:
                                cost += weights[8]
                        if cost < best:
                            best = cost
                            best_part[:] = part
                            best_order = naming
                    number += 1
                way += 1
    if parts == 1:
        for k in range(1, available):
            if labels[best_order[k]] >= 0:
                best += weights[8]
    gain = best - before
    if not np.isfinite(best):
        return 0.0
    if gain > 0.0 and (temperature <= 0.0 or random_number(rng) >= np.exp(-gain / temperature)):
        return 0.0
    _written(atoms, zones, weights, nodes, picked(slots, best_order), available, parts, best_part, place)
    return float(gain)


@compiled
def _written(
    atoms: Atoms,
    zones: Zones,
    weights: Floats,
    nodes: Ints,
    slots: Ints,
    available: Whole,
    parts: Whole,
    part: Ints,
    place: Ints,
) -> None:
    """Put a division into the zones."""
    labels = picked(zones.label, slots)
    figures = cost_of_parts(atoms, nodes, place, part, parts, labels, weights)
    for k in range(available):
        slot = slots[k]
        zones.hash[slot] = 0
        if k < parts:
            zones.households[slot] = int(figures[2][k, 0])
            zones.size[slot] = int(figures[2][k, 1])
            zones.area[slot] = figures[2][k, 2]
            zones.perimeter[slot] = figures[2][k, 3]
            zones.kept[slot] = int(figures[2][k, 4])
            zones.moved[slot] = int(figures[2][k, 5])
            zones.cost[slot] = figures[1][k]
        else:
            zones.households[slot] = 0
            zones.size[slot] = 0
            zones.area[slot] = 0.0
            zones.perimeter[slot] = 0.0
            zones.kept[slot] = 0
            zones.moved[slot] = 0
            zones.cost[slot] = weights[8] if zones.label[slot] >= 0 else 0.0
    for k in range(len(nodes)):
        slot = slots[part[k]]
        zones.zone[nodes[k]] = slot
        zones.hash[slot] ^= atoms.key[nodes[k]]
