"""Imports modules and reports what they do besides: run as a program, ``import_watch.py ROOT MODULE...``.

Prints one line for each file read or written, connection, child process or ``GRIDGOV_`` variable that a
module under ROOT touches while it is being imported. What a library does while *it* is being imported is its
own affair.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

ACTIONS = {
    "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.system", "os.listdir", "os.scandir",
    "shutil.rmtree", "socket.bind", "socket.connect", "socket.getaddrinfo", "subprocess.Popen",
    "sqlite3.connect",
}  # fmt: skip
# Python's own reading of source and byte code.
IMPORT_MACHINERY = "<frozen importlib"

root = Path()


def is_ours(file: str) -> bool:
    """Whether a source file belongs to the watched tree and not to an environment inside it."""
    path = Path(file)
    return path.is_relative_to(root) and not any(
        part.startswith(".") for part in path.relative_to(root).parts
    )


def culprit() -> str | None:
    """The module of ours whose top level led to this event; None when a library's top level did."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(IMPORT_MACHINERY):
            # The machinery itself reads files; whatever runs inside a module was met before.
            return None
        if frame.f_code.co_name == "<module>":
            return file if is_ours(file) else None
        frame = frame.f_back
    return None


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook."""
    if event == "open" or event in ACTIONS:
        module = culprit()
        if module is not None:
            print(f"{Path(module).relative_to(root)}: {event} {arguments[0]!r}", flush=True)


class Variables(type(os.environ)):  # type: ignore[misc]
    """The environment; reports who reads our settings from it."""

    def __getitem__(self, key: str) -> str:
        if key.startswith("GRIDGOV_"):
            module = culprit()
            if module is not None:
                print(f"{Path(module).relative_to(root)}: reads {key}", flush=True)
        return super().__getitem__(key)  # type: ignore[no-any-return]


def main() -> None:
    """Watch the import of every named module."""
    global root
    root = Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(root))
    from pydantic_settings import BaseSettings

    def refuse(self: BaseSettings, *_arguments: object, **_options: object) -> None:
        print(f"{type(self).__name__} is read at import", flush=True)

    BaseSettings.__init__ = refuse  # type: ignore[method-assign,assignment]
    os.environ.__class__ = Variables
    sys.addaudithook(watch)
    for name in sys.argv[2:]:
        importlib.import_module(name)


if __name__ == "__main__":
    main()
