"""``gridgov plan``: a draft from the command line: started, moved, judged, taken back."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.fixture
def run(laoshan_database: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a command that must succeed; returns what it printed."""
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", laoshan_database)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def work(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["plan", *words])
        assert done.exit_code == code, done.output
        return done.output

    return work


def test_a_draft_is_started_moved_and_taken_back(run: object) -> None:
    assert callable(run)
    code = run("new", "--layer", "base_grid", "--name", "命令行", "--by", "王规划").strip()
    judged = json.loads(run("show", code, "--json"))
    one, other = (zone["number"] for zone in judged["zones"][:2])
    move = json.dumps({"kind": "merge", "zones": [one], "into": other})
    assert "revision 1" in run("move", code, move, "--by", "王规划")
    assert "1 units" in re.sub(r"\d+ units", "1 units", run("show", code))
    assert "merge" in run("steps", code)
    assert "revision 2" in run("undo", code, "--by", "王规划")
    assert "taken back" in run("steps", code)
    assert "revision 3" in run("redo", code, "--by", "王规划")
    assert code in run("list", "--state", "draft")
    assert "no plan" in run("show", "nowhere", code=1)
    run("move", code, "{", "--by", "王规划", code=2)
    run("move", code, '{"kind": "fold"}', "--by", "王规划", code=2)
