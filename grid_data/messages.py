"""Messages of several statements: written as bytes, sent at once, answered by the rows that were asked for.

A message of several statements has no parameters: its statements are prepared by name and called with
literals. A cursor would describe every result of such a message, also that of BEGIN and of each setting; here
only rows are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from math import isfinite
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from psycopg.abc import Transformer
from psycopg.adapt import Transformer as MadeTransformer
from psycopg.errors import InternalError, error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier, Literal
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int8

from grid_data.statements import Numbered, numbered, sql

__all__ = ["Connection", "call", "forget_prepared", "send"]

Connection = AsyncConnection[DictRow]

_prepared: WeakKeyDictionary[Connection, dict[Numbered, str]] = WeakKeyDictionary()
"""Names of prepared statements. psycopg lets the server forget all of them after a rollback."""
_serial = count()

_WITHOUT_ROWS = (ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY)


async def call(connection: Connection, key: str | Numbered, parameters: Mapping[str, Any]) -> bytes:
    """A statement as one of several of a message, with its values as literals.

    It is prepared when a connection meets it first.
    """
    statement = numbered(key) if isinstance(key, str) else key
    prepared = _prepared.setdefault(connection, {})
    name = prepared.get(statement)
    if name is None:
        # A name is used once: what became of an earlier one need not be known.
        name = f"prepared {next(_serial)}"
        text = SQL(sql("session/prepare"))
        await connection.execute(
            text.format(name=Identifier(name), statement=SQL(statement.literal_text)), prepare=False
        )
        prepared[statement] = name
    before, after = _around_values(name)
    return before + b",".join([literal(connection, parameters[name]) for name in statement.names]) + after


def forget_prepared(connection: Connection) -> None:
    """Prepare anew what a connection is asked next."""
    _prepared.pop(connection, None)


async def send(connection: Connection, message: bytes) -> list[DictRow | None]:
    """Send a message; the first row of each of its statements that gives rows, None where there was none.

    Raises
    ------
    psycopg.Error
        As the server says. Statements after the one that failed were not executed.
    """
    async with connection.lock:
        connection.pgconn.send_query(message)
        results = await connection.wait(execute(connection.pgconn))
    made: Transformer | None = None
    found: list[DictRow | None] = []
    for result in results:
        status = result.status
        if status == ExecStatus.TUPLES_OK:
            made = made or MadeTransformer(connection)
            found.append(_first_row(made, result))
        elif status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result, connection.info.encoding)
        elif status not in _WITHOUT_ROWS:
            raise InternalError(f"a message was answered by {ExecStatus(status).name}")
    return found


def _first_row(made: Transformer, result: PGresult) -> DictRow | None:
    if not result.ntuples:
        return None
    made.set_pgresult(result)
    names = [(result.fname(each) or b"").decode() for each in range(result.nfields)]

    def as_dict(values: Sequence[Any]) -> DictRow:
        return dict(zip(names, values, strict=True))

    return made.load_row(0, as_dict)


def literal(connection: Connection, value: object) -> bytes:
    """A value as it stands in a statement. The usual kinds are written here; psycopg writes the rest.

    A backslash would need another way of quoting, which psycopg knows.
    """
    if value is None:
        return b"NULL"
    kind = _PLAIN.get(type(value))
    text = None if kind is None else kind(value)
    if text is None or "\\" in text or "\0" in text:
        return Literal(value).as_bytes(connection)
    return f"'{text}'".encode() if "'" not in text else "'{}'".format(text.replace("'", "''")).encode()


def _document(value: Any) -> str | None:
    """A JSON document that says itself how it is written."""
    written = value.dumps(value.obj) if value.dumps is not None else None
    return written.decode() if isinstance(written, bytes) else written


# Quoted, as the type of a parameter decides what a text in quotes is.
_PLAIN: Mapping[type, Callable[[Any], str | None]] = {
    str: lambda value: value,
    int: str,
    Int8: lambda value: str(int(value)),
    float: lambda value: repr(value) if isfinite(value) else None,
    datetime: lambda value: value.isoformat() if value.tzinfo is not None else None,
    Jsonb: _document,
}


@lru_cache(maxsize=256)
def _around_values(name: str) -> tuple[bytes, bytes]:
    """How a prepared statement is called: what stands before the values and behind."""
    text = SQL(sql("session/call")).format(name=Identifier(name), values=SQL("\0"))
    before, _, after = text.as_bytes().partition(b"\0")
    return before, after
