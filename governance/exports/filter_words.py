"""Filters in words, for what stands inside files, reports and shared views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gis.words import Words
from governance.casework.names import LEVELS, STATES
from governance.exports.subjects import CLOCKS, CONDITIONS, SOURCES, URGENCIES
from governance.incidents.reasons import place_problem_words

__all__ = ["filters_in_words"]

NAMES: Mapping[str, Words] = {
    "zone": Words("区域", "zone"),
    "organisation": Words("部门", "organisation"),
    "relation": Words("关系", "relation"),
    "state": Words("状态", "state"),
    "category": Words("类别", "category"),
    "source": Words("来源", "source"),
    "urgency": Words("紧急程度", "urgency"),
    "clock": Words("时限", "clock"),
    "level": Words("层级", "level"),
    "supervised": Words("督办", "supervised"),
    "from": Words("自", "from"),
    "to": Words("至", "to"),
    "bbox": Words("范围", "area"),
    "place_status": Words("定位", "place"),
    "place_problem": Words("位置问题", "place problem"),
    "q": Words("检索", "search"),
    "concerned": Words("涉及部门", "concerned"),
    "sent_back": Words("退回", "sent back"),
    "reworked": Words("返工", "reworked"),
    "handled_from": Words("办毕自", "handled from"),
    "handled_to": Words("办毕至", "handled to"),
    "counted": Words("指标", "counted"),
    "counted_from": Words("指标自", "counted from"),
    "counted_to": Words("指标至", "counted to"),
    "has_duplicates": Words("有重复", "with duplicates"),
    "area": Words("范围", "area"),
    "within": Words("范围", "within"),
    "compare": Words("对比", "compared with"),
    "layer": Words("图层", "layer"),
    "parent": Words("上级", "parent"),
    "at": Words("时点", "at"),
}


SWITCH = {"true": Words("是", "yes"), "false": Words("不限", "any")}


def _values() -> Mapping[str, Mapping[str, Words]]:
    states = {str(code): words for code, words in STATES.items()}
    problems = {code: Words(words["zh"], words["en"]) for code, words in place_problem_words().items()}
    return {
        "state": {"open": Words("未结", "open"), **states, **CONDITIONS},
        "source": SOURCES,
        "urgency": URGENCIES,
        "clock": CLOCKS,
        "level": {str(code): words for code, words in LEVELS.items()},
        "compare": {"none": Words("不对比", "nothing"), "year": Words("上年同期", "the year before")},
        **dict.fromkeys(("supervised", "sent_back", "reworked", "has_duplicates"), SWITCH),
        "place_status": {"located": Words("已定位", "located"), "unlocated": Words("未定位", "not located")},
        "place_problem": problems,
        "relation": {
            "owned": Words("权属", "owned"),
            "maintained": Words("养护", "maintained"),
            "supervised": Words("主管", "supervised"),
            "kept": Words("权属或养护", "owned or maintained"),
        },
    }


def filters_in_words(given: Iterable[tuple[str, str]]) -> list[tuple[Words, Words]]:
    """Name and value of each filter; several values of one stand together.

    >>> filters_in_words([("state", "open"), ("q", "路灯"), ("state", "closed")])[0][1].en
    'open, closed'
    """
    known = _values()
    found: dict[str, list[Words]] = {}
    for name, value in given:
        found.setdefault(name, []).append(known.get(name, {}).get(value, Words(value, value)))
    return [
        (
            NAMES.get(name, Words(name, name)),
            Words("、".join(value.zh for value in values), ", ".join(value.en for value in values)),
        )
        for name, values in found.items()
    ]
