"""`gridgov task` and `gridgov indicators` over the toy city."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.support.toy_city import STREET, box

ISSUE = (
    "task",
    "issue",
    "--title",
    "转移",
    "--text",
    "今晚转移",
    "--due",
    "2999-01-01T20:00",
    "--by",
    "周指挥",
)


@pytest.fixture
def call(toy_url: str, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", toy_url)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return run


def test_a_task_from_issue_to_cancel(call: object, tmp_path: Path) -> None:
    assert callable(call)
    shape = tmp_path / "area.geojson"
    shape.write_text(json.dumps(box(0.2, 0.2).__geo_interface__), encoding="utf-8")
    preview = call(*ISSUE, "--polygon", str(shape), "--preview")
    assert preview.exit_code == 0, preview.output
    assert f"{STREET}001001" in preview.output
    assert "T2" not in preview.output
    issued = call(*ISSUE, "--zone", f"community:{STREET}001")
    assert issued.exit_code == 0, issued.output
    code = issued.output.split()[0]
    assert "2 grids, 0 done" in issued.output
    answered = call("task", "answer", code, f"{STREET}001001", "done", "--by", "王网格", "--count", "5")
    assert "1 done" in answered.output, answered.output
    assert "1 grids reminded" in call("task", "remind", code, "--by", "李派遣").output
    assert code in call("task", "list", "--state", "open").output
    shown = call("task", "show", code)
    assert f"{STREET}001002 waiting" in shown.output
    assert json.loads(call("task", "show", code, "--json").output)["total_count"] == 5
    cancelled = call("task", "cancel", code, "--reason", "转向", "--by", "周指挥")
    assert "cancelled" in cancelled.output
    late = call("task", "answer", code, f"{STREET}001002", "done", "--by", "王网格")
    assert late.exit_code == 1
    assert "the task is cancelled" in late.output


@pytest.mark.parametrize(
    "words",
    [
        (*ISSUE,),
        (*ISSUE, "--zone", "a:b", "--around", "120.4,36.1"),
        (*ISSUE, "--around", "120.4,36.1"),
        (*ISSUE, "--around", "here", "--radius-m", "5"),
        (*ISSUE, "--zone", "community:nowhere"),
        (*ISSUE, "--zone", f"community:{STREET}001", "--role", "king"),
        ("task", "show", "T20000101-01"),
        ("indicators", "--from", "2026-01-01", "--to", "2026-02-01", "--group-by", "moon"),
        ("indicators", "--from", "2026-01-01", "--to", "2026-02-01", "--region", "community:nowhere"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(call: object, words: tuple[str, ...]) -> None:
    assert callable(call)
    done = call(*words)
    assert done.exit_code in (1, 2), done.output
    assert "Traceback" not in done.output


def test_indicators_are_printed_with_their_formulas(call: object) -> None:
    assert callable(call)
    span = ("--from", "2026-01-01", "--to", "2026-02-01")
    printed = call("indicators", *span)
    assert printed.exit_code == 0, printed.output
    assert "Closing rate" in printed.output
    assert "left out: 0 cancelled" in printed.output
    assert call("indicators", *span, "--group-by", "grid").exit_code == 0
    assert json.loads(call("indicators", *span, "--json").output)["rows"][0]["group"] is None
