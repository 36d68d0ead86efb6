"""``gridgov plan impact``, ``export``, ``import`` and ``compare``: plans as reports and files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Column, Table

from cli.console import in_words, out
from cli.import_run import fail
from cli.plan_force import By, Code, run_plan

if TYPE_CHECKING:
    from governance.planning.comparison import Comparison, Edition
    from governance.planning.files import FileReport
    from governance.planning.impact import GridRef, Impact
    from grid_data.database import Connection
    from grid_data.planning.files import Form

__all__ = ["register"]

FORMS = {".gpkg": "gpkg", ".geojson": "geojson", ".json": "geojson", ".zip": "shp", ".csv": "csv"}
SHOWN = 20
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a file instead of a table.")
]


def register(group: typer.Typer) -> None:
    """Put the commands into the group."""
    group.command()(impact)
    group.command()(export)
    group.command("import")(import_)
    group.command()(compare)


def impact(code: Code, output: Output = None) -> None:
    """What a plan will move from which grid to which, before anybody approves it.

    `--output` takes a .html page for printing, a .csv table or .json.
    """
    from governance.planning.impact import impact_of
    from governance.planning.report import impact_csv, impact_html
    from grid_data.city import city_timezone

    endings = (".html", ".csv", ".json")
    if output is not None and output.suffix.lower() not in endings:
        raise typer.BadParameter("--output: *.html | *.csv | *.json")
    found = run_plan(lambda connection: impact_of(connection, code))
    if output is None:
        _print_impact(found)
    elif output.suffix.lower() == ".html":
        clock = run_plan(city_timezone)
        output.write_text(impact_html(found, "zh" if in_words("zh", "en") == "zh" else "en", clock), "utf-8")
    elif output.suffix.lower() == ".csv":
        output.write_text(impact_csv(found), "utf-8", newline="")
    else:
        output.write_text(found.model_dump_json(indent=2), "utf-8")


def _print_impact(found: Impact) -> None:
    for fault in found.faults:
        out.print(escape(f"! {in_words(fault.text.zh, fault.text.en or fault.text.zh)}"), soft_wrap=True)
    table = Table(
        Column(in_words("原网格", "from"), no_wrap=True), Column(in_words("新网格", "to"), no_wrap=True),
        in_words("户数", "households"),
        in_words("人口", "residents"), in_words("未结事件", "open incidents"),
        in_words("年事件量", "incidents a year"), in_words("部件", "facilities"), in_words("岗位", "posts"),
    )  # fmt: skip

    def grid(ref: GridRef) -> str:
        return escape(ref.code or f"{in_words('新', 'new')}: {ref.name.zh}")

    for flow in found.flows:
        figures = (
            flow.households, flow.residents, flow.open_incidents, flow.incidents_year, flow.facilities,
            flow.posts,
        )  # fmt: skip
        table.add_row(grid(flow.source), grid(flow.target), *map(str, figures))
    out.print(table)


def export(
    code: Code, output: Annotated[Path, typer.Argument(metavar="FILE", help=".gpkg, .geojson, .zip or .csv.")]
) -> None:
    """Write the units of a plan, each with its grid, to a file; a .zip holds a Shapefile."""
    from governance.planning.files import export_plan

    form = _form(output)
    data = run_plan(lambda connection: export_plan(connection, code, form))
    output.write_bytes(data)


def import_(
    code: Code,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=".gpkg, .geojson, .zip or .csv.")],
    by: By,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave wrong rows out, take the others.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; store nothing.")] = False,
) -> None:
    """Bring a draft to what a file says: columns `unit` and `zone`; a new grid is written new:NUMBER."""
    form = _form(file)
    if not file.is_file():
        fail(f"找不到文件 {file}", f"there is no file {file}")
    data = file.read_bytes()
    report = run_plan(lambda connection: _take(connection, code, data, form, by, skip_bad, dry_run))
    for fault in report.faults[:SHOWN]:
        told = in_words(fault.message.zh, fault.message.en or fault.message.zh)
        out.print(escape(f"{in_words('行', 'row')} {fault.row}, {fault.field}: {told}"), soft_wrap=True)
    skipped = report.skipped.count
    zh = f"{report.rows} 行，{report.errors} 行有误，{report.changed} 个单元移动，{skipped} 个单元未提及"
    en = f"{report.rows} rows, {report.errors} wrong, {report.changed} units move, {skipped} units not named"
    out.print(in_words(zh, en), soft_wrap=True)
    if not report.stored:
        out.print(in_words("没有写入", "nothing stored"), soft_wrap=True)
    if report.errors and not (skip_bad or dry_run):
        raise typer.Exit(1)


async def _take(
    connection: Connection, code: str, data: bytes, form: Form, by: str, skip_bad: bool, dry_run: bool
) -> FileReport:
    from governance.planning.files import import_plan
    from governance.planning.plans import get_plan

    plan = await get_plan(connection, code)
    return await import_plan(
        connection, code, data, form, by=by, revision=plan.revision, skip_bad=skip_bad, dry_run=dry_run
    )


def _form(path: Path) -> Form:
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise typer.BadParameter("*.gpkg | *.geojson | *.zip | *.csv")
    return cast("Form", form)


def compare(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A date, or plan:CODE.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="A date, plan:CODE, or now.")] = "now",
    layer: Annotated[str, typer.Option("--layer", metavar="CODE", help="The layer.")] = "base_grid",
    output: Output = None,
) -> None:
    """Compare two editions or plans: what is in another grid. `--output` takes .json, with shapes."""
    if output is not None and output.suffix.lower() != ".json":
        raise typer.BadParameter("--output: *.json")
    found = run_plan(lambda connection: _compared(connection, layer, source, target))
    if output is not None:
        output.write_text(found.model_dump_json(), "utf-8")
        return
    table = Table(
        Column(in_words("原网格", "from"), no_wrap=True), Column(in_words("新网格", "to"), no_wrap=True),
        in_words("方式", "kind"),
        in_words("单元", "units"), in_words("户数", "households"),
    )  # fmt: skip
    for flow in found.flows:
        cells = (
            flow.source or "—",
            flow.target or "—",
            flow.kind or "",
            str(flow.units),
            str(flow.households),
        )
        table.add_row(*map(escape, cells))
    out.print(table)
    n = found.summary
    zh = f"{n.zones} 个网格有变（新设 {n.begun}、撤销 {n.ended}、改名 {n.renamed}），{n.households} 户"
    changes = f"{n.begun} new, {n.ended} ended, {n.renamed} renamed"
    en = f"{n.zones} grids differ ({changes}), {n.households} households"
    out.print(in_words(zh, en), soft_wrap=True)


async def _compared(connection: Connection, layer: str, source: str, target: str) -> Comparison:
    from governance.planning.comparison import compare as compared

    return await compared(
        connection, layer, await _edition(connection, source), await _edition(connection, target)
    )


async def _edition(connection: Connection, text: str) -> Edition:
    from governance.planning.comparison import Edition
    from grid_data.city import city_timezone

    if text.startswith("plan:"):
        return Edition(plan=text.removeprefix("plan:"))
    if text == "now":
        return Edition(at=datetime.now(UTC))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text}：应为日期或 plan:CODE", f"{text}: expected a date or plan:CODE")
    zone = ZoneInfo(await city_timezone(connection))
    return Edition(at=at if at.tzinfo else at.replace(tzinfo=zone))
