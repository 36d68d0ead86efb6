"""What stands between the cells of a CSV file."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

__all__ = ["delimiter_of"]

_HEADING = 1 << 16
_QUOTED = re.compile(rb'"[^"]*"')


def delimiter_of(path: Path) -> str:
    r"""Tab for ``.tsv``; else comma, unless the heading has none and has semicolons or tabs.

    Spreadsheets of many languages write semicolons, and tables copied out of them have tabs. Bytes are
    compared: in UTF-8 and GB 18030 none of these marks is part of another character.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    name = path.name.lower()
    if name.removesuffix(".gz").endswith(".tsv"):
        return "\t"
    with gzip.open(path) if name.endswith(".gz") else path.open("rb") as file:
        start = file.read(_HEADING)
    heading = _QUOTED.sub(b"", start).lstrip(b"\r\n").split(b"\n", 1)[0]
    if b"," in heading:
        return ","
    return max(",;\t", key=lambda mark: heading.count(mark.encode()))
