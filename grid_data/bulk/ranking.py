"""Which rule decides for each of many incidents: ranked once per combination that matters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.router import NO_ZONE, LayerAnswer
from grid_data.bulk.coded import Coded
from grid_data.bulk.facilities_near import NearFacilities
from grid_data.bulk.ragged import Ragged
from grid_data.bulk.routed import Ints, LayerZones, RoutedColumns
from grid_data.bulk.rule_sets import Outcome, RuleSet


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
        self._codes = {number: json.dumps(code) for number, code in book.organisations.items()}
        self._sets: list[RuleSet] = []
        self._number_of: dict[tuple[int, ...], int] = {}
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
        used, outcome = np.unique(outcome, return_inverse=True)
        listed = [self._outcomes[k] for k in used.tolist()]
        rules, first, rule = np.unique(
            [one.rule_id for one in listed], return_index=True, return_inverse=True
        )
        result.rule_id[:] = rules[rule][outcome]
        result.organisation_id[:] = np.array([one.organisation_id for one in listed], dtype=np.int64)[outcome]
        supporting = Ragged.of([listed[k].supporting_ids for k in first.tolist()])
        result.supporting_ids = supporting.take(rule[outcome])
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
            ids = tuple(rule["id"] for rule in fitting)
            if ids not in self._number_of:
                self._number_of[ids] = len(self._sets)
                self._sets.append(RuleSet(fitting, self._codes))
            self._set_of[category] = self._number_of[ids]
        return self._set_of[category]

    def _outcomes_of(
        self, number: int, members: Ints, answers: Mapping[str, LayerAnswer], near: NearFacilities
    ) -> Ints:
        rules = self._sets[number]
        used = sorted({rule["layer"] for rule in rules.rules if rule["layer"]})
        asked = {rule["assign_to"] for rule in rules.rules}
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
        alone = several[first].tolist()
        keys = zip(*(column[first].tolist() for column in columns), strict=True)
        with self._lock:
            for k, (key, point) in enumerate(zip(keys, members[first].tolist(), strict=True)):
                asked_of: tuple[Any, ...] = (number, *key)
                if alone[k]:
                    asked_of = (*asked_of, *(answers[code].others_of(point) for code in used))
                if asked_of not in self._known:
                    at_hand = {code: _zones_here(answers[code], self._layers[code], point) for code in used}
                    self._outcomes.append(rules.decide(at_hand, *key[-2:]))
                    self._known[asked_of] = len(self._outcomes) - 1
                found[k] = self._known[asked_of]
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
