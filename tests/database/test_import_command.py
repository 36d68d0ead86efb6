"""``gridgov import`` as it is typed: what it prints, its exit code, the rejects file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app

TOWN = [
    "import",
    "city",
    "--code",
    "370212",
    "--name-zh",
    "小城",
    "--metric-srid",
    "4549",
    "--centre",
    "120.42,36.12",
]
LAYER = [
    "--code", "police", "--name-zh", "公安网格", "--kind", "specialist", "--cardinality", "at_most_one",
]  # fmt: skip
WEST = "POLYGON ((120.40 36.10, 120.42 36.10, 120.42 36.14, 120.40 36.14, 120.40 36.10))"
BOW = "POLYGON ((120.42 36.10, 120.44 36.14, 120.44 36.10, 120.42 36.14, 120.42 36.10))"


class Shell:
    """The command in one database, in English."""

    def __init__(self, url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = url
        for name, value in {
            "GRIDGOV_DATABASE_URL": url, "GRIDGOV_HOME": str(home), "LC_ALL": "C.UTF-8", "COLUMNS": "200",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)

    def run(self, *words: str | Path) -> tuple[int, str]:
        """Exit code, and all that was printed."""
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def count(self, table: str) -> int:
        """Rows of a table."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def shell(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(empty_database, tmp_path / "home", monkeypatch)


def zones(folder: Path, *rows: tuple[str, str]) -> Path:
    path = folder / "police.csv"
    pd.DataFrame(rows, columns=["code", "wkt"]).to_csv(path, index=False)
    return path


def test_the_first_steps(shell: Shell, tmp_path: Path) -> None:
    path = zones(tmp_path, ("P1", WEST))
    code, said = shell.run("import", "layer", path, *LAYER)
    assert code == 1
    assert "gridgov import city" in said
    assert shell.run(*TOWN)[0] == 0
    assert shell.count("category") > 400
    assert "already" in shell.run(*TOWN)[1]
    code, said = shell.run(*TOWN[:3], "370213", *TOWN[4:])
    # The centre differs in nothing, the code does.
    assert code == 1
    assert "serves the city 370212" in said
    code, said = shell.run("import", "layer", path, *LAYER, "--dry-run")
    assert code == 0
    assert "would be: 1 new" in said
    assert shell.count("layer") == 0
    code, said = shell.run("import", "layer", path, *LAYER)
    assert code == 0
    assert "imported: 1 new" in said
    assert "columns: code ← code, wkt ← wkt" in said
    assert shell.count("zone_version") == 1


def test_a_city_from_a_file(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "city.json"
    path.write_text(
        json.dumps({"code": "370212", "name_zh": "小城", "metric_srid": 4549, "centre": [120.4, 36.1]})
    )
    assert shell.run("import", "city", path, "--zoom", "13")[0] == 0
    assert shell.count("city") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--metric-srid", "4326"], "projected"),
        (["--metric-srid", "999999"], "EPSG"),
        (["--code", "37"], "6 digits"),
        (["--centre", "here"], "longitude"),
        (["--timezone", "Mars/Base"], "time zone"),
    ],
)
def test_an_impossible_city_is_refused(shell: Shell, words: list[str], says: str) -> None:
    code, said = shell.run(*TOWN, *words)
    assert code == 1
    assert says in said
    assert shell.count("city") == 0


def test_faults_are_listed_and_end_with_one(shell: Shell, tmp_path: Path) -> None:
    shell.run(*TOWN)
    path = zones(tmp_path, ("P1", WEST), ("P2", BOW), ("P1", WEST))
    code, said = shell.run("import", "layer", path, *LAYER)
    assert code == 1
    assert "row 3: the geometry is invalid: Self-intersection at 120.4300000, 36.1200000" in said
    assert "row 4: code P1 is given in row 2 already" in said
    assert "2 error(s), nothing was written; --skip-bad leaves such rows out" in said
    assert shell.count("layer") == 0
    code, said = shell.run("import", "layer", path, *LAYER, "--skip-bad")
    assert code == 0
    assert "imported: 1 new, 0 changed, 0 unchanged, 2 left out" in said
    rejects = pd.read_csv(tmp_path / "police.csv.rejects.csv", dtype=str)
    assert list(rejects["row"]) == ["3", "4"]
    other = tmp_path / "mine.csv"
    assert shell.run("import", "zones", path, "--layer", "police", "--skip-bad", "--rejects", other)[0] == 0
    assert other.exists()


def test_many_faults_of_a_sort_are_counted(shell: Shell, tmp_path: Path) -> None:
    shell.run(*TOWN)
    path = zones(tmp_path, *[(f"P{n}", "POINT EMPTY") for n in range(50)])
    _, said = shell.run("import", "layer", path, *LAYER)
    assert "… and 30 more of empty_geometry" in said


def test_chinese_terminals_are_told_in_chinese(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    shell.run(*TOWN)
    _, said = shell.run("import", "layer", zones(tmp_path, ("P1", BOW)), *LAYER)
    assert "第 2 行：几何无效" in said
    assert "未写入任何数据" in said


def test_a_schema_of_another_version_is_said(
    blank_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = Shell(blank_database, tmp_path, monkeypatch).run(*TOWN)
    assert code == 1
    assert "gridgov migrate" in said


@pytest.mark.parametrize(
    "subject", ["layer", "zones", "units", "households", "facilities", "roads", "organisations", "incidents"]
)
def test_every_subject_explains_itself(shell: Shell, subject: str) -> None:
    code, said = shell.run("import", subject, "--help")
    assert code == 0
    for option in ("--map", "--set", "--mapping", "--crs", "--dry-run", "--skip-bad", "--rejects"):
        assert option in said
