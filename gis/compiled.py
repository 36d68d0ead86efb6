"""Numerical loops compiled to machine code by numba."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from gis.compiled_folder import compiled_folder

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
    """Keep what will be compiled on disk (`gis.compiled_folder`), for the next process.

    To be called before loops are used; importing a module writes nothing. Where nothing can be written, every
    process compiles for itself, which takes some ten seconds.
    """
    with _lock:
        if not _waiting:
            return
        config: Any = numba.config
        before = config.CACHE_DIR
        if not before and (folder := compiled_folder()) is not None:
            config.CACHE_DIR = str(folder)
        try:
            while _waiting:
                _waiting.pop().enable_caching()
        except RuntimeError:
            _waiting.clear()
        finally:
            config.CACHE_DIR = before
