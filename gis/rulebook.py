"""Assignment rules over a whole city, asked for many incidents: which rules fit, and what they yield.

`Rulebook.assign` finds the rules that fit one incident, resolves what they assign to and lets
`gis.assignment.decide` put them in order. Everything is named by codes; no geometry is involved.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gis.assignment import AssignTo, Candidate, Decision, Party, decide
from gis.errors import RuleError
from gis.words import Words


@dataclass(frozen=True)
class Rule:
    """One assignment rule, as stored.

    ``category`` is the root of the subtree it is for (None: any category); ``layer`` the layer it needs a
    zone of (None: anywhere); ``zone`` the one zone it is for (None: every zone of the layer). It is valid
    from ``valid_from`` up to, not including, ``valid_to``.
    """

    code: str
    assign_to: AssignTo
    valid_from: datetime
    valid_to: datetime | None = None
    category: str | None = None
    layer: str | None = None
    zone: str | None = None
    organisation: str | None = None
    supporting: tuple[str, ...] = ()
    priority: int = 0
    note: Words | None = None

    def __post_init__(self) -> None:
        faults = [
            (self.assign_to == "organisation" and self.organisation is None, "缺少单位", "no organisation"),
            (self.assign_to == "zone_organisation" and self.layer is None, "缺少图层", "no layer"),
            (self.zone is not None and self.layer is None, "有网格而无图层", "a zone without its layer"),
            (
                self.valid_to is not None and self.valid_to <= self.valid_from,
                "有效期为空",
                "an empty validity",
            ),
        ]
        for wrong, zh, en in faults:
            if wrong:
                raise RuleError(Words(f"规则 {self.code}：{zh}", f"rule {self.code} has {en}"))


@dataclass(frozen=True)
class CategoryNode:
    """A category in its tree: names and the key of its parent; ``level`` is its depth, 1 at the top."""

    name: Words
    parent: str | None
    level: int


@dataclass(frozen=True)
class LayerNode:
    """A layer's names and how specific a rule on it is (deeper wins)."""

    name: Words
    depth: int


@dataclass(frozen=True)
class ZoneNode:
    """A zone's names and the code of the organisation that answers for it."""

    name: Words
    organisation: str | None = None


@dataclass(frozen=True)
class FacilityNode:
    """Owner and maintainer of a facility (organisation codes)."""

    owner: str | None = None
    maintainer: str | None = None


@dataclass(frozen=True)
class Assignment:
    """A decision and the supporting organisations of the deciding rule."""

    decision: Decision
    supporting: tuple[Party, ...]


@dataclass(frozen=True)
class Rulebook:
    """All rules of a city with everything they refer to.

    Parameters
    ----------
    rules
        In any order.
    categories, layers, organisations
        By key or code.
    zones
        By (layer code, zone code).

    Answers are remembered: incidents of one category in the same zones are decided once. Not for two
    threads at a time.
    """

    rules: Sequence[Rule]
    categories: Mapping[str, CategoryNode]
    layers: Mapping[str, LayerNode]
    zones: Mapping[tuple[str, str], ZoneNode]
    organisations: Mapping[str, Words]
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _fitting: dict[str, tuple[Rule, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known: dict[object, Assignment] = field(default_factory=dict, init=False, repr=False, compare=False)
    _moments: list[datetime] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = [rule.code for rule in self.rules]
        if len(set(codes)) != len(codes):
            double = next(code for code in codes if codes.count(code) > 1)
            raise RuleError(Words(f"规则代码 {double} 重复", f"rule code {double} is given twice"))
        ends = [rule.valid_to for rule in self.rules if rule.valid_to is not None]
        self._moments.extend(sorted({rule.valid_from for rule in self.rules} | set(ends)))

    def assign(
        self,
        category: str,
        zones: Mapping[str, Sequence[str]],
        at: datetime,
        *,
        facility: FacilityNode | None = None,
    ) -> Assignment:
        """Decide one incident.

        Parameters
        ----------
        category
            Key of its category.
        zones
            Codes of the zones it lies in, by layer; usually one per layer. Where a layer gives several,
            a rule without a zone of its own takes the lowest code.
        at
            The moment whose rules count (with a time zone).
        facility
            The facility concerned, if there is one.

        Raises
        ------
        KeyError
            The category is not in the tree.
        """
        rules = self._rules_for(category)
        named = {rule.layer for rule in rules if rule.layer is not None}
        ground = tuple((layer, tuple(sorted(zones[layer]))) for layer in sorted(named) if zones.get(layer))
        # Between two moments at which any rule starts or ends, the same rules are valid.
        key = (category, ground, facility, bisect_right(self._moments, at))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._decide(category, rules, dict(ground), at, facility)
        return found

    def _decide(
        self,
        category: str,
        rules: Iterable[Rule],
        zones: Mapping[str, Sequence[str]],
        at: datetime,
        facility: FacilityNode | None,
    ) -> Assignment:
        fitting = {
            rule.code: self._candidate(rule, zones, facility)
            for rule in rules
            if rule.valid_from <= at
            and (rule.valid_to is None or at < rule.valid_to)
            and (rule.layer is None or _ground(rule, zones) is not None)
        }
        decision = decide(fitting.values(), subject=self.categories[category].name)
        supporting: tuple[str, ...] = ()
        if decision.winner:
            supporting = next(rule.supporting for rule in rules if rule.code == decision.winner.rule)
        return Assignment(decision, tuple(self._party(code) for code in sorted(supporting)))

    def _candidate(
        self, rule: Rule, zones: Mapping[str, Sequence[str]], facility: FacilityNode | None
    ) -> Candidate:
        zone = _ground(rule, zones)
        place = self.zones[rule.layer, zone] if rule.layer is not None and zone is not None else None
        layer = self.layers[rule.layer] if rule.layer is not None else None
        node = self.categories[rule.category] if rule.category is not None else None
        organisation = {
            "organisation": rule.organisation,
            "zone_organisation": place.organisation if place else None,
            "facility_owner": facility.owner if facility else None,
            "facility_maintainer": facility.maintainer if facility else None,
        }[rule.assign_to]
        return Candidate(
            rule=rule.code,
            assign_to=rule.assign_to,
            organisation=None if organisation is None else self._party(organisation),
            priority=rule.priority,
            category=rule.category,
            category_name=node.name if node else None,
            category_depth=node.level if node else 0,
            layer=rule.layer,
            layer_name=layer.name if layer else None,
            layer_depth=layer.depth if layer else 0,
            zone=zone,
            zone_name=place.name if place else None,
            names_zone=rule.zone is not None,
            note=rule.note,
        )

    def _rules_for(self, category: str) -> tuple[Rule, ...]:
        """Rules whose category is empty, the category itself or one above it."""
        if category not in self._fitting:
            line = self._line(category)
            self._fitting[category] = tuple(
                rule for rule in self.rules if rule.category is None or rule.category in line
            )
        return self._fitting[category]

    def _line(self, category: str) -> tuple[str, ...]:
        """The category and those above it, deepest first."""
        if category not in self._lines:
            above = self.categories[category].parent
            self._lines[category] = (category, *(self._line(above) if above is not None else ()))
        return self._lines[category]

    def _party(self, code: str) -> Party:
        return Party(code, self.organisations[code])


def _ground(rule: Rule, zones: Mapping[str, Sequence[str]]) -> str | None:
    """The zone of the rule's layer that the incident lies in and the rule is for."""
    if rule.layer is None:
        return None
    there = zones.get(rule.layer, ())
    if rule.zone is not None:
        return rule.zone if rule.zone in there else None
    return min(there, default=None)
