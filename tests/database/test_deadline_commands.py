"""``gridgov deadlines list`` and ``show``, ``gridgov import calendar``, and clocks of imported incidents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grid_data.cluster.private import Cluster
from tests.database.test_import_command import TOWN, Shell
from tests.support import databases, toy_city

ONE = """
SELECT actor, after FROM history WHERE action = 'deadlines.change'
"""


@pytest.fixture
def shell(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A city just set up."""
    shell = Shell(empty_database, tmp_path / "home", monkeypatch)
    assert shell.run(*TOWN)[0] == 0
    return shell


@pytest.fixture
def toy(
    cluster: Cluster, toy_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shell]:
    with databases.copy_of(cluster, toy_template) as url:
        yield Shell(url, tmp_path / "home", monkeypatch)


def test_a_city_abroad_begins_without_chinas_calendar(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(empty_database, tmp_path / "home", monkeypatch)
    assert shell.run(*TOWN, "--timezone", "Europe/Amsterdam")[0] == 0
    assert (shell.count("calendar_day"), shell.count("time_limit") > 10) == (0, True)


def test_limits_and_days_are_listed(shell: Shell) -> None:
    code, said = shell.run("deadlines", "list")
    assert code == 0
    assert "5 working days" in said
    assert "1 hour " in said
    code, said = shell.run("deadlines", "show", "2026")
    assert (code, "2026-01-04 Sun worked  元旦调休" in said) == (0, True)
    document = json.loads(shell.run("deadlines", "show", "2025", "--json")[1])
    assert (document["year"], len(document["days"])) == (2025, 33)
    assert shell.run("deadlines", "show", "1900")[0] == 1


def test_a_calendar_replaces_its_years_with_one_entry(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text("date,kind,name\n2026-12-25,holiday,Christmas\n2027-01-01,holiday,New Year\n")
    before = shell.count("calendar_day")
    assert shell.run("import", "calendar", path, "--dry-run")[0] == 0
    assert shell.count("calendar_day") == before
    code, said = shell.run("import", "calendar", path)
    assert (code, "2026 (1), 2027 (1)" in said) == (0, True)
    # The 39 special days of 2026 are gone, those of other years stay.
    assert shell.count("calendar_day") == before - 39 + 2
    with psycopg.connect(shell.url) as connection:
        ((actor, after),) = connection.execute(ONE).fetchall()
    assert actor == "operator"
    assert [day["date"] for day in after["calendars"]] == ["2026-12-25", "2027-01-01"]


def test_a_calendar_with_faults_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    # A Friday is no make-up workday.
    path.write_text("date,kind,name\n2026-12-25,workday,x\n")
    before = shell.count("calendar_day")
    code, said = shell.run("import", "calendar", path)
    assert (code, "2026-12-25 is worked anyhow" in said) == (1, True)
    assert shell.count("calendar_day") == before


def test_imported_open_incidents_have_clocks(toy: Shell, tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text(
        "source_ref,source,category,text,lon,lat,reported_at,state\n"
        f"A1,hotline,{toy_city.GARBAGE},垃圾,120.4051,36.1051,2026-06-05T16:00:00+08:00,dispatched\n"
        f"A2,hotline,{toy_city.GARBAGE},垃圾,120.4051,36.1051,2026-06-05T16:00:00+08:00,closed\n",
        encoding="utf-8",
    )
    code, said = toy.run("import", "incidents", path)
    assert code == 0, said
    with psycopg.connect(toy.url) as connection:
        found = connection.execute(
            "SELECT source_ref, kind, due_at = '2026-06-08 10:00+08', stage FROM incident_clock"
            " JOIN incident ON incident.id = incident_id"
        ).fetchall()
    # Four working hours from Friday at four: two on Friday, two on Monday; a closed one has none.
    assert found == [("A1", "work_hour", True, "handle")]
