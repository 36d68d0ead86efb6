"""Floors: imports point down only, and importing a module does nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.databases import ROOT

FLOORS = ("gis", "grid_data", "governance", "api", "cli", "migrations")
# Run by Alembic inside a migration, and by nobody else.
NOT_IMPORTED = {"migrations.env"}


def modules() -> list[str]:
    """Every module of the floors."""
    found = []
    for floor in FLOORS:
        for file in sorted((ROOT / floor).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if name not in NOT_IMPORTED:
                found.append(name)
    return found


def watched(root: Path, names: list[str]) -> list[str]:
    """What the modules do while being imported, one line each."""
    program = ROOT / "tests" / "support" / "import_watch.py"
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", str(program), str(root), *names],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
    assert "0 broken" in finished.stdout


def test_importing_does_nothing() -> None:
    assert len(modules()) > 50
    assert watched(ROOT, modules()) == []


def test_the_watch_sees_what_it_is_for(tmp_path: Path) -> None:
    tmp_path.joinpath("guilty.py").write_text(
        "import os, pathlib, socket, subprocess\n"
        "from governance.settings import Settings\n"
        "pathlib.Path(__file__).read_text()\n"
        "pathlib.Path(__file__).with_name('made').write_text('x')\n"
        "os.environ.get('GRIDGOV_PORT')\n"
        "subprocess.run(['true'])\n"
        "Settings()\n"
        "def later(): return open('/dev/null')\n",
        encoding="utf-8",
    )
    tmp_path.joinpath("governance").symlink_to(ROOT / "governance")
    seen = watched(tmp_path, ["guilty"])
    expected = ("open", "open", "reads GRIDGOV_PORT", "subprocess.Popen", "Settings is read")
    assert [word for line, word in zip(seen, expected, strict=True) if word not in line] == []
