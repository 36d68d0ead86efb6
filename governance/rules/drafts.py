"""A changed rule set before it is stored: changes put on top of the stored versions, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gis.rules.findings import Finding
from gis.rules.rule import Rule
from gis.words import Words
from governance.errors import RulesChanged
from grid_data.rules import RuleRow, rule_of

__all__ = ["Change", "Draft", "Remove", "Save", "draft", "rule_token", "version_token"]


@dataclass(frozen=True)
class Save:
    """Add a rule (no version), or let another version follow the one known by its token."""

    rule: Rule
    version: str | None = None

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code


@dataclass(frozen=True)
class Remove:
    """End a rule, whose state is known by its token."""

    code: str
    version: str | None


Change = Save | Remove


@dataclass
class Draft:
    """The versions as they would be, and what has to be done to get there.

    ``findings`` are faults of the changes themselves, with the position of the change.
    """

    versions: list[Rule]
    close: list[int] = field(default_factory=list)
    take_back: list[int] = field(default_factory=list)
    insert: list[Rule] = field(default_factory=list)
    findings: list[tuple[int, Finding]] = field(default_factory=list)


def version_token(row: RuleRow) -> str:
    """What a version is known by: another one as soon as it ends otherwise.

    >>> version_token({"id": 17, "valid_to": None})
    '17'
    """
    end: datetime | None = row["valid_to"]
    return str(row["id"]) if end is None else f"{row['id']}-{int(end.timestamp() * 1000)}"


def rule_token(versions: Sequence[RuleRow], moment: datetime) -> str:
    """What the state of a rule is known by: all versions that are not over, else the last one."""
    alive = [row for row in versions if row["valid_to"] is None or row["valid_to"] > moment]
    return ".".join(version_token(row) for row in alive or versions[-1:])


def draft(stored: Sequence[RuleRow], changes: Sequence[Change], begins: datetime, now: datetime) -> Draft:
    """Put changes on top of stored versions.

    Parameters
    ----------
    stored
        All versions, those that are over included.
    begins
        When the changes begin to hold.

    Raises
    ------
    RulesChanged
        A token is not the one of the stored rule: somebody was faster. Or two changes are of one rule.
    """
    codes = [change.code for change in changes]
    by_code: dict[str, list[RuleRow]] = {}
    for row in stored:
        by_code.setdefault(row["code"], []).append(row)
    _refuse_stale(by_code, changes, now)
    touched = set(codes)
    made = Draft([rule_of(row) for row in stored if row["code"] not in touched])
    for position, change in enumerate(changes):
        versions = by_code.get(change.code, [])
        found = [*_time_faults(change, versions, begins, now)]
        made.findings += [(position, finding) for finding in found]
        if not any(finding.level == "error" for finding in found):
            _put(made, change, versions, begins)
        else:
            made.versions += [rule_of(row) for row in versions]
    return made


def _put(made: Draft, change: Change, versions: Iterable[RuleRow], begins: datetime) -> None:
    for row in versions:
        kept = rule_of(row)
        if row["valid_from"] >= begins:
            made.take_back.append(row["id"])
            continue
        if row["valid_to"] is None or row["valid_to"] > begins:
            made.close.append(row["id"])
            kept = replace(kept, valid_to=begins)
        made.versions.append(kept)
    if isinstance(change, Save):
        rule = replace(change.rule, valid_from=begins)
        made.insert.append(rule)
        made.versions.append(rule)


def _refuse_stale(by_code: dict[str, list[RuleRow]], changes: Sequence[Change], now: datetime) -> None:
    stale = []
    seen: set[str] = set()
    for position, change in enumerate(changes):
        if change.code in seen:
            words = Words(f"规则 {change.code} 被改了两次", f"rule {change.code} is changed twice")
            stale.append((position, change.code, words))
            continue
        seen.add(change.code)
        versions = by_code.get(change.code, [])
        alive = any(row["valid_to"] is None or row["valid_to"] > now for row in versions)
        if isinstance(change, Remove) and not alive:
            words = Words(f"没有在用的规则 {change.code}", f"there is no rule {change.code} to end")
        elif change.version is None and alive:
            words = Words(f"已有规则 {change.code}", f"there is a rule {change.code} already")
        elif change.version is not None and (not versions or change.version != rule_token(versions, now)):
            words = Words(
                f"规则 {change.code} 已被他人更改，请重新读取",
                f"rule {change.code} was changed meanwhile; read it again",
            )
        else:
            continue
        stale.append((position, change.code, words))
    if stale:
        raise RulesChanged(stale)


def _time_faults(
    change: Change, versions: Sequence[RuleRow], begins: datetime, now: datetime
) -> list[Finding]:
    code = change.code
    found = []
    if begins < now:
        if versions:
            found.append(
                Finding(
                    "in_the_past",
                    Words(f"规则 {code}：过去不可更改", f"rule {code}: the past is not changed"),
                    rule=code,
                    field="from",
                )
            )
        else:
            found.append(
                Finding(
                    "retroactive",
                    Words(
                        f"规则 {code} 自过去某时起生效；已分派的事件不随之移动",
                        f"rule {code} holds from a past moment on; incidents already routed stay put",
                    ),
                    rule=code,
                    field="from",
                )
            )
    if isinstance(change, Save) and change.rule.valid_to is not None and change.rule.valid_to <= begins:
        found.append(
            Finding(
                "ends_before_it_begins",
                Words(f"规则 {code}：失效早于生效", f"rule {code} ends before it begins"),
                rule=code,
                field="valid_to",
            )
        )
    return found
