"""``gridgov case step``: one step of a case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli.case_show import print_case
from cli.import_run import fail, with_database

if TYPE_CHECKING:
    from governance.casework.answers import Case
    from governance.casework.storing import Step
    from grid_data.database import Database

__all__ = ["step_case"]


def step_case(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the case.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="What is done, for example `accept`.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="As what, for example `acceptor`.")],
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="CODE", help="The organisation they work for.")
    ] = None,
    revision: Annotated[
        int | None, typer.Option("--revision", help="The revision you read; without it, whatever it is now.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="A note.")] = None,
    lead: Annotated[str | None, typer.Option("--lead", metavar="CODE", help="Who is to lead.")] = None,
    supporting: Annotated[
        list[str] | None, typer.Option("--supporting", metavar="CODE", help="Who supports; repeat as needed.")
    ] = None,
    amount: Annotated[float | None, typer.Option("--amount", help="How much longer, in --unit.")] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help="`urgent_hour`, `work_hour`, `work_day` or `natural_day`.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", help="Until when, instead of an amount; local time.")
    ] = None,
    result: Annotated[str | None, typer.Option("--result", help="What was done.")] = None,
    satisfaction: Annotated[
        str | None, typer.Option("--satisfaction", help="`satisfied`, `basic` or `unsatisfied`.")
    ] = None,
    into: Annotated[str | None, typer.Option("--into", metavar="NUMBER", help="The main case.")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="Reference of 110.")] = None,
    guidance: Annotated[str | None, typer.Option("--guidance", help="Guidance text that answers it.")] = None,
    condition: Annotated[
        str | None, typer.Option("--condition", help="When filing: which condition of the category holds.")
    ] = None,
    attachment: Annotated[
        list[str] | None, typer.Option("--attachment", metavar="ID", help="A photo; repeat as needed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The case as over HTTP.")] = False,
) -> None:
    """Take a step that the table allows; `gridgov case show` lists those that are possible."""
    from governance.access import Actor, Role
    from governance.casework.facts import Fields
    from governance.casework.names import Action, Satisfaction
    from governance.casework.storing import Step
    from governance.deadlines.clock import Kind

    for option, given, known in (
        ("ACTION", action, [each.value for each in Action]),
        ("--role", role, [each.value for each in Role]),
        ("--unit", unit, [each.value for each in Kind]),
        ("--satisfaction", satisfaction, [each.value for each in Satisfaction if each != "lapsed"]),
    ):
        if given is not None and given not in known:
            raise typer.BadParameter(f"{option}: {', '.join(known)}")
    for each in attachment or ():
        try:
            UUID(each)
        except ValueError:
            raise typer.BadParameter(f"--attachment: {each}") from None
    fields = Fields(
        reason=reason,
        note=note,
        lead=lead,
        supporting=None if supporting is None else tuple(dict.fromkeys(supporting)),
        amount=amount,
        unit=unit,
        until=None if until is None else until.astimezone(UTC),
        result=result,
        satisfaction=None if satisfaction is None else Satisfaction(satisfaction),
        into=into,
        reference=reference,
        guidance=guidance,
        condition=condition,
        attachments=tuple(dict.fromkeys(attachment or ())),
    )
    print_case(
        _taken(Actor(by, Role(role), organisation), number, Step(Action(action), revision, fields)),
        as_json=as_json,
    )


def _taken(actor: object, number: str, step: Step) -> Case:
    from governance.access import Actor
    from governance.casework.errors import StepRefused
    from governance.casework.showing import get_case
    from governance.casework.storing import step_transaction, take_step
    from governance.errors import GovernanceError
    from governance.settings import Settings

    assert isinstance(actor, Actor)

    async def take(database: Database) -> Case | None:
        async with step_transaction(database, actor, number, step) as (connection, row):
            await take_step(connection, actor, number, step, row, silence=Settings().silence)
        async with database.transaction(actor.principal()) as connection:
            return await get_case(connection, number, actor)

    try:
        case = with_database(take, size=1)
    except StepRefused as refused:
        faults = refused.refusal.faults
        fail("；".join(each.words.zh for each in faults), "; ".join(each.words.en for each in faults))
    except GovernanceError as error:
        fail(error.message, error.message)
    assert case is not None
    return case
