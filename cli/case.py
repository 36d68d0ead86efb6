"""``gridgov case``: where a case stands, and its next step."""

from __future__ import annotations

import typer

from cli.case_show import show_case
from cli.case_step import step_case

__all__ = ["case"]

case = typer.Typer(
    name="case",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Where a case stands, and its next step.",
)
case.command("show")(show_case)
case.command("step")(step_case)
