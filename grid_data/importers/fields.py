"""Fields a subject knows, and values as found in files turned into values as stored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from gis.words import Words
from grid_data.importers.problems import Fault, Findings, near_codes

__all__ = ["Fault", "Field", "clean", "empty", "reader", "text_of"]

Kind = Literal["text", "code", "integer", "number", "date", "time", "choice"]


@dataclass(frozen=True)
class Field:
    """One field of a subject.

    Attributes
    ----------
    name
        As in the frames of `grid_data.bulk`.
    kind
        ``code`` is text whose numbers are written without decimals; ``time`` without offset is meant in the
        city's time zone.
    required
        An empty value is an error.
    aliases
        Common names of the column, for automatic detection.
    choices
        For ``choice``: accepted spellings (lower case) and the value each stands for.
    default
        Value of an empty cell.
    low, high
        Range of numbers; for text, ``high`` is the greatest length.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    default: Any = None
    low: float | None = None
    high: float | None = None


def clean(table: pd.DataFrame, fields: Sequence[Field], findings: Findings, *, timezone: str) -> pd.DataFrame:
    """Columns of ``table`` (one per field found, indexed by row number) as stored values, faults noted.

    Fields the table lacks become columns of their defaults.
    """
    columns: dict[str, list[Any]] = {}
    for spec in fields:
        if spec.name not in table:
            if spec.required and len(table):
                findings.missing_column(spec.name)
            columns[spec.name] = [spec.default] * len(table)
            continue
        read = reader(spec, timezone)
        values: list[Any] = []
        for row, raw in zip(table.index, table[spec.name], strict=True):
            value: Any = None
            if empty(raw):
                value = spec.default
                if spec.required and value is None:
                    findings.missing_value(int(row), spec.name)
            else:
                outcome = read(raw)
                if isinstance(outcome, Fault):
                    findings.fault(outcome, int(row), spec.name)
                else:
                    value = outcome
            values.append(value)
        columns[spec.name] = values
    return pd.DataFrame(
        {name: pd.Series(values, index=table.index, dtype=object) for name, values in columns.items()},
        index=table.index,
    )


def empty(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT or white space.

    >>> [empty(value) for value in (None, float("nan"), "  ", 0)]
    [True, True, True, False]
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, float | np.floating) and math.isnan(value)


def text_of(value: Any) -> str:
    """A cell as text, numbers without needless decimals.

    >>> text_of(370212001.0), text_of(" 01037 ")
    ('370212001', '01037')
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def reader(spec: Field, timezone: str) -> Callable[[Any], Any]:
    """What turns a cell that is not empty into the stored value, or into a `Fault`."""
    if spec.kind == "choice":
        return lambda raw: _choice(spec, raw)
    if spec.kind in ("integer", "number"):
        return lambda raw: _number(spec, raw)
    if spec.kind == "date":
        return lambda raw: _date(spec, raw)
    if spec.kind == "time":
        zone = ZoneInfo(timezone)
        return lambda raw: _time(spec, raw, zone)
    return lambda raw: _text(spec, raw)


def _text(spec: Field, raw: Any) -> str | Fault:
    value = text_of(raw)
    if spec.high is not None and len(value) > spec.high:
        return Fault(
            "too_long",
            Words(
                f"{spec.name} 长 {len(value)} 字，超过 {spec.high:g}",
                f"{spec.name} has {len(value)} characters, more than {spec.high:g}",
            ),
        )
    if "\x00" in value:
        return Fault("bad_text", Words(f"{spec.name} 含空字符", f"{spec.name} contains a null character"))
    return value


def _choice(spec: Field, raw: Any) -> str | Fault:
    value = text_of(raw)
    found = spec.choices.get(value.lower())
    if found is not None:
        return found
    allowed = sorted(set(spec.choices.values()))
    return Fault(
        "unknown_value",
        Words(
            f"{spec.name} 的值“{value}”不在允许范围：{'、'.join(allowed)}",
            f"{spec.name}: {value!r} is none of {', '.join(allowed)}",
        ),
        near_codes(value.lower(), tuple(spec.choices)),
    )


def _number(spec: Field, raw: Any) -> float | int | Fault:
    try:
        value = float(raw.strip().replace(",", "")) if isinstance(raw, str) else float(raw)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value) or (spec.kind == "integer" and not value.is_integer()):
        wanted = ("整数", "a whole number") if spec.kind == "integer" else ("数字", "a number")
        return Fault(
            "not_a_number",
            Words(f"{spec.name} 的值“{raw}”不是{wanted[0]}", f"{spec.name}: {raw!r} is not {wanted[1]}"),
        )
    if (spec.low is not None and value < spec.low) or (spec.high is not None and value > spec.high):
        span = f"{spec.low:g} … {'' if spec.high is None else f'{spec.high:g}'}".strip()
        return Fault(
            "out_of_range",
            Words(f"{spec.name} 的值 {value:g} 超出范围 {span}", f"{spec.name}: {value:g} is not in {span}"),
        )
    return int(value) if spec.kind == "integer" else value


def _date(spec: Field, raw: Any) -> Any:
    parsed = _moment(raw)
    return _unreadable_time(spec, raw) if parsed is None else parsed.date()


def _time(spec: Field, raw: Any, zone: ZoneInfo) -> Any:
    parsed = _moment(raw)
    if parsed is None:
        return _unreadable_time(spec, raw)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)


def _moment(raw: Any) -> datetime | None:
    if isinstance(raw, datetime):
        return raw
    text = text_of(raw).replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "").strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):  # days and months of one digit
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives the zone
        except ValueError:
            continue
    return None


def _unreadable_time(spec: Field, raw: Any) -> Fault:
    return Fault(
        "not_a_time",
        Words(
            f"{spec.name} 的值“{raw}”不是日期或时间（应为 2024-05-01 或 2024-05-01T08:00:00+08:00）",
            f"{spec.name}: {raw!r} is no date or time (such as 2024-05-01 or 2024-05-01T08:00:00+08:00)",
        ),
    )
