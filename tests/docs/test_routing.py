"""docs/routing.md names every reason not to believe a place, every way to assign, every way to lose."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from governance.incidents.answers import RunnerUp, ZoneFound
from grid_data.column_words import PLACE_PROBLEMS
from tests.docs.pages import DOCS, sections

SECTIONS = sections((DOCS / "routing.md").read_text(encoding="utf-8"), level=2)


def first_column(section: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", SECTIONS[section], re.MULTILINE))


def test_place_problems_are_exactly_those_that_exist() -> None:
    assert first_column("1. The place") == set(PLACE_PROBLEMS)


def test_methods_are_exactly_those_that_exist() -> None:
    assert first_column("2. Zones") == set(get_args(ZoneFound.model_fields["method"].annotation))


@pytest.mark.parametrize("word", get_args(RunnerUp.model_fields["lost_by"].annotation))
def test_every_way_to_lose_is_described(word: str) -> None:
    assert f"`{word}`" in SECTIONS["4. The organisation"]
