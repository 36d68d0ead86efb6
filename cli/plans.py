"""``gridgov plan``: the commands about plans, gathered from where they are written."""

from __future__ import annotations

import typer

from cli import plan_drafts, plan_files, plan_force

__all__ = ["plans"]

plans = typer.Typer(
    name="plan",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Plans: redraws of the grids, from draft to force.",
)
plan_drafts.register(plans)
plan_force.register(plans)
plan_files.register(plans)
