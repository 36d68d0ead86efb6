"""docs/dispatch.md names every key and every part of the address that the dispatcher's desk knows."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS, ROOT, sections

SECTIONS = sections((DOCS / "dispatch.md").read_text(encoding="utf-8"), level=2)
DESK = ROOT / "frontend_map" / "src" / "dispatch"


def first_column(section: str) -> set[str]:
    rows = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_key_is_described() -> None:
    keys = (DESK / "keys.ts").read_text(encoding="utf-8")
    listed = re.findall(
        r'^  \["([^"]+)",', keys.split("DESK_KEYS", 1)[1].split("] as const", 1)[0], re.MULTILINE
    )
    desk = {key for each in listed for key in re.split(r"[ ,]+", each)}
    fields = (DESK / "fields.ts").read_text(encoding="utf-8")
    steps = fields.split("STEP_KEYS", 1)[1].split("};", 1)[0]
    letters = {key.upper() for key in re.findall(r"^  (\w):", steps, re.MULTILINE)}
    assert len(desk) >= 15
    assert len(letters) >= 10
    assert first_column("Keys") == (desk - {"W"}) | letters


def test_every_part_of_the_address_is_described() -> None:
    text = (DESK / "address.ts").read_text(encoding="utf-8")
    read = set(re.findall(r'query\.get\("(\w+)"\)', text))
    assert len(read) > 12
    assert first_column("Address") == read
