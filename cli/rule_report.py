"""What the rule commands print: rules, findings, outcomes and trials, as tables or JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from cli.console import in_words, out

if TYPE_CHECKING:
    from pydantic import BaseModel

    from governance.incidents.answers import Name, Named
    from governance.rules.answers import Finding, Outcome, Rule, RuleDetail, RuleVersion, Trial

__all__ = ["print_findings", "print_json", "print_outcome", "print_rule", "print_rules", "print_trial"]

SHOWN = 20
"""Lines of a table of a trial; the rest is counted."""


def print_json(answer: BaseModel) -> None:
    """An answer as the HTTP interface gives it."""
    out.print(answer.model_dump_json(by_alias=True, indent=2), soft_wrap=True, markup=False)


def print_rules(rules: Iterable[Rule]) -> None:
    """Rules in the order in which they decide."""
    table = _table(
        in_words("编码", "code"),
        in_words("类别", "category"),
        in_words("范围", "where"),
        in_words("由谁负责", "who"),
        in_words("配合", "supporting"),
        in_words("优先级", "priority"),
        in_words("状态", "state"),
    )
    for rule in rules:
        state = (
            rule.state if rule.scheduled is None else f"{rule.state} → {rule.scheduled.valid_from:%Y-%m-%d}"
        )
        helpers = ", ".join(helper.code for helper in rule.supporting)
        table.add_row(
            rule.code, _category(rule), _where(rule), _who(rule), helpers, str(rule.priority), state
        )
    out.print(table)


def print_rule(rule: RuleDetail) -> None:
    """One rule with its versions, newest first, and who changed it when."""
    note = f": {_of(rule.note)}" if rule.note else ""
    out.print(f"[bold]{escape(rule.code)}[/bold]{escape(note)}", soft_wrap=True)
    table = _table(
        in_words("自", "from"),
        in_words("至", "to"),
        in_words("状态", "state"),
        in_words("类别", "category"),
        in_words("范围", "where"),
        in_words("由谁负责", "who"),
        in_words("优先级", "priority"),
    )
    for version in rule.versions:
        ends = f"{version.valid_to:%Y-%m-%d %H:%M}" if version.valid_to else ""
        begins = f"{version.valid_from:%Y-%m-%d %H:%M}"
        table.add_row(
            begins,
            ends,
            version.state,
            _category(version),
            _where(version),
            _who(version),
            str(version.priority),
        )
    out.print(table)
    for entry in rule.history:
        out.print(f"{entry.at:%Y-%m-%d %H:%M} {escape(entry.actor)} (#{entry.seq})")


def print_findings(findings: Iterable[Finding]) -> None:
    """Faults, errors first."""
    for finding in findings:
        sign = "[red]✗[/red]" if finding.level == "error" else "[yellow]·[/yellow]"
        old = "" if finding.new else in_words("（原有）", " (as before)")
        some = ", ".join(example.code for example in finding.examples[:3])
        about = f" [{some}{' …' if finding.count > 3 else ''}]" if some else ""
        out.print(f"{sign} {escape(_of(finding.message) + about + old)}", soft_wrap=True)


def print_outcome(outcome: Outcome) -> None:
    """What a change did or would do."""
    print_findings(finding for finding in outcome.findings if finding.new)
    if outcome.refused:
        out.print(
            in_words("[red]规则有错误，未写入[/red]", "[red]the rules have errors, nothing was stored[/red]")
        )
        return
    print_rules(outcome.rules)
    begins = f"{outcome.from_:%Y-%m-%d %H:%M %Z}"
    if outcome.applied:
        out.print(in_words(f"[green]已生效[/green]，自 {begins}", f"[green]in force[/green] from {begins}"))
    else:
        out.print(in_words(f"试运行，未写入；将自 {begins} 生效", f"dry run, nothing stored; from {begins}"))


def print_trial(trial: Trial) -> None:
    """What a changed rule set would move."""
    print_findings(finding for finding in trial.findings if finding.new)
    _say(
        f"{trial.incidents:,} 件事件：{trial.stay:,} 件不变，[bold]{trial.move:,}[/bold] 件改派",
        f"{trial.incidents:,} incidents: {trial.stay:,} stay, [bold]{trial.move:,}[/bold] move",
    )
    _say(
        f"改派中：失去负责单位 {trial.lose:,}，获得 {trial.gain:,}；人工改派、不受影响 {trial.overridden:,}",
        f"of those: {trial.lose:,} lose, {trial.gain:,} gain an organisation; given by hand, would stay: "
        f"{trial.overridden:,}",
    )
    _say(
        f"不变中：仅依据改变 {trial.rule_only:,}，其中配合单位不同 {trial.supporting:,}",
        f"of the others: {trial.rule_only:,} by another rule, {trial.supporting:,} with other support",
    )
    _say(f"无位置未计：{trial.unlocated:,}", f"without a place, left out: {trial.unlocated:,}")
    table = _table(in_words("由", "from"), in_words("到", "to"), in_words("件数", "incidents"))
    for flow in trial.flows[:SHOWN]:
        table.add_row(_named(flow.from_), _named(flow.to), f"{flow.count:,}")
    _show(table, len(trial.flows))
    table = _table(in_words("类别", "category"), in_words("件数", "incidents"))
    for category in trial.categories[:SHOWN]:
        table.add_row(f"{escape(category.key)} {escape(_of(category.name))}", f"{category.count:,}")
    _show(table, len(trial.categories))
    table = _table(in_words("社区", "community"), in_words("件数", "incidents"))
    for zone in trial.communities[:SHOWN]:
        table.add_row(f"{escape(zone.code)} {escape(_of(zone.name))}", f"{zone.count:,}")
    _show(table, len(trial.communities))
    for case in trial.sample:
        out.print(f"[bold]{case.number}[/bold] {escape(_of(case.category.name))}", soft_wrap=True)
        out.print(f"  - {escape(_of(case.before.reason))}", soft_wrap=True)
        out.print(f"  + {escape(_of(case.after.reason))}", soft_wrap=True)


def _say(zh: str, en: str) -> None:
    out.print(in_words(zh, en), soft_wrap=True)


def _show(table: Table, count: int) -> None:
    if table.row_count:
        out.print(table)
    if count > SHOWN:
        out.print(in_words(f"… 另有 {count - SHOWN} 行", f"… and {count - SHOWN} more"))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _category(rule: RuleVersion) -> str:
    if rule.category is None:
        return in_words("任何", "any")
    return escape(f"{rule.category.key.split(':')[-1]} {_of(rule.category.name)}")


def _where(rule: RuleVersion) -> str:
    if rule.layer is None:
        return ""
    return escape(rule.layer.code if rule.zone is None else f"{rule.layer.code}:{rule.zone.code}")


def _who(rule: RuleVersion) -> str:
    return _named(rule.organisation) if rule.organisation else f"({rule.assign_to})"


def _named(organisation: Named | None) -> str:
    if organisation is None:
        return in_words("（无）", "(none)")
    return escape(f"{organisation.code} {_of(organisation.name)}")


def _of(name: Name) -> str:
    return in_words(name.zh, name.en or name.zh)
