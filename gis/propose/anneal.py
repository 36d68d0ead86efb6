"""Simulated annealing of an assignment: single atoms flip, now and then zones are divided anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from gis.compiled import Whole, compiled
from gis.propose.flips import enters, flip, flip_cost, leaves_whole
from gis.propose.resplit import resplit
from gis.propose.state import Atoms, Floats, Hashes, Ints, Zones, made_zones, random_number, total_cost

__all__ = ["anneal", "typical_change"]

RESPLIT_EVERY = 60
"""Moves between two divisions anew, on average; one costs as much as some fifty flips."""


@compiled
def typical_change(atoms: Atoms, zones: Zones, weights: Floats, rng: Hashes, samples: Whole) -> float:
    """Mean size of what a flip changes of the cost, the band left out: the scale of temperatures."""
    soft = weights.copy()
    soft[4] = 0.0
    plain = made_zones(atoms, zones.zone.copy(), zones.label, soft)
    amount, number = 0.0, 0
    for _ in range(samples):
        edge = int(random_number(rng) * len(atoms.other))
        atom, slot = atoms.origin[edge], plain.zone[atoms.other[edge]]
        if plain.zone[atom] != slot:
            amount += abs(flip_cost(atoms, plain, soft, atom, slot)[0])
            number += 1
    return amount / number if number > 0 else 1.0


@compiled
def anneal(
    atoms: Atoms,
    zone: Ints,
    label: Ints,
    weights: Floats,
    moves: Whole,
    hot: float,
    cold: float,
    fixed: bool,
    rng: Hashes,
    known: Hashes,
    found: Ints,
    found_at: Ints,
) -> Any:
    """Anneal; returns (best assignment, its cost), never dearer than the one given.

    Parameters
    ----------
    zone, label
        (n,) slot of each atom and (slots,) label of each; ``zone`` becomes the last assignment.
    moves
        How many moves are tried.
    hot, cold
        First and last temperature, in units of cost.
    fixed
        Whether the number of zones stays the same.
    known, found, found_at
        A table of hashes, atoms of zones in the band that were met, and where each of these begins (the
        first value counts them): filled further, until one of them is full.
    """
    zones = made_zones(atoms, zone, label, weights)
    n, borders = len(zone), len(atoms.other)
    cost = total_cost(atoms, zones)
    best_cost, best = cost, zone.copy()
    stamp, queue, place = np.zeros(n + 1, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    falling = (cold / hot) ** (1.0 / max(1, moves // 64))
    temperature = hot
    remembered = moves // 2
    for move in range(moves):
        if move % 64 == 63:
            temperature *= falling
        edge = int(random_number(rng) * borders)
        atom = atoms.origin[edge]
        slot = zones.zone[atoms.other[edge]]
        if move % RESPLIT_EVERY == 0:
            dice = random_number(rng)
            wanted = 1 if dice < 0.1 else 2 if dice < 0.75 else 3
            cost += resplit(atoms, zones, weights, atom, wanted, fixed, temperature, rng, place)
        elif zones.zone[atom] == slot or not atoms.joined[edge]:
            continue
        else:
            if fixed and zones.size[zones.zone[atom]] == 1:
                continue
            change = flip_cost(atoms, zones, weights, atom, slot)
            if change[0] > 0.0 and random_number(rng) >= np.exp(-change[0] / temperature):
                continue
            if not enters(atoms, zones, atom, slot) or not leaves_whole(atoms, zones, atom, stamp, queue):
                continue
            flip(atoms, zones, atom, slot, change[1], change[2], change[3], change[4])
            cost += change[0]
        if cost < best_cost - 1e-9:
            best_cost = cost
            best[:] = zones.zone
        if move > remembered:
            remembered = move + 4 * n
            _remember(zones, weights, known, found, found_at)
    # Sums of many small changes drift; the answer is what the assignment costs.
    final = made_zones(atoms, best.copy(), label, weights)
    return best, total_cost(atoms, final)


@compiled
def _remember(zones: Zones, weights: Floats, known: Hashes, found: Ints, found_at: Ints) -> None:
    """Write down zones that were not met before."""
    table = len(known)
    for slot in range(len(zones.size)):
        if zones.size[slot] == 0 or not weights[0] <= zones.households[slot] <= weights[1]:
            continue
        number = found_at[0]
        end = found_at[number + 1]
        if number + 2 >= len(found_at) or end + zones.size[slot] > len(found):
            return
        at = np.int64(zones.hash[slot] % np.uint64(table))
        while known[at] != 0 and known[at] != zones.hash[slot]:
            at = (at + 1) % table
        if known[at] != 0:
            continue
        known[at] = zones.hash[slot]
        for atom in range(len(zones.zone)):
            if zones.zone[atom] == slot:
                found[end] = atom
                end += 1
        found_at[0] = number + 1
        found_at[number + 2] = end
