"""The run-time SQL of the program: named statements in ``grid_data/sql/*.sql``.

A file holds one subject. Each statement starts with a line ``-- name: <name>`` and a line ``-- <what it
does>``; the text up to the next ``-- name:`` line is the statement, with psycopg's ``%(parameter)s``
placeholders (a literal percent sign is written ``%%``)::

    -- name: zone_by_code
    -- The zone of a layer that carries this code, retired or not.
    SELECT id FROM zone WHERE layer_id = %(layer)s AND code = %(code)s

Code asks for it as ``sql("zones/zone_by_code")``. Files are read at the first use, never at import.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import LiteralString

__all__ = [
    "Numbered",
    "Statement",
    "StatementError",
    "numbered",
    "numbered_with",
    "read_statements",
    "sql",
    "statements",
]

FOLDER = Path(__file__).parent / "sql"

_NAME_LINE = re.compile(r"^--\s*name:(.*)$")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PARAMETER = re.compile(r"%\((\w+)\)s|%%")


class StatementError(LookupError):
    """A statement that does not exist, or a file that breaks the format."""


@dataclass(frozen=True)
class Statement:
    """One named statement: its key ``<file stem>/<name>``, its one-line comment and its SQL text."""

    key: str
    comment: str
    text: LiteralString
    file: Path
    line: int


def sql(key: str) -> LiteralString:
    """The text of the statement ``<file stem>/<name>``.

    Typed as a literal string because it comes from files of the program itself, never from input: psycopg's
    typing then accepts it as a query.

    Raises
    ------
    StatementError
        No such statement; the message names the nearest known ones.
    """
    try:
        return statements()[key].text
    except KeyError:
        from difflib import get_close_matches

        near = get_close_matches(key, statements(), n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise StatementError(f"no SQL statement named {key!r} in {FOLDER}{hint}") from None


@dataclass(frozen=True)
class Numbered:
    """A statement as PostgreSQL takes it: parameters are ``$1``, ``$2`` ..., in the order of ``names``."""

    literal_text: LiteralString
    text: bytes
    names: tuple[str, ...]


@cache
def numbered(key: str) -> Numbered:
    """The statement ``<file stem>/<name>`` with numbered parameters and without comment lines.

    Made once in a process: psycopg makes it anew at every execution of a statement of more than 4,096
    characters, which takes longer than some of ours run.
    """
    return _numbered(sql(key))


@cache
def numbered_with(key: str, *parts: tuple[str, str]) -> Numbered:
    """The same of a statement that is put together: the text of a statement in each place ``{name}``.

    Parameters
    ----------
    parts
        Name and key of each, in an order in which later ones may stand inside earlier ones.

    >>> parts = ("chosen", "incidents/newest"), ("filter", "incidents/filter")
    >>> numbered_with("incidents/page", *parts).names[:2]
    ('problem_words', 'zone_id')
    """
    text = sql(key)
    for name, part in parts:
        text = text.replace("{" + name + "}", sql(part))
    return _numbered(text)


def _numbered(statement: LiteralString) -> Numbered:
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${names.setdefault(match[1], len(names) + 1)}" if match[1] else "%"

    lines = (line for line in statement.splitlines() if not line.lstrip().startswith("--"))
    text: LiteralString = _PARAMETER.sub(number, "\n".join(lines))
    return Numbered(text, text.encode(), tuple(names))


@cache
def statements() -> Mapping[str, Statement]:
    """All statements by key, read once in a process."""
    return read_statements(FOLDER)


def read_statements(folder: Path) -> Mapping[str, Statement]:
    """Read every ``*.sql`` file of a folder (not its subfolders).

    Raises
    ------
    StatementError
        A bad or doubled name, a missing comment, an empty statement.
    """
    found: dict[str, Statement] = {}
    for file in sorted(folder.glob("*.sql")):
        for statement in _parse(file):
            if statement.key in found:
                raise StatementError(
                    f"{file}:{statement.line}: {statement.key} is named twice, "
                    f"first in line {found[statement.key].line}"
                )
            found[statement.key] = statement
    return MappingProxyType(found)


def _parse(file: Path) -> list[Statement]:
    """Cut one file at its ``-- name:`` lines."""
    parts: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        match = _NAME_LINE.match(line)
        if match:
            name = match[1].strip()
            if not _NAME.fullmatch(name):
                raise StatementError(
                    f"{file}:{number}: {name!r} is no name (small letters, digits, underscore)"
                )
            parts.append((name, number, []))
        elif parts:
            parts[-1][2].append(line)
        elif line.strip() and not line.startswith("--"):
            raise StatementError(f"{file}:{number}: text before the first '-- name:' line")
    return [_statement(file, *part) for part in parts]


def _statement(file: Path, name: str, number: int, lines: list[str]) -> Statement:
    key = f"{file.stem}/{name}"
    comment = lines[0] if lines else ""
    if not comment.startswith("--") or not comment.strip("- \t"):
        raise StatementError(
            f"{file}:{number}: the line after the name of {key} must be a comment saying what it does"
        )
    text = "\n".join(lines[1:]).strip()
    if not any(line.strip() and not line.lstrip().startswith("--") for line in lines[1:]):
        raise StatementError(f"{file}:{number}: {key} has no SQL")
    return Statement(key, comment.lstrip("- \t").strip(), text, file, number)
