"""The ``gridgov`` command."""

from __future__ import annotations

import sys

import psycopg
import typer
from rich.markup import escape

from cli.case import case
from cli.checks import checks
from cli.console import progress
from cli.deadlines_stored import deadlines
from cli.doctor import doctor
from cli.export import export
from cli.import_duties import imports
from cli.incident import incident
from cli.indicators import indicators
from cli.migrate import migrate
from cli.plans import plans
from cli.propose import propose
from cli.report import report
from cli.reroute import reroute
from cli.route import route
from cli.rules import rules
from cli.sample import sample
from cli.stop import stop
from cli.tasks import tasks
from cli.token import token
from cli.units import units
from cli.up import up
from cli.user import user
from cli.worker import worker
from grid_data.cluster.private import ClusterError
from grid_data.cluster.programs import ProgramsMissingError

__all__ = ["app", "main"]

app = typer.Typer(
    name="gridgov",
    help="City grid governance: grids, incidents, and the reason why an incident belongs to whom.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(up)
app.command()(worker)
app.command()(migrate)
app.command()(stop)
app.command()(doctor)
app.add_typer(sample)
app.command()(route)
app.command()(reroute)
app.command()(propose)
app.command()(indicators)
app.command()(export)
app.add_typer(report)
app.add_typer(imports)
app.add_typer(incident)
app.add_typer(case)
app.add_typer(rules)
app.add_typer(checks)
app.add_typer(plans)
app.add_typer(units)
app.add_typer(tasks)
app.add_typer(deadlines)
app.add_typer(user)
app.add_typer(token)


def main() -> None:
    """Run the command; what an operator can mend is said in one line, without a traceback."""
    try:
        app()
    except (ClusterError, ProgramsMissingError, psycopg.OperationalError) as problem:
        progress.print(f"[red]gridgov:[/red] {escape(str(problem).strip())}", soft_wrap=True)
        sys.exit(1)
