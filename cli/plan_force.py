"""``gridgov plan submit`` and what follows, until a plan is in force, or gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from governance.planning.publishing import Done
    from governance.planning.states import Action
    from grid_data.database import Connection

__all__ = ["register", "run_plan"]

Answer = TypeVar("Answer")
WORKING = Words("处理方案", "working on the plan")
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
Code = Annotated[str, typer.Argument(metavar="CODE", help="Code of the plan.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it.")]


def register(group: typer.Typer) -> None:
    """Put the commands into the group."""
    for command in (submit, reopen, approve, publish, withdraw, rollback, keep):
        group.command()(command)


def submit(code: Code, by: By) -> None:
    """Hand a draft in for approval; it is checked whole."""
    _act("submit", code, by)


def reopen(code: Code, by: By) -> None:
    """Send a submitted or approved plan back: it is a draft again."""
    _act("reopen", code, by)


def approve(code: Code, by: By) -> None:
    """Approve a submitted plan; nobody approves what they worked on."""
    _act("approve", code, by)


def publish(
    code: Code,
    by: By,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at", metavar="DATE", formats=FORMATS, help="From when on it holds (city's time zone); now."
        ),
    ] = None,
) -> None:
    """Put an approved plan into force, or schedule it: units, grids, posts and open incidents at once."""
    _act("publish", code, by, at)


def withdraw(code: Code, by: By) -> None:
    """Give a plan up that is not in force."""
    _act("withdraw", code, by)


def rollback(
    code: Code,
    by: By,
    at: Annotated[
        datetime | None,
        typer.Option("--at", metavar="DATE", formats=FORMATS, help="When (city's time zone); now."),
    ] = None,
) -> None:
    """Take a published plan back, at once or at a moment, as an edition of its own."""
    _act("rollback", code, by, at)


def keep(code: Code, by: By) -> None:
    """Call an announced roll-back off: the plan stays in force."""
    _act("keep", code, by)


def _act(action: str, code: str, by: str, at: datetime | None = None) -> None:
    from governance.planning.states import Action

    done = run_plan(lambda connection: _done(connection, Action(action), code, by, at))
    told = f"{done.code}: {done.state}"
    if done.repeated:
        told += in_words("（此前已完成，无改动）", " (done before, nothing changed)")
    out.print(escape(told), soft_wrap=True)
    if done.edition is not None:
        n = done.edition.summary()
        zh = (
            f"网格 {n['zones']} 个（新设 {n['begun']}、撤销 {n['ended']}），单元 {n['units']} 个，"
            f"{n['households']} 户，岗位 {n['posts']} 个，未结事件 {n['moved']} 件"
        )
        en = (
            f"{n['zones']} grids ({n['begun']} new, {n['ended']} dissolved), {n['units']} units, "
            f"{n['households']} households, {n['posts']} posts, {n['moved']} open incidents"
        )
        out.print(in_words(zh, en), soft_wrap=True)


async def _done(connection: Connection, action: Action, code: str, by: str, at: datetime | None) -> Done:
    from governance.planning.publishing import act
    from grid_data.city import city_timezone

    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(await city_timezone(connection)))
    return await act(connection, action, code, by=by, effective_from=at)


def run_plan(work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    """Do something with plans in one transaction; what is refused is said, and ends with 1."""
    from governance.errors import GovernanceError
    from governance.planning.errors import PlanConflict, PlanMissing
    from governance.planning.refusals import PlanRefused

    try:
        return in_database(lambda connection, _: work(connection), WORKING)
    except PlanRefused as refused:
        fail(
            "；".join(words.zh for words in refused.reasons), "; ".join(words.en for words in refused.reasons)
        )
    except (PlanMissing, PlanConflict) as problem:
        fail(*problem.words)
    except GovernanceError as problem:
        fail(*getattr(problem, "words", (problem.message, problem.message)))
