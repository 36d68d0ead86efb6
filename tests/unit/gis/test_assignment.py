"""Which rule wins, as tables: every criterion, everything a rule can assign to, every reason."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import RuleError
from gis.rules.assignment import CRITERIA, Candidate, Party, decide, lost_by
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
        '"Exposed litter" in "Beat 1": rule R7 for "City appearance" assigns it to the'
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
