"""The search's view of a piece of land: atoms, zones on them, and what a zone costs.

An atom is a unit, or several that must share a zone. Everything here is plain arrays, for compiled loops.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import Whole, compiled

__all__ = ["Atoms", "Zones", "made_zones", "random_number", "total_cost", "zone_cost"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]

# Places in the vector of weights.
LOW: Final = 0
HIGH: Final = 1
TARGET: Final = 2
HALF: Final = 3
BAND: Final = 4
EVEN: Final = 5
SHAPE: Final = 6
STAY: Final = 7
TOUCH: Final = 8
FAR: Final = 9
WEIGHTS: Final = 10

ROUND: Final = 1.27
"""Perimeter over that of a circle of the same area at which a shape costs nothing: Polsby-Popper 0.62."""


class Atoms(NamedTuple):
    """``n`` atoms and their borders, each from both sides; ``m`` borders.

    ``base`` is the label of the zone of today (-1: none), ``base_size`` how many atoms a label has.
    ``households`` counts, ``area`` is in m², ``perimeter`` and ``length`` in m, ``cost`` is what it costs to
    have the border between two zones. ``foe`` are atoms that must not share a zone. ``key`` are random
    numbers whose combination identifies a set of atoms.
    """

    households: Ints
    area: Floats
    perimeter: Floats
    base: Ints
    base_size: Ints
    start: Ints
    origin: Ints
    other: Ints
    length: Floats
    cost: Floats
    joined: NDArray[np.bool_]
    foe_start: Ints
    foe: Ints
    key: Hashes


class Zones(NamedTuple):
    """An assignment of atoms to slots, and sums per slot; a slot without atoms is free.

    ``kept`` counts atoms whose base is the slot's ``label``, ``moved`` households that have another base.
    """

    zone: Ints
    label: Ints
    households: Ints
    size: Ints
    area: Floats
    perimeter: Floats
    kept: Ints
    moved: Ints
    hash: Hashes
    cost: Floats


@compiled
def random_number(state: Hashes) -> float:
    """Uniform in [0, 1); ``state`` (1,) goes on (splitmix64)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@compiled
def zone_cost(
    weights: Floats,
    households: Whole,
    size: Whole,
    area: float,
    perimeter: float,
    moved: Whole,
    kept: Whole,
    label: Whole,
    base_size: Ints,
) -> float:
    """What one zone costs besides its borders: off the band, uneven, ragged, changed."""
    if size == 0:
        return float(weights[8]) if label >= 0 else 0.0
    cost = 0.0
    off = max(weights[0] - households, households - weights[1], 0.0)
    if off > 0.0:
        cost += weights[4] * (1.0 + off / (0.3 * weights[9]) + (off / weights[9]) ** 2)
    cost += weights[5] * ((households - weights[2]) / weights[3]) ** 2
    around = perimeter / np.sqrt(4.0 * np.pi * area)
    cost += weights[6] * (around - 1.27 + 0.5 * (0.62 - 1.0 / (around * around)))
    cost += weights[7] * moved / weights[2]
    if label >= 0 and (kept != size or kept != base_size[label]):
        cost += weights[8]
    return float(cost)


@compiled
def made_zones(atoms: Atoms, zone: Ints, label: Ints, weights: Floats) -> Any:
    """Sums of an assignment; ``zone`` (n,) is taken over, ``label`` (slots,) too."""
    slots = len(label)
    zones = Zones(
        zone,
        label,
        np.zeros(slots, np.int64),
        np.zeros(slots, np.int64),
        np.zeros(slots, np.float64),
        np.zeros(slots, np.float64),
        np.zeros(slots, np.int64),
        np.zeros(slots, np.int64),
        np.zeros(slots, np.uint64),
        np.zeros(slots, np.float64),
    )
    for atom in range(len(zone)):
        slot = zone[atom]
        zones.households[slot] += atoms.households[atom]
        zones.size[slot] += 1
        zones.area[slot] += atoms.area[atom]
        zones.perimeter[slot] += atoms.perimeter[atom]
        zones.hash[slot] ^= atoms.key[atom]
        if atoms.base[atom] >= 0:
            if atoms.base[atom] == label[slot]:
                zones.kept[slot] += 1
            else:
                zones.moved[slot] += atoms.households[atom]
    for edge in range(len(atoms.other)):
        # Each border stands there twice, so this takes its length off twice.
        if zone[atoms.origin[edge]] == zone[atoms.other[edge]]:
            zones.perimeter[zone[atoms.origin[edge]]] -= atoms.length[edge]
    for slot in range(slots):
        zones.cost[slot] = slot_cost(zones, slot, weights, atoms.base_size)
    return zones


@compiled
def slot_cost(zones: Zones, slot: Whole, weights: Floats, base_size: Ints) -> float:
    """`zone_cost` of a slot as it is."""
    return zone_cost(
        weights,
        zones.households[slot],
        zones.size[slot],
        zones.area[slot],
        zones.perimeter[slot],
        zones.moved[slot],
        zones.kept[slot],
        zones.label[slot],
        base_size,
    )


@compiled
def total_cost(atoms: Atoms, zones: Zones) -> float:
    """Of all zones and the borders between them."""
    cost = 0.0
    for slot in range(len(zones.cost)):
        cost += zones.cost[slot]
    for edge in range(len(atoms.other)):
        if zones.zone[atoms.origin[edge]] != zones.zone[atoms.other[edge]]:
            cost += 0.5 * atoms.cost[edge]
    return cost
