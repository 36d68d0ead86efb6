"""docs/route-files.md: the example's answers are those given, and its words are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gis.point_router import PLACE_FAULTS
from grid_data.point_files.answers import output_columns
from tests.docs.pages import DOCS, ROOT, blocks, sections
from tests.support.point_files import Shell

PAGE = DOCS / "route-files.md"
OUT = sections(PAGE.read_text(encoding="utf-8"), level=2)["Out"]


def test_the_example_gives_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, shown = blocks(PAGE)[:2]
    words = command.text.removeprefix("$ gridgov route ").replace("answers.csv", str(tmp_path / "a.csv"))
    monkeypatch.chdir(ROOT)
    Shell(monkeypatch).route(*words.split())
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == shown.text


def test_columns_and_reasons_are_those_that_exist() -> None:
    named = re.findall(r"^\| `([^`]+)` \|", OUT, re.MULTILINE)
    columns = [name.replace("layer", "<layer>") for name in output_columns(["layer"])]
    assert named[: len(columns) + 1] == [*columns, "geometry"]
    assert tuple(named[len(columns) + 1 :][: len(PLACE_FAULTS)]) == PLACE_FAULTS
