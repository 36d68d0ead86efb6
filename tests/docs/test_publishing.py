"""docs/publishing.md shows the table of states as it is, and names every check."""

from __future__ import annotations

import re
from typing import get_args

from governance.planning.checks import FaultCode
from governance.planning.states import TRANSITIONS, Action, State, diagram
from tests.docs.pages import DOCS, FENCE, sections

PAGE = (DOCS / "publishing.md").read_text(encoding="utf-8")
SECTIONS = sections(PAGE, level=2)


def named(section: str) -> list[str]:
    """First cells of a section's table."""
    return re.findall(r"^\| `([\w-]+)` \|", SECTIONS[section], re.MULTILINE)


def test_the_diagram_is_the_table() -> None:
    (drawn,) = (found["text"] for found in FENCE.finditer(PAGE) if found["info"] == "mermaid")
    assert drawn.strip() == diagram()


def test_the_diagram_has_every_row() -> None:
    for row in TRANSITIONS:
        assert re.search(rf"{row.source} --> {row.target}: .*\b{row.action}\b", diagram())
    assert all(state in diagram() for state in State)


def test_actions_and_checks_are_exactly_those_that_exist() -> None:
    assert named("States") == [action.value for action in Action]
    assert sorted(named("Checks")) == sorted(get_args(FaultCode))
