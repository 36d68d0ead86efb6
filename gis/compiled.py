"""Numerical loops compiled to machine code by numba."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

Whole = int | np.integer[Any]
"""A whole number in a compiled loop: 64 bits wide."""

_waiting: list[Any] = []
_lock = threading.Lock()


def compiled(function: Function) -> Function:
    """Compile a loop at its first call; it runs without the interpreter's lock, so in threads at a time."""
    dispatcher = numba.njit(nogil=True)(function)
    _waiting.append(dispatcher)
    return cast(Function, dispatcher)


def keep_machine_code() -> None:
    """Keep what will be compiled beside the source, or in the user's cache folder, for the next process.

    To be called before loops are used; importing a module writes nothing. Where neither folder can be
    written, every process compiles for itself, which takes some ten seconds.
    """
    with _lock:
        if not _waiting:
            return
        # Numba looks only at the file of the loop asked for. Loops call loops of other files, so the folder
        # is named after the text of all of them.
        sources = sorted({Path(dispatcher.py_func.__code__.co_filename) for dispatcher in _waiting})
        digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]
        config: Any = numba.config
        before = config.CACHE_DIR
        for folder in () if before else (sources[0].parent / "__pycache__", _user_cache()):
            try:
                (folder / f"compiled-{digest}").mkdir(parents=True, exist_ok=True)
            except OSError:
                continue
            config.CACHE_DIR = str(folder / f"compiled-{digest}")
            break
        try:
            while _waiting:
                _waiting.pop().enable_caching()
        except RuntimeError:
            _waiting.clear()
        finally:
            config.CACHE_DIR = before


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gridgov"
