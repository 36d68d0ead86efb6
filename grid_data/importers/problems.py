"""What is wrong with a file: findings that name the row, the field and the reason, in two languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from gis.words import Words

__all__ = ["Fault", "Finding", "Findings", "ImportRefused", "near_codes"]

Level = Literal["error", "warning"]


class ImportRefused(ValueError):
    """An import that cannot begin: an unreadable file, a mapping that fits nothing, no city.

    Attributes
    ----------
    code
        Stable word for programs.
    words
        The reason in Chinese and English.
    """

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.words = Words(zh, en)

    def __reduce__(self) -> tuple[object, ...]:
        # As other exceptions: otherwise it would be made again of its text alone.
        return ImportRefused, (self.code, *self.words)


@dataclass(frozen=True)
class Finding:
    """One thing noticed.

    Attributes
    ----------
    code
        Stable word for programs, for example ``duplicate_code``.
    message
        What is wrong.
    row
        Number of the row in its source (a spreadsheet's row number for CSV, else the feature counted from
        1); None where the whole file is meant.
    field
        The field at fault, in the importer's own name for it.
    suggestion
        What to do about it.
    level
        An error keeps its row (or the file) out; a warning is only told.
    """

    code: str
    message: Words
    row: int | None = None
    field: str | None = None
    suggestion: Words | None = None
    level: Level = "error"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a value, wherever it stands."""

    code: str
    words: Words
    hint: Words | None = None


@dataclass
class Findings:
    """Findings of one file, in the order in which they were made."""

    items: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def error(
        self,
        code: str,
        zh: str,
        en: str,
        *,
        row: int | None = None,
        field: str | None = None,
        suggestion: Words | None = None,
    ) -> None:
        """Add an error."""
        self.items.append(Finding(code, Words(zh, en), row, field, suggestion, "error"))

    def warn(
        self,
        code: str,
        zh: str,
        en: str,
        *,
        row: int | None = None,
        field: str | None = None,
        suggestion: Words | None = None,
    ) -> None:
        """Add a warning."""
        self.items.append(Finding(code, Words(zh, en), row, field, suggestion, "warning"))

    def fault(self, fault: Fault, row: int, field: str) -> None:
        """Add the error of a cell."""
        self.error(fault.code, *fault.words, row=row, field=field, suggestion=fault.hint)

    def missing_value(self, row: int, field: str) -> None:
        """Add the error of an empty cell that must say something."""
        self.error("missing_value", f"{field} 为空", f"{field} is empty", row=row, field=field)

    def missing_column(self, field: str) -> None:
        """Add the error of a file that lacks a required field."""
        self.error(
            "missing_column",
            f"没有必填列 {field}；请用 --map {field}=列名 或 --set {field}=值 指定",
            f"there is no column for the required field {field}; "
            f"name one with --map {field}=COLUMN or a value with --set {field}=VALUE",
            field=field,
        )

    @property
    def errors(self) -> list[Finding]:
        """Findings that keep a row or the file out."""
        return [finding for finding in self.items if finding.level == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """Findings that are only told."""
        return [finding for finding in self.items if finding.level == "warning"]

    @property
    def blocking(self) -> list[Finding]:
        """Errors of the file as a whole: leaving rows out does not help."""
        return [finding for finding in self.errors if finding.row is None]

    @property
    def bad_rows(self) -> set[int]:
        """Numbers of the rows with an error."""
        return {finding.row for finding in self.errors if finding.row is not None}

    def counts(self) -> Counter[tuple[str, str]]:
        """How often each (level, code) was found."""
        return Counter((finding.level, finding.code) for finding in self.items)


def near_codes(value: str, known: Iterable[str]) -> Words | None:
    """A suggestion with the known codes most like an unknown one.

    >>> near_codes("POLICE", ["POLICE1", "MARKET"]).en
    'did you mean POLICE1?'
    """
    near = _close(value, tuple(known) if not isinstance(known, tuple) else known)
    if not near:
        return None
    shown = ", ".join(near)
    return Words(f"是否为 {shown}？", f"did you mean {shown}?")


@lru_cache(maxsize=512)
def _close(value: str, known: tuple[str, ...]) -> Sequence[str]:
    # Comparing with very many codes takes longer than it helps.
    return get_close_matches(value, known, n=3, cutoff=0.6) if len(known) <= 20_000 else ()
