"""Rules as a table for spreadsheets: one row per rule, everything named by its code."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import IO, Final, NamedTuple, get_args

from gis.rules.assignment import AssignTo
from gis.rules.rule import MOST_PRIORITY, RULE_CODE, Rule
from gis.words import Words
from governance.rules.drafts import Change, Remove, Save, rule_token
from grid_data.database import Connection
from grid_data.rules import current_moment, rule_of, rule_versions

__all__ = ["COLUMNS", "FileFault", "as_changes", "read_rules", "with_versions", "write_rules"]

COLUMNS: Final = (
    "code", "standard_ref", "category_kind", "category", "layer", "zone", "assign_to", "organisation",
    "supporting", "priority", "note_zh", "note_en", "valid_to",
)  # fmt: skip


class FileFault(NamedTuple):
    """What is wrong with a cell; rows are numbered as a spreadsheet does."""

    row: int
    field: str | None
    message: Words


def read_rules(lines: IO[str], delimiter: str = ",") -> tuple[list[Rule], list[FileFault]]:
    """Rules of a CSV table with a header, and what cannot be read; references are not looked up here.

    ``category`` is a code with ``standard_ref`` and ``category_kind`` beside it, or a whole key without them;
    ``supporting`` holds codes joined by semicolons. Missing columns are empty.
    """
    reader = csv.DictReader(lines, delimiter=delimiter)
    known = set(reader.fieldnames or ())
    faults = [
        FileFault(1, name or None, Words(f"没有 {name!r} 这一列", f"there is no column {name!r}"))
        for name in sorted(known - set(COLUMNS))
    ]
    if "code" not in known:
        faults.append(FileFault(1, "code", Words("缺少 code 列", "the column code is missing")))
        return [], faults
    rules: dict[str, Rule] = {}
    for row in reader:
        number = reader.line_num
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        found = _faults(cells, number)
        if cells["code"] in rules:
            found.append(FileFault(number, "code", Words("编码重复", "the code is given twice")))
        faults += found
        if not found:
            rules[cells["code"]] = _rule(cells)
    return list(rules.values()), faults


def _faults(cells: Mapping[str, str], row: int) -> list[FileFault]:
    faults = []
    if not re.fullmatch(RULE_CODE, cells["code"]):
        form = Words(
            "应以大写字母或数字开头，后接字母、数字或 ._-",
            "begins with a capital letter or digit, then letters, digits or ._-",
        )
        faults.append(FileFault(row, "code", form))
    if cells["assign_to"] not in get_args(AssignTo):
        words = ", ".join(get_args(AssignTo))
        faults.append(FileFault(row, "assign_to", Words(f"应为以下之一：{words}", f"one of {words}")))
    try:
        if abs(int(cells["priority"] or 0)) > MOST_PRIORITY:
            most = f"{MOST_PRIORITY:,}"
            limits = Words(f"绝对值不得超过 {most}", f"at most {most}, and at least -{most}")
            faults.append(FileFault(row, "priority", limits))
    except ValueError:
        faults.append(FileFault(row, "priority", Words("应为整数", "a whole number is expected")))
    try:
        aware = not cells["valid_to"] or datetime.fromisoformat(cells["valid_to"]).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        words_to = Words("应为带时区的 ISO 8601 时间", "an ISO 8601 time with offset is expected")
        faults.append(FileFault(row, "valid_to", words_to))
    beside = bool(cells["standard_ref"]) + bool(cells["category_kind"])
    if beside == 1 or (beside == 2 and not cells["category"]):
        words_key = Words("三列须同时填写", "standard_ref, category_kind and category go together")
        faults.append(FileFault(row, "category", words_key))
    return faults


def _rule(cells: Mapping[str, str]) -> Rule:
    category = cells["category"] or None
    if category and cells["standard_ref"]:
        category = f"{cells['standard_ref']}:{cells['category_kind']}:{category}"
    return Rule(
        code=cells["code"],
        assign_to=cells["assign_to"],  # type: ignore[arg-type]
        organisation=cells["organisation"] or None,
        category=category,
        layer=cells["layer"] or None,
        zone=cells["zone"] or None,
        supporting=tuple(sorted({code.strip() for code in cells["supporting"].split(";") if code.strip()})),
        priority=int(cells["priority"] or 0),
        note=Words(cells["note_zh"], cells["note_en"]) if cells["note_zh"] else None,
        valid_to=datetime.fromisoformat(cells["valid_to"]) if cells["valid_to"] else None,
    )


def write_rules(rules: Iterable[Rule], out: IO[str]) -> None:
    """Rules as CSV; read back they are the same."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for rule in rules:
        standard, kind, code = rule.category.split(":") if rule.category else ("", "", "")
        writer.writerow(
            {
                "code": rule.code,
                "standard_ref": standard,
                "category_kind": kind,
                "category": code,
                "layer": rule.layer,
                "zone": rule.zone,
                "assign_to": rule.assign_to,
                "organisation": rule.organisation,
                "supporting": ";".join(rule.supporting),
                "priority": rule.priority,
                "note_zh": rule.note.zh if rule.note else None,
                "note_en": rule.note.en if rule.note else None,
                "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
            }
        )


async def as_changes(connection: Connection, rules: Sequence[Rule], *, end_missing: bool) -> list[Change]:
    """The changes that make the stored rules those of a table; equal rules need none.

    Parameters
    ----------
    end_missing
        Rules in force or waiting that the table lacks are ended.
    """
    now = await current_moment(connection)
    by_code: dict[str, Rule] = {}
    for row in await rule_versions(connection, since=now):
        # The last version is what is meant to hold.
        by_code[row["code"]] = replace(rule_of(row), valid_from=None)
    changes: list[Change] = [Save(rule) for rule in rules if by_code.get(rule.code) != rule]
    if end_missing:
        named = {rule.code for rule in rules}
        changes += [Remove(code, None) for code in by_code if code not in named]
    return await with_versions(connection, changes)


async def with_versions(connection: Connection, changes: Iterable[Change]) -> list[Change]:
    """Changes that lack a version get the present one: for who reads and writes in one transaction."""
    now = await current_moment(connection)
    versions: dict[str, list[dict[str, object]]] = {}
    for row in await rule_versions(connection, since=now):
        versions.setdefault(row["code"], []).append(row)
    filled: list[Change] = []
    for change in changes:
        if change.version is None and change.code in versions:
            change = replace(change, version=rule_token(versions[change.code], now))
        filled.append(change)
    return filled
