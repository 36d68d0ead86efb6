"""Why a grid is out of the band: what of its units, its community or the options makes it so."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from gis.propose.cut_atoms import cut_atoms
from gis.propose.measuring import ZoneFigures
from gis.propose.options import ProposeOptions
from gis.propose.pieces import Piece
from gis.propose.proposal import NO_ZONE, Explanation, ReasonCode
from gis.unit_graph import UnitGraph
from gis.words import Words

__all__ = ["Cuts", "explained"]

Ints = NDArray[np.int64]
Reason = tuple[ReasonCode, Words]
Cuts = dict[int, list[tuple[frozenset[int], Words]]]
"""Sets of atoms that hang on one atom, with the reason in words, by number of the piece."""


def explained(
    graph: UnitGraph,
    zone: NDArray[np.integer],
    today: Ints,
    pieces: list[Piece],
    options: ProposeOptions,
    cuts: Cuts,
) -> tuple[Explanation, ...]:
    """One reason for each zone out of the band that the band concerns, by zone number.

    Parameters
    ----------
    zone, today
        (n,) zone numbers proposed and before.
    pieces
        What was divided.
    cuts
        What is known of cut atoms by number of the piece; filled further.
    """
    figures = ZoneFigures(graph, zone)
    off = (figures.households < options.minimum) | (figures.households > options.maximum)
    off &= ~np.isin(figures.number, list(options.exempt))
    piece_of = np.full(len(graph), -1)
    for number, piece in enumerate(pieces):
        piece_of[piece.unit] = number
    result = []
    for k in np.flatnonzero(off).tolist():
        units = np.flatnonzero(figures.index == k)
        number = int(piece_of[units[0]])
        households = int(figures.households[k])
        if number < 0:
            if options.communities is not None and int(figures.number[k]) not in options.locked:
                # Not asked for: it stays as it is and needs no reason.
                continue
            code, text = _locked_zone(households)
        else:
            if number not in cuts:
                cuts[number] = _cuts(pieces[number], options)
            code, text = _reason(pieces[number], zone, today, units, households, options, cuts[number])
        result.append(Explanation(int(figures.number[k]), code, text))
    return tuple(result)


def _locked_zone(households: int) -> Reason:
    return "locked", Words(
        f"网格已锁定，保持 {households} 户", f"the grid is locked and keeps {households} households"
    )


def _fits(households: int, options: ProposeOptions) -> bool:
    """Whether a total can be divided within the band."""
    return households > 0 and -(-households // options.maximum) <= households // options.minimum


def _reason(
    piece: Piece,
    zone: NDArray[np.integer],
    today: Ints,
    units: Ints,
    households: int,
    options: ProposeOptions,
    cuts: list[tuple[frozenset[int], Words]],
) -> Reason:
    low, high = options.minimum, options.maximum
    if not _fits(piece.households, options):
        return _total(piece, low, high)
    atoms = np.unique(piece.atom_of[np.searchsorted(piece.unit, units)])
    weight = piece.atoms.households
    largest = int(atoms[np.argmax(weight[atoms])])
    if weight[largest] > high:
        return _large(int(weight[largest]), bool(piece.linked[largest]))
    part = piece.atoms
    of_atom = np.empty(len(weight), dtype=np.int64)
    of_atom[piece.atom_of] = zone[piece.unit]
    if options.grids is not None:
        count = len(np.unique(of_atom))
        if not -(-piece.households // high) <= count <= piece.households // low:
            return "grid_count", Words(
                f"指定的网格数使本处 {piece.households} 户分为 {count} 格",
                f"the number of grids asked for makes {count} of {piece.households} households here",
            )
    beside = _beside_large(piece, atoms, options)
    if beside is not None:
        return beside
    for bound, words in cuts:
        if bound & set(atoms.tolist()):
            return "cut_vertex", words
    number = int(zone[units[0]])
    if options.change_budget is not None and (today[units] == number).all() and number != NO_ZONE:
        return "change_budget", Words(
            f"变动上限 {options.change_budget:.0%} 内未调整本格",
            f"the change budget of {options.change_budget:.0%} did not reach as far as this grid",
        )
    near = {int(of_atom[b]) for a in atoms for b in part.other[part.start[a] : part.start[a + 1]]} - {number}
    foes = {int(b) for a in atoms for b in part.foe[part.foe_start[a] : part.foe_start[a + 1]]}
    if near and any(int(of_atom[b]) in near for b in foes):
        return "cannot_link", Words(
            f"须分开的单元使本格停在 {households} 户",
            f"units that must not share a grid leave this one at {households} households",
        )
    code, words = _single(piece, of_atom, number, households, options)
    if code == "not_found" and np.array_equal(np.flatnonzero(today == number), units):
        gap, side = max(low - households, households - high), "few" if households < low else "many"
        return "kept", Words(
            f"保持现状：{'差' if households < low else '多'} {gap} 户，补正须调整相邻网格",
            f"left as it is today with {gap} households too {side}: mending that would change a neighbour",
        )
    return code, words


def _total(piece: Piece, low: int, high: int) -> Reason:
    total = piece.households
    if piece.whole:
        return "community_total", Words(
            f"社区共 {total} 户，无法分成 {low}–{high} 户的网格",
            f"the community has {total} households in total, which no grids of {low} to {high} add up to",
        )
    if piece.locked_beside:
        return "locked", Words(
            f"锁定网格之外的这一片只有 {total} 户，无法分成 {low}–{high} 户的网格",
            f"beside locked grids {total} households are left, which no grids of {low} to {high} add up to",
        )
    return "separate_part", Words(
        f"社区中与其余部分不相连的一片，共 {total} 户，无法分成 {low}–{high} 户的网格",
        f"a part of the community that lies apart has {total} households, which no grids of {low} to {high} "
        "add up to",
    )


def _large(households: int, linked: bool) -> Reason:
    if linked:
        return "must_link", Words(
            f"要求同格的单元共 {households} 户", f"units that must share a grid have {households} households"
        )
    return "large_unit", Words(
        f"单个地块单元即有 {households} 户", f"one land unit alone has {households} households"
    )


def _without(piece: Piece, gone: NDArray[np.integer]) -> Ints:
    """Connected part of each atom when some are taken away; -1 for these."""
    stays = np.ones(len(piece.atoms.households), dtype=np.bool_)
    stays[gone] = False
    net = piece.matrix()
    label = np.full(len(stays), -1, dtype=np.int64)
    label[stays] = scipy.sparse.csgraph.connected_components(net[stays][:, stays], directed=False)[1]
    return label


def _beside_large(piece: Piece, atoms: Ints, options: ProposeOptions) -> Reason | None:
    """A unit too large for any grid leaves too little, or an awkward number, beside it."""
    weight = piece.atoms.households
    large = np.flatnonzero(weight > options.maximum)
    if not len(large):
        return None
    label = _without(piece, large)
    rest = int(weight[label == label[atoms[0]]].sum())
    if _fits(rest, options):
        return None
    biggest = int(weight[large].max())
    return "large_unit", Words(
        f"有 {biggest} 户的单元不能与别处合并，旁边只剩 {rest} 户",
        f"a unit of {biggest} households can share no grid, and {rest} households remain beside it",
    )


def _cuts(piece: Piece, options: ProposeOptions) -> list[tuple[frozenset[int], Words]]:
    """Land that hangs on one unit: too little for a grid of its own, too much together with the unit.

    The atoms that are thereby bound to one grid, and the words for it.
    """
    weight = piece.atoms.households
    found: list[tuple[frozenset[int], Words]] = []
    for cut in cut_atoms(piece):
        label = _without(piece, np.array([cut]))
        count = int(label.max(initial=-1)) + 1
        total = np.bincount(label[label >= 0], weights=weight[label >= 0], minlength=count)
        # What is below the minimum has to come to the grid of the cut unit, whole.
        hanging = total < options.minimum
        behind = int(total[hanging].sum())
        together = int(weight[cut]) + behind
        if hanging.any() and together > options.maximum:
            bound = frozenset({cut, *np.flatnonzero((label >= 0) & hanging[label]).tolist()})
            words = Words(
                f"{behind} 户只经一个 {int(weight[cut])} 户的单元与其余相连，合计 {together} 户超出上限",
                f"{behind} households hang on one unit of {int(weight[cut])}; together they are {together}, "
                "above the maximum",
            )
            found.append((bound, words))
    return found


def _single(piece: Piece, of_atom: Ints, number: int, households: int, options: ProposeOptions) -> Reason:
    """Whether moving one unit in or out would mend the zone without spoiling its neighbour."""
    atoms = piece.atoms
    total = {int(z): int(atoms.households[of_atom == z].sum()) for z in np.unique(of_atom)}
    low, high = options.minimum, options.maximum
    short = households < low
    for edge in range(len(atoms.other)):
        giver, taker = int(of_atom[atoms.origin[edge]]), int(of_atom[atoms.other[edge]])
        if giver == taker or not atoms.joined[edge] or number != (taker if short else giver):
            continue
        moving = int(atoms.households[atoms.origin[edge]])
        if (
            low <= total[giver] - moving <= high
            and low <= total[taker] + moving <= high
            and _stays_whole(piece, of_atom, int(atoms.origin[edge]))
        ):
            return "not_found", Words(
                f"在给定时间内未找到使本格（{households} 户）进入区间的划分",
                f"no division that brings this grid of {households} into the band was found in time",
            )
    gap = low - households if short else households - high
    return "no_fitting_unit", Words(
        f"{'差' if short else '多'} {gap} 户：没有一个可移动的单元能补正而不使相邻网格越界或断开",
        f"{gap} households too {'few' if short else 'many'}: no single unit can mend that without putting a "
        "neighbour out of the band or in pieces",
    )


def _stays_whole(piece: Piece, of_atom: Ints, atom: int) -> bool:
    same = np.flatnonzero(of_atom == of_atom[atom])
    rest = same[same != atom]
    if not len(rest):
        return False
    return bool(
        scipy.sparse.csgraph.connected_components(piece.matrix()[rest][:, rest], directed=False)[0] == 1
    )
