"""``gridgov rules`` and ``gridgov incident override`` as they are typed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grid_data.cluster.private import Cluster
from tests.database.test_import_command import Shell
from tests.support import databases

LITTER = "GB/T 47678.5-2026:matter:06010"


@pytest.fixture
def shell(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    with databases.copy_of(cluster, databases.laoshan_template(cluster)) as url:
        yield Shell(url, tmp_path, monkeypatch)


def told(output: str) -> str:
    """What was printed, without the wrapping of tables."""
    return " ".join(output.split())


def test_a_rule_from_draft_to_end(shell: Shell) -> None:
    words = [
        "rules",
        "save",
        "R101",
        "--category",
        LITTER,
        "--layer",
        "subdistrict",
        "--organisation",
        "LS-CG",
    ]
    code, output = shell.run(*words, "--dry-run")
    assert (code, "dry run, nothing stored" in output) == (0, True)
    assert shell.run("rules", "show", "R101") == (1, "gridgov: no rule R101\n")
    code, output = shell.run(*words)
    assert code == 0
    assert "in force from" in told(output)
    code, output = shell.run("rules", "list", "--category", LITTER, "--json")
    assert [rule["code"] for rule in json.loads(output)["items"]][:2] == ["R101", "R006"]
    assert shell.run(*words, "--priority", "5")[0] == 0
    code, output = shell.run("rules", "remove", "R101", "--json")
    assert (code, json.loads(output)["applied"]) == (0, True)
    shown = json.loads(shell.run("rules", "show", "R101", "--json")[1])
    assert (shown["state"], len(shown["versions"]), len(shown["history"])) == ("ended", 2, 3)
    assert {entry["actor"] for entry in shown["history"]} == {"operator"}
    assert shell.run("rules", "remove", "R101") == (1, "gridgov: there is no rule R101 to end\n")
    assert shell.run("rules", "remove", "R102") == (1, "gridgov: there is no rule R102 to end\n")


def test_faults_are_told_and_refuse(shell: Shell) -> None:
    assert shell.run("rules", "check")[0] == 0
    code, output = shell.run("rules", "save", "R101", "--layer", "moon", "--organisation", "LS-CG")
    assert (code, "rule R101: there is no layer moon" in output) == (1, True)
    code, output = shell.run(
        "rules", "save", "R101", "--layer", "moon", "--organisation", "LS-CG", "--dry-run"
    )
    assert (code, "the rules have errors, nothing was stored" in output) == (1, True)
    with psycopg.connect(shell.url) as connection:
        for name, priority in (("R-OLD", -9), ("R-OLDER", -8)):
            connection.execute(
                "INSERT INTO assignment_rule (code, assign_to, organisation_id, priority, valid)"
                " SELECT %s, 'organisation', organisation_id, %s, valid FROM assignment_rule"
                " WHERE code = 'R006'",
                (name, priority),
            )
    code, output = shell.run("rules", "check")
    assert (code, "rule R-OLD never decides" in output) == (1, True)
    # A fault that was there before does not stand in the way.
    assert shell.run("rules", "save", "R101", "--category", LITTER, "--layer", "subdistrict",
                     "--organisation", "LS-CG")[0] == 0  # fmt: skip


def test_a_table_goes_out_and_comes_back(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "rules.csv"
    assert shell.run("rules", "export", file)[0] == 0
    code, output = shell.run("rules", "import", file, "--end-missing", "--json")
    assert (code, json.loads(output)["rules"]) == (0, [])
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 80
    for row in rows:
        if row["code"] == "R006":
            row["organisation"] = "LS-CG"
    rows = [row for row in rows if row["code"] != "R092"]
    added = {
        "code": "R101",
        "category": LITTER,
        "layer": "subdistrict",
        "assign_to": "zone_organisation",
        "supporting": "LS-HW;LS-CG",
    }
    rows.append(dict.fromkeys(rows[0], "") | added)
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    code, output = shell.run("rules", "simulate", file, "--last", "3000", "--end-missing", "--sample", "2")
    assert code == 0, output
    assert "3,000 incidents" in output
    before = shell.run("rules", "list", "--json")[1]
    code, output = shell.run("rules", "import", file, "--end-missing")
    assert (code, "dry run, nothing stored" in output) == (0, True)
    assert json.loads(shell.run("rules", "list", "--json")[1])["items"] == json.loads(before)["items"]
    code, output = shell.run("rules", "import", file, "--end-missing", "--apply", "--json")
    assert code == 0, output
    assert sorted(rule["code"] for rule in json.loads(output)["rules"]) == ["R006", "R101"]
    assert json.loads(shell.run("rules", "show", "R092", "--json")[1])["state"] == "ended"
    assert shell.count("history WHERE action = 'rules.change'") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nx\n", "row 1 name: there is no column 'name'; row 1 code: the column code is missing"),
        ("code,assign_to\nR1,somebody\n", "row 2 assign_to: one of organisation"),
        ("code,assign_to\nr 1,organisation\n", "row 2 code: begins with a capital letter"),
        ("code,assign_to\nR1,organisation\nR1,organisation\n", "row 3 code: the code is given twice"),
        ("code,assign_to,priority\nR1,organisation,high\n", "row 2 priority: a whole number"),
        ("code,assign_to,priority\nR1,organisation,99999999999\n", "row 2 priority: at most 1,000,000"),
        ("code;assign_to;priority\nR1;organisation;high\n", "row 2 priority: a whole number"),
        ("code,assign_to,valid_to\nR1,organisation,2030-01-01\n", "row 2 valid_to: an ISO 8601 time"),
        ("code,assign_to,standard_ref\nR1,organisation,GB\n", "row 2 category: standard_ref, category_kind"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_read(
    tmp_path: Path, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rules.csv"
    file.write_text(text, encoding="utf-8")
    code, output = Shell("postgresql://nowhere", tmp_path, monkeypatch).run("rules", "import", file)
    assert (code, message in output) == (1, True), output


def test_a_table_in_gb18030_is_read_and_files_that_are_none_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell("postgresql://nowhere", tmp_path, monkeypatch)
    file = tmp_path / "rules.csv"
    file.write_text("code,assign_to,note_zh\nR1,somebody,城管\n", encoding="gb18030")
    assert "row 2 assign_to: one of" in shell.run("rules", "import", file)[1]
    file.write_bytes(b"code\n\xff\xff\n")
    assert "neither UTF-8 nor GB 18030" in shell.run("rules", "import", file)[1]
    for ending in (".csv", ".json"):
        code, output = shell.run("rules", "simulate", tmp_path / f"none{ending}")
        assert (code, "cannot be read: No such file" in output) == (1, True), output
    (tmp_path / "a.json").write_text("{")
    assert "a.json is no valid JSON" in shell.run("rules", "simulate", tmp_path / "a.json")[1]


def test_a_priority_out_of_reach_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell("postgresql://nowhere", tmp_path, monkeypatch)
    assert shell.run("rules", "save", "R1", "--organisation", "LS-CG", "--priority", "99999999999")[0] == 2


def test_changes_as_json(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "changes.json"
    changes = [{"action": "save", "rule": {"code": "R006", "category": LITTER, "assign_to": "organisation",
                                           "organisation": "LS-CG"}}]  # fmt: skip
    file.write_text(json.dumps({"changes": changes}), encoding="utf-8")
    code, output = shell.run("rules", "simulate", file, "--json")
    trial = json.loads(output)
    assert (code, trial["move"] > 0) == (0, True)
    assert {flow["to"]["code"] for flow in trial["flows"]} == {"LS-CG"}
    file.write_text('{"changes": [{"action": "burn"}]}', encoding="utf-8")
    code, output = shell.run("rules", "simulate", file)
    assert (code, "changes.0" in output) == (1, True)


def test_an_incident_given_by_hand(shell: Shell) -> None:
    with psycopg.connect(shell.url) as connection:
        row = connection.execute("SELECT number FROM incident ORDER BY id LIMIT 1").fetchone()
    assert row is not None
    given = ["incident", "override", row[0], "--organisation", "LS-CG", "--reason", "试"]
    code, output = shell.run(*given, "--json")
    assert (code, json.loads(output)["override"]["by"]) == (0, "operator")
    code, output = shell.run("incident", "override", row[0], "--reason", "恢复")
    assert (code, output.startswith(f"{row[0]}: ")) == (0, True)
    assert shell.run("incident", "override", row[0], "--reason", "恢复")[0] == 1
    assert shell.run("incident", "override", row[0], "--reason", " ")[0] == 2
    assert shell.run("incident", "override", "1", "--organisation", "LS-CG", "--reason", "x") == (
        1, "gridgov: no incident 1\n"
    )  # fmt: skip
