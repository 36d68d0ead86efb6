"""``gridgov export`` and ``gridgov report send``: files that appear whole, and a try of the mail settings."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import psycopg
import pyogrio
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.database.test_weekly_reports import post_office

Run = Callable[..., Result]


@pytest.fixture
def run(laoshan_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", laoshan_database)
    monkeypatch.setenv("GRIDGOV_EXPORT_FOLDER", str(tmp_path / "under-way"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, list(words))


def test_incidents_of_a_filter_as_csv(run: Run, tmp_path: Path, laoshan_database: str) -> None:
    ran = run("export", "incidents", "open.csv", "--query", "state=open", "--codes", "--plain")
    assert ran.exit_code == 0, ran.output
    with (tmp_path / "open.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with psycopg.connect(laoshan_database) as connection:
        known = connection.execute("SELECT count(*) FROM incident WHERE is_open").fetchone()
        entry = connection.execute(
            "SELECT actor, after FROM history WHERE action = 'export.download' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    assert known == (len(rows),)
    assert f"{len(rows):,} rows" in ran.output
    assert entry is not None
    assert entry[0] == "operator"
    assert entry[1]["query"] == "state=open"


def test_zones_of_a_layer_as_geopackage(run: Run, tmp_path: Path) -> None:
    assert run("export", "zones", "z.gpkg", "--layer", "community", "--language", "zh").exit_code == 0
    assert set(pyogrio.read_dataframe(tmp_path / "z.gpkg")["图层编码"]) == {"community"}


def test_a_report(run: Run, tmp_path: Path) -> None:
    assert run("export", "report", "r.pdf", "--query", "from=2026-10-01&to=2026-10-08").exit_code == 0
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    "words",
    [
        ("incidents", "x.docx"),
        ("incidents", "x.pdf"),
        ("report", "x.csv"),
        ("incidents", "no/such/folder.csv"),
        ("incidents", "x.csv", "--query", "staet=open"),
        ("nothing", "x.csv"),
    ],
)
def test_what_cannot_be_written_is_refused(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert run("export", *words).exit_code != 0
    assert [each for each in tmp_path.iterdir() if each.name != "under-way"] == []


def test_a_file_that_is_there_is_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "z.csv").write_text("mine")
    assert run("export", "zones", "z.csv").exit_code == 1
    assert (tmp_path / "z.csv").read_text() == "mine"
    assert run("export", "zones", "z.csv", "--overwrite").exit_code == 0
    assert (tmp_path / "z.csv").read_text() != "mine"


def test_a_try_of_the_mail_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no mail server" in run("report", "send", "--to", "li@example.org").output
    with post_office() as post:
        monkeypatch.setenv("GRIDGOV_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("GRIDGOV_SMTP_PORT", str(post.port))
        monkeypatch.setenv("GRIDGOV_SMTP_SECURITY", "none")
        ran = run("report", "send", "--to", "li@example.org", "--language", "en")
        assert ran.exit_code == 0, ran.output
        assert str(post.taken[0]["Subject"]).startswith("Weekly incident report")
        post.refusals = ["554 no"]
        refused = run("report", "send", "--to", "li@example.org")
        assert refused.exit_code == 1
        assert "554" in refused.output
