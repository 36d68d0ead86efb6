"""``gridgov incident``: what a person decides about one incident."""

from __future__ import annotations

import typer

from cli.incident_locate import locate_incident
from cli.incident_override import override_incident

__all__ = ["incident"]

incident = typer.Typer(
    name="incident",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="What a person decides about one incident.",
)
# A western longitude is no option.
incident.command("locate", context_settings={"ignore_unknown_options": True})(locate_incident)
incident.command("override")(override_incident)
