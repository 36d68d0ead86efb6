"""Which rule decides for each of many incidents: column by column, from zones and owners that are known.

Among fitting rules that yield an organisation the order does not depend on the incident. So each rule, best
first, takes the incidents that are left and for which it yields one: equal to `gis.rules.assignment.decide`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.rules.assignment import AssignTo

__all__ = ["NOBODY", "Evidence", "Ground", "TrialRule", "winners"]

Ints = NDArray[np.int64]
NOBODY = 0
"""Stands for no organisation, no zone, no owner."""


@dataclass(frozen=True)
class TrialRule:
    """A rule with identifiers. ``zone`` is None for any zone of the layer."""

    assign_to: AssignTo
    organisation: int = NOBODY
    layer: str | None = None
    zone: int | None = None


@dataclass(frozen=True)
class Ground:
    """Zones of one layer at m places, and who answers for each: shape (m, k), lowest zone code first.

    k is 1 unless several zones of the layer may cover a place; 0 fills up.
    """

    zone: Ints
    organisation: Ints


@dataclass(frozen=True)
class Evidence:
    """n incidents: category, place (row of the grounds), owner and maintainer of the facility; numbers."""

    category: Ints
    place: Ints
    owner: Ints
    maintainer: Ints
    grounds: Mapping[str, Ground]


def winners(
    rules: Sequence[TrialRule], fitting: Mapping[int, Sequence[int]], evidence: Evidence
) -> tuple[Ints, Ints]:
    """The deciding rule of each incident (position in ``rules``, -1 for none) and the organisation.

    Parameters
    ----------
    fitting
        For each category, the positions of the rules for it or one above it, best first.
    """
    n = len(evidence.category)
    rule, organisation = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    order = np.argsort(evidence.category, kind="stable")
    categories, begins = np.unique(evidence.category[order], return_index=True)
    ends = np.append(begins, n)[1:]
    for category, begin, end in zip(categories.tolist(), begins.tolist(), ends.tolist(), strict=True):
        left = order[begin:end]
        for position in fitting.get(category, ()):
            yielded = _yields(rules[position], left, evidence)
            hit = yielded != NOBODY
            rule[left[hit]], organisation[left[hit]] = position, yielded[hit]
            left = left[~hit]
            if not len(left):
                break
    return rule, organisation


def _yields(rule: TrialRule, incidents: Ints, evidence: Evidence) -> Ints:
    """The organisation a rule leads to for each incident, 0 where it does not fit or leads to none."""
    here = np.ones(len(incidents), dtype=bool)
    answering = np.zeros(len(incidents), dtype=np.int64)
    if rule.layer is not None:
        ground = evidence.grounds.get(rule.layer)
        if ground is None:
            return answering
        places = evidence.place[incidents]
        zones = ground.zone[places]
        column = np.zeros(len(incidents), dtype=np.int64)
        if rule.zone is None:
            here = zones[:, 0] != NOBODY
        else:
            same = zones == rule.zone
            here, column = same.any(axis=1), same.argmax(axis=1)
        answering = ground.organisation[places, column]
    if rule.assign_to == "organisation":
        answering = np.full(len(incidents), rule.organisation, dtype=np.int64)
    elif rule.assign_to == "facility_owner":
        answering = evidence.owner[incidents]
    elif rule.assign_to == "facility_maintainer":
        answering = evidence.maintainer[incidents]
    return np.where(here, answering, NOBODY)
