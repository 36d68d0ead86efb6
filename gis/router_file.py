"""One file of named arrays with a head in JSON, made to be mapped into memory.

8 bytes     magic and version of the format
8 bytes     length of the head, little endian
head        JSON: what the writer says, and kind, shape and place of each array
arrays      little endian, C order, each at a multiple of 64 bytes
"""

from __future__ import annotations

import json
import mmap
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import LayerError

MAGIC = b"GGROUTE2"
_ALIGN = 64


def write_arrays(path: Path, head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Write a file; it appears whole under its name, or not at all."""
    specs: dict[str, dict[str, Any]] = {}
    at = 0
    for name, array in arrays.items():
        specs[name] = {"dtype": array.dtype.newbyteorder("<").str, "shape": array.shape, "at": at}
        at += -(-array.nbytes // _ALIGN) * _ALIGN
    text = json.dumps({"head": head, "arrays": specs, "bytes": at}, ensure_ascii=False).encode()
    begin = -(-(16 + len(text)) // _ALIGN) * _ALIGN
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with unfinished.open("wb") as file:
            file.write(MAGIC + len(text).to_bytes(8, "little") + text)
            for name, array in arrays.items():
                file.seek(begin + specs[name]["at"])
                file.write(np.asarray(array, dtype=specs[name]["dtype"], order="C").data)
            file.truncate(begin + at)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The head and the arrays, mapped and read-only.

    Raises
    ------
    LayerError
        The file is no such file, is cut short or damaged, or has another version.
    """
    with path.open("rb") as file:
        if file.read(8) != MAGIC:
            raise LayerError(f"{path} is no saved router of this version")
        length = int.from_bytes(file.read(8), "little")
        begin = -(-(16 + length) // _ALIGN) * _ALIGN
        size = os.fstat(file.fileno()).st_size
        if 16 + length > size:
            raise LayerError(f"{path} is cut short")
        try:
            told = json.loads(file.read(length))
        except ValueError as problem:
            raise LayerError(f"{path} is damaged") from problem
        if begin + told["bytes"] != size:
            raise LayerError(f"{path} is cut short")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    arrays = {
        name: np.frombuffer(
            mapped, dtype=spec["dtype"], count=int(np.prod(spec["shape"])), offset=begin + spec["at"]
        ).reshape(spec["shape"])
        for name, spec in told["arrays"].items()
    }
    return told["head"], arrays
