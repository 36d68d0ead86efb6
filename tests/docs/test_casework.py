"""docs/casework.md shows the table of steps and its diagrams as they are."""

from __future__ import annotations

import re

import pytest

from governance.casework.names import Action, DirectReason, Flow, State
from governance.casework.steps import diagram, step_table
from governance.casework.table import TRANSITIONS
from tests.docs.pages import DOCS, FENCE, sections

PAGE = (DOCS / "casework.md").read_text(encoding="utf-8")


def test_the_diagrams_are_the_table() -> None:
    drawn = [found["text"].strip() for found in FENCE.finditer(PAGE) if found["info"] == "mermaid"]
    assert drawn == [diagram(flow) for flow in Flow]


def test_the_table_of_steps_is_the_table() -> None:
    section = sections(PAGE, level=2)["Table of steps"]
    shown = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    assert shown == step_table()
    named = set(re.findall(r"^\| `(\w+)` \|", shown, re.MULTILINE))
    assert named == set(Action)


@pytest.mark.parametrize("flow", Flow)
def test_every_move_of_a_flow_is_drawn(flow: Flow) -> None:
    for row in TRANSITIONS:
        if flow in row.flows and row.moves and row.action not in (Action.CANCEL, Action.MERGE):
            assert re.search(rf"{row.source} --> {row.target}: .*\b{row.action}\b", diagram(flow))
    met = set(re.findall(r"\w+", diagram(flow)))
    assert met >= {State.REPORTED, State.CLOSED, State.ARCHIVED}


def test_the_three_reasons_are_named() -> None:
    assert all(f"`{reason}`" in PAGE for reason in DirectReason)
