"""docs/frontend.md names every key and every part of the address that the map knows."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS, ROOT, sections

SECTIONS = sections((DOCS / "frontend.md").read_text(encoding="utf-8"), level=2)
SOURCES = ROOT / "frontend_map" / "src"


def first_column(section: str) -> set[str]:
    rows = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_single_key_is_described() -> None:
    text = (SOURCES / "state" / "keys.ts").read_text(encoding="utf-8")
    actions = text.split("const ACTIONS", 1)[1].split("};", 1)[0]
    keys = {key.strip('"').upper() for key in re.findall(r'^  ("."|\w):', actions, re.MULTILINE)}
    assert len(keys) >= 5
    assert first_column("Keys") - {"Enter", "Esc", "+", "-"} == keys


def test_every_part_of_the_address_is_described() -> None:
    text = (SOURCES / "state" / "url.ts").read_text(encoding="utf-8")
    read = set(re.findall(r'query\.get\("(\w+)"\)', text))
    assert len(read) > 10
    assert first_column("State in the address") == read
