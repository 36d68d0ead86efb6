"""The search on one piece of land: anneal from several seeds, under several wishes, and recombine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.propose.allowance import Allowance
from gis.propose.anneal import anneal, typical_change
from gis.propose.options import Cancelled, ProposeOptions
from gis.propose.partition import recombined
from gis.propose.pieces import Piece, border_cost
from gis.propose.profiles import Profile
from gis.propose.seeds import counted, metis_seed, slots_of, warm_seed
from gis.propose.state import Atoms, made_zones, total_cost

__all__ = ["Candidate", "search"]

Ints = NDArray[np.int64]

CHUNK: Final = 250_000
"""Moves between two looks at whether the caller wants to stop: a fraction of a second."""
POOL_ZONES: Final = 20_000
POOL_ATOMS: Final = 400_000


@dataclass(frozen=True, eq=False)
class Candidate:
    """A division of a piece.

    ``part`` (atoms,) numbers its zones from 0 and ``label`` (zones,) says which label each bears, -1 for
    none; ``cost`` is under the wishes of ``profile`` (its index).
    """

    part: Ints
    label: Ints
    cost: float
    profile: int


@dataclass
class _Memory:
    """Zones in the band that were met."""

    known: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(4 * POOL_ZONES + 1, dtype=np.uint64))
    found: Ints = field(default_factory=lambda: np.empty(POOL_ATOMS, dtype=np.int64))
    found_at: Ints = field(default_factory=lambda: np.zeros(POOL_ZONES + 2, dtype=np.int64))

    def zones(self) -> list[Ints]:
        """Atoms of each zone met."""
        count = int(self.found_at[0])
        ends = self.found_at[1 : count + 2]
        return [self.found[a:b] for a, b in pairwise(ends)]


class _Search:
    def __init__(
        self,
        piece: Piece,
        options: ProposeOptions,
        seed: int,
        grids: tuple[int, int] | None,
        worked: Callable[[int], None],
        cancelled: Callable[[], bool],
        time: Allowance,
    ) -> None:
        self.piece, self.options = piece, options
        self.worked, self.cancelled, self.time = worked, cancelled, time
        self.rng = np.array([np.random.SeedSequence([options.seed, seed]).generate_state(1, np.uint64)[0]])
        self.metis_seed = options.seed * 1000 + seed % 1000
        self.fixed = grids is not None
        middle = (options.minimum + options.maximum) / 2
        households = piece.households
        least = max(1, -(-households // options.maximum))
        most = max(1, households // options.minimum)
        if grids is not None:
            least, most = grids
        self.least, self.most = min(least, most), max(least, most)
        self.usual = min(max(round(households / middle), self.least), self.most)
        self.memory = _Memory()
        self.priced: dict[Profile, Atoms] = {}
        self.slots = len(piece.labels) + 2 * self.most + len(piece.atoms.foe) + 8
        self.target = households / max(self.usual, 1)

    def atoms(self, profile: Profile) -> Atoms:
        """The atoms with the costs of borders of a profile."""
        if profile not in self.priced:
            cost = border_cost(self.piece, profile.roads, self.usual) * profile.borders
            self.priced[profile] = self.piece.atoms._replace(cost=cost)
        return self.priced[profile]

    def again(self, profile: Profile, number: int, one: Candidate) -> Candidate:
        """A candidate with its cost under another profile."""
        zone, slot_label = self.slots_of(one.part, one.label)
        atoms = self.atoms(profile)
        zones = made_zones(atoms, zone, slot_label, profile.weights(self.options, self.target))
        return Candidate(one.part, one.label, float(total_cost(atoms, zones)), number)

    def evaluated(self, profile: Profile, number: int, part: Ints, label: Ints | None) -> Candidate:
        part = np.unique(part, return_inverse=True)[1].ravel().astype(np.int64)
        zone, slot_label = self.slots_of(part, label)
        atoms = self.atoms(profile)
        weights = profile.weights(self.options, self.target)
        cost = total_cost(atoms, made_zones(atoms, zone, slot_label, weights))
        of_part = np.empty(part.max() + 1, dtype=np.int64)
        of_part[part] = slot_label[zone]
        return Candidate(part, of_part, float(cost), number)

    def slots_of(self, part: Ints, label: Ints | None) -> tuple[Ints, Ints]:
        slots = max(self.slots, len(self.piece.labels) + int(part.max()) + 2)
        return slots_of(self.piece, part, label, slots)

    def annealed(
        self, profile: Profile, number: int, part: Ints, label: Ints | None, moves: int, heat: float
    ) -> Candidate:
        """Anneal from a start; ``heat`` scales the first temperature."""
        part = np.unique(part, return_inverse=True)[1].ravel().astype(np.int64)
        zone, slot_label = self.slots_of(part, label)
        atoms = self.atoms(profile)
        weights = profile.weights(self.options, self.target)
        zones = made_zones(atoms, zone.copy(), slot_label, weights)
        best, best_cost = zone.copy(), total_cost(atoms, zones)
        if len(atoms.other) and moves:
            typical = typical_change(atoms, zones, weights, self.rng, 2000)
            hot, cold = heat * typical, 0.02 * typical
            steps = max(1, -(-moves // CHUNK))
            begun, cooled = monotonic(), 0.0
            for step in range(steps):
                if self.cancelled():
                    raise Cancelled
                gone = self.time.share_gone(begun, moves)
                if gone >= 1.0:
                    break
                start, cooled = max(cooled, step / steps), max(cooled, (step + 1) / steps)
                if gone > cooled:
                    # Behind the clock it cools faster, so that the search still ends cold.
                    cooled = min(1.0, gone + gone / max(step, 1))
                from_, to = (hot * (cold / hot) ** k for k in (start, cooled))
                count = moves // steps
                found, cost = anneal(
                    atoms, zone, slot_label, weights, count, from_, to, self.fixed, self.rng,
                    self.memory.known, self.memory.found, self.memory.found_at,
                )  # fmt: skip
                if cost < best_cost:
                    best, best_cost = found, cost
                self.worked(count)
        self.time.worked(moves)
        return self.evaluated(profile, number, best, None)


def search(
    piece: Piece,
    options: ProposeOptions,
    profiles: tuple[Profile, ...],
    moves: int,
    seed: int,
    grids: tuple[int, int] | None,
    *,
    warm: bool,
    short: bool,
    worked: Callable[[int], None],
    cancelled: Callable[[], bool],
    time: Allowance,
) -> list[Candidate]:
    """Divisions of a piece, at least one per profile, the cheapest that was found first.

    Parameters
    ----------
    moves
        How many moves to try altogether.
    seed
        Number of the piece, mixed with the seed of the options.
    grids
        How few and how many zones are allowed, or None for what fits the band.
    warm
        Whether there are zones of today to begin from.
    short
        Work for the first profile only; the others choose among what that found.
    worked
        Is told every so often how many moves were tried since.
    time
        How long it may take.
    """
    run = _Search(piece, options, seed, grids, worked, cancelled, time)
    first = profiles[0]
    cost = border_cost(piece, first.roads, run.usual)
    candidates: list[Candidate] = []
    starts: list[tuple[Ints, Ints | None, float]] = []
    if warm:
        for split in (False, True):
            seeded = warm_seed(piece, cost, options.minimum, options.maximum, run.metis_seed, split=split)
            starts.append((*seeded, 0.5))
    else:
        counts = [run.usual, max(run.usual - 1, run.least), min(run.usual + 1, run.most)]
        for k, count in enumerate(dict.fromkeys(counts)):
            if starts and monotonic() >= time.annealing_ends():
                break
            starts.append((metis_seed(piece, cost, count, run.metis_seed + k), None, 1.0))
    # Half of the work goes into the first profile; the others go on from what it found.
    share = 1.0 if short or len(profiles) == 1 else 0.5
    if grids is not None:
        starts = [(counted(piece.atoms, part, run.usual), None, heat) for part, _, heat in starts]
    for part, label, heat in starts:
        if candidates and monotonic() >= time.annealing_ends():
            break
        candidates.append(run.evaluated(first, 0, part, label))
        candidates.append(run.annealed(first, 0, part, label, int(moves * share / len(starts)), heat))
    rest = () if short else profiles[1:]
    mixing = range(1 if short else len(profiles))
    for number, profile in enumerate(rest, 1):
        best = min((run.again(profile, number, one) for one in candidates), key=lambda one: one.cost)
        each = int(moves * (1 - share) / len(rest))
        candidates.append(run.annealed(profile, number, best.part, best.label, each, 0.5))
    met = run.memory.zones()
    answers: list[Candidate] = []
    for number, profile in enumerate(profiles):
        if cancelled():
            raise Cancelled
        # Each profile may take what was found under the wishes of another.
        seen = [run.again(profile, number, one) for one in candidates]
        best = min(seen, key=lambda one: one.cost)
        mixed = None
        if number in mixing and not time.late():
            mixed = recombined(
                run.atoms(profile), len(piece.labels), profile.weights(options, run.target), met, best.part,
                len(best.label) if run.fixed else None, time.left_s(),
            )  # fmt: skip
        if mixed is not None:
            mixed_candidate = run.evaluated(profile, number, mixed, None)
            if mixed_candidate.cost < best.cost:
                best = mixed_candidate
        answers.append(best)
        if options.change_budget is not None or profile.spares:
            # Whoever puts the pieces together may have to take what moves fewer households.
            answers += seen
    return answers
