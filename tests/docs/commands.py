"""The command line as data: every command by the words that call it."""

from __future__ import annotations

from collections.abc import Iterator

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from cli.main import app

# Given by the framework to every command; described once at the top of docs/cli.md.
EVERYWHERE = {"--help", "--install-completion", "--show-completion"}

Command = TyperCommand | TyperGroup


def _commands(command: object, name: str) -> Iterator[tuple[str, Command]]:
    if isinstance(command, TyperGroup):
        if command.invoke_without_command:
            yield name, command
        for word, child in command.commands.items():
            if not child.hidden:
                yield from _commands(child, f"{name} {word}")
    elif isinstance(command, TyperCommand):
        yield name, command


ROOT_COMMAND = get_command(app)
COMMANDS: dict[str, Command] = dict(_commands(ROOT_COMMAND, "gridgov"))


def options(command: Command) -> set[str]:
    """Long names of a command's own options."""
    return {
        name
        for parameter in command.params
        if isinstance(parameter, TyperOption) and not parameter.hidden
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    } - EVERYWHERE


def arguments(command: Command) -> list[str]:
    """Names of a command's arguments, as its help shows them."""
    return [
        (parameter.metavar or parameter.name or "").strip("[]").upper()
        for parameter in command.params
        if isinstance(parameter, TyperArgument) and not parameter.hidden
    ]
