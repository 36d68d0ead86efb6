"""From the candidates of each piece to a few whole proposals that differ."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from gis.propose.explaining import Cuts, explained
from gis.propose.measuring import measured
from gis.propose.options import ProposeOptions
from gis.propose.pieces import Piece
from gis.propose.profiles import MAINTAIN, Profile
from gis.propose.proposal import NO_ZONE, Measures, Proposal
from gis.propose.search import Candidate
from gis.unit_graph import UnitGraph

__all__ = ["put_together"]

Ints = NDArray[np.int64]

USUAL_CHANGE: Final = 0.15
"""Maintaining grids changes that of no larger a share of the households if that is hardly dearer."""
HARDLY: Final = 0.01
"""Sparing changes may cost as much as putting this part of the grids just out of the band."""
SAME: Final = 0.005
"""Proposals that differ for a smaller share of the households are the same to a planner."""


def put_together(
    graph: UnitGraph,
    today: Ints,
    pieces: list[Piece],
    candidates: list[list[Candidate]],
    profiles: tuple[Profile, ...],
    options: ProposeOptions,
    started: float,
) -> list[Proposal]:
    """The proposals, one per profile, without those that another beats or equals.

    Parameters
    ----------
    candidates
        Of each piece; at least one per profile, costs under their own profile.
    started
        `time.perf_counter` when the search began.
    """
    total, warm = float(graph.households.sum()), bool((today != NO_ZONE).any())
    proposals: list[Proposal] = []
    for number, profile in enumerate(profiles):
        if options.change_budget is not None:
            chosen = _chosen(graph, today, pieces, candidates, number, options.change_budget * total)
        else:
            chosen = _cheapest(candidates, number)
            if profile.spares:
                chosen = _sparing(graph, today, pieces, candidates, number, chosen, USUAL_CHANGE * total)
        zone = _numbered(today, pieces, chosen, options)
        figures = measured(
            graph, zone, today if warm else None, options.minimum, options.maximum,
            exempt=options.exempt,
        )  # fmt: skip
        proposals.append(Proposal(len(proposals) + 1, profile.name, zone.astype(np.int32), figures, ()))
    kept = _different(graph, _not_beaten(proposals))
    seconds = time.perf_counter() - started
    cuts: Cuts = {}
    return [
        replace(
            one,
            number=number,
            measures=replace(one.measures, seconds=seconds),
            explained=explained(graph, one.zone, today, pieces, options, cuts),
        )
        for number, one in enumerate(kept, 1)
    ]


def _cheapest(candidates: list[list[Candidate]], profile: int) -> list[Candidate]:
    """One candidate per piece: the cheapest under the profile."""
    return [
        min((one for one in some if one.profile == profile), key=lambda one: one.cost) for some in candidates
    ]


def _sparing(
    graph: UnitGraph,
    today: Ints,
    pieces: list[Piece],
    candidates: list[list[Candidate]],
    profile: int,
    cheapest: list[Candidate],
    usual: float,
) -> list[Candidate]:
    """The cheapest candidates, or others that change no more than is usual if they are hardly dearer."""
    moved = sum(_moved(graph, today, *pair) for pair in zip(pieces, cheapest, strict=True))
    if moved <= usual:
        return cheapest
    sparing = _chosen(graph, today, pieces, candidates, profile, usual)
    if sum(_moved(graph, today, *pair) for pair in zip(pieces, sparing, strict=True)) > usual:
        return cheapest
    dearer = sum(one.cost for one in sparing) - sum(one.cost for one in cheapest)
    grids = sum(len(one.label) for one in cheapest)
    return sparing if dearer <= HARDLY * grids * MAINTAIN["band"] else cheapest


def _chosen(
    graph: UnitGraph,
    today: Ints,
    pieces: list[Piece],
    candidates: list[list[Candidate]],
    profile: int,
    budget: float,
) -> list[Candidate]:
    """One candidate per piece: the cheapest under the profile that are within the budget of changes."""
    own = [[one for one in some if one.profile == profile] for some in candidates]
    if not own:
        return []
    moved = [
        [_moved(graph, today, piece, one) for one in some] for piece, some in zip(pieces, own, strict=True)
    ]
    cost = np.concatenate([[one.cost for one in some] for some in own])
    change = np.concatenate(moved).astype(np.float64)
    owner = np.repeat(np.arange(len(own)), [len(some) for some in own])
    one_each = scipy.sparse.csr_array(
        (np.ones(len(owner)), (owner, np.arange(len(owner)))), shape=(len(own), len(owner))
    )
    answer = scipy.optimize.milp(
        cost,
        constraints=[
            scipy.optimize.LinearConstraint(one_each, 1, 1),
            scipy.optimize.LinearConstraint(change[None, :], -np.inf, budget),
        ],
        integrality=np.ones(len(owner)),
        bounds=scipy.optimize.Bounds(0, 1),
        options={"mip_rel_gap": 1e-3, "node_limit": 2000},
    )
    begin = np.cumsum([0, *(len(some) for some in own)])
    if answer.x is None:
        # What has to be mended moves more than that: then as little as was found.
        return [some[int(np.argmin(those))] for some, those in zip(own, moved, strict=True)]
    return [some[int(np.argmax(answer.x[begin[k] : begin[k + 1]]))] for k, some in enumerate(own)]


def _moved(graph: UnitGraph, today: Ints, piece: Piece, one: Candidate) -> int:
    """Households of a piece whose zone a candidate changes."""
    label = one.label[one.part[piece.atom_of]]
    number = np.append(piece.labels, NO_ZONE - 1)[label]
    before = today[piece.unit]
    return int(graph.households[piece.unit][(before != NO_ZONE) & (before != number)].sum())


def _numbered(today: Ints, pieces: list[Piece], chosen: list[Candidate], options: ProposeOptions) -> Ints:
    """Zone numbers of all units: labels keep theirs, new zones count on."""
    following = int(today.max(initial=-1)) + 1
    if options.first_number is not None:
        following = max(following, options.first_number)
    zone = today.copy()
    for piece, one in zip(pieces, chosen, strict=True):
        number = np.append(piece.labels, NO_ZONE)[one.label]
        fresh = one.label < 0
        number[fresh] = following + np.arange(fresh.sum())
        following += int(fresh.sum())
        zone[piece.unit] = number[one.part[piece.atom_of]]
    return zone


def _not_beaten(proposals: list[Proposal]) -> list[Proposal]:
    """Those that no other beats in one thing without being worse in another; the first always stays."""
    marks = [_marks(one.measures) for one in proposals]
    return [
        one
        for k, one in enumerate(proposals)
        if k == 0
        or not any(
            all(a >= b for a, b in zip(other, marks[k], strict=True)) and other != marks[k] for other in marks
        )
    ]


def _marks(figures: Measures) -> tuple[float, ...]:
    """What proposals are compared by, more is better; rounded to what a planner would call a difference."""
    return (
        round(figures.in_band_share, 3),
        -round(figures.spread, 3),
        round(figures.mean_polsby_popper, 3),
        -round(figures.moved_share, 3),
        round(figures.street_share, 3),
    )


def _different(graph: UnitGraph, proposals: list[Proposal]) -> list[Proposal]:
    kept: list[Proposal] = []
    for one in proposals:
        if all(_difference(graph, one.zone, other.zone) >= SAME for other in kept):
            kept.append(one)
    return kept


def _difference(graph: UnitGraph, one: NDArray[np.integer], two: NDArray[np.integer]) -> float:
    """Share of households that would have to move for two assignments to be the same, names aside."""
    pairs, where = np.unique(np.column_stack([one, two]), axis=0, return_inverse=True)
    weight = np.bincount(where.ravel(), weights=graph.households, minlength=len(pairs))
    _, first = np.unique(pairs[:, 0], return_inverse=True)
    shared = np.zeros(int(first.max()) + 1)
    np.maximum.at(shared, first, weight)
    total = float(graph.households.sum())
    return 1.0 - float(shared.sum()) / total if total else 0.0
