"""Proposals for all communities: pieces searched at the same time, then put together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.compiled import keep_machine_code
from gis.propose.allowance import FIRST_SLACK, SLACK, Clock
from gis.propose.options import Cancelled, ProposeOptions
from gis.propose.pieces import Piece, cut_into_pieces
from gis.propose.profiles import profiles_of
from gis.propose.proposal import NO_ZONE, Proposal
from gis.propose.putting_together import put_together
from gis.propose.search import Candidate, search
from gis.threads import thread_count
from gis.unit_graph import Barrier, UnitGraph

__all__ = ["get_ready", "propose"]

MOVES_PER_SECOND: Final = 2_300_000
"""Moves that two cores of the usual kind try in a second, with some to spare."""
MOVES_AROUND: Final = 15_000
"""What is done for a piece and a kind of proposal besides takes as long as so many moves."""
FIRST_MOVES: Final = 30_000
"""Of the short search that every piece gets before any gets more."""
SEARCH_SHARE: Final = 0.9
"""Of a limit by the clock; the rest is for putting the pieces together and explaining."""
MOVES_PER_ATOM: Final = 60_000
"""More than so many moves for each atom of a piece find nothing better."""


def propose(
    graph: UnitGraph,
    current: NDArray[np.integer] | None,
    options: ProposeOptions,
    *,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Proposal]:
    """Divisions of the units into connected grids within the band and their community.

    Parameters
    ----------
    graph
        The units.
    current
        (n,) zone number of each unit today, `NO_ZONE` for none; None if there are no zones yet. With zones
        of today the search begins from them and holds on to them, else it begins anew.
    options
        Wishes and limits.
    progress
        Is told the share done (0..1) every so often, by the calling thread.
    cancelled
        Is asked every fraction of a second, by threads of the search.

    Returns
    -------
    proposals
        One to five (none without units), none of which is worse than another in everything: households
        even, shapes round, borders along streets, households kept. The first is the one to look at first.

    Raises
    ------
    ImpossibleOptions
        Options contradict each other or the units.
    Cancelled
        ``cancelled`` answered yes.
    """
    if options.limit_s is not None and len(graph):
        get_ready()
    started = time.perf_counter()
    keep_machine_code()
    today = np.full(len(graph), NO_ZONE, dtype=np.int64) if current is None else current.astype(np.int64)
    if len(today) != len(graph):
        raise ValueError(f"{len(today)} zone numbers for {len(graph)} units")
    if not len(graph):
        return []
    pieces = cut_into_pieces(graph, today, options)
    warm = bool((today != NO_ZONE).any())
    profiles = profiles_of(options, warm=warm, streets=bool((graph.barrier >= Barrier.STREET).any()))
    stop = threading.Event()

    def stopped() -> bool:
        return stop.is_set() or (cancelled is not None and cancelled())

    clock = Clock(None if options.limit_s is None else SEARCH_SHARE * options.limit_s)
    counter = _Counter()
    work = options.seconds * MOVES_PER_SECOND
    moves = _shares(pieces, max(0.3 * work, work - MOVES_AROUND * len(pieces) * (1 + len(profiles))))
    grids = _grids(pieces, options, _outside(graph, today, pieces))

    def searched(number: int, *, short: bool) -> list[Candidate]:
        piece = pieces[number]
        own = min(moves[number], FIRST_MOVES) if short else moves[number]
        allowed = clock.begin(number, FIRST_SLACK if short else SLACK)
        if not short and allowed.late():
            return []
        return search(
            piece, options, profiles, own, number, grids[number],
            warm=bool((piece.atoms.base >= 0).any()), short=short, worked=counter.add, cancelled=stopped,
            time=allowed,
        )  # fmt: skip

    # The largest first, so that no thread is left alone with it at the end; answers do not depend on it.
    order = sorted(range(len(pieces)), key=lambda number: -moves[number])
    threads = min(thread_count(), max(1, len(pieces)))
    candidates: list[list[Candidate]] = [[] for _ in pieces]
    pool = ThreadPoolExecutor(threads)
    try:
        # Every piece gets a short search before any gets a long one: so time that runs out hits all alike.
        for short in (True, False):
            clock.share_out([min(each, FIRST_MOVES) for each in moves] if short else moves, threads)
            tasks = {number: pool.submit(searched, number, short=short) for number in order}
            waiting = set(tasks.values())
            while waiting:
                done, waiting = wait(waiting, timeout=0.2)
                for task in done:
                    task.result()
                if progress is not None:
                    progress(min(1.0, counter.value / max(1, sum(moves))))
                if stopped():
                    raise Cancelled
            for number, task in tasks.items():
                candidates[number] += task.result()
    finally:
        stop.set()
        pool.shutdown(wait=True)
    proposals = put_together(graph, today, pieces, candidates, profiles, options, started)
    if progress is not None:
        progress(1.0)
    return proposals


@cache
def get_ready() -> None:
    """Load (or compile, once on a machine) the loops: that is no time of the search."""
    whole = np.full(4, 4, dtype=np.int32)
    row = UnitGraph(
        whole, whole, whole, np.ones(4), np.full(4, 4.0), np.zeros(4, dtype=np.int32),
        np.array([[0, 1], [1, 2], [2, 3]], dtype=np.int32), np.ones(3),
        np.full(3, Barrier.STREET, dtype=np.uint8), np.ones(3, dtype=np.bool_),
    )  # fmt: skip
    for today in (None, np.array([0, 0, 1, 1])):
        propose(row, today, ProposeOptions(minimum=4, maximum=9, seconds=0.002, proposals=1))


class _Counter:
    def __init__(self) -> None:
        self.value = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self.value += count


def _shares(pieces: list[Piece], moves: float) -> list[int]:
    """How many moves each piece gets: by its atoms, never more than help."""
    atoms = [len(piece.atoms.households) for piece in pieces]
    total = max(1, sum(atoms))
    return [int(min(moves * count / total, MOVES_PER_ATOM * count)) for count in atoms]


def _outside(graph: UnitGraph, today: NDArray[np.int64], pieces: list[Piece]) -> int:
    """Zones that no piece may change."""
    rest = np.ones(len(graph), dtype=np.bool_)
    for piece in pieces:
        rest[piece.unit] = False
    return len(np.unique(today[rest & (today != NO_ZONE)]))


def _grids(pieces: list[Piece], options: ProposeOptions, outside: int) -> list[tuple[int, int] | None]:
    """How many zones each piece makes when a number of grids was asked for.

    By largest remainders, within what the band allows each piece as long as the number can be met so.
    """
    if options.grids is None or not pieces:
        return [None] * len(pieces)
    wanted = max(options.grids - outside, len(pieces))
    households = np.array([piece.households for piece in pieces], dtype=np.float64)
    share = households / max(1.0, households.sum()) * wanted
    least = np.maximum(np.ceil(households / options.maximum), 1.0)
    most = np.maximum(np.floor(households / options.minimum), 1.0)
    # What fits into no number of grids may have either of the two next to it.
    least, most = np.minimum(least, most), np.maximum(least, most)
    count = np.clip(np.floor(share), least, most)
    while count.sum() != wanted:
        missing = share - count
        if count.sum() < wanted:
            free = count < most
            count[np.argmax(np.where(free if free.any() else True, missing, -np.inf))] += 1
        else:
            free = count > (least if (count > least).any() else 1.0)
            count[np.argmin(np.where(free, missing, np.inf))] -= 1
    return [(int(k), int(k)) for k in count]
