"""What the checks find: each kind of fault as a row, and how validity in time counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gis.rules.checks import check_rules
from gis.rules.references import reference_findings
from gis.rules.rule import CategoryFacts, LayerFacts, Rule, World
from gis.words import Words

NAME = Words("名", "name")
NOW, LATER, LAST = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6, 9))
WORLD = World(
    categories={
        "01": CategoryFacts(NAME, None, 1),
        "01001": CategoryFacts(NAME, "01", 2, about_component=True),
        "01002": CategoryFacts(NAME, "01", 2),
        "06": CategoryFacts(NAME, None, 1),
    },
    layers={
        "police": LayerFacts(5, {"P1": "PO1", "P2": "PO2"}, gone=frozenset({"P0"})),
        "fire": LayerFacts(5, {"F1": "FI1", "F2": None}),
        "bare": LayerFacts(5, {"B1": None}),
        "empty": LayerFacts(5, {}),
        "sleeping": LayerFacts(5, {"S1": "PO1"}, routed=False),
    },
    organisations={"A": NAME, "B": NAME},
)


def to(organisation: str | None = "A", code: str = "R1", **values: Any) -> Rule:
    return Rule(code, "organisation", organisation, **values)


def area(layer: str | None, code: str = "R1", **values: Any) -> Rule:
    return Rule(code, "zone_organisation", layer=layer, **values)


def owner(category: str | None) -> Rule:
    return Rule("R1", "facility_owner", category=category)


@pytest.mark.parametrize(
    ("rule", "code", "field"),
    [
        (to(category="99"), "unknown_category", "category"),
        (to(layer="moon"), "unknown_layer", "layer"),
        (to(layer="sleeping"), "inactive_layer", "layer"),
        (to(layer="empty"), "empty_layer", "layer"),
        (to(zone="P1"), "layer_missing", "layer"),
        (area(None), "layer_missing", "layer"),
        (to(layer="police", zone="P9"), "unknown_zone", "zone"),
        (to(layer="police", zone="P0"), "retired_zone", "zone"),
        (to("NOBODY"), "unknown_organisation", "organisation"),
        (to(supporting=("B", "NOBODY")), "unknown_organisation", "supporting"),
        (to(None), "organisation_missing", "organisation"),
        (area("police", organisation="A"), "organisation_superfluous", "organisation"),
        (area("bare"), "no_zone_organisation", "assign_to"),
        (area("fire", zone="F2"), "no_zone_organisation", "assign_to"),
        (area("fire"), "some_zones_without_organisation", "assign_to"),
        (owner("06"), "no_facility", "assign_to"),
        (owner("01"), "some_without_facility", "assign_to"),
        (to(supporting=("A",)), "support_is_lead", "supporting"),
    ],
)
def test_faults_of_one_rule(rule: Rule, code: str, field: str) -> None:
    (found,) = reference_findings(rule, WORLD)
    assert (found.code, found.rule, found.field) == (code, "R1", field)
    assert "R1" in found.message.zh
    assert found.message.en.startswith("rule R1: ")


@pytest.mark.parametrize(
    "rule",
    [to(), to(layer="police", zone="P1", category="01"), area("police"), owner("01001"), owner(None)],
)
def test_sound_rules(rule: Rule) -> None:
    assert reference_findings(rule, WORLD) == []


def found(*rules: Rule) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """Kind, rule and others of all findings, categories left out apart."""
    told = check_rules(rules, NOW, WORLD)
    assert [fault.level for fault in told] == sorted(fault.level for fault in told)
    return [(f.code, f.rule, f.others) for f in told if f.code not in ("fallback", "no_rule")]


def test_a_temporary_rule_above_is_no_fault() -> None:
    below = to("A", "R1", category="06")
    above = to("B", "R2", category="06", priority=1, valid_from=LATER, valid_to=LAST)
    assert found(below, above) == []
    for_ever = to("B", "R2", category="06", priority=1)
    assert found(below, for_ever) == [("unreachable", "R1", ("R2",))]
    # Its time is over before the other one ends.
    assert found(to("A", "R1", category="06", valid_from=LATER, valid_to=LAST), for_ever) == [
        ("unreachable", "R1", ("R2",))
    ]


def test_each_version_counts_by_itself() -> None:
    first = to("A", "R1", category="06", valid_to=LATER)
    second = to("A", "R1", category="06", priority=-1, valid_from=LATER)
    other = to("B", "R2", category="06", valid_from=LATER)
    assert found(first, second, other) == [("unreachable", "R1", ("R2",))]
    assert found(first, other) == []


def test_what_is_over_is_not_checked() -> None:
    assert found(to("NOBODY", valid_to=NOW)) == []
    assert found(to("NOBODY", valid_to=LATER)) == [("unknown_organisation", "R1", ())]


def test_a_tie_at_some_time_is_told() -> None:
    police, fire = area("police", "R1", category="06"), area("fire", "R2", category="06", valid_from=LATER)
    assert found(police, fire) == [
        ("ambiguous", "R2", ("R1",)),
        ("some_zones_without_organisation", "R2", ()),
    ]


def test_broken_rules_silence_nobody() -> None:
    assert found(to("NOBODY", "R0"), to("A", "R1")) == [("unknown_organisation", "R0", ())]


def test_categories_left_out() -> None:
    def holes(*rules: Rule) -> dict[str, int]:
        told = check_rules(rules, NOW, WORLD)
        return {f.code: f.count for f in told if f.code in ("fallback", "no_rule")}

    assert holes() == {"no_rule": 4}
    assert holes(to()) == {"fallback": 4}
    assert holes(to(category="01")) == {"no_rule": 1}
    assert holes(to(category="01"), to("B", "R2")) == {"fallback": 1}
    # Later the rule for the class is gone.
    assert holes(to(category="01", valid_to=LATER), to("B", "R2")) == {"fallback": 4}
    assert holes(to(category="01"), to("B", "R2", category="06")) == {}
