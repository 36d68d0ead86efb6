"""Numbering grids anew: inside each community from west to east and from north to south.

A code is never given twice: a grid keeps its code, or gets one that no grid ever had. So a community whose
grids are in order already, new ones last, only numbers the new ones; in any other all grids get codes behind
the highest ever used there. Old codes stay known: what had one is found by it for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gis.redraw.draft import Draft
from gis.redraw.steps import DraftZone, RedrawRefused, Step

__all__ = ["reading_order", "renumber"]


def reading_order(centres: NDArray[np.float64], heights: NDArray[np.float64]) -> list[int]:
    """Positions of places as a page is read: rows from north to south, each from west to east.

    Parameters
    ----------
    centres
        (n, 2), x to the east and y to the north.
    heights
        (n,): how high what stands at each place is; two less than half of that apart stand in one row.

    >>> places = np.array([[2.0, 10.1], [0.0, 9.9], [1.0, 0.0]])
    >>> reading_order(places, np.ones(3))
    [1, 0, 2]
    """
    rows: list[list[int]] = []
    for at in np.argsort(-centres[:, 1], kind="stable").tolist():
        if rows:
            first = rows[-1][0]
            if centres[first, 1] - centres[at, 1] < min(heights[first], heights[at]) / 2:
                rows[-1].append(at)
                continue
        rows.append([at])
    return [at for row in rows for at in sorted(row, key=lambda each: (centres[each, 0], each))]


def renumber(
    draft: Draft,
    boxes: NDArray[np.float64],
    community_codes: Mapping[int, str],
    used: Iterable[str],
    pattern: str | None = None,
) -> Step:
    """Codes for the zones of a draft.

    Parameters
    ----------
    boxes
        (n, 4): bounds of each unit, west, south, east, north.
    community_codes
        Code of each community by identifier; a zone's code is that and a running number.
    used
        Codes that any zone of the layer ever had.
    pattern
        What codes of the layer must look like; None: anything.

    Raises
    ------
    RedrawRefused
        ``cannot-number``: codes do not begin with their community's, or its numbers are used up.
        ``nothing-to-do``: everything is in order.
    """
    taken = set(used) | {zone.code for zone in draft.zones.values() if zone.code is not None}
    changed: dict[int, tuple[DraftZone | None, DraftZone]] = {}
    for community in draft.communities:
        zones = [zone for zone in draft.zones.values() if zone.community == community and not zone.dissolved]
        zones = [zone for zone in zones if len(draft.members(zone.number))]
        if zones:
            ordered = _ordered(draft, zones, boxes)
            for zone, code in _codes(ordered, community_codes[community], taken, pattern):
                changed[zone.number] = (zone, replace(zone, code=code))
                taken.add(code)
    if not changed:
        raise RedrawRefused("nothing-to-do", "编码已按顺序排列", "all codes are in order")
    return Step("renumber", zones=changed)


def _ordered(draft: Draft, zones: Sequence[DraftZone], boxes: NDArray[np.float64]) -> list[DraftZone]:
    centres, heights = [], []
    for zone in zones:
        own = boxes[draft.members(zone.number)]
        low, high = own[:, :2].min(axis=0), own[:, 2:].max(axis=0)
        centres.append((low + high) / 2)
        heights.append(float(high[1] - low[1]))
    return [zones[at] for at in reading_order(np.array(centres), np.array(heights))]


def _codes(
    ordered: Sequence[DraftZone], community: str, taken: set[str], pattern: str | None
) -> list[tuple[DraftZone, str]]:
    """The zones of a community that get a code, in order."""
    present = [zone.code for zone in ordered if zone.code is not None]
    in_order = present == sorted(present)
    new_last = all(zone.code is None for zone in ordered[len(present) :])
    renewed = ordered[len(present) :] if in_order and new_last else ordered
    ours = [code for code in taken if code.startswith(community) and code[len(community) :].isdecimal()]
    if any(not code.startswith(community) for code in present) or (taken and not ours and present):
        raise _cannot(community)
    width = len(max(ours, key=len)) - len(community) if ours else 3
    number = max((int(code[len(community) :]) for code in ours), default=0)
    found = []
    for zone in renewed:
        number += 1
        code = f"{community}{number:0{width}}"
        if len(code) > len(community) + width or (pattern and not re.search(pattern, code)):
            raise _cannot(community)
        found.append((zone, code))
    return found


def _cannot(community: str) -> RedrawRefused:
    return RedrawRefused(
        "cannot-number",
        f"社区 {community} 的网格编码不是“社区编码加序号”，或序号已用尽",
        f"codes in the community {community} are not its code and a number, or the numbers are used up",
    )
