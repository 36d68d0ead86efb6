"""Ids of GeoJSON features: GDAL keeps whole numbers as feature numbers, and is silent on the rest."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grid_data.importers.problems import ImportRefused

__all__ = ["check_records", "numbered_features"]

_CHUNK = 1 << 20
_WHOLE = "a whole number"
_BETWEEN = re.compile(r"[\s,]*")


def numbered_features(path: Path, *, sequence: bool) -> bool:
    """Whether the features of a GeoJSON file (or sequence) have whole numbers as their ``id`` member.

    All features are read, for GDAL makes up numbers where an id is missing, of another kind, or given again.

    Raises
    ------
    ImportRefused
        Some ids are whole numbers, and others are missing or something else, or one is given twice; the
        feature is named.
    """
    first: str | None = None
    numbers = array("q")
    for number, feature in enumerate(_decoded(path) if sequence else _members(path), 1):
        kind = _kind(feature)
        first = first or kind
        if kind != first:
            raise ImportRefused(
                "mixed_ids",
                f"{path.name}：第 {number} 个要素的 id 与之前的种类不同；请把 id 放进属性",
                f"{path.name}: the id of feature {number} is {kind}, those before are {first}; "
                "put ids into the properties",
            )
        if kind == _WHOLE:
            numbers.append(feature["id"])
    if first == _WHOLE:
        _refuse_double(path, np.frombuffer(numbers, dtype=np.int64))
    return first == _WHOLE


def check_records(path: Path, read: int) -> None:
    """See to it that no record of a GeoJSON sequence was passed over: GDAL leaves out what it cannot parse.

    Parameters
    ----------
    read
        How many features GDAL found.

    Raises
    ------
    ImportRefused
        There are more records than that; the first bad one is named.
    """
    if sum(1 for _ in _records(path)) <= read:
        return
    for _ in _decoded(path):
        pass
    raise ImportRefused(
        "unreadable",
        f"{path.name} 中有不是要素的记录",
        f"{path.name} holds records that are no features",
    )


def _kind(feature: Any) -> str:
    value = feature.get("id") if isinstance(feature, dict) else None
    if value is None:
        return "missing"
    whole = isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63
    return _WHOLE if whole else "something else"


def _refuse_double(path: Path, ids: NDArray[np.int64]) -> None:
    ordered = np.sort(ids)
    if not (ordered[1:] == ordered[:-1]).any():
        return
    order = np.argsort(ids, kind="stable")
    at = int(order[1:][ids[order][1:] == ids[order][:-1]].min())
    raise ImportRefused(
        "double_id",
        f"{path.name}：第 {at + 1} 个要素的 id {ids[at]} 与之前的重复；请把重复的 id 放进属性",
        f"{path.name} has features with the same id: feature {at + 1} is {ids[at]} again; put ids that "
        "repeat into the properties",
    )


def _members(path: Path) -> Iterator[Any]:
    """Features of a collection one by one; ends where the file is damaged, which GDAL tells better."""
    decoder = json.JSONDecoder()
    wanted = _CHUNK
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        text = file.read(wanted)
        at = text.find('"features"')
        position = text.find("[", at) + 1 if at >= 0 else 0
        while True:
            between = _BETWEEN.match(text, position)
            position = between.end() if between else position
            if text[position : position + 1] == "]":
                return
            try:
                value, position = decoder.raw_decode(text, position)
            except ValueError:
                more = file.read(wanted)
                if not more:
                    return
                text, position = text[position:] + more, 0
                # A long feature is not begun anew for every piece of it.
                wanted *= 2
            else:
                wanted = _CHUNK
                yield value


def _decoded(path: Path) -> Iterator[Any]:
    for number, text in _records(path):
        try:
            yield json.loads(text)
        except json.JSONDecodeError as problem:
            reason = problem.msg
            raise ImportRefused(
                "unreadable",
                f"{path.name} 第 {number} 行无法读取：{reason}",
                f"{path.name} cannot be read in row {number}: {reason}",
            ) from problem


def _records(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of the records of a sequence: lines, or what begins with a record separator."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        held = file.read(_CHUNK)
        mark = "\x1e" if held.lstrip(" \r\n\t").startswith("\x1e") else "\n"
        # Nothing stands before the first separator.
        number = 0 if mark == "\x1e" else 1
        while held:
            *whole, held = held.split(mark)
            more = file.read(_CHUNK)
            if not more:
                whole, held = [*whole, held], ""
            for text in whole:
                if text.strip():
                    yield number, text
                number += 1
            held += more
