"""Which rules can decide at all, and which tie: exact over every situation an incident can be in.

A situation is a category, for each layer the zone the place lies in (or none; several where the layer allows
many), and whether the facility concerned has an owner and a maintainer. Layers are taken as independent of
each other: two zones that never overlap on the ground are combined all the same. So a rule that is called
unreachable never decides; one that is not may still wait in vain for a place that does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from gis.rules.rule import LayerFacts, Rank, Rule, World

__all__ = ["Tie", "fitting", "ties", "unreachable"]

Fitting = Mapping[str, Sequence[Rule]]
_ROLES = ("facility_owner", "facility_maintainer")


@dataclass(frozen=True)
class Tie:
    """Two rules between which only the code decides, and the categories in which that happens."""

    winner: str
    loser: str
    categories: tuple[str, ...]


def fitting(rules: Sequence[Rule], world: World) -> dict[str, list[Rule]]:
    """For each category, the rules whose category subtree holds it, best first."""
    by_root: dict[str | None, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_root[rule.category].append(rule)
    found = {}
    for category in world.categories:
        here = list(by_root.get(None, ()))
        for above in world.line(category):
            here += by_root.get(above, ())
        found[category] = sorted(here, key=world.rank)
    return found


def unreachable(rules: Sequence[Rule], world: World) -> dict[str, list[str]]:
    """Rules that never decide, each with the rules that are always better, best first.

    Rules name only what exists, and each can yield an organisation somewhere (`reference_findings`).
    """
    by_category = fitting(rules, world)
    left = {rule.code: rule for rule in rules}
    beaten_by: dict[str, set[Rank]] = {rule.code: set() for rule in rules}
    for category, here in by_category.items():
        component = world.categories[category].about_component
        for position, rule in enumerate(here):
            if rule.code not in left:
                continue
            higher = here[:position]
            if _possible([rule], higher, world, about_component=component):
                del left[rule.code]
            else:
                beaten_by[rule.code] |= {world.rank(other) for other in _in_the_way(rule, higher, world)}
    return {code: [rank.code for rank in sorted(beaten_by[code])] for code in sorted(left)}


def ties(rules: Sequence[Rule], world: World) -> list[Tie]:
    """Pairs that can both fit, both yield, differ in what they say, and rank equal but for the code."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for category, here in fitting(rules, world).items():
        component = world.categories[category].about_component
        for group, better in _groups(here, world):
            for winner, loser in combinations(group, 2):
                if _says_the_same(winner, loser):
                    continue
                if _possible([winner, loser], better, world, about_component=component):
                    found[winner.code, loser.code].append(category)
    return [Tie(winner, loser, tuple(categories)) for (winner, loser), categories in sorted(found.items())]


def _groups(here: Sequence[Rule], world: World) -> Iterator[tuple[list[Rule], Sequence[Rule]]]:
    """Rules of equal rank where there are several, with all better ones."""
    begin = 0
    ranks = [world.rank(rule).equal_but_for_the_code for rule in here]
    for end in range(1, len(here) + 1):
        if end == len(here) or ranks[end] != ranks[begin]:
            if end - begin > 1:
                yield list(here[begin:end]), here[:begin]
            begin = end


def _says_the_same(one: Rule, other: Rule) -> bool:
    if one.assign_to == "zone_organisation" and one.layer != other.layer:
        return False
    return (one.assign_to, one.organisation, set(one.supporting)) == (
        other.assign_to,
        other.organisation,
        set(other.supporting),
    )


def _possible(wanted: Sequence[Rule], higher: Sequence[Rule], world: World, *, about_component: bool) -> bool:
    """Whether all wanted rules can yield an organisation while none of the higher ones does."""
    needed: set[str] = {rule.assign_to for rule in wanted if rule.assign_to in _ROLES}
    if needed and not about_component:
        return False
    # In layers that no wanted rule names the place may lie in no zone: their rules do not fit.
    for rule in higher:
        if rule.layer is None and (rule.assign_to == "organisation" or rule.assign_to in needed):
            return False
    return all(
        _ground_possible(
            [rule for rule in wanted if rule.layer == code],
            [rule for rule in higher if rule.layer == code],
            world.layers[code],
            needed,
        )
        for code in {rule.layer for rule in wanted}
        if code is not None
    )


def _ground_possible(
    wanted: Sequence[Rule], higher: Sequence[Rule], layer: LayerFacts, needed: set[str]
) -> bool:
    """The same for the zones of one layer."""
    named = {rule.zone for rule in wanted if rule.zone is not None}
    if layer.cardinality != "many" and len(named) > 1:
        return False
    blocked = {
        rule.zone for rule in higher if rule.zone is not None and _yields(rule, rule.zone, layer, needed)
    }
    if named & blocked:
        return False
    open_to_all = [rule for rule in (*wanted, *higher) if rule.zone is None]
    if not named:
        # One zone is enough: more of them only make more rules fit.
        grounds = [zone for zone in layer.zones if zone not in blocked]
    elif layer.cardinality == "many":
        # A further zone with a lower code can take the place of the ground of rules for the whole layer.
        lowest = min(zone for zone in named if zone is not None)
        grounds = [lowest, *(zone for zone in layer.zones if zone < lowest and zone not in blocked)]
    else:
        grounds = [zone for zone in named if zone is not None]
    if any(not _yields(rule, rule.zone, layer, needed) for rule in wanted if rule.zone is not None):
        return False
    must = [rule for rule in open_to_all if rule in wanted]
    must_not = [rule for rule in open_to_all if rule not in wanted]
    return any(
        all(_yields(rule, ground, layer, needed) for rule in must)
        and not any(_yields(rule, ground, layer, needed) for rule in must_not)
        for ground in grounds
    )


def _yields(rule: Rule, ground: str | None, layer: LayerFacts, needed: set[str]) -> bool:
    if rule.assign_to == "zone_organisation":
        return ground in layer.with_organisation
    return rule.assign_to == "organisation" or rule.assign_to in needed


def _in_the_way(rule: Rule, higher: Sequence[Rule], world: World) -> list[Rule]:
    """The better rules that keep a rule from deciding: one that always does, else all that ever do."""
    needed = {str(rule.assign_to)} & set(_ROLES)
    ever = []
    for other in higher:
        if other.layer is None:
            if other.assign_to == "organisation" or other.assign_to in needed:
                return [other]
        elif other.layer == rule.layer and rule.layer is not None:
            layer = world.layers[rule.layer]
            if not _ground_possible([rule], [other], layer, needed):
                return [other]
            if rule.zone is None or other.zone in (None, rule.zone):
                ever.append(other)
    return ever
