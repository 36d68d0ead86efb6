"""``gridgov migrate`` on a database that another version of the program made."""

from __future__ import annotations

import psycopg
import pytest
import typer

from cli.migrate import migrate_database
from migrations.standing import current


def test_a_database_of_another_program_is_left_alone_and_told_of(
    blank_database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with psycopg.connect(blank_database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0007')")
    with pytest.raises(typer.Exit) as stopped:
        migrate_database(blank_database)
    assert stopped.value.exit_code == 1
    assert "revision 0007, which this program does not know" in capsys.readouterr().err
    assert current(blank_database) == "0007"
