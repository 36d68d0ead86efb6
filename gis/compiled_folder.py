"""Where machine code of the numerical loops is kept, and whether all of it is there already.

Nothing here needs numba: whether there is anything to compile is known in a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

__all__ = ["compiled_folder", "has_all", "note_all"]

_HERE = Path(__file__).parent
_MARK = "all"


@cache
def compiled_folder() -> Path | None:
    """The folder, made if need be, beside the source or in the user's cache; None: neither can be written.

    Numba looks only at the file of the loop asked for. Loops call loops of other files, so the folder is
    named after the text of all of them.
    """
    text = hashlib.sha256()
    for source in sorted(_HERE.rglob("*.py")):
        content = source.read_bytes()
        if b"@compiled" in content:
            text.update(source.relative_to(_HERE).as_posix().encode() + b"\0" + content + b"\0")
    name = f"compiled-{text.hexdigest()[:12]}"
    for above in (_HERE / "__pycache__", _user_cache()):
        folder = above / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


def has_all() -> bool:
    """Whether everything was compiled ahead on this machine, in the present state of the source."""
    folder = compiled_folder()
    return folder is not None and (folder / _MARK).exists()


def note_all() -> None:
    """Remember that everything is compiled."""
    if (folder := compiled_folder()) is not None:
        (folder / _MARK).touch()


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gridgov"
