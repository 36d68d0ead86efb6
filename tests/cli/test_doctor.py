"""``gridgov doctor`` finds what is missing and says what to do about it."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest
import typer

from cli import doctor
from cli.console import in_words
from governance.settings import Settings
from grid_data.cluster.programs import ProgramsMissingError

LOCK = """
one==1.0 \\
    --hash=sha256:0
two==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:0
two==2.1 ; python_full_version >= '3.12' \\
    --hash=sha256:0
colorama==0.4 ; sys_platform == 'win32' \\
    --hash=sha256:0
"""


def told(settings: Settings) -> str:
    return "\n".join(f"{found.level}: {found.en}" for found in doctor.examine(settings))


def test_everything_in_order(laoshan_database: str) -> None:
    said = told(Settings(database_url=laoshan_database, port=0))
    assert "bad:" not in said
    for line in ("database reachable", "schema: at", "city: ", "port: ", "ok: Python"):
        assert line in said


def test_row_security_that_is_switched_off_or_slow(empty_database: str) -> None:
    settings = Settings(database_url=empty_database, port=0)
    assert "ok: row-level security: in force" in told(settings)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("ALTER FUNCTION textlike(text, text) NOT LEAKPROOF")
        said = told(settings)
        assert "note: row-level security: in force, but" in said
        assert "ALTER FUNCTION textlike(text,text) LEAKPROOF" in said
        connection.execute("ALTER TABLE incident DISABLE ROW LEVEL SECURITY")
        said = told(settings)
        assert "bad: row-level security: not in force" in said
        assert "ALTER TABLE incident ENABLE ROW LEVEL SECURITY" in said


def test_a_database_that_was_never_migrated(blank_database: str) -> None:
    assert "schema: at nothing" in told(Settings(database_url=blank_database, port=0))


def test_a_database_without_a_city(empty_database: str) -> None:
    assert "none loaded yet (gridgov up --demo" in told(Settings(database_url=empty_database, port=0))


def test_a_database_that_is_not_there() -> None:
    said = told(Settings(database_url="postgresql://nobody@127.0.0.1:1/none", port=0))
    assert "bad: database not reachable" in said


def test_programs_that_are_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise ProgramsMissingError("PostgreSQL with PostGIS is not installed")

    monkeypatch.setattr(doctor, "choose_programs", none)
    assert "bad: PostgreSQL with PostGIS is not installed" in told(Settings(home=tmp_path, port=0))


def test_a_cluster_that_was_not_made_yet(tmp_path: Path) -> None:
    assert "private database: not made yet" in told(Settings(home=tmp_path, port=0))


def test_a_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port: 127.0.0.1:{port} is not free" in told(Settings(port=port))


@pytest.mark.parametrize(
    ("installed", "drift"),
    [
        ({"one": "1.0", "two": "2.1"}, []),
        ({"one": "1.0", "two": "2.0"}, []),
        ({"one": "1.1", "two": "2.0"}, ["one 1.1"]),
        ({"two": "2.0"}, ["one -"]),
        ({"one": "1.0", "two": "3.0", "colorama": "0.4"}, ["two 3.0"]),
    ],
)
def test_libraries_that_differ_from_the_lock(installed: dict[str, str], drift: list[str]) -> None:
    assert list(doctor.drifted(LOCK, installed.get)) == drift


def test_ends_with_a_failure_when_it_could_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRIDGOV_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("GRIDGOV_PORT", "0")
    with pytest.raises(typer.Exit) as ended:
        doctor.doctor()
    assert ended.value.exit_code == 1


@pytest.mark.parametrize(
    ("named", "said"), [("zh_CN.UTF-8", "好"), ("en_US.UTF-8", "good"), ("C.UTF-8", "good")]
)
def test_speaks_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch, named: str, said: str) -> None:
    monkeypatch.setenv("LC_ALL", named)
    assert in_words("好", "good") == said
