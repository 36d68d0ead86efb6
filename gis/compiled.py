"""Numerical loops compiled to machine code by numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

Whole = int | np.integer[Any]
"""A whole number in a compiled loop: 64 bits wide."""


def compiled(function: Function) -> Function:
    """Compile a loop at its first call; it runs without the interpreter's lock, so in threads at a time.

    The machine code is kept beside the source or in the user's cache folder, so that only the first process
    waits for the compiler. Where neither can be written, every process compiles for itself.
    """
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast(Function, numba.njit(nogil=True)(function))
