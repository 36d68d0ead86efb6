"""Which rule decides for each of many incidents: ranked once per combination that matters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.assignment import Candidate, Party, lost_by
from gis.router import NO_ZONE, LayerAnswer
from gis.words import Words
from grid_data.bulk.facilities_near import NearFacilities
from grid_data.bulk.routed import Ints, LayerZones, RoutedColumns


@dataclass(frozen=True)
class RuleBook:
    """What ranking needs to know beside zones: rules valid at the moment, categories, organisation codes."""

    rules: Sequence[dict[str, Any]]
    categories: Mapping[int, dict[str, Any]]
    organisations: Mapping[int, str]


def assign(
    result: RoutedColumns,
    points: Ints,
    keep: Ints,
    layers: Sequence[LayerZones],
    answers: Mapping[str, LayerAnswer],
    book: RuleBook,
    category_id: Ints,
    near: NearFacilities,
) -> None:
    """Rank the fitting rules, once per combination of category, zones that matter and facility owners."""
    by_code = {layer.code: layer for layer in layers}
    categories = category_id[keep]
    for category in np.unique(categories).tolist():
        line = _line(category, book.categories)
        fitting = [
            rule
            for rule in book.rules
            if (rule["category_id"] is None or rule["category_id"] in line)
            and (rule["layer"] is None or rule["layer"] in by_code)
        ]
        used = sorted({rule["layer"] for rule in fitting if rule["layer"]})
        here = np.flatnonzero(categories == category)
        members = keep[here]
        grounds = [_grounds(answers[code], members) for code in used]
        key = np.column_stack([*grounds, near.owning_id[here], near.maintaining_id[here]])
        combinations, inverse = np.unique(key, axis=0, return_inverse=True)
        groups = np.argsort(inverse, kind="stable")
        cuts = np.searchsorted(inverse[groups], np.arange(len(combinations) + 1))
        for k in range(len(combinations)):
            member = members[groups[cuts[k] : cuts[k + 1]]]
            at_hand = {code: _zones_here(answers[code], by_code[code], int(member[0])) for code in used}
            owner, keeper = int(combinations[k][-2]), int(combinations[k][-1])
            outcome = rank(fitting, at_hand, owner, keeper, book.organisations)
            where = points[member]
            result.rule_id[where], result.organisation_id[where] = outcome.rule_id, outcome.organisation_id
            for position in where.tolist():
                result.supporting_ids[position] = outcome.supporting_ids
                result.runners_up[position] = outcome.runners_up


def _grounds(answer: LayerAnswer, members: Ints) -> Ints:
    """A number per point that is equal where the same zones of the layer cover it."""
    numbers = answer.zone[members].astype(np.int64)
    if len(answer.other_point):
        # Rare: several zones at a place. Each such place is its own combination.
        several = np.isin(members, answer.other_point)
        numbers[several] = len(answer.codes) + members[several]
    return numbers


def _zones_here(answer: LayerAnswer, layer: LayerZones, point: int) -> list[dict[str, Any]]:
    """The zones answering for a point, lowest code first; one unless the layer allows many."""
    if answer.zone[point] == NO_ZONE:
        return []
    found = [layer.zones[answer.zone[point]]]
    if layer.cardinality == "many":
        begin, end = np.searchsorted(answer.other_point, [point, point + 1])
        found += [layer.zones[zone] for zone in answer.other_zone[begin:end].tolist()]
    return found


def _line(category: int, tree: Mapping[int, dict[str, Any]]) -> set[int]:
    line: set[int] = set()
    step: int | None = category
    while step is not None:
        line.add(step)
        step = tree[step]["parent_id"]
    return line


@dataclass(frozen=True)
class Outcome:
    """The rule that decides and what it leads to; 0 stands for none."""

    rule_id: int
    organisation_id: int
    supporting_ids: list[int]
    runners_up: str


def rank(
    rules: list[dict[str, Any]],
    zones: dict[str, list[dict[str, Any]]],
    owning_id: int,
    maintaining_id: int,
    organisations: Mapping[int, str],
) -> Outcome:
    """Rank rules that fit a category, given the zones of a place by layer and the facility's owners."""
    ranked: list[tuple[Candidate, dict[str, Any], int]] = []
    for rule in rules:
        ground = None
        if rule["layer"] is not None:
            there = [z for z in zones[rule["layer"]] if rule["zone_id"] in (None, z["zone_id"])]
            if not there:
                continue
            ground = there[0]
        organisation = {
            "organisation": rule["organisation_id"],
            "zone_organisation": ground["organisation_id"] if ground else None,
            "facility_owner": owning_id,
            "facility_maintainer": maintaining_id,
        }[rule["assign_to"]] or 0
        candidate = Candidate(
            rule=rule["code"],
            assign_to=rule["assign_to"],
            organisation=Party(organisations[organisation], Words("", "")) if organisation else None,
            priority=rule["priority"],
            category=rule["category"],
            category_depth=rule["category_depth"],
            layer=rule["layer"],
            layer_depth=rule["layer_depth"],
            zone=ground["code"] if ground else None,
            names_zone=rule["zone_id"] is not None,
        )
        ranked.append((candidate, rule, organisation))
    ranked.sort(key=lambda fit: fit[0].order)
    if not ranked or ranked[0][0].organisation is None:
        losers = [(fit, "no_organisation") for fit in ranked]
        return Outcome(0, 0, [], _runners_json(losers))
    winner, rule, organisation = ranked[0]
    losers = [(fit, lost_by(fit[0], winner)) for fit in ranked[1:]]
    return Outcome(rule["id"], organisation, list(rule["supporting_ids"] or []), _runners_json(losers))


def _runners_json(losers: Sequence[tuple[tuple[Candidate, dict[str, Any], int], str]]) -> str:
    return json.dumps(
        [
            {
                "rule": candidate.rule,
                "organisation": candidate.organisation.code if candidate.organisation else None,
                "lost_by": why,
            }
            for (candidate, _, _), why in losers
        ]
    )
