"""How many threads work that runs without the interpreter's lock should be shared by."""

from __future__ import annotations

import os


def thread_count() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
