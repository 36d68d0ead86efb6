"""``gridgov indicators``: rates of a period, with their formulas."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Column, Table

from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from governance.supervision.indicators import IndicatorAnswer, Row
    from grid_data.database import Connection

__all__ = ["indicators"]

GROUPS = ("none", "district", "street", "community", "grid", "organisation", "category", "source")
SHOWN = ("on_time_filing_rate", "on_time_dispatching_rate", "on_time_handling_rate", "closing_rate",
         "on_time_closing_rate", "rework_rate", "satisfaction_rate")  # fmt: skip


def indicators(
    from_: Annotated[
        datetime, typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="First day.")
    ],
    to: Annotated[
        datetime, typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="Day after the last one.")
    ],
    group_by: Annotated[
        str, typer.Option("--group-by", metavar="WHAT", help="A row for each: " + ", ".join(GROUPS) + ".")
    ] = "none",
    region: Annotated[
        str | None, typer.Option("--region", metavar="LAYER:CODE", help="Only in this zone of any layer.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As the HTTP interface gives it.")] = False,
) -> None:
    """Rates of what was due in a period, with their formulas; a past period stays what it was."""
    from governance.errors import GovernanceError

    if group_by not in GROUPS:
        raise typer.BadParameter("--group-by: " + " | ".join(GROUPS))
    try:
        found = in_database(
            lambda connection, _: _read(connection, from_, to, group_by, region),
            Words("统计", "counting"),
        )
    except GovernanceError as problem:
        fail(problem.message, problem.message)
    if as_json:
        out.print(found.model_dump_json(indent=2), soft_wrap=True, markup=False)
    elif group_by == "none":
        _one(found)
    else:
        _many(found)


async def _read(
    connection: Connection, start: datetime, stop: datetime, group_by: str, region: str | None
) -> IndicatorAnswer:
    from governance.supervision.indicators import Scope, indicators_of
    from grid_data.city import city_timezone
    from grid_data.indicators import region_by_code

    zone = ZoneInfo(await city_timezone(connection))
    place, whole = None, False
    if region is not None:
        layer, _, code = region.partition(":")
        known = await region_by_code(connection, layer, code)
        if known is None:
            fail(f"没有网格或区域 {region}", f"no zone {region}")
        place, whole = known
    scope = Scope(start=start.replace(tzinfo=zone), stop=stop.replace(tzinfo=zone), region=place, whole=whole)
    return await indicators_of(connection, scope, group_by)  # type: ignore[arg-type]


def _shown(value: float | None, kind: str) -> str:
    if value is None:
        return "–"
    return f"{value:.2%}" if kind == "rate" else f"{value:,.2f}"


def _one(found: IndicatorAnswer) -> None:
    row = found.rows[0]
    table = Table(
        in_words("指标", "indicator"),
        Column(in_words("值", "value"), justify="right"),
        Column(in_words("分子", "above"), justify="right"),
        Column(in_words("分母", "below"), justify="right"),
        in_words("口径", "formula"),
    )
    for each in found.definitions:
        told = row.values[each.code]
        table.add_row(
            escape(in_words(each.name.zh, each.name.en or "")),
            _shown(told.value, each.kind),
            str(told.above),
            "" if told.below is None else str(told.below),
            escape(in_words(each.formula.zh, each.formula.en or "")),
        )
    out.print(table)
    for composite in found.composites:
        score = row.scores[composite.code]
        if score.points is not None:
            name = in_words(composite.name.zh, composite.name.en or "")
            out.print(escape(f"{name}: {score.points:.2f} ({score.grade})"), soft_wrap=True)
    _left_out([row])


def _many(found: IndicatorAnswer) -> None:
    names = {each.code: each for each in found.definitions}
    columns = [in_words(names[code].name.zh, names[code].name.en or "") for code in SHOWN]
    table = Table(
        Column(in_words("分组", "group"), no_wrap=True), in_words("名称", "name"),
        Column(in_words("应结", "due"), justify="right"),
        *(Column(name, justify="right") for name in columns),
    )  # fmt: skip
    for row in found.rows:
        code = row.group.code if row.group else "–"
        name = in_words(row.group.name.zh, row.group.name.en or row.group.name.zh) if row.group else ""
        values = [_shown(row.values[each].value, "rate") for each in SHOWN]
        table.add_row(code, escape(name), str(row.counts.get("due_total", 0)), *values)
    out.print(table)
    _left_out(found.rows)


def _left_out(rows: list[Row]) -> None:
    gone = sum(row.excluded.cancelled_or_merged for row in rows)
    waits = sum(row.excluded.suspended for row in rows)
    nowhere = sum(row.excluded.no_place for row in rows)
    untold = sum(row.excluded.no_times for row in rows)
    zh = f"未计入：作废、并案或不受理 {gone}，挂账 {waits}，无可信位置 {nowhere}，无过程时间 {untold}"
    en = (
        f"left out: {gone} cancelled, merged or rejected; {waits} suspended; {nowhere} without a place; "
        f"{untold} without times"
    )
    out.print(in_words(zh, en), soft_wrap=True)
