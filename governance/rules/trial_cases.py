"""Single incidents of a trial: a sample with the reason before and after, and points for the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.rules.assignment import Candidate, Party, decide
from gis.rules.rule import Rule, World
from gis.rules.trial import NOBODY
from gis.words import Words
from governance.incidents.answers import CategoryName, Name, Named, Point
from governance.rules.answers import (
    Decided,
    Flow,
    TrialCase,
    TrialPoint,
    TrialPointProperties,
    TrialPoints,
)
from grid_data.database import Connection
from grid_data.rule_evidence import StoredEvidence, read_incidents

__all__ = ["cases", "points"]

Ints = NDArray[np.int64]


async def cases(
    connection: Connection,
    stored: StoredEvidence,
    world: World,
    sides: tuple[Sequence[Rule], Sequence[Rule]],
    moved: Ints,
    flow: Ints,
    grids: dict[int, dict[str, Any]],
    most: int,
) -> list[TrialCase]:
    """Some of the moved incidents, one of each flow in turn, newest first within a flow."""
    chosen = moved[_in_turn(flow)[:most]].tolist()
    told = await read_incidents(connection, [int(stored.id[k]) for k in chosen])
    found = []
    for k in chosen:
        row, key = told[int(stored.id[k])], stored.keys[int(stored.rules.category[k])]
        name = world.categories[key].name
        grid = grids.get(int(stored.base_grid[k]))
        before, after = (_decided(rules, k, stored, world) for rules in sides)
        found.append(
            TrialCase(
                number=row["number"],
                category=CategoryName(key=key, name=Name(zh=name.zh, en=name.en or None)),
                place=_place(stored, k),
                address=row["address"],
                reported_at=row["reported_at"],
                base_grid=grid
                and Named(code=grid["code"], name=Name(zh=grid["name_zh"], en=grid["name_en"])),
                overridden=bool(stored.overridden[k]),
                before=before,
                after=after,
            )
        )
    return found


async def points(
    connection: Connection,
    stored: StoredEvidence,
    moved: Ints,
    flow: Ints,
    flows: Sequence[Flow],
    most: int,
) -> TrialPoints:
    """Moved incidents as GeoJSON; of too many, evenly spread over time."""
    if len(moved) > most:
        some = np.linspace(0, len(moved) - 1, most).astype(np.int64) if most else np.zeros(0, np.int64)
        moved, flow = moved[some], flow[some]
    told = await read_incidents(connection, stored.id[moved].tolist())
    features = []
    for k, position in zip(moved.tolist(), flow.tolist(), strict=True):
        between = flows[position]
        properties = {
            "number": told[int(stored.id[k])]["number"],
            "from": between.from_ and between.from_.code,
            "to": between.to and between.to.code,
            "flow": position,
        }
        features.append(
            TrialPoint(
                geometry=Point(coordinates=_place(stored, k)),
                properties=TrialPointProperties.model_validate(properties),
            )
        )
    return TrialPoints(features=features)


def _in_turn(flow: Ints) -> Ints:
    """Positions so that the first of every flow come first, then the second of every flow, and so on."""
    order = np.argsort(flow, kind="stable")
    turn = np.empty(len(flow), dtype=np.int64)
    turn[order] = np.arange(len(flow)) - np.searchsorted(flow[order], flow[order])
    return np.lexsort((flow, turn))


def _place(stored: StoredEvidence, k: int) -> list[float]:
    return [float(stored.lon[k]), float(stored.lat[k])]


def _decided(rules: Sequence[Rule], k: int, stored: StoredEvidence, world: World) -> Decided:
    """What the rules say of one incident, in words."""
    key = stored.keys[int(stored.rules.category[k])]
    line = set(world.line(key))
    there = [stored.zones[version] for version in stored.placed[int(stored.rules.place[k])]]
    candidates = [
        candidate
        for rule in rules
        if rule.category is None or rule.category in line
        if (candidate := _candidate(rule, k, there, stored, world)) is not None
    ]
    decision = decide(candidates, subject=_bilingual(world.categories[key].name))
    who, winner = decision.responsible, decision.winner
    return Decided(
        organisation=who and Named(code=who.code, name=Name(zh=who.name.zh, en=who.name.en or None)),
        rule=winner.rule if winner else None,
        reason=Name(zh=decision.reason.zh, en=decision.reason.en),
    )


def _candidate(
    rule: Rule, k: int, there: Sequence[dict[str, Any]], stored: StoredEvidence, world: World
) -> Candidate | None:
    ground = None
    if rule.layer is not None:
        here = [z for z in there if z["layer"] == rule.layer and rule.zone in (None, z["code"])]
        ground = min(here, key=lambda zone: str(zone["code"]), default=None)
        if ground is None:
            return None
    number = {
        "zone_organisation": ground["organisation_id"] if ground else NOBODY,
        "facility_owner": int(stored.rules.owner[k]),
        "facility_maintainer": int(stored.rules.maintainer[k]),
    }.get(rule.assign_to, NOBODY)
    code = rule.organisation if rule.assign_to == "organisation" else stored.codes.get(number)
    party = Party(code, world.organisations[code]) if code in world.organisations and code else None
    category = world.categories[rule.category] if rule.category is not None else None
    return Candidate(
        rule.code,
        rule.assign_to,
        party,
        priority=rule.priority,
        category=rule.category,
        category_name=_bilingual(category.name) if category else None,
        category_depth=category.level if category else 0,
        layer=rule.layer,
        layer_name=Words(ground["layer_zh"], ground["layer_en"] or ground["layer_zh"]) if ground else None,
        layer_depth=world.layers[rule.layer].depth if rule.layer is not None else 0,
        zone=ground["code"] if ground else None,
        zone_name=Words(ground["name_zh"], ground["name_en"] or ground["name_zh"]) if ground else None,
        names_zone=rule.zone is not None,
    )


def _bilingual(name: Words) -> Words:
    return Words(name.zh, name.en or name.zh)
