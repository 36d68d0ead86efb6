"""docs/import.md names every field of every subject, and every form of file."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

from grid_data import importers
from grid_data.importers.fields import Field
from grid_data.importers.reading import FORMATS
from tests.docs.pages import DOCS, sections

PAGE = (DOCS / "import.md").read_text(encoding="utf-8")
SECTIONS = sections(PAGE, level=3)


def subjects() -> dict[str, tuple[Field, ...]]:
    """Fields of every subject; a subject has a module with ``FIELDS``."""
    found = {}
    for module in pkgutil.iter_modules(importers.__path__):
        fields = getattr(importlib.import_module(f"{importers.__name__}.{module.name}"), "FIELDS", None)
        if fields is not None:
            found[module.name] = tuple(fields)
    return found


SUBJECTS = subjects()


def first_column(text: str) -> set[str]:
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_subjects_are_exactly_those_that_exist() -> None:
    assert set(SECTIONS) - {"city"} == set(SUBJECTS)


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_fields_are_exactly_those_that_exist(subject: str) -> None:
    assert first_column(SECTIONS[subject]) == {field.name for field in SUBJECTS[subject]}


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_required_fields_are_marked(subject: str) -> None:
    rows = [line for line in SECTIONS[subject].splitlines() if line.startswith("| `")]
    for field in SUBJECTS[subject]:
        row = next(row for row in rows if f"`{field.name}`" in row.split("|")[1])
        if field.required:
            assert "required" in row, field.name


def test_forms_are_exactly_those_that_are_read() -> None:
    assert first_column(sections(PAGE, level=2)["Formats"]) == set(FORMATS)
