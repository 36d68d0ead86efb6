"""``gridgov case show``: a case in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import in_words, out
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from governance.casework.answers import Case

__all__ = ["print_case", "show_case"]


def show_case(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the case.")],
    as_json: Annotated[bool, typer.Option("--json", help="The case as over HTTP.")] = False,
) -> None:
    """Where a case stands, its clock, what may be done next, and every step so far."""
    from governance.casework.showing import get_case

    found = in_database(
        lambda connection, _: get_case(connection, number), Words("读取案件", "reading the case")
    )
    if found is None:
        fail(f"没有案件 {number}", f"no case {number}")
    print_case(found, as_json=as_json)


def print_case(case: Case, *, as_json: bool) -> None:
    """A case on standard output."""
    from governance.casework.names import LEVELS, STATES, Level, State

    if as_json:
        out.print(case.model_dump_json(indent=2, by_alias=True), soft_wrap=True, markup=False)
        return
    state, level = STATES[State(case.state)], LEVELS[Level(case.level)]
    lead = "-" if case.lead is None else in_words(case.lead.name.zh, case.lead.name.en or case.lead.name.zh)
    due = "-" if case.due_at is None else f"{case.due_at.astimezone():%Y-%m-%d %H:%M}"
    at = in_words(f"第 {case.revision} 版", f"revision {case.revision}")
    _line(f"{case.number}: {in_words(*state)} · {at}")
    _line(
        in_words(
            f"层级：{level.zh} · 牵头：{lead} · 到期：{due}（{case.clock.state}）",
            f"level: {level.en} · lead: {lead} · due: {due} ({case.clock.state})",
        )
    )
    if case.duplicate_of:
        _line(in_words(f"已并入 {case.duplicate_of}", f"merged into {case.duplicate_of}"))
    table = Table(
        in_words("时间", "at"), in_words("步骤", "step"), in_words("经办", "by"), in_words("原因", "why")
    )
    for step in case.steps:
        name = in_words(step.name.zh, step.name.en or step.name.zh)
        why = step.reason or step.note or step.result or ""
        table.add_row(f"{step.at.astimezone():%Y-%m-%d %H:%M}", escape(name), escape(step.by), escape(why))
    out.print(table)
    open_ones = ", ".join(each.action for each in case.actions if each.allowed)
    _line(in_words(f"可办步骤：{open_ones or '无'}", f"steps possible: {open_ones or 'none'}"))


def _line(text: str) -> None:
    out.print(escape(text), soft_wrap=True)
