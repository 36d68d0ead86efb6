"""docs/cli.md describes every command with every option, and nothing else."""

from __future__ import annotations

import re

import pytest

from tests.docs.commands import COMMANDS, arguments, options
from tests.docs.pages import DOCS, anchor, sections

SECTIONS = sections((DOCS / "cli.md").read_text(encoding="utf-8"), level=2)
SHARED = "Options of all imports"


def test_commands_are_exactly_those_that_exist() -> None:
    documented = {title for title in SECTIONS if title.startswith("gridgov")}
    assert documented == set(COMMANDS)


def described(section: str) -> set[str]:
    """Options in the first column of a section's tables."""
    rows = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    return {option for row in rows for option in re.findall(r"--[a-z][a-z-]*", row.split("|")[1])}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_options_are_exactly_those_that_exist(name: str) -> None:
    documented = described(name)
    if f"(#{anchor(SHARED)})" in SECTIONS[name]:
        documented |= described(SHARED)
    assert documented == options(COMMANDS[name])


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_arguments_are_named(name: str) -> None:
    missing = [word for word in arguments(COMMANDS[name]) if word not in SECTIONS[name]]
    assert missing == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str) -> None:
    assert COMMANDS[name].help
