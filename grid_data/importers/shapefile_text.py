"""In which encoding the text of a vector file is, where GDAL has to be told."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["text_encoding"]

# These are UTF-8 by definition: another encoding can only be meant for another file.
_ALWAYS_UTF8 = frozenset({"GeoPackage", "GeoJSON", "GeoJSONSeq", "FlatGeobuf", "GeoParquet"})
_SAMPLE = 4 << 20
# The byte of a .dbf that states a code page, and what says nothing: none, or that of whoever wrote it.
_CODE_PAGE, _SILENT = 29, (0x00, 0x57)
_DESCRIPTOR = 32
# Text that was cut to the width of its field may end in half a character.
_BROKEN = 0.01


def text_encoding(path: Path, form: str, told: str | None) -> str | None:
    """The encoding to read a file with; None leaves it to GDAL.

    A Shapefile that states none is UTF-8 if it can be, else GB 18030, as tables are.

    Parameters
    ----------
    form
        See `grid_data.importers.reading.FORMATS`.
    told
        What the operator said; not heeded for forms that are always UTF-8.
    """
    if form in _ALWAYS_UTF8:
        return None
    if told is not None or form != "Shapefile":
        return told
    try:
        with _table(path) as file:
            return None if file is None else _guessed(file)
    except (OSError, zipfile.BadZipFile):
        # Reading it will tell.
        return None


@contextmanager
def _table(path: Path) -> Iterator[IO[bytes] | None]:
    """The .dbf of a Shapefile, zipped or not; None where there is none, or a .cpg states the encoding."""
    if path.suffix.lower() != ".zip":
        beside = {file.suffix.lower(): file for file in path.parent.glob(f"{path.stem}.*")}
        if ".dbf" not in beside or ".cpg" in beside:
            yield None
        else:
            with beside[".dbf"].open("rb") as file:
                yield file
        return
    with zipfile.ZipFile(path) as archive:
        names = {Path(name).suffix.lower(): name for name in archive.namelist()}
        if ".dbf" not in names or ".cpg" in names:
            yield None
        else:
            with archive.open(names[".dbf"]) as packed:
                yield packed


def _guessed(file: IO[bytes]) -> str | None:
    start = file.read(_SAMPLE)
    if len(start) <= _DESCRIPTOR or start[_CODE_PAGE] not in _SILENT:
        return None
    heading = int.from_bytes(start[8:10], "little")
    names = b" ".join(
        start[at : at + 11].split(b"\0")[0] for at in range(_DESCRIPTOR, heading - 1, _DESCRIPTOR)
    )
    text = names + b"\n" + start[heading:]
    strange = len(text) - len(text.decode("ascii", "ignore"))
    if not strange:
        return None
    for encoding in ("utf-8", "gb18030"):
        if text.decode(encoding, "replace").count("\ufffd") <= _BROKEN * strange:
            return encoding
    return None
