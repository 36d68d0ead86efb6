"""Look for known vulnerabilities in the locked libraries: pip-audit for Python, npm audit for the map.

Both ask a service on the internet. A finding is a failure; a service that cannot be reached is said loudly
and is a failure only with ``--required`` (as in the continuous integration).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class UnreachableError(Exception):
    """The service did not answer, or not about everything."""


def main() -> int:
    """Audit everything; returns the exit status."""
    status = 0
    audits: dict[str, Callable[[], list[str]]] = {
        "requirements/run.lock": lambda: python_findings("run"),
        "requirements/dev.lock": lambda: python_findings("dev"),
        "frontend_map": npm_findings,
    }
    for name, audit in audits.items():
        try:
            findings = audit()
        except UnreachableError as problem:
            print(f"NOT AUDITED: {name}: {problem}", file=sys.stderr)
            status = max(status, int("--required" in sys.argv))
            continue
        print(f"audited {name}: {len(findings)} known vulnerabilities")
        for finding in findings:
            print(f"  {finding}", file=sys.stderr)
            status = 1
    return status


def python_findings(kind: str) -> list[str]:
    """Known vulnerabilities of the libraries in a lock file."""
    lock = ROOT / "requirements" / f"{kind}.lock"
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        finished = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner=off",
             "--requirement", str(lock), "--format=json", "--output", str(answer)],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        try:
            libraries = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
        except (FileNotFoundError, ValueError):
            raise UnreachableError(last_line(finished.stderr)) from None
    unknown = [library["name"] for library in libraries if "skip_reason" in library]
    if unknown:
        raise UnreachableError(f"the service knows nothing of {len(unknown)} libraries, such as {unknown[0]}")
    return [
        f"{library['name']} {library['version']}: {found['id']}, fixed in {found['fix_versions']}"
        for library in libraries
        for found in library["vulns"]
    ]


def npm_findings() -> list[str]:
    """Known vulnerabilities of the map's libraries and of its build."""
    finished = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "npm.py"), "audit", "--json"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    try:
        found = json.loads(finished.stdout)["vulnerabilities"]
    except (ValueError, KeyError):
        raise UnreachableError(last_line(finished.stderr)) from None
    return [f"{name} {one['range']}: {one['severity']}" for name, one in found.items()]


def last_line(text: str) -> str:
    """The line that says most about a failure."""
    lines = [line for line in text.splitlines() if line.strip() and "complete log" not in line]
    return lines[-1].strip() if lines else "no answer"


if __name__ == "__main__":
    sys.exit(main())
