"""Past cases with their due moments, as read from a CSV file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.words import Words
from governance.deadlines.calendar import FIRST, LAST, CalendarDay, Seconds

__all__ = [
    "SKIPPED",
    "BadFile",
    "Cases",
    "csv_rows",
    "read_calendar",
    "read_cases",
    "wall_second",
    "wall_text",
]

COLUMNS = ("reported", "due", "category")
SKIPPED: dict[str, Words] = {
    "no_reported": Words("无上报时间", "no time of report"),
    "bad_reported": Words("上报时间无法识别", "the time of the report cannot be read"),
    "no_due": Words("无截止时间", "no due time"),
    "bad_due": Words("截止时间无法识别", "the due time cannot be read"),
    "due_before_reported": Words("截止时间早于上报时间", "due before it was reported"),
    "no_category": Words("无类别", "no category"),
}
"""Why a case is not used, by code."""
EXAMPLES = 20
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments of the wall clock have no zone
_SECOND = timedelta(seconds=1)


class BadFile(ValueError):
    """A file that cannot be used at all; ``words`` says why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass
class Cases:
    """Usable cases, in the order of their reports.

    Attributes
    ----------
    ids, line
        The case's id and its line in the file.
    reported, due
        Seconds of the local wall clock.
    category
        Place in ``categories``.
    rows
        Cases in the file.
    skipped
        How many were not used, by reason (a key of `SKIPPED`).
    faults
        The first of them: line, reason, the value.
    """

    ids: list[str]
    line: NDArray[np.int64]
    reported: Seconds
    due: Seconds
    category: NDArray[np.int64]
    categories: list[str]
    rows: int
    skipped: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.reported)


def read_cases(path: Path) -> Cases:
    """Read cases from a CSV file with columns reported, due and category, and usually id.

    Column names are compared without regard to case; other columns are left alone.

    Raises
    ------
    BadFile
        It is not text, has no such columns, or holds no case.
    """
    rows = csv_rows(path)
    header = [name.strip().lower() for name in next(rows, (0, []))[1]]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        listed = ", ".join(missing)
        raise BadFile(Words(f"{path} 缺少列 {listed}", f"{path} has no column {listed}"))
    places = [header.index(name) for name in COLUMNS]
    id_place = header.index("id") if "id" in header else None
    ids: list[str] = []
    used: list[tuple[int, int, int, int]] = []
    names: dict[str, int] = {}
    skipped: Counter[str] = Counter()
    faults: list[tuple[int, str, str]] = []
    total = 0
    for line, row in rows:
        total += 1
        reported_text, due_text, category = (row[p].strip() if p < len(row) else "" for p in places)
        reported, due = wall_second(reported_text), wall_second(due_text)
        reason, value = None, ""
        if not category:
            reason = "no_category"
        elif reported is None:
            reason, value = "bad_reported" if reported_text else "no_reported", reported_text
        elif due is None:
            reason, value = "bad_due" if due_text else "no_due", due_text
        elif due < reported:
            reason, value = "due_before_reported", f"{reported_text} > {due_text}"
        if reason is not None or reported is None or due is None:
            skipped[reason or "bad_due"] += 1
            if len(faults) < EXAMPLES:
                faults.append((line, reason or "bad_due", value))
            continue
        used.append((reported, due, names.setdefault(category, len(names)), line))
        ids.append(row[id_place].strip() if id_place is not None and id_place < len(row) else str(line))
    if not total:
        raise BadFile(Words(f"{path} 中没有案件", f"there are no cases in {path}"))
    table = np.array(used, np.int64).reshape(-1, 4)
    order = np.argsort(table[:, 0], kind="stable")
    table = table[order]
    return Cases(
        [ids[n] for n in order.tolist()],
        line=table[:, 3],
        reported=table[:, 0],
        due=table[:, 1],
        category=table[:, 2],
        categories=list(names),
        rows=total,
        skipped=skipped,
        faults=faults,
    )


def read_calendar(path: Path) -> tuple[CalendarDay, ...]:
    """Read special days from a CSV file with columns date, kind (holiday or workday) and name.

    Raises
    ------
    BadFile
        Naming the line of the first mistake.
    """
    rows = csv_rows(path)
    header = [name.strip().lower() for name in next(rows, (0, []))[1]]
    missing = [name for name in ("date", "kind") if name not in header]
    if missing:
        listed = ", ".join(missing)
        raise BadFile(Words(f"{path} 缺少列 {listed}", f"{path} has no column {listed}"))
    found: dict[date, CalendarDay] = {}
    for line, row in rows:
        value = dict(zip(header, (cell.strip() for cell in row), strict=False))
        try:
            day = date.fromisoformat(value.get("date", "")[:10])
        except ValueError:
            text = value.get("date", "")
            raise BadFile(
                Words(f"{path} 第 {line} 行：{text!r} 不是日期", f"{path}, line {line}: {text!r} is no date")
            ) from None
        kind = value.get("kind", "").lower()
        if kind not in ("holiday", "workday"):
            raise BadFile(
                Words(
                    f"{path} 第 {line} 行：类型应为 holiday 或 workday，而不是 {kind!r}",
                    f"{path}, line {line}: the kind is holiday or workday, not {kind!r}",
                )
            )
        if day in found and found[day].kind != kind:
            raise BadFile(
                Words(
                    f"{path} 第 {line} 行：{day} 既是假日又是工作日",
                    f"{path}, line {line}: {day} is both a holiday and a workday",
                )
            )
        found[day] = CalendarDay(day, kind, value.get("name") or None)
    return tuple(found[day] for day in sorted(found))


def wall_text(second: int) -> str:
    """A second of the wall clock as ISO text.

    >>> wall_text(0)
    '1970-01-01T00:00:00'
    """
    return (_EPOCH + timedelta(seconds=int(second))).isoformat()


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Lines of a CSV file with their numbers, without empty ones; commas, semicolons or tabs part columns."""
    try:
        read = path.read_bytes()
    except OSError as problem:
        raise BadFile(Words(f"无法读取 {path}", f"{path} cannot be read: {problem.strerror}")) from None
    text = _decoded(path, read)
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as problem:
        line = reader.line_num
        raise BadFile(Words(f"{path} 第 {line} 行：{problem}", f"{path}, line {line}: {problem}")) from None


def _decoded(path: Path, read: bytes) -> str:
    """Text as spreadsheets write it: UTF-8, UTF-16 with its mark, or GB 18030."""
    encodings = ["utf-16"] if read[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = read.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFile(Words(f"{path} 不是文本", f"{path} is no text in UTF-8, UTF-16 or GB 18030"))


def wall_second(text: str) -> int | None:
    """Seconds of the wall clock; an offset is dropped, as times are local. None if it is no ISO time."""
    if len(text) < 8:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST.year <= moment.year < LAST.year - 1:
        return None
    return (moment.replace(tzinfo=None) - _EPOCH) // _SECOND
