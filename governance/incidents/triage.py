"""Urgent or not, and whose: suggested from category and text when a call is taken. A person decides.

The words and what they mean are data: ``grid_data/catalogues/triage.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field

from gis.words import Words
from governance.incidents.answers import Answer, Name

__all__ = ["Flag", "Triage", "TriageRule", "read_rules", "triage"]

Agency = Literal["110", "119", "120"]
_NOT = re.compile(r"(没有|没发生|未发生|未见|并未|不是|并非|无|防止|预防|避免|以免|防)$")
"""A word that comes right after one of these is denied: "没有着火"."""
_EXERCISE = re.compile(r"^(演练|演习|宣传|知识|保险)")
"""A word before one of these is no emergency: "火灾演练"."""


@dataclass(frozen=True)
class TriageRule:
    """Words, any of which in a text says that it is urgent or not, and for whom."""

    words: tuple[str, ...]
    urgent: bool
    to: Agency | None
    why: Words


class Flag(Answer):
    """A reason: words found in the text, or the category."""

    source: Literal["text", "category"]
    words: Annotated[list[str], Field(description="What was found in the text.")]
    urgent: bool
    to: Agency | None
    why: Name


class Triage(Answer):
    """What is suggested, with every reason. Nothing is decided by it."""

    urgent: bool
    to: Annotated[Agency | None, Field(description="Who should be told at once, besides the city.")]
    enquiry: Annotated[bool, Field(description="A guidance text may answer it without dispatch.")]
    flags: list[Flag]


@cache
def read_rules() -> tuple[TriageRule, ...]:
    """The shipped rules in the order of their gravity."""
    file = resources.files("grid_data.catalogues") / "triage.csv"
    return tuple(
        TriageRule(
            tuple(row["words"].split("|")),
            row["urgent"] == "true",
            row["to"] or None,  # type: ignore[arg-type]
            Words(row["why_zh"], row["why_en"]),
        )
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    )


def triage(
    text: str, category_urgency: str | None = None, rules: Sequence[TriageRule] | None = None
) -> Triage:
    """Judge a text and the usual urgency of its category (``normal``, ``urgent`` or unknown).

    The gravest flag counts: a word for danger before the category, the category before an enquiry.

    >>> found = triage("楼上着火了，有人被困")
    >>> found.urgent, found.to
    (True, '119')
    >>> triage("请问居住证怎么办理").enquiry
    True
    >>> triage("小区举行火灾演练，没有着火").urgent
    False
    """
    flags = []
    for rule in read_rules() if rules is None else rules:
        found = [word for word in rule.words if _said(text, word)]
        if found:
            name = Name(zh=rule.why.zh, en=rule.why.en)
            flags.append(Flag(source="text", words=found, urgent=rule.urgent, to=rule.to, why=name))
    if category_urgency == "urgent":
        why = Name(zh="该类别通常按紧急件办理", en="incidents of this category are usually urgent")
        flags.append(Flag(source="category", words=[], urgent=True, to=None, why=why))
    urgent = any(flag.urgent for flag in flags)
    flags.sort(key=lambda flag: not flag.urgent)
    to = next((flag.to for flag in flags if flag.to is not None), None)
    enquiry = not urgent and any(flag.source == "text" and not flag.urgent for flag in flags)
    return Triage(urgent=urgent, to=to, enquiry=enquiry, flags=flags)


def _said(text: str, word: str) -> bool:
    """Whether a text says a word somewhere without denying it."""
    at = text.find(word)
    while at >= 0:
        if not _NOT.search(text[:at]) and not _EXERCISE.match(text[at + len(word) :]):
            return True
        at = text.find(word, at + 1)
    return False
