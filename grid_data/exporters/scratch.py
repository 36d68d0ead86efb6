"""Folders for files under way: gone when they are done with, and after a crash at the next start."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["scratch_folder", "sweep"]

LOCK = ".in-use"
PREFIX = "export-"


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """A folder of one's own below ``root``; removed with what is in it."""
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root, prefix=PREFIX))
    held = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        # Whoever sweeps sees that somebody is at work here; a process that dies lets go of it.
        fcntl.flock(held, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def sweep(root: Path) -> int:
    """Remove the folders of processes that were killed; returns how many."""
    removed = 0
    for folder in root.glob(f"{PREFIX}*") if root.is_dir() else ():
        with suppress(OSError):
            held = os.open(folder / LOCK, os.O_RDWR)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
            finally:
                os.close(held)
    return removed
