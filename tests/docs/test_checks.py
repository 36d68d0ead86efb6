"""docs/checks.md names every kind of finding and every reading of a datum, and nothing else."""

from __future__ import annotations

import re

import pytest

from gis.coverage import MEANINGS
from gis.datum import READINGS
from tests.docs.pages import DOCS, sections

SECTIONS = sections((DOCS / "checks.md").read_text(encoding="utf-8"), level=2)


def first_column(section: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", SECTIONS[section], re.MULTILINE))


@pytest.mark.parametrize(("section", "known"), [("A layer", set(MEANINGS)), ("A datum", set(READINGS))])
def test_the_tables_are_complete(section: str, known: set[str]) -> None:
    assert first_column(section) == known


def test_every_kind_of_finding_has_words_in_both_languages() -> None:
    assert all(words.zh and words.en and words.zh != words.en for words in MEANINGS.values())
