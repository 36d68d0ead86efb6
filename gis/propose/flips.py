"""Moving one atom from its zone to a neighbouring one: may it, what would it cost, do it."""

from __future__ import annotations

from typing import Any

from gis.compiled import Whole, compiled
from gis.propose.state import Atoms, Floats, Ints, Zones, zone_cost

__all__ = ["enters", "flip", "flip_cost", "leaves_whole"]


@compiled
def leaves_whole(atoms: Atoms, zones: Zones, atom: Whole, stamp: Ints, queue: Ints) -> bool:
    """Whether the atom's zone stays in one piece without it; a zone of one atom ceases to be.

    ``stamp`` (n + 1,) holds the last number used at its end; ``queue`` (n,) is scratch space.
    """
    zone = zones.zone[atom]
    if zones.size[zone] == 1:
        return True
    stamp[-1] += 2
    seen = stamp[-1]
    wanted = 0
    first = -1
    for edge in range(atoms.start[atom], atoms.start[atom + 1]):
        other = atoms.other[edge]
        if atoms.joined[edge] and zones.zone[other] == zone:
            # One less than seen: to be found.
            stamp[other] = seen - 1
            wanted += 1
            first = other
    if wanted == 0:
        return False
    if wanted == 1:
        return True
    stamp[atom] = seen
    stamp[first] = seen
    queue[0] = first
    filled = 1
    wanted -= 1
    at = 0
    while at < filled:
        here = queue[at]
        at += 1
        for edge in range(atoms.start[here], atoms.start[here + 1]):
            other = atoms.other[edge]
            if atoms.joined[edge] and zones.zone[other] == zone and stamp[other] != seen:
                if stamp[other] == seen - 1:
                    wanted -= 1
                    if wanted == 0:
                        return True
                stamp[other] = seen
                queue[filled] = other
                filled += 1
    return False


@compiled
def enters(atoms: Atoms, zones: Zones, atom: Whole, slot: Whole) -> bool:
    """Whether no foe of the atom is in the zone."""
    for k in range(atoms.foe_start[atom], atoms.foe_start[atom + 1]):
        if zones.zone[atoms.foe[k]] == slot:
            return False
    return True


@compiled
def flip_cost(atoms: Atoms, zones: Zones, weights: Floats, atom: Whole, slot: Whole) -> Any:
    """What moving an atom changes: (cost, perimeter its zone gains, the other gains, their new costs)."""
    zone = zones.zone[atom]
    inside, beyond, borders = 0.0, 0.0, 0.0
    for edge in range(atoms.start[atom], atoms.start[atom + 1]):
        there = zones.zone[atoms.other[edge]]
        if there == zone:
            inside += atoms.length[edge]
            borders += atoms.cost[edge]
        elif there == slot:
            beyond += atoms.length[edge]
            borders -= atoms.cost[edge]
    weight, base = atoms.households[atom], atoms.base[atom]
    lost = 2.0 * inside - atoms.perimeter[atom]
    gained = atoms.perimeter[atom] - 2.0 * beyond
    kept_here = 1 if base >= 0 and base == zones.label[zone] else 0
    kept_there = 1 if base >= 0 and base == zones.label[slot] else 0
    moved_here = weight if base >= 0 and kept_here == 0 else 0
    moved_there = weight if base >= 0 and kept_there == 0 else 0
    here = zone_cost(
        weights,
        zones.households[zone] - weight,
        zones.size[zone] - 1,
        zones.area[zone] - atoms.area[atom],
        zones.perimeter[zone] + lost,
        zones.moved[zone] - moved_here,
        zones.kept[zone] - kept_here,
        zones.label[zone],
        atoms.base_size,
    )
    there_cost = zone_cost(
        weights,
        zones.households[slot] + weight,
        zones.size[slot] + 1,
        zones.area[slot] + atoms.area[atom],
        zones.perimeter[slot] + gained,
        zones.moved[slot] + moved_there,
        zones.kept[slot] + kept_there,
        zones.label[slot],
        atoms.base_size,
    )
    cost = borders + here + there_cost - zones.cost[zone] - zones.cost[slot]
    return cost, lost, gained, here, there_cost


@compiled
def flip(
    atoms: Atoms,
    zones: Zones,
    atom: Whole,
    slot: Whole,
    lost: float,
    gained: float,
    here: float,
    there: float,
) -> None:
    """Move an atom; the figures are those of `flip_cost`."""
    zone = zones.zone[atom]
    weight, base = atoms.households[atom], atoms.base[atom]
    zones.zone[atom] = slot
    zones.households[zone] -= weight
    zones.households[slot] += weight
    zones.size[zone] -= 1
    zones.size[slot] += 1
    zones.area[zone] -= atoms.area[atom]
    zones.area[slot] += atoms.area[atom]
    zones.perimeter[zone] += lost
    zones.perimeter[slot] += gained
    zones.hash[zone] ^= atoms.key[atom]
    zones.hash[slot] ^= atoms.key[atom]
    if base >= 0:
        if base == zones.label[zone]:
            zones.kept[zone] -= 1
        else:
            zones.moved[zone] -= weight
        if base == zones.label[slot]:
            zones.kept[slot] += 1
        else:
            zones.moved[slot] += weight
    zones.cost[zone] = here
    zones.cost[slot] = there
