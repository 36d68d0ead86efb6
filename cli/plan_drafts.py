"""``gridgov plan list``, ``show``, ``new``, ``move``, ``undo``, ``redo``, ``steps``: drafts in a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Column, Table

from cli.console import in_words, out
from cli.plan_force import FORMATS, By, Code, run_plan
from gis.words import Words

if TYPE_CHECKING:
    from governance.incidents.answers import Name
    from governance.planning.answers import MoveAnswer, Plan, PlanMeasures
    from grid_data.database import Connection

__all__ = ["register"]

SHOWN = 40
Revision = Annotated[
    int | None,
    typer.Option(
        "--revision", metavar="N", help="Revision of the plan as you read it; default: the present one."
    ),
]
Seq = Annotated[
    int | None, typer.Option("--seq", metavar="N", help="Number of the step; default: your next.")
]


def register(group: typer.Typer) -> None:
    """Put the commands into the group."""
    group.command("list")(list_)
    for command in (show, new, move, undo, redo, steps):
        group.command()(command)


def list_(
    layer: Annotated[str | None, typer.Option("--layer", metavar="CODE", help="Only of this layer.")] = None,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help="Only in this state.")] = None,
) -> None:
    """Plans, the newest first."""
    from governance.planning.plans import list_plans

    found = run_plan(lambda connection: list_plans(connection, layer=layer, state=state))
    table = Table(
        Column(in_words("编码", "code"), no_wrap=True), in_words("名称", "name"), in_words("图层", "layer"),
        in_words("状态", "state"), in_words("编制人", "author"), in_words("网格", "zones"),
        in_words("户数", "households"),
    )  # fmt: skip
    for plan in found.items:
        table.add_row(
            plan.code, escape(_of(plan.name)), plan.layer, plan.state, escape(plan.author or ""),
            str(plan.zones), str(plan.households),
        )  # fmt: skip
    out.print(table)


def show(
    code: Code,
    as_json: Annotated[bool, typer.Option("--json", help="As the HTTP interface gives it.")] = False,
) -> None:
    """A plan judged: what is in each zone, what moved, what is not right yet."""
    from governance.planning.measures import plan_measures
    from governance.planning.plans import get_plan

    async def read(connection: Connection) -> tuple[Plan, PlanMeasures]:
        return await get_plan(connection, code), await plan_measures(connection, code)

    plan, judged = run_plan(read)
    if as_json:
        out.print(judged.model_dump_json(indent=2), soft_wrap=True, markup=False)
        return
    out.print(f"[bold]{escape(plan.code)}[/bold] {escape(_of(plan.name))}: {plan.state}", soft_wrap=True)
    total, band = judged.totals, f"{plan.band.min}–{plan.band.max}"
    out.print(
        in_words(
            f"版次 {plan.revision}；网格 {total.zones} 个，{total.in_band} 个在 {band} 户内；"
            f"变动 {total.moved_units} 个单元、{total.moved_households} 户",
            f"revision {plan.revision}; {total.zones} grids, {total.in_band} within {band} "
            f"households; {total.moved_units} units and {total.moved_households} households moved",
        ),
        soft_wrap=True,
    )
    for problem in judged.problems[:SHOWN]:
        out.print(f"· {escape(_of(problem.text))}", soft_wrap=True)
    if len(judged.problems) > SHOWN:
        more = len(judged.problems) - SHOWN
        out.print(in_words(f"… 另有 {more} 条", f"… and {more} more"))


def new(
    layer: Annotated[str, typer.Option("--layer", metavar="CODE", help="Layer to redraw.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What to call it.")],
    by: By,
    area: Annotated[
        str | None,
        typer.Option("--area", metavar="LAYER:CODE", help="Region it may change; default: the layer."),
    ] = None,
    base: Annotated[
        datetime | None,
        typer.Option(
            "--base", metavar="DATE", formats=FORMATS, help="Date whose edition it starts from; now."
        ),
    ] = None,
    band: Annotated[
        tuple[int, int] | None,
        typer.Option(
            "--band", metavar="MIN MAX", help="Households a zone should have; base grids: 300 to 500."
        ),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", metavar="CODE", help="Default: the next of today.")
    ] = None,
) -> None:
    """Start a draft."""
    from governance.planning.plans import create_plan
    from grid_data.city import city_timezone

    if area is not None and ":" not in area:
        raise typer.BadParameter("--area: LAYER:CODE")
    if band and band[0] > band[1]:
        raise typer.BadParameter("--band: MIN <= MAX")

    async def make(connection: Connection) -> Plan:
        moment = base
        if moment is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(await city_timezone(connection)))
        region = None if area is None else (area.split(":", 1)[0], area.split(":", 1)[1])
        return await create_plan(
            connection,
            layer=layer,
            name=Words(name, ""),
            by=by,
            area=region,
            base=moment,
            band=band,
            code=code,
        )

    out.print(run_plan(make).code)


def move(
    code: Code,
    what: Annotated[
        str, typer.Argument(metavar="MOVE", help='As JSON: \'{"kind": "merge", "zones": [3], "into": 4}\'.')
    ],
    by: By,
    revision: Revision = None,
) -> None:
    """Make a move; kinds and their fields are those of POST /api/plans/{code}/moves."""
    from pydantic import TypeAdapter, ValidationError

    from api.planning.bodies import AnyMove
    from api.planning.moves import carry_out

    async def make(connection: Connection) -> MoveAnswer:
        import json

        body = {"revision": await _revision(connection, code, revision), "by": by, **json.loads(what)}
        asked = TypeAdapter(AnyMove).validate_python(body)
        return await carry_out(connection, code, asked, by.strip())

    try:
        _print_move(run_plan(make))
    except (ValueError, ValidationError) as problem:
        raise typer.BadParameter(str(problem)) from problem


def undo(code: Code, by: By, revision: Revision = None, seq: Seq = None) -> None:
    """Take your newest step back, or the one named."""
    _take(code, by, revision, seq, again=False)


def redo(code: Code, by: By, revision: Revision = None, seq: Seq = None) -> None:
    """Make the step you took back last again, or the one named."""
    _take(code, by, revision, seq, again=True)


def steps(
    code: Code,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=500, help="Most steps to list.")
    ] = 50,
) -> None:
    """Steps of a plan, the newest first; those taken back, too."""
    from governance.planning.plans import plan_steps

    table = Table(
        "#",
        in_words("时间", "when"),
        in_words("谁", "who"),
        in_words("内容", "what"),
        in_words("单元", "units"),
    )
    for step in run_plan(lambda connection: plan_steps(connection, code, limit=limit)).items:
        kind = step.kind + (in_words("（已撤销）", " (taken back)") if step.undone else "")
        table.add_row(
            str(step.seq), f"{step.at:%Y-%m-%d %H:%M}", escape(step.author), kind, str(len(step.units))
        )
    out.print(table)


def _take(code: str, by: str, revision: int | None, seq: int | None, *, again: bool) -> None:
    from governance.planning.moves import take_step

    async def turn(connection: Connection) -> MoveAnswer:
        read = await _revision(connection, code, revision)
        return await take_step(connection, code, read, by, seq=seq, again=again)

    _print_move(run_plan(turn))


async def _revision(connection: Connection, code: str, given: int | None) -> int:
    """The revision given, or the present one."""
    from governance.planning.plans import get_plan

    return (await get_plan(connection, code)).revision if given is None else given


def _print_move(answer: MoveAnswer) -> None:
    units, cut = len(answer.moves), len(answer.cut)
    out.print(
        in_words(
            f"版次 {answer.revision}：变动 {units} 个单元，切开 {cut} 个",
            f"revision {answer.revision}: {units} units moved, {cut} cut",
        )
    )
    for zone in answer.measures:
        out.print(
            in_words(
                f"  网格 {zone.number}：{zone.households} 户",
                f"  zone {zone.number}: {zone.households} households",
            )
        )
    for each in answer.renumbered:
        out.print(f"  {each.before or '-'} → {each.after}")


def _of(name: Name) -> str:
    return in_words(name.zh, name.en or name.zh)
