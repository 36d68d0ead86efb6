"""LIMITS.csv: limits in a file that says by itself how due moments are made, and is read back as it was.

A file written by hand needs the columns category, kind and amount only; what is left out or empty is usual.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from gis.words import Words
from governance.deadlines.calendar import CalendarDay
from governance.deadlines.cases import BadFile, csv_rows, wall_second, wall_text
from governance.deadlines.clock import Kind
from governance.deadlines.fitting import ANY, Fitted, Learnt
from governance.deadlines.rules import CALENDARS, Rule, named_amount
from governance.deadlines.windows import DAY_S, WINDOWS, BadWindows, Windows
from governance.deadlines.wording import meaning, time_text

__all__ = ["COLUMNS", "limits_text", "read_limits_file"]

COLUMNS = (
    "category", "since", "until", "kind", "amount", "day_hours", "counting", "start", "due", "landing",
    "calendar", "windows", "cases", "equal_minutes", "equal_dates", "meaning_zh", "meaning_en",
)  # fmt: skip
_CHOICES = {
    "kind": tuple(Kind),
    "counting": ("continuous", "business", "days"),
    "start": ("reported", "next_opening"),
    "landing": ("stay", "next_opening", "next_working_day"),
    "calendar": CALENDARS,
}


_DAYS = {
    "holiday": Words("案件表明当日不工作", "cases show that this day was not worked"),
    "workday": Words("案件表明当日工作", "cases show that this day was worked"),
}


def limits_text(learnt: Learnt) -> str:
    """The file of what was learnt: a line for each rule, and one for each day that is put right."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(line) for line in learnt.lines)
    for day in learnt.days:
        words = _DAYS[day.kind]
        cells = {"since": day.date, "kind": day.kind, "meaning_zh": words.zh, "meaning_en": words.en}
        writer.writerow([cells.get(name, "") for name in COLUMNS])
    return out.getvalue()


def _row(line: Fitted) -> Iterator[object]:
    rule = line.rule
    kind, amount, day_hours = named_amount(rule)
    words = meaning(rule)
    yield line.category
    yield "" if line.since is None else wall_text(line.since)
    yield "" if line.until is None else wall_text(line.until)
    yield kind
    yield f"{amount:.10g}"
    yield "" if day_hours is None else f"{day_hours:g}"
    yield rule.counting
    yield rule.start
    yield rule.due if isinstance(rule.due, str) else time_text(rule.due)
    yield rule.landing
    yield rule.calendar
    yield str(rule.windows)
    yield from (line.cases, line.equal_minutes, line.equal_dates, words.zh, words.en)


def read_limits_file(path: Path, windows: Windows | None = None) -> Learnt:
    """What a file says.

    Parameters
    ----------
    windows
        Business hours that replace those of the file.

    Raises
    ------
    BadFile
        Naming the line and the column of the first mistake.
    """
    rows = csv_rows(path)
    header = [name.strip().lower() for name in next(rows, (0, []))[1]]
    missing = [name for name in ("category", "kind", "amount") if name not in header]
    if missing:
        listed = ", ".join(missing)
        raise BadFile(Words(f"{path} 缺少列 {listed}", f"{path} has no column {listed}"))
    lines: list[Fitted] = []
    days: list[CalendarDay] = []
    for number, row in rows:
        value = {
            name: cell.strip()
            for name, cell in zip(header, row, strict=False)
            if name in COLUMNS and cell.strip()
        }
        try:
            if value.get("kind") in _DAYS:
                days.append(CalendarDay(date.fromisoformat(value.get("since", "")), value["kind"]))
            else:
                lines.append(_line(value, windows))
        except (ValueError, OverflowError) as problem:
            raise BadFile(
                Words(f"{path} 第 {number} 行：{problem}", f"{path}, line {number}: {problem}")
            ) from None
    if not lines:
        raise BadFile(Words(f"{path} 中没有时限", f"there are no limits in {path}"))
    return Learnt(lines, tuple(days))


def _line(value: dict[str, str], windows: Windows | None) -> Fitted:
    for name, allowed in _CHOICES.items():
        if name in value and value[name] not in allowed:
            raise ValueError(f"{name}: {value[name]!r} is none of {', '.join(allowed)}")
    if "category" not in value:
        raise ValueError(f"category: empty ({ANY} stands for any other)")
    for name in ("kind", "amount"):
        if name not in value:
            raise ValueError(f"{name}: empty")
    kind = Kind(value["kind"])
    try:
        amount = float(value["amount"])
    except ValueError:
        raise ValueError(f"amount: {value['amount']!r} is no number") from None
    if not 0 <= amount < 1e6:
        raise ValueError(f"amount: {value['amount']} is no limit")
    hours = windows or _windows(value.get("windows"))
    counting = value.get("counting") or ("business" if kind.works else "continuous")
    if (counting == "continuous") == kind.works:
        raise ValueError(f"counting: {counting} is no way to count {kind}")
    day_s = float(value["day_hours"]) * 3600 if "day_hours" in value else hours.length_s
    unit = {"days": 1}.get(counting) or {Kind.NATURAL_DAY: DAY_S, Kind.WORK_DAY: day_s}.get(kind, 3600)
    if counting == "days" and amount != int(amount):
        raise ValueError("amount: whole working days only, where the time of day stays")
    return Fitted(
        category=value["category"],
        rule=Rule(
            cast(Any, counting),
            round(amount * unit),
            cast(Any, value.get("start") or ("next_opening" if kind.works else "reported")),
            _due(value.get("due", "exact")),
            cast(Any, value.get("landing", "stay")),
            value.get("calendar", "holidays"),
            hours,
        ),
        since=_moment("since", value.get("since")),
        until=_moment("until", value.get("until")),
        cases=int(value.get("cases", 0)),
        equal_minutes=int(value.get("equal_minutes", 0)),
        equal_dates=int(value.get("equal_dates", 0)),
    )


def _windows(text: str | None) -> Windows:
    try:
        return WINDOWS if text is None else Windows.parse(text)
    except BadWindows as problem:
        raise ValueError(f"windows: {problem}") from None


def _moment(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    found = wall_second(text)
    if found is None:
        raise ValueError(f"{name}: {text!r} is no ISO time")
    return found


def _due(text: str) -> str | int:
    if text in ("exact", "opening"):
        return text
    try:
        time = datetime.fromisoformat(f"1970-01-01T{text}").time()
    except ValueError:
        raise ValueError(f"due: {text!r} is neither exact, opening nor a time of day") from None
    return time.hour * 3600 + time.minute * 60 + time.second
