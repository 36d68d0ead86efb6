"""Holds a process that writes parts of an output: from a part on none is finished until it is let go.

Whoever kills it in the middle of its work has all the time they need. It is imported where such a process
starts, and reads from the environment which part is the first to be held, and for which file it waits.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

FIRST, LET_GO = "GRIDGOV_TEST_HELD_PART", "GRIDGOV_TEST_LET_GO"


def holding(first: int, let_go: Path) -> dict[str, str]:
    """The environment of a process that finishes no part from ``first`` on before ``let_go`` is there."""
    return {FIRST: str(first), LET_GO: str(let_go)}


def _hold(event: str, arguments: tuple[object, ...]) -> None:
    """Wait where the note of a part would get its name: only then it counts."""
    if event != "os.rename":
        return
    note = re.fullmatch(r"part-(\d+)\..*json", os.path.basename(os.fsdecode(str(arguments[1]))))
    while note and int(note[1]) >= int(os.environ[FIRST]) and not os.path.exists(os.environ[LET_GO]):
        time.sleep(0.01)


if FIRST in os.environ:
    sys.addaudithook(_hold)
