"""Numerical loops compiled to machine code by numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a loop at its first call; it runs without the interpreter's lock, so in threads at a time.

    The machine code is kept beside the source or in the user's cache folder, so that only the first process
    waits for the compiler. Where neither can be written, every process compiles for itself.
    """
    try:
        result: Function = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        result = numba.njit(nogil=True)(function)
    return result
