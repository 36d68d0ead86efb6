"""Plans in bulk: what they hold, their steps, and their history, as the program itself leaves them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gis.redraw.steps import DraftZone, Step
from grid_data.bulk.copying import copy, lookup
from grid_data.database import Connection, one, run
from grid_data.planning.writing import step_side, write_step

__all__ = ["store_plan_contents", "store_plans"]

_COLUMNS = (
    "code", "layer", "name_zh", "name_en", "state", "author", "approver", "effective_from", "created_at",
    "area_layer", "area", "base_at", "revision", "band_min", "band_max", "note_zh", "note_en",
)  # fmt: skip

_STATES = {
    "submit": ("draft", "submitted"),
    "approve": ("submitted", "approved"),
    "schedule": ("approved", "scheduled"),
    "take_effect": ("scheduled", "published"),
}
"""States before and after what is done with a plan as a whole."""


async def store_plans(connection: Connection, frame: pd.DataFrame) -> int:
    """Store plans; zones that are an area of one exist already. What they hold comes later."""
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        await one(connection, "bulk/insert_plan", {name: row[name] for name in _COLUMNS})
    return len(frame)


async def store_plan_contents(connection: Connection, frames: Mapping[str, pd.DataFrame]) -> int:
    """Store zones, units, steps and history of stored plans; returns the number of rows for units.

    Parameters
    ----------
    frames
        ``plans``; ``plan_actions``: what was done (plan, at, actor, action, community), in this order; and
        the editions that plans have led to, ``zones_base_grid`` and ``unit_zones``. Zones, units, homes,
        incidents and facilities are stored already, for units are counted as when a plan is made.
    """
    ids = await lookup(connection, "plan_ids")
    layers = await lookup(connection, "layer_ids")
    stored = 0
    for record in frames["plans"].to_dict("records"):
        row = {str(name): value for name, value in record.items()}
        area = None
        if isinstance(row["area"], str):
            area = (await lookup(connection, "zone_ids", layer=row["area_layer"]))[row["area"]]
        of_plan = {
            "plan": ids[row["code"]],
            "layer_id": layers[row["layer"]],
            "nested": True,
            "area": area,
            "at": row["base_at"],
            # Base grids know no pieces of other layers.
            "pieces": [],
            "held": [],
        }
        await run(connection, "plan_drafts/insert_zones", of_plan)
        stored += await run(connection, "plan_drafts/insert_units", of_plan)
        actions = frames["plan_actions"]
        actions = actions[actions["plan"] == row["code"]]
        steps = await _steps(connection, of_plan["plan"], row["code"], actions, frames)
        await _store_steps(connection, of_plan["plan"], steps)
        await _store_history(connection, of_plan["plan"], row, actions, steps)
    return stored


@dataclass(frozen=True)
class _Made:
    """A step with when and by whom it was made; ``seq`` counts from 1, and so does the plan's revision."""

    seq: int
    at: str
    author: str
    step: Step


async def _steps(
    connection: Connection, plan: int, code: str, actions: pd.DataFrame, frames: Mapping[str, pd.DataFrame]
) -> list[_Made]:
    """Each ``assign`` as a step, and the plan brought to where the steps lead."""
    wanted = actions[actions["action"] == "assign"]
    if wanted.empty:
        return []
    units = await lookup(connection, "land_unit_ids")
    numbers = await lookup(connection, "plan_zone_numbers", plan=plan)
    communities = await lookup(connection, "zone_ids", layer="community")
    grids = frames["zones_base_grid"].drop_duplicates("code").set_index("code")
    rows = frames["unit_zones"]
    entered = rows.loc[rows["plan"] == code, ["unit", "zone"]]
    left = rows[rows["valid_to"].notna()].set_index("unit")["zone"]
    entered = entered.assign(
        left=left[entered["unit"]].to_numpy(), community=grids["parent"][entered["zone"]].to_numpy()
    )
    kept = set(rows.loc[rows["valid_to"].isna(), "zone"])
    found: list[_Made] = []
    every: dict[int, tuple[DraftZone | None, DraftZone]] = {}
    given: dict[int, str] = {}
    number = max(numbers.values())
    for seq, action in enumerate(wanted.to_dict("records"), 1):
        mine = entered[entered["community"] == action["community"]]
        home = communities[action["community"]]
        changed: dict[int, tuple[DraftZone | None, DraftZone]] = {}
        for zone in sorted(set(mine["left"]) - kept):
            was = _zone(numbers[zone], home, zone, grids.loc[zone], base=True)
            changed[was.number] = (was, replace(was, dissolved=True))
        for zone in sorted(set(mine["zone"]) - set(numbers)):
            number += 1
            numbers[zone], given[number] = number, zone
            # Its code is given when the plan is published.
            changed[number] = (None, _zone(number, home, None, grids.loc[zone], base=False))
        step = Step(
            kind="assign",
            units=tuple(units[unit] for unit in mine["unit"]),
            before=tuple(numbers[zone] for zone in mine["left"]),
            after=tuple(numbers[zone] for zone in mine["zone"]),
            zones=changed,
        )
        found.append(_Made(seq, action["at"], action["actor"], step))
        every |= changed
    whole = Step(
        kind="assign",
        units=tuple(unit for made in found for unit in made.step.units),
        before=tuple(number for made in found for number in made.step.before),
        after=tuple(number for made in found for number in made.step.after),
        zones=every,
    )
    await write_step(connection, plan, whole)
    await _name(connection, plan, given)
    return found


def _zone(number: int, community: int, code: str | None, row: pd.Series[Any], *, base: bool) -> DraftZone:
    return DraftZone(number, community, code, row["name_zh"], row["name_en"], base=base)


async def _name(connection: Connection, plan: int, given: Mapping[int, str]) -> None:
    """Say which stored zone each new number has become."""
    zones = await lookup(connection, "zone_ids", layer="base_grid")
    named = {
        "plan": plan,
        "numbers": list(given),
        "ids": [zones[code] for code in given.values()],
        "codes": list(given.values()),
    }
    await run(connection, "plan_publishing/name_zones", named)


async def _store_steps(connection: Connection, plan: int, steps: list[_Made]) -> None:
    if not steps:
        return
    await copy(
        connection,
        "copy_plan_steps",
        {
            "plan_id": [plan] * len(steps),
            "seq": [made.seq for made in steps],
            "revision": [made.seq for made in steps],
            "at": [made.at for made in steps],
            "author": [made.author for made in steps],
            "kind": [made.step.kind for made in steps],
            "units": [_array(made.step.units) for made in steps],
            "from_numbers": [_array(made.step.before) for made in steps],
            "to_numbers": [_array(made.step.after) for made in steps],
            "before": [_json(step_side(made.step, 0)) for made in steps],
            "after": [_json(step_side(made.step, 1)) for made in steps],
        },
    )


async def _store_history(
    connection: Connection, plan: int, row: Mapping[str, Any], actions: pd.DataFrame, steps: list[_Made]
) -> None:
    """One entry per action, told as it is when the program does it."""
    made = iter(steps)
    revision = 0
    entries: list[tuple[str, str, str, Any, Any]] = []
    for action in actions.to_dict("records"):
        before: dict[str, Any] | None = {"revision": revision}
        after: dict[str, Any]
        verb = action["action"]
        if verb == "create":
            before = None
            after = {"plan": {"code": row["code"], "name": {"zh": row["name_zh"], "en": row["name_en"]}}}
        else:
            revision += 1
            after = {"revision": revision}
        if verb == "assign":
            one_step = next(made)
            after |= {
                "seq": one_step.seq,
                "kind": "assign",
                "units": len(one_step.step.units),
                "zones": one_step.step.touched_zones,
            }
            verb = "move"
        elif verb in _STATES:
            source, target = _STATES[verb]
            before, after = {"state": source, **(before or {})}, {"state": target, **after}
            if verb in ("schedule", "take_effect"):
                after["effective_from"] = row["effective_from"]
        entries.append((action["at"], action["actor"], f"plan.{verb}", before, after))
    await copy(
        connection,
        "copy_history",
        {
            "at": [entry[0] for entry in entries],
            "actor": [entry[1] for entry in entries],
            "action": [entry[2] for entry in entries],
            "plan_id": [plan] * len(entries),
            "before": [None if entry[3] is None else _json(entry[3]) for entry in entries],
            "after": [_json(entry[4]) for entry in entries],
        },
    )


def _array(values: tuple[int | None, ...]) -> str:
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
