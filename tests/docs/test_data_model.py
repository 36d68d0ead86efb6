"""docs/data-model.md names every table and column, and draws every foreign key."""

from __future__ import annotations

import re
from itertools import takewhile

import pytest

from grid_data.tables import metadata
from tests.docs.pages import DOCS, sections

PAGE = (DOCS / "data-model.md").read_text(encoding="utf-8")
DOCUMENTED = sections(PAGE, level=3)


def test_tables_are_exactly_those_declared() -> None:
    assert set(DOCUMENTED) == set(metadata.tables)


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_columns_are_exactly_those_declared(table: str) -> None:
    rows = [line for line in DOCUMENTED[table].splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert documented == {column.name for column in metadata.tables[table].columns}


def test_the_diagram_shows_every_table_and_foreign_key() -> None:
    diagram = PAGE.split("```mermaid", 1)[1].split("```", 1)[0]
    lines = [line.split() for line in diagram.splitlines()[2:]]
    tables = {
        word for line in lines for word in takewhile(lambda word: word != ":", line) if word.isidentifier()
    }
    assert tables == set(metadata.tables)
    drawn = {frozenset((line[0], line[2])) for line in lines if len(line) > 2}
    declared = {
        frozenset((table.name, key.column.table.name))
        for table in metadata.tables.values()
        for key in table.foreign_keys
    } | {
        frozenset((table.name, column.info["refers_to"].partition(".")[0]))
        for table in metadata.tables.values()
        for column in table.columns
        if "refers_to" in column.info
    }
    assert declared - drawn == set()
    assert drawn - declared == set()
