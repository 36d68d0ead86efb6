"""Category catalogues shipped as data: components, matters and a small local social list.

The files lie beside this module; ``README.md`` in the same folder states their sources and limits. The
key of a row is ``(standard_ref, kind, code)``: the same code names a component and a matter. Codes are
text with leading zeros. Nothing here touches a database.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from importlib import resources

import pandas as pd

CATALOGUES: tuple[str, ...] = ("gbt47678_5_2026", "cjt214_2007", "social_local")
"""Names of the shipped catalogues, in the order in which they are read."""

KINDS: tuple[str, ...] = ("component", "matter", "social")
TIME_UNITS: tuple[str, ...] = ("urgent_hour", "work_hour", "work_day", "natural_day")


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One row of a catalogue; level 1 is a class, level 2 a minor class under ``parent``.

    ``time_limit`` reads ``"<amount> <unit>"`` with a unit of ``TIME_UNITS``. ``related_component`` is the
    code of the component (same standard) whose abnormal state a matter describes.
    """

    standard_ref: str
    kind: str
    code: str
    parent: str | None
    level: int
    name_zh: str
    name_en: str
    filing_condition_zh: str | None
    closing_condition_zh: str | None
    time_limit: str | None
    urgency: str | None
    appeal_kind: str | None
    related_component: str | None

    @property
    def key(self) -> str:
        """``"<standard_ref>:<kind>:<code>"``, the text form of the key used in files and over HTTP."""
        return f"{self.standard_ref}:{self.kind}:{self.code}"


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(CategoryRow))


def read_catalogue(name: str) -> list[CategoryRow]:
    """Read one shipped catalogue, in file order (a class before its minors).

    Parameters
    ----------
    name
        One of ``CATALOGUES``.

    Raises
    ------
    KeyError
        If no catalogue has this name.
    ValueError
        If the file's header is not exactly ``COLUMNS``.
    """
    if name not in CATALOGUES:
        raise KeyError(f"no catalogue named {name!r}; there are {', '.join(CATALOGUES)}")
    path = resources.files(__name__).joinpath(f"{name}.csv")
    reader = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError(f"{name}.csv: header must be {','.join(COLUMNS)}")
    return [_row(record) for record in reader]


def read_all() -> Iterator[CategoryRow]:
    """Rows of every shipped catalogue, in the order of ``CATALOGUES``."""
    for name in CATALOGUES:
        yield from read_catalogue(name)


def frame() -> pd.DataFrame:
    """Every row of every catalogue as a frame with columns ``COLUMNS``; missing values are ``None``."""
    return pd.DataFrame([astuple(row) for row in read_all()], columns=list(COLUMNS), dtype=object)


def _row(record: dict[str, str]) -> CategoryRow:
    value = {column: text or None for column, text in record.items()}
    return CategoryRow(
        standard_ref=record["standard_ref"],
        kind=record["kind"],
        code=record["code"],
        parent=value["parent"],
        level=int(record["level"]),
        name_zh=record["name_zh"],
        name_en=record["name_en"],
        filing_condition_zh=value["filing_condition_zh"],
        closing_condition_zh=value["closing_condition_zh"],
        time_limit=value["time_limit"],
        urgency=value["urgency"],
        appeal_kind=value["appeal_kind"],
        related_component=value["related_component"],
    )
