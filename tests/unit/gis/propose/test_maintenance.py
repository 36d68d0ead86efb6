"""Grids of today maintained: sparing with changes and with grids touched, the same at every scale."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from gis.propose import ProposeOptions, propose
from gis.propose.pieces import cut_into_pieces
from gis.propose.profiles import profiles_of
from gis.propose.putting_together import put_together
from gis.propose.search import Candidate
from gis.propose.state import zone_cost
from tests.support.unit_graphs import lattice

TODAY = (np.arange(40) // 20 * 4 + np.arange(40) % 10 // 3).clip(max=7).astype(np.int64)
"""Ten columns by four rows of units, in two rows of four zones."""


@pytest.mark.parametrize(("dearer", "moved"), [(0.05, 0.1), (2.0, 0.2)])
def test_a_division_that_changes_no_more_than_usual_is_taken_unless_it_is_much_dearer(
    dearer: float, moved: float
) -> None:
    graph = lattice(10, 4, 40)
    options = ProposeOptions(proposals=1)
    profiles = profiles_of(options, warm=True, streets=False)
    (piece,) = cut_into_pieces(graph, TODAY, options)
    found = []
    for share, cost in ((0.2, 10.0), (0.1, 10.0 + dearer)):
        part = TODAY.copy()
        # So many units go to the first zone; whether that makes sense is not asked here.
        part[np.flatnonzero(TODAY != 0)[: round(40 * share)]] = 0
        names, part = np.unique(part, return_inverse=True)
        found.append(Candidate(part, names, cost, 0))
    (one,) = put_together(graph, TODAY, [piece], [found], profiles, options, time.perf_counter())
    assert one.measures.moved_share == pytest.approx(moved)


def test_who_redraws_is_not_sparing() -> None:
    maintain, redraw = (
        profiles_of(ProposeOptions(redraw=anew), warm=True, streets=False)[0] for anew in (False, True)
    )
    assert (maintain.spares, redraw.spares) == (True, False)
    assert maintain.stay > redraw.stay > 0
    assert maintain.touch > redraw.touch > 0


def test_a_grid_left_a_little_out_of_the_band_says_why() -> None:
    # 504 and 360 households: a unit of 24 would mend it, and touch both.
    graph = lattice(6, 6, 24)
    today = (np.arange(36) >= 21).astype(np.int64)
    (one,) = propose(graph, today, ProposeOptions(seconds=0.05, proposals=1, stay=20.0))
    assert (one.zone == today).all()
    (why,) = one.explained
    assert (why.zone, why.code) == (0, "kept")
    assert "4 households too many" in why.text.en
    (mended,) = propose(graph, today, ProposeOptions(seconds=0.05, proposals=1, stay=0.0))
    assert mended.measures.in_band_share == 1.0


def test_a_grid_over_the_band_is_cut_and_its_neighbours_are_left_alone() -> None:
    rng = np.random.default_rng(5)
    graph = lattice(16, 12, rng.integers(8, 26, 192))
    today = propose(graph, None, ProposeOptions(seconds=0.2, proposals=1))[0].zone.astype(np.int64)
    grown = graph.households.copy()
    grown[today == 2] = (grown[today == 2] * 700 / grown[today == 2].sum()).round()
    (one,) = propose(replace(graph, households=grown), today, ProposeOptions(seconds=0.2, proposals=1))
    assert one.measures.in_band_share == 1.0
    zones = len(np.unique(today))
    # The grid itself; all others keep every unit.
    assert one.measures.untouched_share == pytest.approx(1 - 1 / zones)


@pytest.mark.parametrize(
    ("band", "factor"), [((200, 400), 1), ((300, 500), 1), ((900, 1500), 3), ((30, 50), 0.1)]
)
def test_being_out_of_the_band_costs_the_same_at_every_scale(band: tuple[int, int], factor: float) -> None:
    options = ProposeOptions(minimum=band[0], maximum=band[1])
    weights = profiles_of(options, warm=False, streets=False)[0].weights(options, sum(band) / 2)
    usual = ProposeOptions()
    of_usual = profiles_of(usual, warm=False, streets=False)[0].weights(usual, 400)
    none = np.zeros(1, dtype=np.int64)
    for over in (20, 100, 250):
        mine, other = (
            zone_cost(w, round(high + over * by), 5, 1e4, 450.0, 0, 0, -1, none)
            - zone_cost(w, high, 5, 1e4, 450.0, 0, 0, -1, none)
            for w, high, by in ((weights, band[1], factor), (of_usual, 500, 1))
        )
        assert mine == pytest.approx(other, rel=0.1)
