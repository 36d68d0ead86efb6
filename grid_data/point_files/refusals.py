"""Why a file of points cannot be read, in words."""

from __future__ import annotations

import re
from pathlib import Path

from grid_data.importers.problems import ImportRefused

__all__ = ["bad_coordinates", "bad_ids", "missing_column", "unreadable"]

_CELLS = re.compile(r"CSV parse error: Row #(\d+): Expected (\d+) columns, got (\d+)(?:: (.*))?", re.DOTALL)
# How much of a bad row is shown.
_SHOWN = 80


def missing_column(path: Path, name: str, names: list[str], field: str) -> ImportRefused:
    """A column that was told, or that is needed, is not there."""
    shown = ", ".join(names)
    return ImportRefused(
        "missing_column",
        f"{path.name} 中没有列 {name}；现有：{shown}。可用 --map {field}=列名 指明",
        f"{path.name} has no column {name}; it has {shown}. Name it with --map {field}=COLUMN",
    )


def unreadable(path: Path, problem: Exception) -> ImportRefused:
    """The file is damaged, empty, or not what its ending says."""
    if path.is_file() and not path.stat().st_size:
        zh, en = f"无法读取 {path.name}：它是空文件", f"{path.name} cannot be read: it is empty"
        return ImportRefused("unreadable", zh, en)
    cells = _CELLS.match(str(problem))
    if cells is not None:
        row, wanted, given = cells[1], cells[2], cells[3]
        text = " ".join((cells[4] or "").split())
        text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        return ImportRefused(
            "unreadable",
            f"无法读取 {path.name}：第 {row} 行（表头为第 1 行）有 {given} 个单元格，应有 {wanted} 个："
            f"{text}",
            f"{path.name} cannot be read: row {row} (the heading is row 1) has {given} cells instead of "
            f"{wanted}: {text}",
        )
    reason = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
    if "not recognized as being in a supported file format" in reason:
        return ImportRefused(
            "unreadable",
            f"无法读取 {path.name}：内容损坏，或与扩展名 {path.suffix} 不符",
            f"{path.name} cannot be read: it is damaged, or not what its ending {path.suffix} says",
        )
    return ImportRefused(
        "unreadable", f"无法读取 {path.name}：{reason}", f"{path.name} cannot be read: {reason}"
    )


def bad_ids(path: Path, column: str | None, zh: str, en: str) -> ImportRefused:
    """A column that was to be the id cannot be it."""
    return ImportRefused(
        "bad_id",
        f"{path.name}：列 {column} 不能用作 id：{zh}",
        f"{path.name}: column {column} cannot be used as id: {en}",
    )


def bad_coordinates(path: Path, column: str | None, kind: object, wanted: tuple[str, str]) -> ImportRefused:
    """A column of places holds what no place can be read from."""
    return ImportRefused(
        "bad_coordinates",
        f"{path.name}：列 {column} 的类型为 {kind}，应为{wanted[0]}",
        f"{path.name}: column {column} holds {kind}, not {wanted[1]}",
    )
