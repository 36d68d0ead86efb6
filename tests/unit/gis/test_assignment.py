"""Which rule wins, as tables: every criterion, everything a rule can assign to, every reason."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.assignment import CRITERIA, Candidate, Party, decide, lost_by
from gis.errors import RuleError
from gis.rulebook import CategoryNode, FacilityNode, LayerNode, Rule, Rulebook, ZoneNode
from gis.words import Words

WATER = Party("WATER", Words("供水公司", "Water company"))
POLICE = Party("POLICE", Words("公安分局", "Police"))
LITTER = Words("暴露垃圾", "Exposed litter")


def candidate(rule: str, **values: Any) -> Candidate:
    given = {"assign_to": "organisation", "organisation": WATER, **values}
    if given.get("category_depth"):
        given.setdefault("category", "S:matter:06")
    if given.get("names_zone") or given.get("layer_depth"):
        given = {"layer": "police", "zone": "P1", **given}
    return Candidate(rule=rule, **given)


@pytest.mark.parametrize(
    ("better", "worse", "criterion"),
    [
        (candidate("B"), candidate("A", organisation=None, category_depth=2), "no_organisation"),
        (
            candidate("B", category_depth=2),
            candidate("A", category_depth=1, names_zone=True),
            "category_depth",
        ),
        (candidate("B", category_depth=1), candidate("A", names_zone=True, layer_depth=5), "category_depth"),
        (candidate("B", names_zone=True, layer_depth=1), candidate("A", layer_depth=5, priority=9), "zone"),
        (candidate("B", layer_depth=5), candidate("A", layer_depth=4, priority=9), "layer_depth"),
        (candidate("B", layer_depth=1), candidate("A", priority=9), "layer_depth"),
        (candidate("B", priority=2), candidate("A", priority=1), "priority"),
        (candidate("B", priority=0), candidate("A", priority=-1), "priority"),
        (candidate("A"), candidate("B"), "code"),
        (candidate("R10"), candidate("R9"), "code"),
        (candidate("Z"), candidate("a"), "code"),
    ],
)
def test_one_criterion_after_the_other(better: Candidate, worse: Candidate, criterion: str) -> None:
    for order in ([better, worse], [worse, better]):
        decision = decide(order)
        assert decision.winner == better
        assert [(other.candidate, other.lost_by) for other in decision.runners_up] == [(worse, criterion)]
    assert lost_by(worse, better) == criterion
    with pytest.raises(RuleError):
        lost_by(better, worse)
    with pytest.raises(RuleError):
        lost_by(better, better)


specs = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), st.booleans(), st.integers(0, 5), st.integers(-1, 1)),
    min_size=1, max_size=6,
)  # fmt: skip


@given(specs)
def test_order_is_complete_and_free_of_the_order_of_rows(
    rows: list[tuple[bool, int, bool, int, int]],
) -> None:
    rules = [
        candidate(
            f"R{index}", organisation=None if none else WATER, category_depth=depth, names_zone=zone,
            layer_depth=layer, priority=priority,
        )
        for index, (none, depth, zone, layer, priority) in enumerate(rows)
    ]  # fmt: skip
    expected = decide(rules)
    for order in itertools.islice(itertools.permutations(rules), 24):
        assert decide(order) == expected
    for other in expected.runners_up:
        if expected.winner:
            assert lost_by(other.candidate, expected.winner) == other.lost_by
            assert CRITERIA.index(other.lost_by) >= 0
    assert (expected.winner is None) == all(none for none, *_ in rows)


def test_no_rule() -> None:
    decision = decide([], subject=LITTER)
    assert (decision.winner, decision.responsible, decision.runners_up, decision.fallback) == (
        None,
        None,
        (),
        False,
    )
    assert decision.reason_codes == ("unassigned",)
    assert decision.reason == Words(
        "“暴露垃圾”：没有适用的规则，转人工分拨。",
        '"Exposed litter": no rule fits; it goes to the sorting desk.',
    )


def test_only_rules_without_an_organisation() -> None:
    decision = decide([candidate("A", organisation=None), candidate("B", organisation=None)])
    assert decision.winner is None
    assert [other.lost_by for other in decision.runners_up] == ["no_organisation"] * 2
    assert "2 rule(s) fit but yield no organisation" in decision.reason.en
    assert "2 条规则" in decision.reason.zh


def test_reason_names_zone_rule_and_role() -> None:
    decision = decide(
        [
            candidate(
                "R7", assign_to="zone_organisation", organisation=POLICE, category_depth=1,
                category_name=Words("市容环境类", "City appearance"), layer="police", layer_depth=5,
                layer_name=Words("公安网格", "police grid"), zone="P1",
                zone_name=Words("第一警务区", "Beat 1"),
            ),
            candidate("R1", organisation=WATER),
        ],
        subject=LITTER,
    )  # fmt: skip
    assert decision.reason == Words(
        "“暴露垃圾”位于公安网格“第一警务区”，按针对“市容环境类”的规则 R7，由该区域的责任单位公安分局负责。",
        '"Exposed litter" in police grid "Beat 1": rule R7 for "City appearance" assigns it to the'
        " organisation that answers for this zone, Police.",
    )
    assert decision.reason_codes == (
        "assigned", "rule:R7", "category:S:matter:06", "layer:police:P1", "assign_to:zone_organisation",
        "won_by:category_depth",
    )  # fmt: skip


def test_fallback_is_said() -> None:
    decision = decide([candidate("R1")], subject=LITTER)
    assert decision.fallback
    assert decision.reason_codes == (
        "assigned",
        "rule:R1",
        "any_category",
        "assign_to:organisation",
        "fallback",
    )
    assert decision.reason.zh == "“暴露垃圾”，没有针对此类别的规则，按属地规则 R1，由供水公司负责。"
    assert decision.reason.en == (
        '"Exposed litter": no rule for this category fits, territorial rule R1 assigns it to Water company.'
    )


def test_names_without_english_are_told_in_chinese() -> None:
    decision = decide([candidate("R1", organisation=Party("X", Words("某单位", "")))])
    assert decision.reason.en.endswith("assigns it to 某单位.")


@pytest.mark.parametrize(
    "values",
    [
        {"names_zone": True, "layer": None, "zone": None},
        {"category": "S:matter:06", "category_depth": 0},
    ],
)
def test_candidates_that_contradict_themselves(values: dict[str, Any]) -> None:
    with pytest.raises(RuleError):
        Candidate(rule="R", assign_to="organisation", organisation=None, **values)


# A small city for the rulebook.
NOW = datetime(2026, 3, 1, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)
COMPONENT = "S:component:01001"
CATEGORIES = {
    "S:matter:06": CategoryNode(Words("市容", "Appearance"), None, 1),
    "S:matter:06010": CategoryNode(LITTER, "S:matter:06", 2),
    "S:matter:07": CategoryNode(Words("广告", "Adverts"), None, 1),
    COMPONENT: CategoryNode(Words("井盖", "Manhole"), None, 1),
}
LAYERS = {
    "subdistrict": LayerNode(Words("街道", "Subdistrict"), 2),
    "police": LayerNode(Words("公安", "Police"), 5),
}
ZONES = {
    ("subdistrict", "S1"): ZoneNode(Words("中韩", "Zhonghan"), "ST1"),
    ("police", "P1"): ZoneNode(Words("一区", "Beat 1"), "POLICE"),
    ("police", "P2"): ZoneNode(Words("二区", "Beat 2"), None),
}
ORGANISATIONS = {code: Words(f"单位{code}", f"Office {code}") for code in ("ST1", "POLICE", "WATER", "SQUAD")}
ALL_ZONES = {"subdistrict": ["S1"], "police": ["P1"]}


def rule(code: str, assign_to: Any = "organisation", **values: Any) -> Rule:
    if assign_to == "organisation":
        values.setdefault("organisation", "SQUAD")
    values.setdefault("valid_from", START)
    return Rule(code=code, assign_to=assign_to, **values)


def book(*rules: Rule) -> Rulebook:
    return Rulebook(rules, CATEGORIES, LAYERS, ZONES, ORGANISATIONS)


@pytest.mark.parametrize(
    ("fits", "values"),
    [
        (True, {}),
        (True, {"category": "S:matter:06010"}),
        (True, {"category": "S:matter:06"}),
        (False, {"category": "S:matter:07"}),
        (True, {"layer": "police"}),
        (True, {"layer": "police", "zone": "P1"}),
        (False, {"layer": "police", "zone": "P2"}),
        (False, {"layer": "subdistrict", "zone": "P1"}),
        (True, {"valid_from": NOW}),
        (False, {"valid_from": NOW + timedelta(seconds=1)}),
        (False, {"valid_to": NOW}),
        (True, {"valid_to": NOW + timedelta(seconds=1)}),
    ],
)
def test_which_rules_fit(fits: bool, values: dict[str, Any]) -> None:
    answer = book(rule("R", **values)).assign("S:matter:06010", ALL_ZONES, NOW).decision
    assert (answer.winner is not None) == fits


def test_a_rule_on_a_layer_needs_a_zone_there() -> None:
    assert (
        book(rule("R", layer="police")).assign("S:matter:06", {"subdistrict": ["S1"]}, NOW).decision.winner
        is None
    )


@pytest.mark.parametrize(
    ("assign_to", "values", "zones", "facility", "organisation"),
    [
        ("organisation", {"organisation": "WATER"}, {}, None, "WATER"),
        ("zone_organisation", {"layer": "police"}, {"police": ["P1"]}, None, "POLICE"),
        ("zone_organisation", {"layer": "police"}, {"police": ["P2"]}, None, None),
        ("zone_organisation", {"layer": "police"}, {"police": ["P2", "P1"]}, None, "POLICE"),
        ("zone_organisation", {"layer": "police", "zone": "P2"}, {"police": ["P1", "P2"]}, None, None),
        ("facility_owner", {}, {}, FacilityNode("WATER", "SQUAD"), "WATER"),
        ("facility_maintainer", {}, {}, FacilityNode("WATER", "SQUAD"), "SQUAD"),
        ("facility_owner", {}, {}, FacilityNode(None, "SQUAD"), None),
        ("facility_owner", {}, {}, None, None),
    ],
)
def test_what_a_rule_yields(
    assign_to: str, values: dict[str, Any], zones: Any, facility: Any, organisation: str | None
) -> None:
    answer = book(rule("R", assign_to, **values)).assign(COMPONENT, zones, NOW, facility=facility).decision
    assert (answer.responsible.code if answer.responsible else None) == organisation
    assert len(answer.runners_up) == (organisation is None)


def test_supporting_organisations_of_the_winner_only() -> None:
    answer = book(
        rule("R1", category="S:matter:06", supporting=("WATER", "POLICE")), rule("R2", supporting=("ST1",))
    ).assign("S:matter:06010", ALL_ZONES, NOW)
    assert [party.code for party in answer.supporting] == ["POLICE", "WATER"]


def test_answers_are_remembered_but_never_mixed_up() -> None:
    rules = book(
        rule("OLD", valid_to=NOW, organisation="WATER"),
        rule("NEW", valid_from=NOW, organisation="SQUAD"),
        rule("OWNER", "facility_owner", category=COMPONENT),
        rule("BEAT", "zone_organisation", layer="police", category="S:matter:06"),
    )
    later, before = NOW + timedelta(days=1), NOW - timedelta(days=1)

    def ask(category: str, police: str, at: datetime, facility: FacilityNode | None = None) -> str:
        answer = rules.assign(category, {"police": [police]}, at, facility=facility).decision
        return answer.responsible.code if answer.responsible else "-"

    for _ in range(2):
        assert ask("S:matter:07", "P1", later) == "SQUAD"
        assert ask("S:matter:07", "P1", before) == "WATER"
        assert ask("S:matter:06010", "P1", later) == "POLICE"
        assert ask("S:matter:06010", "P2", later) == "SQUAD"
        assert ask(COMPONENT, "P1", later) == "SQUAD"
        assert ask(COMPONENT, "P1", later, FacilityNode("WATER")) == "WATER"


@pytest.mark.parametrize(
    ("assign_to", "values"),
    [
        ("organisation", {"organisation": None}),
        ("zone_organisation", {}),
        ("organisation", {"zone": "P1"}),
        ("organisation", {"valid_to": START}),
    ],
)
def test_rules_that_contradict_themselves(assign_to: str, values: dict[str, Any]) -> None:
    with pytest.raises(RuleError, match="rule R has"):
        rule("R", assign_to, **values)


def test_rule_codes_are_unique() -> None:
    with pytest.raises(RuleError, match="R is given twice"):
        book(rule("R"), rule("R"))


def test_unknown_category() -> None:
    with pytest.raises(KeyError):
        book(rule("R", category="S:matter:06")).assign("S:matter:99", ALL_ZONES, NOW)
