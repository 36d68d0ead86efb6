"""``gridgov plan`` as it is typed: a draft from a file into force, reported, compared and taken back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import anyio
import pytest

from governance.access import OPERATOR
from grid_data.database import Database
from tests.database.test_import_command import Shell
from tests.support import drafts


@pytest.fixture
def shell(toy_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    async def begin() -> None:
        database = Database(toy_url, size=1)
        await database.open()
        async with database.transaction(OPERATOR) as connection:
            await drafts.begin(connection)
        await database.close()

    anyio.run(begin)
    return Shell(toy_url, tmp_path / "home", monkeypatch)


def test_a_plan_from_a_file_into_force_and_back(shell: Shell, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    assert shell.run("plan", "export", "P1", table) == (0, "")
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 16
    moved = [row | {"zone": "new:1"} if row["unit"] in ("U00", "U10") else row for row in rows]
    _write(table, [*moved, {"unit": "U99", "zone": "new:1"}])
    code, output = shell.run("plan", "import", "P1", table, "--by", "编制人")
    assert code == 1
    assert "row 18, unit: the plan has no unit U99" in output
    code, output = shell.run("plan", "import", "P1", table, "--by", "编制人", "--skip-bad")
    assert (code, "2 units move" in output) == (0, True)
    code, output = shell.run("plan", "impact", "P1")
    assert code == 0
    assert "370212001001001" in output
    for ending, word in ((".html", "Impact of a redraw"), (".csv", "370212001001001"), (".json", "flows")):
        path = tmp_path / f"impact{ending}"
        assert shell.run("plan", "impact", "P1", "-o", path) == (0, "")
        assert word in path.read_text("utf-8")
    assert shell.run("plan", "submit", "P1", "--by", "编制人") == (0, "P1: submitted\n")
    code, output = shell.run("plan", "approve", "P1", "--by", "编制人")
    assert (code, "another person must approve it" in " ".join(output.split())) == (1, True)
    assert shell.run("plan", "approve", "P1", "--by", "审批人") == (0, "P1: approved\n")
    later = shell.run("plan", "publish", "P1", "--by", "审批人", "--at", "2900-01-01")
    assert later == (0, "P1: scheduled\n")
    assert shell.run("plan", "withdraw", "P1", "--by", "审批人") == (0, "P1: withdrawn\n")


def test_published_compared_and_rolled_back(shell: Shell, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    _write(table, [{"unit": unit, "zone": "new:1"} for unit in ("U00", "U10")])
    shell.run("plan", "import", "P1", table, "--by", "编制人")
    for action, by in (
        ("submit", "编制人"),
        ("reopen", "编制人"),
        ("submit", "编制人"),
        ("approve", "审批人"),
    ):
        assert shell.run("plan", action, "P1", "--by", by)[0] == 0
    code, output = shell.run("plan", "publish", "P1", "--by", "审批人")
    assert (code, "2 grids (1 new, 0 dissolved), 2 units" in output) == (0, True)
    again = shell.run("plan", "publish", "P1", "--by", "审批人")
    assert again == (0, "P1: published (done before, nothing changed)\n")
    path = tmp_path / "change.json"
    assert shell.run("plan", "compare", "2024-06-01", "-o", path) == (0, "")
    found = json.loads(path.read_text("utf-8"))
    assert [(flow["source"][-6:], flow["target"][-6:], flow["kind"]) for flow in found["flows"]] == [
        ("001001", "001003", "split")
    ]
    code, output = shell.run("plan", "compare", "2024-06-01", "plan:P1")
    assert (code, "2 grids differ (1 new" in output) == (0, True)
    code, output = shell.run("plan", "rollback", "P1", "--by", "审批人")
    assert (code, output.splitlines()[0]) == (0, "P1-R: published")
    code, output = shell.run("plan", "compare", "2024-06-01")
    assert "0 grids differ" in output
    assert shell.run("plan", "submit", "NOBODY", "--by", "x") == (1, "gridgov: no plan NOBODY\n")


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["unit", "zone"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
