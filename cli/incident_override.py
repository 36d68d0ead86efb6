"""``gridgov incident override``: an incident given to an organisation by a person."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words

__all__ = ["override_incident"]

LONGEST_REASON = 500


def override_incident(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the incident.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; at most 500 characters.")],
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", metavar="CODE", help="Who is to work on it; without it the choice is lifted."
        ),
    ] = None,
    supporting: Annotated[
        list[str] | None, typer.Option("--supporting", metavar="CODE", help="Supports; repeat as needed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The incident as over HTTP.")] = False,
) -> None:
    """Give an incident to an organisation, or lift that; what was computed is kept beside it."""
    from governance.access import OPERATOR
    from governance.errors import GovernanceError
    from governance.incidents.overrides import override_incident as give

    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise typer.BadParameter(f"--reason: 1-{LONGEST_REASON}")
    try:
        incident = in_database(
            lambda connection, _: give(connection, OPERATOR, number, organisation, reason, supporting or ()),
            Words("改派中", "giving the incident"),
        )
    except GovernanceError as error:
        fail(error.message, error.message)
    if incident is None:
        fail(f"没有事件 {number}", f"no incident {number}")
    if as_json:
        out.print(incident.model_dump_json(indent=2), soft_wrap=True, markup=False)
        return
    who, computed = incident.responsible, incident.routing.responsible
    name = in_words(who.name.zh, who.name.en or who.name.zh) if who else "-"
    by_rule = in_words(computed.name.zh, computed.name.en or computed.name.zh) if computed else "-"
    out.print(
        escape(
            in_words(
                f"{number}：由{name}负责（计算结果：{by_rule}）", f"{number}: {name} (computed: {by_rule})"
            )
        ),
        soft_wrap=True,
    )
