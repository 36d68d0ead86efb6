"""One file, one subject: a file that grows beyond some 400 lines is cut, or its reason stands here."""

from __future__ import annotations

import subprocess

from tests.support.databases import ROOT

LIMIT = 400
KINDS = (".py", ".sql", ".ts", ".tsx", ".sh")
REASONS: dict[str, str] = {
    "migrations/versions/0001_initial_schema.py": "a migration is frozen and read once, from top to bottom",
}


def test_files_stay_small_enough_to_read() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    lengths = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in listed
        if name.endswith(KINDS) and (ROOT / name).exists()
    }
    assert len(lengths) > 100
    assert {name: lines for name, lines in lengths.items() if lines > LIMIT and name not in REASONS} == {}
    assert {name for name in REASONS if lengths.get(name, 0) <= LIMIT} == set(), "no longer needed"
