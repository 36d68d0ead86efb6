"""Documented shell commands are real: every one is parsed, and blocks marked ``run`` are executed.

In ``console`` blocks a line that starts with ``$ `` is a command. A block opened with ``console run`` needs
no network and no answers from anybody; it is executed as it stands, in an empty folder that holds the
project's ``docs``, against the small sample city. A ``gridgov`` command that asks nothing of the shell but to
take its words apart is called in this process; what has a pipe, a condition or a variable, bash runs.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.testing import CliRunner

from cli.main import app
from tests.docs.commands import COMMANDS, ROOT_COMMAND, arguments, options
from tests.docs.pages import ROOT, Block, blocks, pages

# Programs that are not ours: nothing about them can be checked here (curl: see test_api).
FOREIGN = {"curl", "docker", "git", "npm", "pytest"}
SHELL = [block for page in pages() for block in blocks(page) if block.info.split(" ")[0] == "console"]
RUNNABLE = [block for block in SHELL if block.info == "console run"]


@dataclass(frozen=True)
class Line:
    """One documented command."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its words, without variables set in front and without comment."""
        words = shlex.split(self.text, comments=True)
        while re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        return words


def commands(block: Block) -> list[str]:
    """The commands of a block; one goes on while a quote is open or a line ends in a backslash."""
    found: list[str] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(line[2:])
        elif found and is_unfinished(found[-1]):
            found[-1] += "\n" + line
    return found


def is_unfinished(command: str) -> bool:
    """Whether a shell would wait for another line."""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\")


LINES = sorted({(block.page, command) for block in SHELL for command in commands(block)})


def test_there_are_blocks_of_both_sorts() -> None:
    assert len(LINES) > 20
    assert RUNNABLE


@pytest.mark.parametrize(
    "line", [Line(*line) for line in LINES], ids=lambda line: f"{line.page}: {line.text[:60]}"
)
def test_documented_commands_exist(line: Line) -> None:
    program, *rest = line.words
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
        assert {word for word in rest if "=" not in word} <= targets
    elif Path(program).name == "gridgov":
        assert faults(rest) == []
    else:
        assert Path(program).name in FOREIGN


def test_a_command_that_does_not_exist_is_found_out() -> None:
    assert faults(["nothing"]) == ["no command 'gridgov nothing'"]
    assert faults(["up", "--at-all"]) == ["no option --at-all"]


def faults(words: list[str]) -> list[str]:
    """What is wrong with the words after ``gridgov``."""
    command, used = ROOT_COMMAND, 0
    while isinstance(command, TyperGroup) and used < len(words) and words[used] in command.commands:
        command, used = command.commands[words[used]], used + 1
    given = words[used:]
    if given == ["--help"]:
        return []
    name = " ".join(["gridgov", *words[:used]])
    if name not in COMMANDS:
        return [f"no command {' '.join([name, *given[:1]])!r}"]
    known = COMMANDS[name]
    unknown = {word.partition("=")[0] for word in given if word.startswith("--")} - options(known)
    missing = sum(p.required for p in known.params if p.param_type_name == "argument") - len(given)
    return [f"no option {option}" for option in sorted(unknown)] + [
        f"no {word}" for word in arguments(known)[:missing] if missing > 0
    ]


def plain_words(command: str) -> list[str] | None:
    """The words after ``gridgov`` where nothing in the command is for the shell; None elsewhere."""
    # With these characters as words of their own, those that no quotes protect are seen.
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>()$`*?!~{}")
    lexer.whitespace_split = True
    words = list(lexer)
    if words[0] != "gridgov" or any(set(word) <= set(lexer.punctuation_chars) for word in words if word):
        return None
    return words[1:]


def test_what_the_shell_must_read_is_left_to_it() -> None:
    assert plain_words("gridgov rules save R1 --category 'a b (c)'") == [
        "rules", "save", "R1", "--category", "a b (c)",
    ]  # fmt: skip
    for text in (
        "gridgov check places || true",
        "gridgov doctor > out",
        "A=1 gridgov doctor",
        "gridgov $X",
        "ls",
    ):
        assert plain_words(text) is None


@pytest.mark.parametrize("block", RUNNABLE, ids=lambda block: f"{block.page}: {commands(block)[0]}")
def test_runnable_blocks_run(
    block: Block, tmp_path: Path, laoshan_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "GRIDGOV_DATABASE_URL": laoshan_database,
        "GRIDGOV_HOME": str(tmp_path / "home"),
        "GRIDGOV_PORT": "0",
        "LC_ALL": "C.UTF-8",
    }
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    for command in commands(block):
        if (words := plain_words(command)) is not None:
            called = CliRunner().invoke(app, words, env=environment)
            assert called.exit_code == 0, f"$ {command}\n{called.output}\n{called.exception!r}"
            continue
        finished = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=tmp_path,
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )
        assert finished.returncode == 0, f"$ {command}\n{finished.stdout}\n{finished.stderr}"
