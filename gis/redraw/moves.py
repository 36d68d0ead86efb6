"""Moves on an assignment of land units to zones: paint, merge, split, dissolve, name, lock.

A `Draft` is the part of a plan a move concerns: for base grids the units of one or more communities, since a
grid never leaves its community. A move looks at a draft and answers a `Step`; nothing changes until the step
is made (`Draft.made`). Rules are checked here, so that they hold whoever asks: a unit goes to a zone of its
own community, no zone that is dissolved takes units, locks hold in their three modes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gis.measures import NOWHERE
from gis.redraw.draft import Draft, fresh_zone, step_of
from gis.redraw.steps import DraftZone, Lock, RedrawRefused, Step

__all__ = ["assign", "change_zone", "dissolve", "merge", "new_zone", "paint"]


def paint(draft: Draft, units: Iterable[int], zone: int) -> Step:
    """Units to a zone."""
    draft.living(zone)
    rows = draft.rows_of(units)
    return step_of(draft, "paint", rows, [zone] * len(rows))


def new_zone(draft: Draft, units: Iterable[int], name_zh: str, name_en: str | None = None) -> Step:
    """Units to a zone of their own, with the next number.

    Raises
    ------
    RedrawRefused
        Also where the units lie in several communities.
    """
    rows = draft.rows_of(units)
    if not len(rows):
        raise RedrawRefused("too-few-units", "新网格至少需要一个地块", "a new zone needs at least one unit")
    made = fresh_zone(draft, draft.next_number, int(rows[0]), name_zh, name_en)
    return step_of(draft, "new_zone", rows, [made.number] * len(rows), {made.number: (None, made)})


def merge(draft: Draft, zones: Iterable[int], into: int) -> Step:
    """All units of some zones into one; the others are dissolved."""
    draft.living(into)
    others = [number for number in dict.fromkeys(zones) if number != into]
    if not others:
        raise RedrawRefused("nothing-to-do", "没有可合并的网格", "there is nothing to merge")
    ended = {number: draft.living(number) for number in others}
    rows = np.concatenate([draft.members(number) for number in others])
    changed: dict[int, tuple[DraftZone | None, DraftZone]] = {
        number: (zone, replace(zone, dissolved=True)) for number, zone in ended.items()
    }
    return step_of(draft, "merge", rows, [into] * len(rows), changed)


def dissolve(draft: Draft, number: int) -> Step:
    """A zone's units to its neighbours, and the zone ends.

    Unit by unit, from the rim inwards: the unit goes to the neighbour that is then the smallest, among equal
    ones to that with the longest common border, so that neighbours stay connected and even.

    Raises
    ------
    RedrawRefused
        ``last-zone``: no neighbour may take them.
    """
    zone = draft.living(number)
    rows = draft.members(number)
    now = draft.zone.copy()
    homes = {other: int(draft.graph.households[now == other].sum()) for other in draft.zones}
    takes = {
        other
        for other, candidate in draft.zones.items()
        if other != number and not candidate.dissolved and candidate.lock in ("none", "out")
        and (not draft.nested or candidate.community == zone.community)
    }  # fmt: skip
    left = set(rows.tolist())
    while left:
        best: tuple[int, float, int, int] | None = None
        for row in left:
            for other, length in _touching(draft, now, row).items():
                if other in takes:
                    choice = (homes[other] + int(draft.graph.households[row]), -length, row, other)
                    best = choice if best is None or choice < best else best
        if best is None:
            label = zone.named
            raise RedrawRefused(
                "last-zone",
                f"{label.zh}没有可接收其地块的相邻网格",
                f"{label.en} has no neighbour that may take its units",
                zone=number,
            )
        row, other = best[2], best[3]
        now[row] = other
        homes[other] += int(draft.graph.households[row])
        left.remove(row)
    ended: dict[int, tuple[DraftZone | None, DraftZone]] = {number: (zone, replace(zone, dissolved=True))}
    return step_of(draft, "dissolve", rows, now[rows].tolist(), ended)


def _touching(draft: Draft, now: NDArray[np.int32], row: int) -> dict[int, float]:
    """Zones a unit hangs together with, and the length of the common border."""
    near = draft.graph.joined_neighbours
    found: dict[int, float] = {}
    for at in range(int(near.start[row]), int(near.start[row + 1])):
        other = int(now[near.unit[at]])
        if other != NOWHERE:
            found[other] = found.get(other, 0.0) + float(draft.graph.length_m[near.edge[at]])
    return found


def assign(draft: Draft, units: Sequence[int], zones: Sequence[int], unknown: Iterable[int] = ()) -> Step:
    """Many units to many zones at once: a proposal or an imported plan taken over.

    Numbers that the plan does not have, and those in ``unknown`` (zones made after the caller looked), stand
    for new zones: each gets the next free number. Zones that lose their last unit are dissolved; a dissolved
    one that gets units lives again.
    """
    rows = draft.rows_of(units)
    if len(rows) != len(zones):
        raise RedrawRefused("nothing-to-do", "每个地块须恰好一次", "each unit is given once, with its zone")
    hidden = set(unknown)
    given = dict.fromkeys(zones)
    number = draft.next_number
    renamed: dict[int, int] = {}
    changed: dict[int, tuple[DraftZone | None, DraftZone]] = {}
    first = {zone: int(row) for row, zone in reversed(list(zip(rows.tolist(), zones, strict=True)))}
    for zone in given:
        known = draft.zones.get(zone)
        if known is None or zone in hidden:
            renamed[zone] = number
            changed[number] = (None, fresh_zone(draft, number, first[zone]))
            number += 1
        elif known.dissolved:
            changed[zone] = (known, replace(known, dissolved=False))
    targets = [renamed.get(zone, zone) for zone in zones]
    now = draft.zone.copy()
    now[rows] = targets
    kept = {int(zone) for zone in np.unique(now)}
    for zone in ({int(zone) for zone in np.unique(draft.zone)} - kept) & set(draft.zones):
        changed[zone] = (draft.zones[zone], replace(draft.zones[zone], dissolved=True))
    return step_of(draft, "assign", rows, targets, changed)


def change_zone(
    draft: Draft,
    kind: str,
    number: int,
    *,
    name: tuple[str, str | None] | None = None,
    lock: Lock | None = None,
    exempt: bool | None = None,
) -> Step:
    """Name, lock, or take a zone out of the band."""
    was = draft.living(number)
    now = was
    if name is not None:
        now = replace(now, name_zh=name[0], name_en=name[1])
    if lock is not None:
        now = replace(now, lock=lock)
    if exempt is not None:
        now = replace(now, exempt=exempt)
    return step_of(draft, kind, np.zeros(0, dtype=np.int64), [], {number: (was, now)} if now != was else {})
