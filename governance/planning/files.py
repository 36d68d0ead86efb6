"""A plan taken out as a file and taken in again: which unit goes to which grid, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gis.words import Words
from governance.incidents.answers import Answer, Name
from governance.planning.answers import MoveAnswer
from governance.planning.errors import PlanConflict, PlanMissing
from governance.planning.moves import make_move
from governance.planning.refusals import PlanRefused
from governance.planning.requests import Assign
from grid_data.database import Connection
from grid_data.importers.problems import ImportRefused, near_codes
from grid_data.planning.files import Form, cut_units, file_of, plan_units, source_of, zone_numbers
from grid_data.planning.publishing import read_plan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FileReport", "RowFault", "export_plan", "import_plan"]

# What the two columns may be called.
UNIT = ("unit", "unit_code", "land_unit", "code", "单元", "地块", "单元编码", "地块编码")
ZONE = ("zone", "zone_code", "grid", "grid_code", "网格", "网格编码")
NEW = "new:"
SHOWN = 200
"""Codes and faults that a report names at most."""


class RowFault(Answer):
    """What is wrong with a row. ``row``: a spreadsheet's row number for CSV, else the feature from 1."""

    row: int
    field: str
    code: str
    message: Name
    suggestion: Name | None = None


class Skipped(Answer):
    """Units of the plan that the file does not name; they stay where they are."""

    count: int
    codes: list[str]


class FileReport(Answer):
    """What a file says, and what came of it.

    ``errors``: how many rows are wrong; ``faults`` names the first 200 of them, ``skipped`` the first 200
    units. ``stored`` is false when rows are wrong and were not to be left out, for a dry run, and when
    nothing changes.
    """

    rows: int
    errors: int
    faults: list[RowFault]
    skipped: Skipped
    unchanged: int
    changed: int
    stored: bool
    step: MoveAnswer | None


@dataclass(frozen=True)
class _Rows:
    """Rows that can be meant: unit, and number of its zone."""

    wanted: Mapping[str, int]
    wrong: int
    faults: Sequence[RowFault]
    named: set[str]


async def export_plan(connection: Connection, code: str, form: Form) -> bytes:
    """The units of a plan as a file; see `grid_data.planning.files`.

    Raises
    ------
    PlanMissing
    """
    plan = await _plan(connection, code)
    return file_of(await plan_units(connection, plan["id"]), form)


async def _plan(connection: Connection, code: str) -> dict[str, Any]:
    plan = await read_plan(connection, code)
    if plan is None:
        raise PlanMissing(Words(f"没有方案 {code}", f"no plan {code}"))
    return plan


async def import_plan(
    connection: Connection,
    code: str,
    data: bytes,
    form: Form,
    *,
    by: str,
    revision: int,
    skip_bad: bool = False,
    dry_run: bool = False,
) -> FileReport:
    """Bring units of a draft to the grids a file names, as one step that can be taken back.

    A grid is named by its code; ``new:NUMBER`` is a new one, the same number the same grid.

    Raises
    ------
    PlanMissing, PlanNotDraft, PlanConflict, MoveRefused
        As for any move.
    PlanRefused
        The file cannot be read, or has no column for units or grids.
    """
    plan = await _plan(connection, code)
    if revision > plan["revision"]:
        words = Words(f"方案没有版次 {revision}", f"the plan has no revision {revision} yet")
        raise PlanConflict(words, plan["revision"])
    try:
        source = source_of(data, form)
    except ImportRefused as refused:
        raise PlanRefused("plan-file", [refused.words]) from refused
    table = source.table
    unit, zone = _column(table, UNIT), _column(table, ZONE)
    missing = [words for words, found in ((UNIT, unit), (ZONE, zone)) if found is None]
    if unit is None or zone is None:
        raise PlanRefused(
            "plan-file",
            [Words(f"缺少列 {words[0]}", f"there is no column {words[0]}") for words in missing],
        )
    units = await plan_units(connection, plan["id"])
    numbers = await zone_numbers(connection, plan["id"])
    known = dict(zip(units["unit"].tolist(), units["number"].tolist(), strict=True))
    cut = await cut_units(connection, plan["id"])
    read = _rows(table[[unit, zone]], known, cut, numbers)
    ids = dict(zip(units["unit"].tolist(), units["id"].tolist(), strict=True))
    moving = {name: number for name, number in read.wanted.items() if known[name] != number}
    skipped = sorted(set(known) - read.named)
    step = None
    if moving and not dry_run and (skip_bad or not read.wrong):
        move = Assign([ids[name] for name in moving], list(moving.values()))
        step = await make_move(connection, code, revision, by, move)
    return FileReport(
        rows=len(table),
        errors=read.wrong,
        faults=list(read.faults[:SHOWN]),
        skipped=Skipped(count=len(skipped), codes=skipped[:SHOWN]),
        unchanged=len(read.wanted) - len(moving),
        changed=len(moving),
        stored=step is not None,
        step=step,
    )


def _column(table: pd.DataFrame, names: Sequence[str]) -> str | None:
    lower = {str(column).strip().lower(): str(column) for column in table.columns}
    return next((lower[name] for name in names if name in lower), None)


def _rows(table: pd.DataFrame, known: Mapping[str, int], cut: set[str], numbers: Mapping[str, int]) -> _Rows:
    """Judge every row; a unit that is given twice with the same grid is given once."""
    wanted: dict[str, int] = {}
    faults: list[RowFault] = []
    named: set[str] = set()
    fresh: dict[str, int] = {}
    next_number = max(numbers.values(), default=0) + 1
    contradicted: set[str] = set()
    wrong = 0
    for row, (unit, zone) in zip(table.index.tolist(), table.itertuples(index=False), strict=True):
        unit_code, zone_code = _text(unit), _text(zone)
        if unit_code in known:
            named.add(unit_code)
        if not unit_code or not zone_code or unit_code not in known or not _is_zone(zone_code, numbers):
            wrong += 1
            if len(faults) < SHOWN:
                faults += [*_unit_faults(row, unit_code, known, cut), *_zone_faults(row, zone_code, numbers)]
            continue
        number = numbers.get(zone_code)
        if number is None:
            number = fresh.setdefault(zone_code, next_number + len(fresh))
        if wanted.setdefault(unit_code, number) != number:
            contradicted.add(unit_code)
            wrong += 1
            if len(faults) >= SHOWN:
                continue
            words = Name(
                zh=f"单元 {unit_code} 前面已归入另一网格", en=f"unit {unit_code} was given another grid above"
            )
            faults.append(RowFault(row=row, field="unit", code="contradiction", message=words))
    # Neither of two that contradict each other is taken.
    for unit_code in contradicted:
        del wanted[unit_code]
    return _Rows(wanted, wrong, faults, named)


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    # A code that a program took for a number.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _is_zone(code: str, numbers: Mapping[str, int]) -> bool:
    return code in numbers or (code.startswith(NEW) and len(code) > len(NEW))


def _unit_faults(row: int, code: str, known: Mapping[str, int], cut: set[str]) -> Iterator[RowFault]:
    if not code:
        yield RowFault(
            row=row, field="unit", code="missing-value", message=Name(zh="单元为空", en="the unit is empty")
        )
    elif code in cut:
        words = Name(zh=f"单元 {code} 在方案中已切分", en=f"unit {code} is cut in this plan: name its pieces")
        yield RowFault(row=row, field="unit", code="unit-cut", message=words)
    elif code not in known:
        words = Name(zh=f"方案中没有单元 {code}", en=f"the plan has no unit {code}")
        yield RowFault(
            row=row,
            field="unit",
            code="unknown-unit",
            message=words,
            suggestion=_near(code, known),
        )


def _zone_faults(row: int, code: str, numbers: Mapping[str, int]) -> Iterator[RowFault]:
    if not code:
        yield RowFault(
            row=row, field="zone", code="missing-value", message=Name(zh="网格为空", en="the grid is empty")
        )
    elif not _is_zone(code, numbers):
        words = Name(
            zh=f"方案中没有网格 {code}；新网格写作 new:编号",
            en=f"the plan has no grid {code}; a new one is written new:NUMBER",
        )
        yield RowFault(
            row=row,
            field="zone",
            code="unknown-zone",
            message=words,
            suggestion=_near(code, numbers),
        )


def _near(code: str, known: Mapping[str, int]) -> Name | None:
    words = near_codes(code, tuple(known))
    return None if words is None else Name(zh=words.zh, en=words.en)
