"""Unreachable and ambiguous rules: as a table, and against every situation there is, one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.rules.assignment import AssignTo, Candidate, Party, decide
from gis.rules.reach import Tie, ties, unreachable
from gis.rules.references import reference_findings
from gis.rules.rule import CategoryFacts, LayerFacts, Rule, World
from gis.words import Words

NAME = Words("名", "name")
WORLD = World(
    categories={
        "06": CategoryFacts(NAME, None, 1),
        "06010": CategoryFacts(NAME, "06", 2),
        "06011": CategoryFacts(NAME, "06", 2, about_component=True),
        "07": CategoryFacts(NAME, None, 1),
    },
    layers={
        "police": LayerFacts(5, {"P1": "PO1", "P2": "PO2"}),
        "fire": LayerFacts(5, {"F1": None, "F2": "FI2"}),
        "park": LayerFacts(4, {"K1": None, "K2": "KA2", "K3": "KA3"}, cardinality="many"),
    },
    organisations={},
)


def to(organisation: str, code: str, **values: Any) -> Rule:
    return Rule(code, "organisation", organisation, **values)


def area(layer: str, code: str, **values: Any) -> Rule:
    return Rule(code, "zone_organisation", layer=layer, **values)


def owner(code: str, **values: Any) -> Rule:
    return Rule(code, "facility_owner", **values)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([to("A", "R1"), to("B", "R2")], {"R2": ["R1"]}),
        ([to("A", "R1"), to("B", "R2", priority=1)], {"R1": ["R2"]}),
        ([to("A", "R1"), to("B", "R2", category="06")], {}),
        # Every category has its own rule, the class too: nothing is left for the rule above them.
        (
            [to("A", "R0")] + [to("B", f"R{n}", category=key) for n, key in enumerate(WORLD.categories, 1)],
            {"R0": ["R2", "R3", "R1", "R4"]},
        ),
        # The class itself is a category too.
        (
            [
                to("A", "R0", category="06"),
                to("B", "R1", category="06010"),
                to("B", "R2", category="06011"),
            ],
            {},
        ),
        # Out of every zone the plain rule is left; in the layer every zone has an organisation.
        ([to("A", "R1"), area("police", "R2")], {}),
        ([to("A", "R1", layer="police"), area("police", "R2", priority=1)], {"R1": ["R2"]}),
        # One zone has no organisation: there the lower rule decides.
        ([to("A", "R1", layer="fire"), area("fire", "R2", priority=1)], {}),
        # All zones have a rule of their own.
        (
            [
                area("police", "R1"),
                to("A", "R2", layer="police", zone="P1"),
                to("B", "R3", layer="police", zone="P2"),
            ],
            {"R1": ["R2", "R3"]},
        ),
        ([area("police", "R1"), to("A", "R2", layer="police", zone="P1")], {}),
        # The zone without organisation goes to R2, the other to R3: together they leave nothing.
        (
            [
                to("A", "R1", layer="fire"),
                to("B", "R2", layer="fire", zone="F1"),
                area("fire", "R3", priority=1),
            ],
            {"R1": ["R2", "R3"]},
        ),
        # Facilities: an owner may be unknown, unless the rule below needs just that owner.
        ([owner("R1", category="06"), to("A", "R2")], {}),
        ([owner("R1", category="06", priority=1), owner("R2", category="06")], {"R2": ["R1"]}),
        (
            [owner("R1", category="06", priority=1), Rule("R2", "facility_maintainer", category="06")],
            {},
        ),
        # Many zones at a place: K1 has no organisation and comes first, so R1 yields none and R2 decides.
        ([area("park", "R1", priority=1), to("A", "R2", layer="park")], {}),
        ([area("park", "R1", category="06"), to("A", "R2", layer="park", zone="K3")], {}),
    ],
)  # fmt: skip
def test_rules_that_never_decide(rules: list[Rule], expected: dict[str, list[str]]) -> None:
    assert unreachable(rules, WORLD) == expected
    assert unreachable(rules[::-1], WORLD) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([area("police", "R1"), area("fire", "R2")], [("R1", "R2", 4)]),
        ([area("police", "R1"), area("fire", "R2", priority=1)], []),
        ([area("police", "R1"), area("park", "R2")], []),
        ([area("police", "R1", category="06010"), area("fire", "R2", category="06011")], []),
        ([area("police", "R1", category="06010"), area("fire", "R2", category="06010")], [("R1", "R2", 1)]),
        ([to("A", "R1", layer="police"), to("A", "R2", layer="fire")], []),
        ([to("A", "R1", layer="police", zone="P1"), to("B", "R2", layer="police", zone="P2")], []),
        ([to("A", "R1", layer="park", zone="K2"), to("B", "R2", layer="park", zone="K3")], [("R1", "R2", 4)]),
        # Something better always decides first.
        ([area("police", "R1"), area("fire", "R2"), to("A", "R3", category="06")], [("R1", "R2", 1)]),
        ([area("police", "R1"), area("fire", "R2"), to("A", "R3", category="06010")], [("R1", "R2", 3)]),
        ([owner("R1", layer="police"), Rule("R2", "facility_maintainer", layer="fire")], [("R1", "R2", 1)]),
    ],
)  # fmt: skip
def test_rules_between_which_only_the_code_decides(
    rules: list[Rule], expected: list[tuple[str, str, int]]
) -> None:
    assert [(tie.winner, tie.loser, len(tie.categories)) for tie in ties(rules, WORLD)] == expected


# Against brute force: every category, every combination of zones, every facility.

Situation = tuple[str, dict[str, tuple[str, ...]], str | None, str | None]


def situations() -> Iterator[Situation]:
    grounds: list[list[tuple[str, tuple[str, ...]]]] = []
    for code, layer in WORLD.layers.items():
        most = len(layer.zones) if layer.cardinality == "many" else 1
        sets = chain.from_iterable(combinations(sorted(layer.zones), n) for n in range(most + 1))
        grounds.append([(code, zones) for zones in sets])
    for category, places in product(WORLD.categories, product(*grounds)):
        yield category, dict(places), None, None
        if WORLD.categories[category].about_component:
            for owning, keeping in ((None, "B"), ("A", None), ("A", "B")):
                yield category, dict(places), owning, keeping


SITUATIONS = list(situations())


def fits(rules: list[Rule], situation: Situation) -> list[Candidate]:
    category, grounds, owning, keeping = situation
    found = []
    for rule in rules:
        if rule.category is not None and rule.category not in WORLD.line(category):
            continue
        there = [zone for zone in grounds.get(rule.layer or "", ()) if rule.zone in (None, zone)]
        if rule.layer is not None and not there:
            continue
        code = {
            "organisation": rule.organisation,
            "zone_organisation": WORLD.layers[rule.layer].zones[there[0]] if rule.layer else None,
            "facility_owner": owning,
            "facility_maintainer": keeping,
        }[rule.assign_to]
        found.append(
            Candidate(
                rule.code, rule.assign_to, Party(code, NAME) if code else None, priority=rule.priority,
                category=rule.category,
                category_depth=WORLD.categories[rule.category].level if rule.category else 0,
                layer=rule.layer, layer_depth=WORLD.layers[rule.layer].depth if rule.layer else 0,
                zone=there[0] if rule.layer else None, names_zone=rule.zone is not None,
            )
        )  # fmt: skip
    return found


def by_brute_force(rules: list[Rule]) -> tuple[set[str], set[tuple[str, str, str]]]:
    """Codes of rules that decide somewhere; ties (winner, loser, category) at the top of the order."""
    deciding: set[str] = set()
    tied: set[tuple[str, str, str]] = set()
    for situation in SITUATIONS:
        ranked = sorted((c for c in fits(rules, situation) if c.organisation), key=lambda c: c.order)
        if not ranked:
            continue
        decision = decide(ranked)
        assert decision.winner is not None
        deciding.add(decision.winner.rule)
        top = [c for c in ranked if c.order[:-1] == ranked[0].order[:-1]]
        tied |= {(one.rule, other.rule, situation[0]) for one, other in combinations(top, 2)}
    return deciding, tied


@st.composite
def some_rules(draw: st.DrawFn) -> list[Rule]:
    rules = []
    for number in range(draw(st.integers(1, 6))):
        layer = draw(st.sampled_from([None, *WORLD.layers]))
        zone = draw(st.sampled_from([None, *WORLD.layers[layer].zones])) if layer else None
        roles: list[AssignTo] = ["organisation", "facility_owner", "facility_maintainer"]
        roles += ["zone_organisation"] if layer else []
        role = draw(st.sampled_from(roles))
        rules.append(
            Rule(
                f"R{number}", role, draw(st.sampled_from("AB")) if role == "organisation" else None,
                draw(st.sampled_from([None, *WORLD.categories])), layer, zone,
                priority=draw(st.integers(0, 1)),
            )
        )  # fmt: skip
    return rules


@settings(max_examples=150)
@given(some_rules())
def test_unreachable_and_tied_as_brute_force_finds(rules: list[Rule]) -> None:
    useless = {"no_zone_organisation", "no_facility"}
    sound = [r for r in rules if not useless & {found.code for found in reference_findings(r, WORLD)}]
    deciding, tied = by_brute_force(sound)
    assert set(unreachable(sound, WORLD)) == {rule.code for rule in sound} - deciding
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    by_code = {rule.code: rule for rule in sound}

    def says_the_same(one: Rule, other: Rule) -> bool:
        ground = one.layer == other.layer or one.assign_to != "zone_organisation"
        return (one.assign_to, one.organisation) == (other.assign_to, other.organisation) and ground

    for one, other, category in tied:
        said[one, other].add(category)
    found = {(tie.winner, tie.loser): set(tie.categories) for tie in ties(sound, WORLD)}
    same = {pair for pair in said if says_the_same(*map(by_code.__getitem__, pair))}
    assert found == {pair: categories for pair, categories in said.items() if pair not in same}


def test_a_tie_is_a_value() -> None:
    assert ties([area("police", "R1"), area("fire", "R2")], WORLD) == [
        Tie("R1", "R2", tuple(WORLD.categories))
    ]
