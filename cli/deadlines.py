"""``gridgov deadlines``: time limits; ``fit`` and ``check`` learn them from past cases without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import in_words, out, progress, say
from cli.import_run import fail

if TYPE_CHECKING:
    from governance.deadlines.calendar import CalendarDay
    from governance.deadlines.cases import Cases
    from governance.deadlines.checking import Agreement, Checked
    from governance.deadlines.fitting import Learnt
    from governance.deadlines.windows import Windows

__all__ = ["deadlines"]

deadlines = typer.Typer(
    name="deadlines",
    help="Time limits and working calendars.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

CasesFile = Annotated[
    Path,
    typer.Argument(
        metavar="CASES",
        help="Past cases (.csv) with columns id, reported, due and category; local ISO times.",
    ),
]
CalendarFile = Annotated[
    Path | None,
    typer.Option(
        "--calendar",
        metavar="FILE",
        help="Special days (.csv) with columns date, kind (holiday or workday) and name; else weekends only.",
    ),
]
Hours = Annotated[
    str | None,
    typer.Option(
        "--window", metavar="HOURS", help="Business hours, as 08:30-17:00 or 08:30-12:00,14:00-18:00."
    ),
]
DAY_KINDS = {"holiday": ("休", "closed"), "workday": ("班", "worked")}
AsJson = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]


@deadlines.command()
def fit(
    cases: CasesFile,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="LIMITS", help="Where the limits go (.csv); replaced.")
    ],
    calendar: CalendarFile = None,
    window: Hours = None,
    as_json: AsJson = False,
) -> None:
    """Learn limit and kind of clock of every category from past cases; needs no database.

    Says how well the limits explain the cases. Without `--window`, business hours are looked for as well.
    """
    from governance.deadlines.cases import BadFile, read_calendar, read_cases
    from governance.deadlines.checking import check as recompute
    from governance.deadlines.fitting import fit as learn
    from governance.deadlines.limits_file import limits_text

    hours = _hours(window)
    try:
        days = read_calendar(calendar) if calendar is not None else ()
        with progress.status(in_words("读取案件", "reading cases")):
            read = read_cases(cases)
    except BadFile as problem:
        fail(*problem.words)
    _say_skipped(read)
    if not len(read):
        fail("没有可用的案件", "no case can be used")
    with progress.status(in_words("学习时限", "learning limits")) as status:
        learnt = learn(read, days, hours, lambda share: status.update(f"{share:.0%}"))
    found = recompute(read, learnt, days)
    try:
        _write(output, limits_text(learnt))
    except OSError as problem:
        fail(f"无法写入 {output}：{problem.strerror}", f"{output} cannot be written: {problem.strerror}")
    if as_json:
        _print_json(read, found, learnt, days)
        return
    _print_lines(learnt)
    _print_found(read, found)
    out.print(in_words(f"已写入 {output}", f"written to {output}"), soft_wrap=True)


@deadlines.command()
def check(
    cases: CasesFile,
    limits: Annotated[Path, typer.Option("--limits", metavar="LIMITS", help="Limits, as `fit` writes them.")],
    calendar: CalendarFile = None,
    window: Hours = None,
    as_json: AsJson = False,
) -> None:
    """Recompute when past cases are due and compare; needs no database.

    Shares are of the cases with a usable due date; those on the same local date and those in the same minute.
    """
    from governance.deadlines.cases import BadFile, read_calendar, read_cases
    from governance.deadlines.checking import check as recompute
    from governance.deadlines.limits_file import read_limits_file

    hours = _hours(window)
    try:
        days = read_calendar(calendar) if calendar is not None else ()
        learnt = read_limits_file(limits, hours)
        with progress.status(in_words("读取案件", "reading cases")):
            read = read_cases(cases)
    except BadFile as problem:
        fail(*problem.words)
    _say_skipped(read)
    rules = [line.rule for line in learnt.lines]
    if not days and not learnt.days and any(r.needs_calendar and r.calendar == "holidays" for r in rules):
        say(
            in_words(
                "时限按节假日计算，但未指定 --calendar：只扣除周末",
                "limits leave out holidays, but no --calendar is given: only weekends are left out",
            )
        )
    found = recompute(read, learnt, days)
    if as_json:
        _print_json(read, found, learnt, days)
    else:
        _print_found(read, found)


def _hours(window: str | None) -> Windows | None:
    from governance.deadlines.windows import BadWindows, Windows

    try:
        return None if window is None else Windows.parse(window)
    except BadWindows as problem:
        fail(f"--window：{problem}（例如 08:30-17:00）", f"--window: {problem}; for example 08:30-17:00")


def _write(path: Path, text: str) -> None:
    """Write all of a file or nothing of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _say_skipped(cases: Cases) -> None:
    from governance.deadlines.cases import SKIPPED

    for reason, number in cases.skipped.most_common():
        words = SKIPPED[reason]
        lines = [str(line) for line, why, _ in cases.faults if why == reason][:5]
        where = (
            f" ({in_words('行', 'line')} {', '.join(lines)}{' …' if number > len(lines) else ''})"
            if lines
            else ""
        )
        say(in_words(f"{number:,} 件未使用：{words.zh}{where}", f"{number:,} not used: {words.en}{where}"))


def _print_lines(learnt: Learnt) -> None:
    """The limits as a table; how most of them are counted is said once."""
    from collections import Counter

    from rich.markup import escape
    from rich.table import Table

    from governance.deadlines.cases import wall_text
    from governance.deadlines.fitting import ANY
    from governance.deadlines.wording import limit_words, manner_words

    lines = [line for line in learnt.lines if line.category != ANY]
    manners = Counter(manner_words(line.rule) for line in lines)
    usual = manners.most_common(1)[0][0]
    table = Table(box=None, header_style="bold")
    for zh, en in (("类别", "category"), ("时限", "limit"), ("案件", "cases"), ("日期相同", "same date")):
        right = en in ("cases", "same date")
        table.add_column(in_words(zh, en), justify="right" if right else "left", overflow="fold")
    if len(manners) > 1:
        table.add_column(in_words("另行计算", "counted otherwise"), overflow="fold")
    for line in lines:
        name = line.category
        if line.since is not None:
            name += in_words(f"（{wall_text(line.since)[:10]}起）", f" (from {wall_text(line.since)[:10]})")
        share = f"{line.equal_dates / line.cases:.1%}" if line.cases else "-"
        cells = [escape(name), in_words(*limit_words(line.rule)), f"{line.cases:,}", share]
        manner = manner_words(line.rule)
        table.add_row(*cells, *([] if len(manners) == 1 else ["" if manner == usual else in_words(*manner)]))
    out.print(table)
    out.print(
        in_words(
            f"计算方式：{usual.zh}；工作时间 {lines[0].rule.windows}",
            f"counted: {usual.en}; business hours {lines[0].rule.windows}",
        ),
        soft_wrap=True,
    )
    if learnt.days:
        listed = ", ".join(f"{day.date} {in_words(*DAY_KINDS[day.kind])}" for day in learnt.days)
        out.print(
            in_words(
                f"案件与日历不符的日子：{listed}", f"days on which cases contradict the calendar: {listed}"
            ),
            soft_wrap=True,
        )


def _print_found(cases: Cases, found: Checked) -> None:
    from governance.deadlines.cases import wall_text

    total = found.total
    out.print(
        in_words(
            f"{cases.rows:,} 件，其中 {total.cases:,} 件有可用的截止时间；重新计算后"
            f"日期相同 {total.equal_dates_share:.2%}，分钟相同 {total.equal_minutes_share:.2%}",
            f"{cases.rows:,} cases, {total.cases:,} with a usable due date; recomputed, "
            f"{total.equal_dates_share:.2%} are due on the same date, {total.equal_minutes_share:.2%} in the "
            "same minute",
        ),
        soft_wrap=True,
    )
    if found.by_default:
        out.print(
            in_words(
                f"{found.by_default:,} 件的类别没有时限，用了通用时限",
                f"{found.by_default:,} are of categories without a limit and took the one for any other",
            )
        )
    if found.without_limit:
        out.print(in_words(f"{found.without_limit:,} 件没有时限", f"{found.without_limit:,} have no limit"))
    for case in found.unlike:
        reported, due, recomputed = (wall_text(at) for at in (case.reported, case.due, case.recomputed))
        out.print(
            in_words(
                f"  不符：{case.case}（第 {case.line} 行，{case.category}）{reported} 上报，"
                f"截止 {due}，计算得 {recomputed}",
                f"  unlike: {case.case} (line {case.line}, {case.category}) reported {reported}, "
                f"due {due}, recomputed {recomputed}",
            ),
            soft_wrap=True,
            markup=False,
        )


def _print_json(cases: Cases, found: Checked, learnt: Learnt, days: tuple[CalendarDay, ...]) -> None:
    from governance.deadlines.cases import wall_text

    def shares(agreement: Agreement) -> dict[str, object]:
        return {
            "cases": agreement.cases,
            "equal_dates": agreement.equal_dates,
            "equal_minutes": agreement.equal_minutes,
            "equal_dates_share": agreement.equal_dates_share,
            "equal_minutes_share": agreement.equal_minutes_share,
        }

    told = {
        "cases": cases.rows,
        "used": len(cases),
        "skipped": dict(cases.skipped),
        **{key: value for key, value in shares(found.total).items() if key != "cases"},
        "by_default": found.by_default,
        "without_limit": found.without_limit,
        "limits": len(learnt.lines),
        "calendar_days": len(days),
        "corrected_days": [{"date": day.date.isoformat(), "kind": day.kind} for day in learnt.days],
        "windows": sorted({str(line.rule.windows) for line in learnt.lines}),
        "categories": [{"category": each.category, **shares(each)} for each in found.categories],
        "examples": [
            {
                "id": case.case,
                "line": case.line,
                "category": case.category,
                "reported": wall_text(case.reported),
                "due": wall_text(case.due),
                "recomputed": wall_text(case.recomputed),
            }
            for case in found.unlike
        ],
        "faults": [{"line": line, "reason": reason, "value": value} for line, reason, value in cases.faults],
    }
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
