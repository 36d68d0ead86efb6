"""Pairs of land units that must, or must not, share a grid: as options and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from grid_data.importers.fields import text_of
from grid_data.importers.problems import ImportRefused
from grid_data.importers.reading import read_source

__all__ = ["Pairs", "read_links"]

Pairs = tuple[tuple[str, str], ...]

_SIDES: Final = (("unit_a", "unit_b"), ("unit", "other"), ("单元", "另一单元"))
_KINDS: Final = ("link", "kind", "关系")
MUST: Final = frozenset({"must", "must_link", "must-link", "together", "同格", "必须同格"})
CANNOT: Final = frozenset({"cannot", "cannot_link", "cannot-link", "apart", "分格", "不得同格"})


def read_links(path: Path) -> tuple[Pairs, Pairs]:
    """Pairs by code, those that must and those that must not share a grid.

    The table has columns ``unit_a``, ``unit_b`` and ``link`` (``must`` or ``cannot``), or Chinese ones.

    Raises
    ------
    ImportRefused
        The file cannot be read, lacks a column, or a row names no pair or no kind.
    """
    table = read_source(path).table
    sides = next((pair for pair in _SIDES if all(name in table.columns for name in pair)), None)
    kind = next((name for name in _KINDS if name in table.columns), None)
    if sides is None or kind is None:
        known = ", ".join(map(str, table.columns))
        raise ImportRefused(
            "missing_column",
            f"{path.name} 应有列 unit_a、unit_b、link；现有：{known}",
            f"{path.name} needs the columns unit_a, unit_b and link; it has {known}",
        )
    found: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    rows: Sequence[tuple[object, object, object]] = list(
        zip(table[sides[0]], table[sides[1]], table[kind], strict=True)
    )
    for row, (one, two, word) in zip(table.index.tolist(), rows, strict=True):
        told = text_of(word).strip().lower()
        pair = (text_of(one).strip(), text_of(two).strip())
        if told not in MUST | CANNOT or not all(pair):
            raise ImportRefused(
                "bad_link",
                f"{path.name} 第 {row} 行：应有两个单元，以及 must 或 cannot",
                f"{path.name}, row {row}: two units are needed, and must or cannot",
            )
        found[told in CANNOT].append(pair)
    return tuple(found[0]), tuple(found[1])
