"""The rules that fit a category, put in order once; a place only tells which of them lead to whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.rules.assignment import Candidate, Party, lost_by
from gis.words import Words

__all__ = ["Outcome", "RuleSet"]

_SOMEBODY = Party("", Words("", ""))


@dataclass(frozen=True)
class Outcome:
    """The rule that decides and what it leads to; 0 stands for none.

    ``runners_up`` is JSON, best first.
    """

    rule_id: int
    organisation_id: int
    supporting_ids: list[int]
    runners_up: str


class RuleSet:
    """Rules in the order of :mod:`gis.rules.assignment`.

    Of what the order goes by, a place changes one thing only: whether a rule leads to an organisation there.

    Parameters
    ----------
    rules
        Rows of ``bulk/rules_at``.
    codes
        Codes of organisations, as JSON.
    """

    def __init__(self, rules: Sequence[dict[str, Any]], codes: Mapping[int, str]) -> None:
        ordered = sorted(((_candidate(rule), rule) for rule in rules), key=lambda fit: fit[0].order)
        self._candidates = [candidate for candidate, _ in ordered]
        self.rules = [rule for _, rule in ordered]
        self._heads = [f'{{"rule": {json.dumps(rule["code"])}, "organisation": ' for rule in self.rules]
        self._codes = codes
        self._lost: dict[tuple[int, int], str] = {}

    def decide(
        self, zones: Mapping[str, list[dict[str, Any]]], owning_id: int, maintaining_id: int
    ) -> Outcome:
        """The outcome for a place: its zones by layer, owner and keeper of the facility (0 for none)."""
        somebody: list[tuple[int, int]] = []
        nobody: list[int] = []
        for k, rule in enumerate(self.rules):
            ground = None
            if rule["layer"] is not None:
                named, here = rule["zone_id"], zones[rule["layer"]]
                ground = next((zone for zone in here if named is None or named == zone["zone_id"]), None)
                if ground is None:
                    continue
            to = rule["assign_to"]
            if to == "organisation":
                organisation = rule["organisation_id"]
            elif to == "zone_organisation":
                organisation = ground["organisation_id"] if ground else None
            else:
                organisation = owning_id if to == "facility_owner" else maintaining_id
            if organisation:
                somebody.append((k, organisation))
            else:
                nobody.append(k)
        without = [f'{self._heads[k]}null, "lost_by": "no_organisation"}}' for k in nobody]
        if not somebody:
            return Outcome(0, 0, [], f"[{', '.join(without)}]")
        winner, organisation = somebody[0]
        losers = [
            f'{self._heads[k]}{self._codes[number]}, "lost_by": "{self._lost_by(k, winner)}"}}'
            for k, number in somebody[1:]
        ]
        rule = self.rules[winner]
        supporting = list(rule["supporting_ids"] or [])
        return Outcome(rule["id"], organisation, supporting, f"[{', '.join(losers + without)}]")

    def _lost_by(self, loser: int, winner: int) -> str:
        pair = (loser, winner)
        if pair not in self._lost:
            self._lost[pair] = lost_by(self._candidates[loser], self._candidates[winner])
        return self._lost[pair]


def _candidate(rule: Mapping[str, Any]) -> Candidate:
    """A rule as it is compared where it leads to somebody."""
    names_zone = rule["zone_id"] is not None
    return Candidate(
        rule=rule["code"],
        assign_to=rule["assign_to"],
        organisation=_SOMEBODY,
        priority=rule["priority"],
        category=rule["category"],
        category_depth=rule["category_depth"],
        layer=rule["layer"],
        layer_depth=rule["layer_depth"],
        zone="" if names_zone else None,
        names_zone=names_zone,
    )
