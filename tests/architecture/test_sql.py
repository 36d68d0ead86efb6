"""Run-time SQL lives in ``grid_data/sql``: each statement named, explained and used; none hides in Python."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from grid_data.statements import StatementError, read_statements, sql, statements
from tests.support.databases import ROOT

FLOORS = ("gis", "grid_data", "governance", "api", "cli")
# The beginning of a statement, as it would be written in code: upper case, followed by what it needs.
STATEMENT = re.compile(
    r"\s*(SELECT\s+\S|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s|COPY\s+\S+\s*(\(|FROM|TO)|"
    r"(CREATE|ALTER|DROP|TRUNCATE)\s+(TABLE|INDEX|DATABASE|ROLE|SCHEMA|FUNCTION|VIEW|EXTENSION)|"
    r"SET\s+(LOCAL|SESSION|ROLE)\s|REFRESH\s+MATERIALIZED|ANALYZE\b|VACUUM\b|LISTEN\s|NOTIFY\s|LOCK\s+TABLE)",
)


def trees(floors: Iterable[str] = FLOORS) -> Iterator[tuple[Path, ast.Module]]:
    """Every source file of the floors, parsed."""
    for floor in floors:
        for file in sorted((ROOT / floor).rglob("*.py")):
            yield file, parsed(file)


@functools.cache
def parsed(file: Path) -> ast.Module:
    """A source file, parsed once for all tests of a process."""
    return ast.parse(file.read_text(encoding="utf-8"))


def texts(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every string in code; an f-string whole, with a word for each of its parts; no docstrings."""
    notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values]
            yield node, "".join(parts)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes | pieces
        ):
            yield node, node.value


def sql_in(tree: ast.Module) -> list[str]:
    """Strings in code that begin like a statement."""
    return [text for _, text in texts(tree) if STATEMENT.match(text)]


def test_no_sql_in_python() -> None:
    found = {str(file.relative_to(ROOT)): hidden for file, tree in trees() if (hidden := sql_in(tree))}
    assert found == {}


def test_sql_in_python_would_be_found() -> None:
    code = '''
def f(c):
    """SELECT is a word."""
    c.execute(f"SELECT {1} FROM zone")
    c.execute("DELETE FROM zone")
'''
    assert sql_in(ast.parse(code)) == ["SELECT x FROM zone", "DELETE FROM zone"]


def test_statements_can_be_read() -> None:
    assert len(statements()) > 20


def test_every_statement_is_used() -> None:
    all_trees = list(trees([*FLOORS, "migrations"]))
    used = {text for _, tree in all_trees for _, text in texts(tree)}
    # Keys put together at run time: the fixed beginning must stand in the code.
    beginnings = {
        str(node.values[0].value)
        for _, tree in all_trees
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant)
    }
    prefixes = tuple(text for text in beginnings if re.fullmatch(r"[a-z_]+/[a-z0-9_]*", text))
    unused = {key for key in statements() if key not in used and not key.startswith(prefixes)}
    assert unused == set()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1", "before the first"),
        ("-- name: a\n-- One.\nSELECT 1\n-- name: a\n-- Two.\nSELECT 2", "named twice"),
        ("-- name: a\nSELECT 1", "must be a comment"),
        ("-- name: a\n-- Nothing.\n-- at all", "has no SQL"),
        ("-- name: A-b\n-- Bad name.\nSELECT 1", "no name"),
    ],
)
def test_files_that_break_the_format_are_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "subject.sql").write_text(text, encoding="utf-8")
    with pytest.raises(StatementError, match=complaint):
        read_statements(tmp_path)


def test_a_statement_knows_its_place(tmp_path: Path) -> None:
    (tmp_path / "subject.sql").write_text(
        "-- About.\n\n-- name: one\n-- Says one.\nSELECT 1\n", encoding="utf-8"
    )
    statement = read_statements(tmp_path)["subject/one"]
    assert (statement.comment, statement.text, statement.line) == ("Says one.", "SELECT 1", 3)


def test_an_unknown_statement_is_refused_with_a_hint() -> None:
    with pytest.raises(StatementError, match="did you mean cluster/create_database"):
        sql("cluster/create_databse")
