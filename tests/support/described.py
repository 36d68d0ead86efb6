"""What the API says of itself, made once for all tests of a process: making it takes a second."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from api.app import create_app
from governance.settings import Settings


@functools.cache
def description() -> dict[str, Any]:
    """The description of all routes, as a client reads it. To be read, not changed."""
    document: dict[str, Any] = create_app(Settings()).openapi()
    return document


def described_routes() -> Iterator[tuple[str, str]]:
    """(method, path) of every described route."""
    for path, item in description()["paths"].items():
        for method in item:
            yield method.upper(), path
