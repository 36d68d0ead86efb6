"""A changed rule set tried on incidents of the past: what would move, from whom to whom, and why."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.rules.reach import fitting
from gis.rules.rule import Rule, World
from gis.rules.trial import NOBODY, TrialRule, winners
from governance.incidents.answers import Name, Named
from governance.rules.answers import CategoryCount, Flow, RuleCount, Trial, ZoneCount
from governance.rules.changes import check_changes
from governance.rules.drafts import Change
from governance.rules.trial_cases import cases, points
from grid_data.database import Connection
from grid_data.rule_evidence import StoredEvidence, read_evidence, read_grids
from grid_data.rules import read_world, rule_of

__all__ = ["try_changes"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Side:
    """One rule set and what it says: per incident the position of the deciding rule, and the organisation."""

    rules: Sequence[Rule]
    decided: Ints
    organisation: Ints


async def try_changes(
    connection: Connection,
    changes: Sequence[Change],
    *,
    last: int = 10_000,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
    sample: int = 100,
    most_points: int = 2_000,
) -> Trial:
    """What changes would move among the newest incidents with a place; nothing is written.

    Raises
    ------
    RulesChanged
    """
    started = time.perf_counter()
    checked = await check_changes(connection, changes)
    sets = [
        [rule for rule in versions if rule.in_force(checked.begins)]
        for versions in ([rule_of(row) for row in checked.stored], checked.draft.versions)
    ]
    layers = sorted({rule.layer for rules in sets for rule in rules if rule.layer is not None})
    world = await read_world(connection, checked.begins, layers)
    stored = await read_evidence(
        connection, last=last, from_time=from_time, to_time=to_time, layers=list(world.layers)
    )
    before, after = [await asyncio.to_thread(_decide, rules, world, stored) for rules in sets]
    moved = np.flatnonzero(before.organisation != after.organisation)
    flow, flows = _flows(before.organisation[moved], after.organisation[moved], stored, world)
    same = before.organisation == after.organisation
    other_rule = same & (_codes(before) != _codes(after))
    grids = {row["id"]: row for row in await read_grids(connection, _distinct(stored.base_grid[moved]))}
    shown = await points(connection, stored, moved, flow, flows, most_points)
    return Trial(
        incidents=len(stored.id),
        unlocated=stored.unlocated,
        first=_moment(stored.reported[-1]) if len(stored.id) else None,
        last=_moment(stored.reported[0]) if len(stored.id) else None,
        stay=int(same.sum()),
        move=len(moved),
        lose=int((after.organisation[moved] == NOBODY).sum()),
        gain=int((before.organisation[moved] == NOBODY).sum()),
        overridden=int(stored.overridden[moved].sum()),
        rule_only=int(other_rule.sum()),
        supporting=_other_support(before, after, np.flatnonzero(other_rule)),
        flows=flows,
        categories=_categories(stored, moved, world),
        rules=_rules(before, after),
        base_grids=_zones(stored.base_grid[moved], grids, ""),
        communities=_zones(stored.base_grid[moved], grids, "around"),
        sample=await cases(
            connection, stored, world, (before.rules, after.rules), moved, flow, grids, sample
        ),
        points=shown,
        points_left_out=len(moved) - len(shown.features),
        findings=checked.findings,
        refused=checked.refused,
        elapsed_s=round(time.perf_counter() - started, 3),
    )


def _decide(rules: Sequence[Rule], world: World, stored: StoredEvidence) -> _Side:
    """Rules that name what does not exist fit nowhere; they are findings of the checks."""
    sound = [
        rule
        for rule in rules
        if (rule.category is None or rule.category in world.categories)
        and (rule.layer is None or (rule.layer in world.layers and world.layers[rule.layer].routed))
        and not (rule.layer is None and (rule.zone is not None or rule.assign_to == "zone_organisation"))
    ]
    zone_ids = {(row["layer"], row["code"]): row["zone_id"] for row in stored.zones.values()}
    ids = {code: number for number, code in stored.codes.items()}
    plain = [
        TrialRule(
            rule.assign_to,
            ids.get(rule.organisation or "", NOBODY),
            rule.layer,
            # A zone in which no incident lies has no number here.
            None if rule.zone is None else zone_ids.get((rule.layer, rule.zone), -1),
        )
        for rule in sound
    ]
    position = {rule.code: number for number, rule in enumerate(sound)}
    by_key = {key: [position[rule.code] for rule in found] for key, found in fitting(sound, world).items()}
    by_category = {number: by_key[key] for number, key in stored.keys.items()}
    return _Side(sound, *winners(plain, by_category, stored.rules))


def _codes(side: _Side) -> NDArray[np.str_]:
    """The code of the deciding rule per incident; empty for none."""
    return np.array([*(rule.code for rule in side.rules), ""])[side.decided]


def _flows(before: Ints, after: Ints, stored: StoredEvidence, world: World) -> tuple[Ints, list[Flow]]:
    """For each moved incident the position of its flow, and the flows, the largest first."""
    pairs, inverse, counts = np.unique(
        np.column_stack([before, after]), axis=0, return_inverse=True, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    flows = [
        Flow.model_validate(
            {
                "from": named_organisation(int(pairs[k, 0]), stored, world),
                "to": named_organisation(int(pairs[k, 1]), stored, world),
                "count": int(counts[k]),
            }
        )
        for k in order
    ]
    return place[inverse.reshape(-1)], flows


def named_organisation(number: int, stored: StoredEvidence, world: World) -> Named | None:
    """An organisation by its identifier, None for nobody."""
    if number == NOBODY:
        return None
    code = stored.codes[number]
    name = world.organisations[code]
    return Named(code=code, name=Name(zh=name.zh, en=name.en or None))


def _categories(stored: StoredEvidence, moved: Ints, world: World) -> list[CategoryCount]:
    found = []
    for number, count in _counted(stored.rules.category[moved]):
        name = world.categories[stored.keys[number]].name
        told = Name(zh=name.zh, en=name.en or None)
        found.append(CategoryCount(key=stored.keys[number], name=told, count=count))
    return found


def _rules(before: _Side, after: _Side) -> list[RuleCount]:
    counts: dict[str, list[int]] = {}
    for position, side in enumerate((before, after)):
        numbers = np.bincount(side.decided[side.decided >= 0], minlength=len(side.rules))
        for rule, count in zip(side.rules, numbers.tolist(), strict=True):
            counts.setdefault(rule.code, [0, 0])[position] = count
    changed = [(code, was, now) for code, (was, now) in counts.items() if was != now]
    return [
        RuleCount(code=code, before=was, after=now)
        for code, was, now in sorted(changed, key=lambda row: (-abs(row[2] - row[1]), row[0]))
    ]


def _zones(base_grid: Ints, grids: dict[int, dict[str, Any]], prefix: str) -> list[ZoneCount]:
    """Moved incidents per base grid (no prefix) or per community around it."""
    key, under = (prefix, f"{prefix}_") if prefix else ("code", "")
    counts: dict[str, int] = {}
    rows: dict[str, dict[str, Any]] = {}
    for number, count in _counted(base_grid[base_grid != NOBODY]):
        row = grids[number]
        if row[key] is not None:
            counts[row[key]] = counts.get(row[key], 0) + count
            rows[row[key]] = row
    name = f"{prefix}_zh" if prefix else "name_zh"
    english = f"{prefix}_en" if prefix else "name_en"
    return [
        ZoneCount(
            code=code,
            name=Name(zh=rows[code][name], en=rows[code][english]),
            centre=[round(rows[code][f"{under}lon"], 7), round(rows[code][f"{under}lat"], 7)],
            count=count,
        )
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _other_support(before: _Side, after: _Side, incidents: Ints) -> int:
    """How many of the incidents get other supporting organisations."""
    pairs, counts = np.unique(
        np.column_stack([before.decided[incidents], after.decided[incidents]]), axis=0, return_counts=True
    )
    return sum(
        int(count)
        for (was, now), count in zip(pairs.tolist(), counts.tolist(), strict=True)
        if was >= 0 and now >= 0 and set(before.rules[was].supporting) != set(after.rules[now].supporting)
    )


def _counted(values: Ints) -> list[tuple[int, int]]:
    numbers, counts = np.unique(values, return_counts=True)
    order = np.lexsort((numbers, -counts))
    return [(int(numbers[k]), int(counts[k])) for k in order]


def _distinct(values: Ints) -> list[int]:
    return [number for number in np.unique(values).tolist() if number != NOBODY]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
