"""Which rule decides for each of many incidents: ranked once per combination that matters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.assignment import Candidate, Party, lost_by
from gis.router import NO_ZONE, LayerAnswer
from gis.words import Words
from grid_data.bulk.coded import Coded
from grid_data.bulk.facilities_near import NearFacilities
from grid_data.bulk.ragged import Ragged
from grid_data.bulk.routed import Ints, LayerZones, RoutedColumns


@dataclass(frozen=True)
class RuleBook:
    """What ranking needs to know beside zones: rules valid at the moment, categories, organisation codes."""

    rules: Sequence[dict[str, Any]]
    categories: Mapping[int, dict[str, Any]]
    organisations: Mapping[int, str]


class Ranking:
    """The rules of one moment over the layers of that moment, ranked once per combination that matters.

    Categories to which the same rules apply are one; a combination is such a set of rules, the zones of the
    layers they name and, where they ask for it, the owner and the keeper of the facility. What was ranked for
    one batch serves the next. May be used by several threads at a time.
    """

    def __init__(self, book: RuleBook, layers: Sequence[LayerZones]) -> None:
        self._book = book
        self._layers = {layer.code: layer for layer in layers}
        self._sets: list[list[dict[str, Any]]] = []
        self._set_of: dict[int, int] = {}
        self._known: dict[tuple[Any, ...], int] = {}
        self._outcomes = [Outcome(0, 0, [], "[]")]
        self._lock = Lock()

    def assign(
        self,
        result: RoutedColumns,
        answers: Mapping[str, LayerAnswer],
        category_id: Ints,
        near: NearFacilities,
    ) -> None:
        """Fill rule, organisation, supporting organisations and runners-up of all points of ``result``."""
        categories, category = np.unique(category_id, return_inverse=True)
        with self._lock:
            sets_of = np.array([self._rules_of(value) for value in categories.tolist()], dtype=np.int64)
        sets = sets_of[category]
        outcome = np.zeros(len(category_id), dtype=np.int64)
        order = np.argsort(sets, kind="stable")
        numbers, begins = np.unique(sets[order], return_index=True)
        for number, members in zip(numbers.tolist(), np.split(order, begins[1:]), strict=True):
            outcome[members] = self._outcomes_of(number, members, answers, near)
        listed = self._outcomes
        result.rule_id[:] = np.array([one.rule_id for one in listed], dtype=np.int64)[outcome]
        result.organisation_id[:] = np.array([one.organisation_id for one in listed], dtype=np.int64)[outcome]
        result.supporting_ids = Ragged.of([one.supporting_ids for one in listed]).take(outcome)
        result.runners_up = Coded.chosen(outcome, [one.runners_up for one in listed])

    def _rules_of(self, category: int) -> int:
        """Number of the set of rules that fit a category."""
        if category not in self._set_of:
            line = _line(category, self._book.categories)
            fitting = [
                rule
                for rule in self._book.rules
                if (rule["category_id"] is None or rule["category_id"] in line)
                and (rule["layer"] is None or rule["layer"] in self._layers)
            ]
            if fitting not in self._sets:
                self._sets.append(fitting)
            self._set_of[category] = self._sets.index(fitting)
        return self._set_of[category]

    def _outcomes_of(
        self, number: int, members: Ints, answers: Mapping[str, LayerAnswer], near: NearFacilities
    ) -> Ints:
        rules = self._sets[number]
        used = sorted({rule["layer"] for rule in rules if rule["layer"]})
        asked = {rule["assign_to"] for rule in rules}
        nobody = np.zeros(len(members), dtype=np.int64)
        columns = [answers[code].zone[members].astype(np.int64) + 1 for code in used]
        columns.append(near.owning_id[members] if "facility_owner" in asked else nobody)
        columns.append(near.maintaining_id[members] if "facility_maintainer" in asked else nobody)
        several = np.zeros(len(members), dtype=np.bool_)
        for code in used:
            if self._layers[code].cardinality == "many":
                several |= np.isin(members, answers[code].other_point)
        first, group = _combinations(columns, several)
        found = np.empty(len(first), dtype=np.int64)
        with self._lock:
            for k, member in enumerate(first.tolist()):
                key: tuple[Any, ...] = (number, *(int(column[member]) for column in columns))
                point = int(members[member])
                if several[member]:
                    key = (*key, *(answers[code].others_of(point) for code in used))
                if key not in self._known:
                    at_hand = {code: _zones_here(answers[code], self._layers[code], point) for code in used}
                    owner, keeper = int(columns[-2][member]), int(columns[-1][member])
                    self._outcomes.append(rank(rules, at_hand, owner, keeper, self._book.organisations))
                    self._known[key] = len(self._outcomes) - 1
                found[k] = self._known[key]
        return found[group]


def _combinations(columns: Sequence[Ints], alone: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Rows that are equal in all columns: the first of each group, and the group of each row.

    Rows that stand ``alone`` are a group each.
    """
    key = np.where(alone, 1 + np.arange(len(alone)), 0)
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if int(key.max(initial=0)) >= 2**62 // size:
            key = np.unique(key, return_inverse=True)[1]
        key = key * size + column
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return first, group


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
