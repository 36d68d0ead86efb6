"""docs/rules.md names every kind of finding, with its level."""

from __future__ import annotations

import re
from typing import get_args

from gis.rule_findings import LEVELS, FindingCode
from tests.docs.pages import DOCS, sections

SECTIONS = sections((DOCS / "rules.md").read_text(encoding="utf-8"), level=2)


def test_findings_are_exactly_those_that_exist() -> None:
    told = re.findall(r"^\| `(\w+)` \| (\w+) \|", SECTIONS["Checks"], re.MULTILINE)
    assert dict(told) == LEVELS
    assert set(LEVELS) == set(get_args(FindingCode))
