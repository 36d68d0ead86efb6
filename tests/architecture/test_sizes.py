"""One file, one subject: a file that grows beyond some 400 lines is cut, or its reason stands here."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.databases import ROOT

LIMIT = 400
KINDS = (".py", ".sql", ".ts", ".tsx", ".sh")
# Made by tools.
NOT_OURS = {"node_modules", "static", "dist", "test-results", "__pycache__"}
REASONS: dict[str, str] = {
    "migrations/functions/0024/task_queue.sql": "the schema of a library, unchanged",
}


def test_files_stay_small_enough_to_read() -> None:
    lengths = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NOT_OURS]
        for file in (Path(folder, name) for name in files if name.endswith(KINDS)):
            lengths[file.relative_to(ROOT).as_posix()] = len(file.read_text(encoding="utf-8").splitlines())
    assert len(lengths) > 100
    assert {name: lines for name, lines in lengths.items() if lines > LIMIT and name not in REASONS} == {}
    assert {name for name in REASONS if lengths.get(name, 0) <= LIMIT} == set(), "no longer needed"
