"""Changing the rules: checked as a whole, stored in one transaction with one entry in the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gis.rules.checks import check_rules
from gis.rules.findings import Finding as Fault
from gis.rules.rule import Rule as RuleValue
from gis.rules.rule import World
from gis.words import Words
from governance.access import Principal
from governance.errors import RulesRefused
from governance.incidents.answers import Name
from governance.rules.answers import Example, Finding, Findings, Outcome
from governance.rules.drafts import Change, Draft, Save, draft
from governance.rules.stored import rules_of
from grid_data.database import Connection
from grid_data.history import add_history
from grid_data.rules import (
    RuleRow,
    current_moment,
    lock_rules,
    read_world,
    rule_of,
    rule_versions,
    store_versions,
)

__all__ = ["Checked", "change_rules", "check_changes", "current_faults"]


@dataclass(frozen=True)
class Checked:
    """Changes put on top of the stored rules, and what is wrong with the result."""

    stored: Sequence[RuleRow]
    draft: Draft
    begins: datetime
    findings: list[Finding]

    @property
    def refused(self) -> bool:
        """Whether there is a new error."""
        return any(finding.new and finding.level == "error" for finding in self.findings)


async def current_faults(connection: Connection) -> Findings:
    """Faults of the rules in force and of those that wait."""
    now = await current_moment(connection)
    versions = [rule_of(row) for row in await rule_versions(connection, since=now)]
    world = await _world(connection, now, versions)
    found = check_rules(versions, now, world)
    return Findings(at=now, findings=[_told(fault, new=False) for fault in found])


async def check_changes(
    connection: Connection, changes: Sequence[Change], begins: datetime | None = None
) -> Checked:
    """Put changes on top of the stored rules and check the result; nothing is written.

    Raises
    ------
    RulesChanged
    """
    now = await current_moment(connection)
    starts = begins or now
    stored = await rule_versions(connection)
    made = draft(stored, changes, starts, now)
    before = [rule_of(row) for row in stored]
    # The past is over: a rule told of late is checked for the time to come.
    since = max(starts, now)
    world = await _world(connection, since, [*before, *made.versions])
    old = {fault.identity: fault for fault in check_rules(before, since, world)}
    saved = {change.code: position for position, change in enumerate(changes) if isinstance(change, Save)}
    findings = [_told(fault, new=True, change=position) for position, fault in made.findings]
    for fault in check_rules(made.versions, since, world):
        known = old.get(fault.identity)
        new = known is None or fault.count > known.count or fault.rule in saved
        findings.append(_told(fault, new=new, change=saved.get(fault.rule or "")))
    findings.sort(key=lambda finding: (finding.level, not finding.new))
    return Checked(stored, made, starts, findings)


async def change_rules(
    connection: Connection,
    principal: Principal,
    changes: Sequence[Change],
    begins: datetime | None = None,
    *,
    dry_run: bool = False,
) -> Outcome:
    """Put changes into force at a moment (default now), all or none.

    A dry run does the same and takes it back; what is wrong is then part of the answer.

    Raises
    ------
    RulesChanged
    RulesRefused
        There are new errors, and this is no dry run.
    """
    if not dry_run:
        await lock_rules(connection)
    checked = await check_changes(connection, changes, begins)
    if checked.refused:
        if not dry_run:
            raise RulesRefused([(finding.change, finding.field, finding.code, _words(finding)) for finding in
                                checked.findings if finding.new and finding.level == "error"])  # fmt: skip
        return _outcome(checked, [], [], applied=False)
    codes = {change.code for change in changes}
    async with connection.transaction(force_rollback=dry_run):
        made = checked.draft
        await store_versions(
            connection, close=made.close, take_back=made.take_back, insert=made.insert, at=checked.begins
        )
        after = [row for row in await rule_versions(connection, since=checked.begins) if row["code"] in codes]
        if not dry_run and codes:
            before = [row for row in checked.stored if row["code"] in codes and _alive(row, checked.begins)]
            await add_history(
                connection,
                principal.name,
                "rules.change",
                before={"rules": [_plain(rule_of(row)) for row in before]},
                after={
                    "from": checked.begins.isoformat(),
                    "rules": [_plain(rule_of(row)) for row in after],
                    "removed": sorted(codes - {row["code"] for row in after}),
                },
            )
    return _outcome(checked, after, sorted(codes), applied=not dry_run)


def _outcome(checked: Checked, rows: Sequence[RuleRow], codes: Iterable[str], *, applied: bool) -> Outcome:
    return Outcome.model_validate(
        {
            "applied": applied,
            "refused": checked.refused,
            "from": checked.begins,
            "findings": checked.findings,
            "rules": rules_of([row for row in rows if row["code"] in codes], checked.begins),
        }
    )


async def _world(connection: Connection, at: datetime, rules: Iterable[RuleValue]) -> World:
    return await read_world(connection, at, {rule.layer for rule in rules if rule.layer is not None})


def _alive(row: RuleRow, moment: datetime) -> bool:
    return row["valid_to"] is None or row["valid_to"] > moment


def _told(fault: Fault, *, new: bool, change: int | None = None) -> Finding:
    return Finding(
        code=fault.code,
        level=fault.level,
        new=new,
        rule=fault.rule,
        others=list(fault.others),
        field=fault.field,
        change=change,
        message=Name(zh=fault.message.zh, en=fault.message.en),
        examples=[
            Example(code=code, name=Name(zh=name.zh, en=name.en or None)) for code, name in fault.examples
        ],
        count=fault.count,
    )


def _words(finding: Finding) -> Words:
    return Words(finding.message.zh, finding.message.en or finding.message.zh)


def _plain(rule: RuleValue) -> dict[str, Any]:
    """A version for the history."""
    return {
        "code": rule.code,
        "category": rule.category,
        "layer": rule.layer,
        "zone": rule.zone,
        "assign_to": rule.assign_to,
        "organisation": rule.organisation,
        "supporting": list(rule.supporting),
        "priority": rule.priority,
        "note": list(rule.note) if rule.note else None,
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
    }
