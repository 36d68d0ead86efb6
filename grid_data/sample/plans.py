"""The redraw of 2025 as a published plan, step by step, and a draft that lies open to try one's hand at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gis.lineage import lineage
from grid_data.sample.base_grids import LEAST, MOST, BaseGrids
from grid_data.sample.blocks import Units
from grid_data.sample.calendar import (
    EDITION_2,
    PLAN_APPROVED,
    PLAN_MADE,
    PLAN_SCHEDULED,
    PLAN_SUBMITTED,
    TRIAL_MADE,
)
from grid_data.sample.communities import Communities
from grid_data.sample.lattice import Ints

PLAN = "LS-2025-01"
"""Code of the redraw that made the second edition of the base grids."""

TRIAL = "LS-2026-01"
"""Code of the draft."""

TRIAL_MOST = 420
"""Households a grid of the draft may have at most: it keeps room for what is being built."""

PLANNERS, APPROVER, PROGRAM = ("规划员甲", "规划员丙"), "审批员乙", "gridgov"


def plan_frames(
    grids: BaseGrids, units: Units, communities: Communities, households: Ints
) -> dict[str, pd.DataFrame]:
    """``plans``, ``plan_actions`` and ``lineage``, as the program leaves them when a plan is published.

    ``plan_actions`` says what was done with the plans, in this order. An ``assign`` is a step: it gave units
    of one community their new grids; which those are stands in ``unit_zones``.
    """
    moved = grids.first != grids.second
    split = sorted({communities.codes[index] for index in np.unique(communities.of_unit[moved])})
    actions = _actions(split)
    community, over = _tight(grids, communities, households)
    name_zh, name_en = communities.name_zh[community], communities.name_en[community]
    plans = [
        {
            "code": PLAN, "layer": "base_grid", "name_zh": "2025年基础网格调整方案",
            "name_en": "Redraw of the base grids, 2025", "state": "published", "author": PLANNERS[0],
            "approver": APPROVER, "area_layer": None, "area": None, "base_at": PLAN_MADE,
            "effective_from": EDITION_2, "created_at": PLAN_MADE,
            # Its steps, and four changes of state.
            "revision": len(split) + 4, "band_min": LEAST, "band_max": MOST,
            "note_zh": "五年间住宅增加，许多网格超过500户，按300至500户重新划分。",
            "note_en": "After five years of building many grids held more than 500 households; they were "
            "divided into grids of 300 to 500.",
        },
        {
            "code": TRIAL, "layer": "base_grid", "name_zh": f"{name_zh}网格调整（草案，可试用）",
            "name_en": f"{name_en}: grids redrawn (draft to try)", "state": "draft", "author": PLANNERS[1],
            "approver": None, "area_layer": "community", "area": communities.codes[community],
            "base_at": TRIAL_MADE, "effective_from": None, "created_at": TRIAL_MADE, "revision": 0,
            "band_min": LEAST, "band_max": TRIAL_MOST,
            "note_zh": f"社区内有在建住宅，网格上限暂按{TRIAL_MOST}户控制，现有{over}个网格超出。"
            "可以试试：把超出网格边上的地块涂给户数少的相邻网格；画一条线拆分；或请程序提出划分方案，"
            "比较后采用。每一步都能撤销。",
            "note_en": f"Homes are being built here, so grids are to hold at most {TRIAL_MOST} households; "
            f"{over} hold more. Try: paint units at the rim of such a grid into a smaller neighbour; split "
            "one along a line; or ask for proposals, compare them and take one. Every step can be undone.",
        },
    ]  # fmt: skip
    return {
        "plans": pd.DataFrame(plans),
        "plan_actions": pd.DataFrame(actions, columns=["plan", "at", "actor", "action", "community"]),
        "lineage": _lineage(grids, units, households),
    }


def _actions(split: list[str]) -> list[tuple[Any, ...]]:
    """Everything done with the plans; eight communities a working day, one planner per subdistrict."""
    actions: list[tuple[Any, ...]] = [(PLAN, PLAN_MADE, PLANNERS[0], "create", None)]
    first = np.datetime64(PLAN_MADE[:10])
    subdistricts = sorted({code[:9] for code in split})
    for number, code in enumerate(split):
        day = np.busday_offset(first, 1 + number // 8)
        planner = PLANNERS[subdistricts.index(code[:9]) % len(PLANNERS)]
        actions.append((PLAN, f"{day}T{9 + number % 8:02}:30:00+08:00", planner, "assign", code))
    return [
        *actions,
        (PLAN, PLAN_SUBMITTED, PLANNERS[0], "submit", None),
        (PLAN, PLAN_APPROVED, APPROVER, "approve", None),
        (PLAN, PLAN_SCHEDULED, PLANNERS[0], "schedule", None),
        (PLAN, EDITION_2, PROGRAM, "take_effect", None),
        (TRIAL, TRIAL_MADE, PLANNERS[1], "create", None),
    ]


def _tight(grids: BaseGrids, communities: Communities, households: Ints) -> tuple[int, int]:
    """The community of the draft, and how many of its grids are over the draft's limit.

    It has four to eight grids and a total that can be divided within the limit; of such communities it is
    the one with most grids over it.
    """
    count, total = len(grids.codes), len(communities.codes)
    homes = np.bincount(grids.second, weights=households, minlength=count)
    there = np.bincount(grids.second, minlength=count) > 0
    of, inside = grids.community[there], homes[there]
    number = np.bincount(of, minlength=total)
    sums = np.bincount(of, weights=inside, minlength=total)
    over = np.bincount(of, weights=inside > TRIAL_MOST, minlength=total)
    room = 15
    fits = (number >= 4) & (number <= 8)
    fits &= (sums >= (LEAST + room) * number) & (sums <= (TRIAL_MOST - room) * number)
    best = int(np.argmax(np.where(fits, over, -1.0)))
    return best, int(over[best])


def _lineage(grids: BaseGrids, units: Units, households: Ints) -> pd.DataFrame:
    """What became of the grids whose land changed; of the others there is nothing to say."""
    names = grids.codes
    rows = [
        {
            "plan": PLAN,
            "layer": "base_grid",
            "from_code": names[step.source],
            "to_code": names[step.target],
            "kind": step.kind,
            "households": step.households,
            "units": step.units,
            "area_m2": round(step.area_m2, 1),
        }
        for step in lineage(grids.first, grids.second, households, units.area_m2)
    ]
    return pd.DataFrame(rows)
