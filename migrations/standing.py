"""Where the program and a database stand, told without Alembic: whoever only asks need not load it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import psycopg

from grid_data.statements import sql

__all__ = ["current", "head", "known"]


@cache
def known() -> tuple[str, ...]:
    """All revisions of the program, the oldest first: their files' names begin with them, counted up."""
    files = Path(__file__).with_name("versions").glob("[0-9]*_*.py")
    return tuple(sorted(path.name.partition("_")[0] for path in files))


def head() -> str:
    """The newest revision of the program."""
    return known()[-1]


def current(url: str) -> str | None:
    """The revision of a database; None when it was never migrated.

    Raises
    ------
    psycopg.OperationalError
        The database cannot be reached.
    """
    with psycopg.connect(url) as connection:
        try:
            row = connection.execute(sql("city/revision")).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return None if row is None else str(row[0])
