"""``gridgov import duties``: a duty roster from a CSV file."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import in_words, out
from cli.import_calendar import imports
from cli.import_options import DryRun
from cli.import_run import fail, in_database
from gis.words import Words

if TYPE_CHECKING:
    from governance.patrols.duties import Changed, DutyRow
    from grid_data.database import Connection
    from grid_data.importers.batch import Progress

__all__ = ["import_duties", "imports"]

NEEDED = ("zone", "kind", "day")
SHOWN = 20


@imports.command("duties")
def import_duties(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV with columns zone, kind, day, from, to; where needed layer and person (a code).",
        ),
    ],
    dry_run: DryRun = False,
) -> None:
    """Read a duty roster: which post of which grid is on duty on which day, from when to when.

    The roster of every post and day in the file is replaced by what the file says; a row without hours takes
    the post off duty on that day. A file with faults is told row by row and changes nothing.
    """
    from governance.access import OPERATOR
    from governance.deadlines.cases import BadFile
    from governance.patrols.duties import DutiesRefused, change_duties

    try:
        lines, sent = _read(file)
    except BadFile as problem:
        fail(*problem.words)

    async def store(connection: Connection, _: Progress) -> Changed:
        changed = await change_duties(connection, OPERATOR, sent)
        if dry_run:
            await connection.rollback()
        return changed

    try:
        changed = in_database(store)
    except DutiesRefused as refused:
        for row, column, _, words in refused.faults[:SHOWN]:
            zh = f"第 {lines[row]} 行 {column}：{words.zh}"
            out.print(in_words(zh, f"line {lines[row]}, {column}: {words.en}"), markup=False)
        n = len(refused.faults)
        fail(f"{n} 处有误，未写入", f"{n} faults; nothing was stored")
    verb = in_words("将导入", "would import") if dry_run else in_words("已导入", "imported")
    zh = f"{changed.posts} 个岗位的值班 {changed.added} 段，替换 {changed.removed} 段"
    en = f"{changed.added} periods of {changed.posts} posts, in place of {changed.removed}"
    out.print(f"{verb} {in_words(zh, en)}", markup=False)


def _read(path: Path) -> tuple[list[int], list[DutyRow]]:
    """Lines of the file and what they say.

    Raises
    ------
    BadFile
        Naming the line of the first mistake.
    """
    from governance.deadlines.cases import BadFile, csv_rows
    from governance.patrols.duties import KINDS, DutyRow

    rows = csv_rows(path)
    header = [name.strip().lower() for name in next(rows, (0, []))[1]]
    if missing := [name for name in NEEDED if name not in header]:
        listed = ", ".join(missing)
        raise BadFile(Words(f"{path} 缺少列 {listed}", f"{path} has no column {listed}"))
    lines: list[int] = []
    found: list[DutyRow] = []
    for line, row in rows:
        value = {k: v for k, v in zip(header, (cell.strip() for cell in row), strict=False) if v}

        def wrong(column: str, zh: str, en: str, *, at: int = line) -> BadFile:
            return BadFile(Words(f"{path} 第 {at} 行 {column}：{zh}", f"{path}, line {at}, {column}: {en}"))

        for name in NEEDED:
            if name not in value:
                raise wrong(name, "缺少此项", "missing")
        if value["kind"] not in KINDS:
            raise wrong("kind", f"应为 {'、'.join(KINDS)}", f"one of {', '.join(KINDS)}")
        try:
            day = date.fromisoformat(value["day"])
        except ValueError:
            raise wrong("day", f"{value['day']!r} 不是日期", f"{value['day']!r} is no date") from None
        hours: dict[str, time | None] = {"from": None, "to": None}
        for name in hours:
            if (text := value.get(name)) is not None:
                try:
                    # Midnight at the end of the day is the beginning of the next.
                    hours[name] = time(0) if text == "24:00" else time.fromisoformat(text.zfill(5))
                except ValueError:
                    raise wrong(name, f"{text!r} 不是时间", f"{text!r} is no time of day") from None
        person, layer = value.get("person"), value.get("layer", "base_grid")
        found.append(DutyRow(value["zone"], value["kind"], day, hours["from"], hours["to"], person, layer))
        lines.append(line)
    return lines, found
