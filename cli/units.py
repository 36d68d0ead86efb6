"""``gridgov units``: land units cut from files, and the stored graph of who borders whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.check_layers import write
from cli.console import in_words, out
from cli.import_run import fail, in_database
from cli.units_build import build
from gis.words import Words

if TYPE_CHECKING:
    from grid_data.database import Connection
    from grid_data.importers.batch import Progress
    from grid_data.land_units.checks import UnitReport

__all__ = ["units"]

units = typer.Typer(
    name="units",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Land units: cut them from streets, water and buildings; link, cut and check their neighbourhood.",
)
units.command("build")(build)

First = Annotated[str, typer.Argument(metavar="FIRST", help="Code of a land unit.")]
Second = Annotated[str, typer.Argument(metavar="SECOND", help="Code of another one in its community.")]


@units.command("graph")
def graph(
    edges: Annotated[
        Path | None,
        typer.Option(
            "--edges",
            metavar="FILE",
            help="Take barriers and crossings from the layer edges of what `units build` wrote.",
        ),
    ] = None,
) -> None:
    """Compute the borders of today's land units anew, after roads or water have changed.

    What `units link` and `units cut` decided stays.
    """

    async def work(connection: Connection, _: Progress) -> tuple[int, int]:
        from grid_data.bulk.standing import locate_facilities
        from grid_data.importers.reading import read_source
        from grid_data.land_units.edges import take_edges
        from grid_data.land_units.graphs import refresh_unit_graph

        table = None
        if edges is not None:
            layered = edges.suffix.lower() == ".gpkg"
            table = read_source(edges, layer="edges" if layered else None).table
        changed = await refresh_unit_graph(connection)
        await locate_facilities(connection)
        return changed, 0 if table is None else await take_edges(connection, table)

    changed, taken = in_database(work, Words("计算相邻关系", "computing borders"))
    out.print(in_words(f"{changed} 条边有变化", f"{changed} edge(s) changed"))
    if edges is not None:
        out.print(in_words(f"{taken} 条边取自文件", f"{taken} edge(s) taken from the file"))


@units.command("link")
def link(first: First, second: Second) -> None:
    """Join two units: a grid may hold together by them, over a bridge or a ferry that no map shows."""
    _decide(first, second, joined=True)


@units.command("cut")
def cut(first: First, second: Second) -> None:
    """Part two units: they may still be in one grid, but it does not hold together by them."""
    _decide(first, second, joined=False)


def _decide(first: str, second: str, *, joined: bool) -> None:
    async def work(connection: Connection, _: Progress) -> bool:
        from grid_data.land_units.edges import decide_edge

        return await decide_edge(connection, first, second, joined=joined, actor="operator")

    if first == second:
        fail("须给出两个不同的地块", "two different units are needed")
    changed = in_database(work, Words("保存中", "storing"))
    if not changed:
        out.print(in_words("已是如此", "it is so already"))
    elif joined:
        out.print(in_words(f"{first} 与 {second} 已连通", f"{first} and {second} are joined"))
    else:
        out.print(in_words(f"{first} 与 {second} 已断开", f"{first} and {second} are parted"))


@units.command("check")
def check(
    output_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text, json or geojson.")
    ] = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where the report goes; else printed."),
    ] = None,
) -> None:
    """Report gaps and overlaps of today's land units, units without neighbours, and communities in parts.

    Ends with 1 when something is found.
    """
    from cli.units_report import document, features, print_check

    if output_format not in ("text", "json", "geojson"):
        raise typer.BadParameter("--format: text | json | geojson")

    async def work(connection: Connection, _: Progress) -> UnitReport:
        from grid_data.land_units.checks import check_units

        return await check_units(connection)

    report = in_database(work, Words("检查中", "checking"))
    if output_format == "json":
        write(document(report), output)
    elif output_format == "geojson":
        write(features(report), output)
    if output_format == "text" or output is not None:
        print_check(report)
    if report.count:
        raise typer.Exit(1)
