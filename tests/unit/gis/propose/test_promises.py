"""What every proposal holds, whatever the units: pieces, communities, locks, links, reasons, seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import gis.propose.run
from gis.propose import NO_ZONE, Explanation, Proposal, ProposeOptions, measured, propose
from gis.propose.allowance import Allowance
from gis.propose.pieces import cut_into_pieces
from gis.propose.profiles import profiles_of
from gis.propose.search import search
from gis.unit_graph import UnitGraph
from tests.support.unit_graphs import lattice

QUICK = ProposeOptions(seconds=0.01, proposals=2)


@st.composite
def towns(draw: st.DrawFn) -> UnitGraph:
    """A lattice of lumpy units in one or two communities, with streets, compounds and a few fences."""
    width, height = draw(st.integers(2, 6)), draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = width * height
    households = np.where(rng.random(n) < 0.15, 0, rng.integers(1, 260, n))
    plain = lattice(width, height, households)
    cut = draw(st.integers(0, width))
    community = np.tile(np.arange(width) >= cut, height).astype(np.int32) * 3
    return replace(
        plain,
        community=community,
        barrier=rng.integers(0, 6, len(plain.ends)).astype(np.uint8),
        joined=rng.random(len(plain.ends)) > 0.05,
    )


def today_of(graph: UnitGraph, seed: int) -> NDArray[np.int64]:
    """Some zones of today: bands of units, perhaps in several pieces, across communities, with gaps."""
    rng = np.random.default_rng(seed)
    zone = 10 * (1 + np.arange(len(graph)) // int(rng.integers(2, 7)))
    return np.where(rng.random(len(graph)) < 0.1, NO_ZONE, zone).astype(np.int64)


def assert_sound(graph: UnitGraph, one: Proposal, kept: NDArray[np.bool_] | None = None) -> None:
    """Every unit has a zone; zones that are not kept are in one piece, in one community, explained."""
    assert (one.zone != NO_ZONE).all()
    free = np.ones(len(graph), dtype=np.bool_) if kept is None else ~kept
    _, part = graph.parts(one.zone)
    for zone in np.unique(one.zone[free]).tolist():
        units = one.zone == zone
        assert len(np.unique(part[units])) == 1
        assert len(np.unique(graph.community[units])) == 1
    totals = {int(z): int(graph.households[one.zone == z].sum()) for z in np.unique(one.zone[free])}
    off = {zone for zone, total in totals.items() if not 300 <= total <= 500}
    assert off == {why.zone for why in one.explained}
    assert all(why.text.zh and why.text.en for why in one.explained)


@settings(max_examples=15)
@given(graph=towns(), seed=st.integers(0, 99), warm=st.booleans())
def test_grids_are_connected_nested_and_explained(graph: UnitGraph, seed: int, warm: bool) -> None:
    today = today_of(graph, seed) if warm else None
    for one in propose(graph, today, replace(QUICK, seed=seed)):
        assert_sound(graph, one)


@settings(max_examples=12)
@given(graph=towns(), seed=st.integers(0, 99), data=st.data())
def test_locked_grids_stay_as_they_are(graph: UnitGraph, seed: int, data: st.DataObject) -> None:
    today = today_of(graph, seed)
    there = np.unique(today[today != NO_ZONE]).tolist()
    locked = frozenset(data.draw(st.lists(st.sampled_from(there), max_size=2)))
    exempt = frozenset(data.draw(st.lists(st.sampled_from(there), max_size=1)))
    kept = np.isin(today, list(locked | exempt))
    for one in propose(graph, today, replace(QUICK, locked=locked, exempt=exempt)):
        assert (one.zone[kept] == today[kept]).all()
        assert not np.isin(one.zone[~kept], list(locked | exempt)).any()
        assert not {why.zone for why in one.explained} & exempt
        assert_sound(graph, replace(one, explained=_of_free(one, locked)), kept)


def _of_free(one: Proposal, locked: frozenset[int]) -> tuple[Explanation, ...]:
    return tuple(why for why in one.explained if why.zone not in locked)


@settings(max_examples=15)
@given(graph=towns(), seed=st.integers(0, 99), warm=st.booleans(), data=st.data())
def test_links_hold(graph: UnitGraph, seed: int, warm: bool, data: st.DataObject) -> None:
    pieces = cut_into_pieces(graph, np.full(len(graph), NO_ZONE), ProposeOptions())
    units = max((piece.unit.tolist() for piece in pieces), key=len)
    if len(units) < 4:
        return
    pair = st.lists(st.sampled_from(units), min_size=2, max_size=2, unique=True)
    # Two units next to each other bind nobody else.
    ends = [pair for pair in graph.ends[graph.joined].tolist() if set(pair) <= set(units)]
    together = [tuple(two) for two in data.draw(st.lists(st.sampled_from(ends), max_size=1))]
    bound = {unit for two in together for unit in two}
    apart = [tuple(two) for two in data.draw(st.lists(pair, max_size=3)) if not bound >= set(two)]
    options = replace(QUICK, seed=seed, must_link=tuple(together), cannot_link=tuple(apart))
    for one in propose(graph, today_of(graph, seed) if warm else None, options):
        assert all(one.zone[a] == one.zone[b] for a, b in together)
        assert all(one.zone[a] != one.zone[b] for a, b in apart)
        assert_sound(graph, one)


@settings(max_examples=15)
@given(graph=towns(), seed=st.integers(0, 99), warm=st.booleans())
def test_search_is_never_worse_than_where_it_began(graph: UnitGraph, seed: int, warm: bool) -> None:
    today = today_of(graph, seed) if warm else np.full(len(graph), NO_ZONE, dtype=np.int64)
    profiles = profiles_of(QUICK, warm=warm, streets=True)
    for piece in cut_into_pieces(graph, today, QUICK):
        costs = []
        for moves in (0, 5_000):
            found = search(
                piece, QUICK, profiles, moves, seed, None,
                warm=warm, short=False, worked=lambda count: None, cancelled=lambda: False,
                time=Allowance(0.0, None, moves),
            )  # fmt: skip
            costs.append([min(one.cost for one in found if one.profile == k) for k in range(len(profiles))])
        assert all(after <= before + 1e-9 for before, after in zip(*costs, strict=True))


def test_same_seed_gives_the_same_whatever_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    graph = lattice(12, 8, rng.integers(0, 150, 96), community=np.repeat(np.arange(4), 24))
    answers = []
    for threads in (1, 4):
        monkeypatch.setattr(gis.propose.run, "thread_count", lambda threads=threads: threads)
        answers.append(propose(graph, None, replace(QUICK, seed=8, seconds=0.05)))
    other = propose(graph, None, replace(QUICK, seed=9, seconds=0.05))
    assert [one.zone.tolist() for one in answers[0]] == [one.zone.tolist() for one in answers[1]]
    assert answers[0][0].zone.tolist() != other[0].zone.tolist()


@settings(max_examples=15)
@given(seed=st.integers(0, 999), budget=st.sampled_from([0.0, 0.05, 0.2]))
def test_change_budget_is_a_hard_cap(seed: int, budget: float) -> None:
    rng = np.random.default_rng(seed)
    graph = lattice(8, 8, rng.integers(10, 120, 64), community=np.repeat([0, 1], 32))
    # Squares of today, which can be kept.
    today = (np.arange(64) // 16 * 4 + np.arange(64) % 8 // 2).astype(np.int64)
    for one in propose(graph, today, replace(QUICK, change_budget=budget)):
        changed = graph.households[one.zone != today].sum()
        assert changed <= budget * graph.households.sum()
        assert one.measures.moved_share == pytest.approx(changed / graph.households.sum())
        assert_sound(graph, one)


def test_only_the_communities_asked_for_change() -> None:
    graph = lattice(8, 4, 40, community=np.tile(np.repeat([0, 1], 4), 4))
    today = np.arange(32, dtype=np.int64)
    (one,) = propose(graph, today, replace(QUICK, communities=frozenset({1}), proposals=1))
    assert (one.zone[graph.community == 0] == today[graph.community == 0]).all()
    assert measured(graph, one.zone, today, 300, 500).zones < 20
    assert np.bincount(one.zone[graph.community == 1], weights=graph.households[:16]).max() > 300
