"""docs/rules.md names every kind of finding, with its level; its table of the order is true."""

from __future__ import annotations

import re
from typing import Any, get_args

from gis.rules.assignment import CRITERIA, Candidate, Party, lost_by
from gis.rules.findings import LEVELS, FindingCode
from gis.words import Words
from tests.docs.pages import DOCS, sections

SECTIONS = sections((DOCS / "rules.md").read_text(encoding="utf-8"), level=2)


def rule(code: str, **values: Any) -> Candidate:
    """A fitting rule; a depth brings the category or the layer with it."""
    given = {"assign_to": "organisation", "organisation": Party("A", Words("甲", "A")), **values}
    if given.get("category_depth"):
        given["category"] = "S:matter:06"
    if given.get("layer_depth"):
        given |= {"layer": "police", "zone": "P1"}
    return Candidate(code, **given)


def test_findings_are_exactly_those_that_exist() -> None:
    told = re.findall(r"^\| `(\w+)` \| (\w+) \|", SECTIONS["Checks"], re.MULTILINE)
    assert dict(told) == LEVELS
    assert set(LEVELS) == set(get_args(FindingCode))


# The rows of the table of the order, as candidates: winner, loser.
PAIRS = [
    (rule("W", assign_to="facility_owner"), rule("L", organisation=None, category_depth=2, layer_depth=5)),
    (rule("W", category_depth=2), rule("L", category_depth=1, names_zone=True, layer_depth=4)),
    (rule("W", category_depth=1), rule("L", names_zone=True, layer_depth=4)),
    (rule("W", category_depth=1, names_zone=True, layer_depth=2), rule("L", category_depth=1, layer_depth=5)),
    (rule("W", category_depth=1, layer_depth=5), rule("L", category_depth=1, layer_depth=3)),
    (rule("W", category_depth=1, layer_depth=3), rule("L", category_depth=1, priority=9)),
    (
        rule("W", category_depth=1, layer_depth=5, priority=2),
        rule("L", category_depth=1, layer_depth=5, priority=1),
    ),
    (rule("R1", category_depth=1, layer_depth=5), rule("R2", category_depth=1, layer_depth=5)),
]


def test_the_table_of_the_order_is_true() -> None:
    """Row by row: the first of the two decides, and the other loses by what the table says."""
    told = [
        row.strip("| ").split("|")[-1].strip(" `")
        for row in SECTIONS["Order"].splitlines()
        if row.startswith("| ") and "lost by" not in row
    ]
    assert told == [lost_by(loser, winner) for winner, loser in PAIRS]
    assert set(told) == set(CRITERIA)
