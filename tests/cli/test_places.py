"""``gridgov check places`` and ``gridgov incident locate`` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import anyio
import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from governance.access import OPERATOR, VISITOR
from governance.incidents.intake import Report, report
from grid_data.cluster.private import Cluster
from grid_data.database import Database
from tests.support import databases, toy_city

DEFAULT = (120.4275, 36.1325)


@pytest.fixture(scope="module")
def template(cluster: Cluster) -> Iterator[str]:
    """The toy city with thirty incidents of thirty addresses on one point."""
    with databases.copy_of(cluster, databases.empty_template(cluster)) as url:

        async def fill() -> None:
            database = Database(url, size=1)
            await database.open()
            async with database.transaction(OPERATOR) as connection:
                await toy_city.load(connection)
            for n in range(30):
                sent = Report(
                    toy_city.GARBAGE,
                    "垃圾无人清理",
                    "hotline",
                    lon=DEFAULT[0],
                    lat=DEFAULT[1],
                    address=f"香港东路{n}号",
                )
                async with database.transaction(VISITOR) as connection:
                    await report(connection, VISITOR, sent)
            await database.close()

        anyio.run(fill)
        yield url.split("?")[0].rsplit("/", 1)[-1]


@pytest.fixture
def city(cluster: Cluster, template: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a copy of it, which commands use."""
    with databases.copy_of(cluster, template) as url:
        monkeypatch.setenv("GRIDGOV_DATABASE_URL", url)
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        monkeypatch.setenv("COLUMNS", "200")
        yield url


def gridgov(*words: str) -> tuple[int, str]:
    """Exit code, and all that was printed."""
    result = CliRunner().invoke(app, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def unlocated(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM incident WHERE place IS NULL").fetchone()
    assert row is not None
    return int(row[0])


def test_a_dry_run_shows_the_suspect_and_changes_nothing(city: str) -> None:
    code, said = gridgov("check", "places")
    assert code == 1
    assert "120.4275000,36.1325000" in said
    assert "香港东路" in said
    assert "nothing changed" in said
    assert unlocated(city) == 0


def test_apply_marks_and_a_second_time_finds_nothing(city: str) -> None:
    code, said = gridgov("check", "places", "--apply")
    assert code == 1
    assert "30 incident(s) wait" in said
    assert unlocated(city) == 30
    code, said = gridgov("check", "places", "--apply")
    assert (code, "0 suspected" in said) == (0, True)


def test_thresholds_are_settings(city: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDGOV_FALLBACK_INCIDENTS", "31")
    assert gridgov("check", "places")[0] == 0


def test_json_and_geojson(city: str, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    assert gridgov("check", "places", "--format", "json", "-o", str(file))[0] == 1
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["suspects"][0]["incidents"] == 30
    assert gridgov("check", "places", "--format", "geojson", "-o", str(file))[0] == 1
    (feature,) = json.loads(file.read_text(encoding="utf-8"))["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": list(DEFAULT)}
    assert feature["properties"]["grounds"] == ["many_addresses"]


def test_confirming_and_refuting(city: str) -> None:
    place = f"{DEFAULT[0]},{DEFAULT[1]}"
    assert gridgov("check", "places", "--confirm", place, "--reason", "高德兜底点")[0] == 0
    assert unlocated(city) == 30
    code, said = gridgov("check", "places", "--refute", place, "--reason", "确有其地")
    assert (code, "its incidents have their places back" in said) == (0, True)
    assert unlocated(city) == 0
    assert gridgov("check", "places")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--confirm", "here", "--reason", "x"),
        ("--confirm", "120.4,36.1"),
        ("--refute", "36.1,120.4", "--reason", "x"),
        ("--confirm", "120.4,36.1", "--refute", "120.4,36.1", "--reason", "x"),
        ("--format", "xml"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(city: str, words: tuple[str, ...]) -> None:
    assert gridgov("check", "places", *words)[0] == 2


def test_an_incident_is_located(city: str) -> None:
    with psycopg.connect(city) as connection:
        row = connection.execute("SELECT number FROM incident LIMIT 1").fetchone()
    assert row is not None
    code, said = gridgov("incident", "locate", row[0], "120.435", "36.105", "--reason", "电话核实")
    assert code == 0
    assert "370212001002001, Market Supervision Bureau" in said
    code, said = gridgov("incident", "locate", row[0], "-73.9", "40.7", "--reason", "x")
    assert (code, "farther from the city" in said) == (1, True)
    assert gridgov("incident", "locate", "370212209901010001", "120.4", "36.1", "--reason", "x")[0] == 1
