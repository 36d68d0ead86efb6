"""``gridgov task``: urgent tasks, issued to every grid of an area, from the terminal."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Column, Table

from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from governance.access import Actor
    from governance.patrols.urgent_task_answers import TaskDetail, Tasks
    from governance.patrols.urgent_tasks import Area
    from grid_data.database import Connection

__all__ = ["tasks"]

Answer = TypeVar("Answer")
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"]

tasks = typer.Typer(name="task", help="Urgent tasks to every grid of an area, and their receipts.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="Code of the task.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it.")]
Role = Annotated[str, typer.Option("--role", metavar="ROLE", help="What they work as.")]
Organisation = Annotated[
    str | None, typer.Option("--organisation", metavar="CODE", help="Organisation they work for.")
]
Json = Annotated[bool, typer.Option("--json", help="As the HTTP interface gives it.")]


@tasks.command()
def issue(
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What it is called.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What is to be done.")],
    due: Annotated[
        datetime, typer.Option("--due", metavar="DATE", formats=FORMATS, help="Until when (city's time).")
    ],
    by: By,
    zone: Annotated[
        list[str] | None,
        typer.Option("--zone", metavar="LAYER:CODE", help="Region, grid or specialist zone; repeatable."),
    ] = None,
    polygon: Annotated[
        Path | None,
        typer.Option("--polygon", metavar="FILE", exists=True, help="GeoJSON of a drawn area, EPSG:4326."),
    ] = None,
    around: Annotated[
        str | None, typer.Option("--around", metavar="LON,LAT", help="With --radius-m: round this point.")
    ] = None,
    incident: Annotated[
        str | None, typer.Option("--incident", metavar="NUMBER", help="With --radius-m: round this incident.")
    ] = None,
    radius_m: Annotated[
        float | None, typer.Option("--radius-m", metavar="METRES", help="How far around.")
    ] = None,
    forward: Annotated[
        str | None, typer.Option("--forward", metavar="TEXT", help="To be passed on to residents.")
    ] = None,
    role: Role = "district_lead",
    organisation: Organisation = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say which grids it would go to; store nothing.")
    ] = False,
) -> None:
    """Issue a task to every base grid that its area concerns, all at once."""
    area = _area(zone, polygon, around, incident, radius_m)

    async def work(connection: Connection) -> TaskDetail | list[str]:
        from governance.patrols.urgent_task_answers import get_task
        from governance.patrols.urgent_tasks import Given, Text, find_grids
        from governance.patrols.urgent_tasks import issue as issue_task
        from grid_data.city import city_timezone

        if preview:
            return sorted((await find_grids(connection, area)).grids.values())
        until = due
        if until.tzinfo is None:
            until = until.replace(tzinfo=ZoneInfo(await city_timezone(connection)))
        said = Text(forward) if forward else None
        given = Given(Text(title), Text(text), until, area, said)
        return await get_task(connection, await issue_task(connection, _actor(by, role, organisation), given))

    done = _run(work)
    if isinstance(done, list):
        out.print(in_words(f"{len(done)} 个网格", f"{len(done)} grids"))
        for code in done:
            out.print(code)
        return
    _told(done)


@tasks.command("list")
def list_(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help="open, overdue, done or cancelled; repeatable."),
    ] = None,
    grid: Annotated[
        str | None, typer.Option("--grid", metavar="CODE", help="Only tasks of this base grid.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="Most tasks to show.")] = 50,
    as_json: Json = False,
) -> None:
    """Urgent tasks, the newest first, with their completion."""

    async def work(connection: Connection) -> Tasks:
        from governance.patrols.urgent_task_answers import list_tasks

        return await list_tasks(connection, states=state, grid=grid, before=None, limit=limit)

    found = _run(work)
    if as_json:
        out.print(found.model_dump_json(indent=2), soft_wrap=True, markup=False)
        return
    table = Table(
        Column(in_words("编号", "code"), no_wrap=True),
        in_words("标题", "title"),
        in_words("状态", "state"),
        in_words("时限", "due"),
        in_words("网格", "grids"),
        in_words("已知悉", "seen"),
        in_words("完成", "done"),
    )
    for task in found.items:
        counted = task.completion
        table.add_row(
            task.code, escape(in_words(task.title.zh, task.title.en or task.title.zh)), task.state,
            task.due_at.isoformat(timespec="minutes"), str(counted.grids),
            str(counted.grids - counted.waiting), f"{counted.done} ({(counted.share or 0):.0%})",
        )  # fmt: skip
    out.print(table)


@tasks.command()
def show(code: Code, as_json: Json = False) -> None:
    """A task with its completion by region, and the grids that have not finished."""

    async def work(connection: Connection) -> TaskDetail:
        from governance.patrols.urgent_task_answers import get_task

        return await get_task(connection, code)

    task = _run(work)
    if as_json:
        out.print(task.model_dump_json(indent=2), soft_wrap=True, markup=False)
        return
    _told(task)
    for region in [*task.by_street, *task.by_community]:
        name = in_words(region.region.name.zh, region.region.name.en or region.region.name.zh)
        out.print(escape(f"  {region.region.code} {name}: {region.done}/{region.grids}"), soft_wrap=True)
    for receipt in task.receipts:
        if receipt.state not in ("done", "moved"):
            why = f": {in_words(receipt.reason.zh, receipt.reason.en or '')}" if receipt.reason else ""
            out.print(escape(f"  {receipt.grid.code} {receipt.state}{why}"), soft_wrap=True)


@tasks.command()
def answer(
    code: Code,
    grid: Annotated[str, typer.Argument(metavar="GRID", help="Code of the base grid.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="acknowledge, done or undo.")],
    by: By,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What there is to say.")] = None,
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", min=0, help="What the task asks to be counted.")
    ] = None,
    role: Role = "grid_worker",
    organisation: Organisation = None,
) -> None:
    """Answer for a grid."""
    actor = _actor(by, role, organisation)

    async def work(connection: Connection) -> TaskDetail:
        from governance.patrols.urgent_task_answers import get_task
        from governance.patrols.urgent_task_rules import ReceiptAction
        from governance.patrols.urgent_tasks import answer as answer_task

        try:
            taken = ReceiptAction(action)
        except ValueError:
            raise typer.BadParameter("acknowledge | done | undo") from None
        await answer_task(connection, actor, code, grid, taken, note=note, count=count)
        return await get_task(connection, code)

    _told(_run(work))


@tasks.command()
def remind(code: Code, by: By, role: Role = "dispatcher", organisation: Organisation = None) -> None:
    """Remind every grid that has not finished."""
    actor = _actor(by, role, organisation)

    async def work(connection: Connection) -> int:
        from governance.patrols.urgent_tasks import remind as remind_task

        return await remind_task(connection, actor, code)

    grids = _run(work)
    out.print(in_words(f"已催办 {grids} 个网格", f"{grids} grids reminded"))


@tasks.command()
def cancel(
    code: Code,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")],
    by: By,
    role: Role = "district_lead",
    organisation: Organisation = None,
) -> None:
    """Call a task off."""
    actor = _actor(by, role, organisation)

    async def work(connection: Connection) -> TaskDetail:
        from governance.patrols.urgent_task_answers import get_task
        from governance.patrols.urgent_tasks import cancel as cancel_task

        await cancel_task(connection, actor, code, reason)
        return await get_task(connection, code)

    _told(_run(work))


def _actor(by: str, role: str, organisation: str | None) -> Actor:
    from governance.access import Actor
    from governance.access import Role as Roles

    try:
        return Actor(by, Roles(role), organisation)
    except ValueError:
        raise typer.BadParameter("--role: " + " | ".join(Roles)) from None


def _area(
    zones: list[str] | None,
    polygon: Path | None,
    around: str | None,
    incident: str | None,
    radius_m: float | None,
) -> Area:
    from governance.patrols.urgent_tasks import Area

    if sum((bool(zones), polygon is not None, around is not None, incident is not None)) != 1:
        raise typer.BadParameter("--zone | --polygon | --around | --incident")
    if zones:
        keys = [key.partition(":") for key in zones]
        return Area(zones=[(layer, code) for layer, _, code in keys])
    if polygon is not None:
        try:
            drawn = json.loads(polygon.read_text(encoding="utf-8"))
        except ValueError:
            raise typer.BadParameter("--polygon: GeoJSON") from None
        features = drawn.get("features") if isinstance(drawn, dict) else None
        if features:
            drawn = features[0]
        return Area(polygon=drawn.get("geometry", drawn))
    if radius_m is None:
        raise typer.BadParameter("--radius-m")
    if incident is not None:
        return Area(incident=incident, radius_m=radius_m)
    try:
        lon, lat = (float(part) for part in str(around).split(","))
    except ValueError:
        raise typer.BadParameter("--around: LON,LAT") from None
    return Area(line=[(lon, lat)], radius_m=radius_m)


def _told(task: TaskDetail) -> None:
    counted = task.completion
    zh = f"{task.code} {task.title.zh}：{task.state}，{counted.grids} 个网格，完成 {counted.done} 个"
    title = task.title.en or task.title.zh
    en = f"{task.code} {title}: {task.state}, {counted.grids} grids, {counted.done} done"
    out.print(escape(in_words(zh, en)), soft_wrap=True)


def _run(work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    """Do something with tasks in one transaction; what is refused is said, and ends with 1."""
    from governance.errors import GovernanceError

    try:
        return in_database(lambda connection, _: work(connection), Words("处理任务", "working on the task"))
    except GovernanceError as problem:
        fail(*getattr(problem, "words", (problem.message, problem.message)))
