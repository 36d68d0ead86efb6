"""docs/settings.md describes every setting, and every variable named anywhere exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from governance.settings import Settings
from tests.docs.pages import DOCS, ROOT, name_of, pages

PREFIX = Settings.model_config.get("env_prefix", "")
SETTINGS = {f"{PREFIX}{name}".upper(): field for name, field in Settings.model_fields.items()}
ROWS = {
    row.split("|")[1].strip(" `"): row
    for row in (DOCS / "settings.md").read_text(encoding="utf-8").splitlines()
    if row.startswith(f"| `{PREFIX}")
}
# Where a variable that is no field of Settings may be read: the build, the make targets, the tests.
OTHER_READERS = (
    "Makefile",
    "hatch_build.py",
    "frontend_map/*.ts",
    "scripts/**/*",
    ".ci/*",
    "tests/**/*.py",
    "grid_data/**/*.py",
    "cli/**/*.py",
    "benchmarks/*.py",
)


def test_the_prefix_is_ours() -> None:
    assert PREFIX == "GRIDGOV_"


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_is_described_with_its_default(name: str) -> None:
    assert name in ROWS
    default = SETTINGS[name].get_default(call_default_factory=True)
    shown = "" if default is None else str(getattr(default, "value", default))
    assert f"`{shown}`" in ROWS[name] if shown else "none" in ROWS[name]


@pytest.mark.parametrize("document", pages(), ids=name_of)
def test_every_variable_named_is_read_somewhere(document: Path) -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z][A-Z_]*[A-Z]", document.read_text(encoding="utf-8")))
    elsewhere = named - set(SETTINGS)
    sources = [
        path.read_text(encoding="utf-8")
        for pattern in OTHER_READERS
        for path in ROOT.glob(pattern)
        if path.is_file() and path != Path(__file__)
    ]
    assert {name for name in elsewhere if not any(name in source for source in sources)} == set()
