"""``gridgov check``: is what is stored or about to be imported right?"""

from __future__ import annotations

import typer

from cli.check_datum import check_datum
from cli.check_layer import check_layer
from cli.check_places import check_places

__all__ = ["checks"]

checks = typer.Typer(
    name="check",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Look for faults without changing anything; ends with 1 when there are any.",
)
checks.command("layer")(check_layer)
checks.command("datum")(check_datum)
checks.command("places")(check_places)
