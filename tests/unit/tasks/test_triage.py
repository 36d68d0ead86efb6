"""Urgent or not, from words and category; denied words do not count."""

from __future__ import annotations

import pytest

from governance.incidents.triage import read_rules, triage


@pytest.mark.parametrize(
    ("text", "urgent", "to"),
    [
        ("有人在楼下打架，快来", True, "110"),
        ("三楼着火了", True, "119"),
        ("厨房闻到煤气", True, "119"),
        ("老人晕倒在路边", True, "120"),
        ("电梯困人，里面有孩子", True, "119"),
        ("路边井盖丢失", True, None),
        ("路灯不亮，夜间通行不便", False, None),
        ("请问小学报名怎么办理", False, None),
        # Denied, practised or prevented: no emergency.
        ("垃圾堆没有着火，只是有烟味", False, None),
        ("小区组织火灾演练，噪声大", False, None),
        ("希望加装护栏，防止高空坠物", False, None),
        # Denied once, said once.
        ("昨天没有着火，今天着火了", True, "119"),
    ],
)
def test_words_of_a_report(text: str, urgent: bool, to: str | None) -> None:
    found = triage(text)
    assert (found.urgent, found.to) == (urgent, to)
    assert found.urgent == any(flag.urgent for flag in found.flags)


def test_the_category_counts_without_any_word() -> None:
    found = triage("家里没电了", "urgent")
    assert found.urgent
    assert [flag.source for flag in found.flags] == ["category"]
    assert not triage("家里没电了", "normal").urgent


def test_an_enquiry_is_one_only_while_nothing_is_urgent() -> None:
    assert triage("请问怎么办理居住证").enquiry
    assert not triage("请问怎么办理居住证", "urgent").enquiry
    assert not triage("请问楼下着火找谁").enquiry


def test_every_rule_can_be_met_and_says_why_in_both_languages() -> None:
    for rule in read_rules():
        assert rule.why.zh
        assert rule.why.en
        assert rule.to in (None, "110", "119", "120")
        for word in rule.words:
            assert word in triage(word).flags[0].words or any(word in f.words for f in triage(word).flags)
