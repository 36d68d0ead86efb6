"""What an import prints: what would happen or happened, and what is wrong, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.markup import escape

from cli.console import in_words, out

if TYPE_CHECKING:
    from grid_data.importers.batch import Report
    from grid_data.importers.problems import Finding
    from grid_data.importers.reading import Source

__all__ = ["print_findings", "print_report"]

SHOWN = 20
"""Findings of one sort that are printed; the rest is counted."""


def print_report(report: Report, source: Source, *, dry_run: bool) -> None:
    """Say what an import found and did, in the language of the terminal."""
    _line(
        f"{source.path.name}：{source.form}，{report.rows} 行"
        + (f"，坐标系 {report.system}" if report.system else ""),
        f"{source.path.name}: {source.form}, {report.rows} rows"
        + (f", coordinates in {report.system}" if report.system else ""),
    )
    if report.used:
        columns = ", ".join(f"{name} ← {column}" for name, column in sorted(report.used.items()))
        _line(f"列：{columns}", f"columns: {columns}")
    if report.extent:
        box = ", ".join(f"{value:.5f}" for value in report.extent)
        _line(f"范围（西、南、东、北）：{box}", f"extent (west, south, east, north): {box}")
    print_findings(report.findings.warnings, "[yellow]·[/yellow]")
    print_findings(report.findings.errors, "[red]✗[/red]")
    _outcome(report, dry_run=dry_run)


def _outcome(report: Report, *, dry_run: bool) -> None:
    plan = report.plan
    counts_zh = f"新增 {plan.new}，变更 {plan.changed}，未变 {plan.unchanged}"
    counts_en = f"{plan.new} new, {plan.changed} changed, {plan.unchanged} unchanged"
    if plan.retired:
        counts_zh, counts_en = f"{counts_zh}，撤销 {plan.retired}", f"{counts_en}, {plan.retired} retired"
    if report.rejected and not report.refused:
        counts_zh, counts_en = (
            f"{counts_zh}，剔除 {len(report.rejected)}",
            f"{counts_en}, {len(report.rejected)} left out",
        )
    if report.refused:
        errors = len(report.findings.errors)
        hint_zh = hint_en = ""
        if not report.findings.blocking:
            hint_zh, hint_en = "；--skip-bad 可剔除这些行", "; --skip-bad leaves such rows out"
        _line(
            f"[red]发现 {errors} 个错误，未写入任何数据[/red]{hint_zh}",
            f"[red]{errors} error(s), nothing was written[/red]{hint_en}",
            markup=True,
        )
    elif dry_run:
        _line(
            f"试运行，未写入任何数据。将会：{counts_zh}",
            f"dry run, nothing was written; would be: {counts_en}",
        )
    elif not report.stored:
        _line(f"无需写入：{counts_zh}", f"nothing to write: {counts_en}")
    else:
        _line(f"[green]已导入[/green]：{counts_zh}", f"[green]imported[/green]: {counts_en}", markup=True)


def print_findings(findings: Iterable[Finding], sign: str, file: str = "") -> None:
    """Findings line by line, some of each sort; ``file`` is named where several are read."""
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_code[finding.code].append(finding)
    for code, group in by_code.items():
        for finding in group[:SHOWN]:
            out.print(f"{sign} {escape(file + _sentence(finding))}", soft_wrap=True)
        if len(group) > SHOWN:
            more = len(group) - SHOWN
            out.print(
                f"{sign} {in_words(f'… 另有 {more} 处 {code}', f'… and {more} more of {code}')}",
                soft_wrap=True,
            )


def _sentence(finding: Finding) -> str:
    place_zh = place_en = ""
    if finding.row is not None:
        place_zh, place_en = f"第 {finding.row} 行：", f"row {finding.row}: "
    advice_zh = advice_en = ""
    if finding.suggestion:
        advice_zh, advice_en = f" → {finding.suggestion.zh}", f" → {finding.suggestion.en}"
    zh = f"{place_zh}{finding.message.zh}{advice_zh} [{finding.code}]"
    en = f"{place_en}{finding.message.en}{advice_en} [{finding.code}]"
    return in_words(zh, en)


def _line(zh: str, en: str, *, markup: bool = False) -> None:
    text = in_words(zh, en)
    out.print(text if markup else escape(text), soft_wrap=True)
