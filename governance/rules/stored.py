"""Assignment rules as data: what is in force, what waits, what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from governance.errors import UnknownCategory
from governance.incidents.answers import Name, Named
from governance.rules.answers import (
    NextVersion,
    Rule,
    RuleCategory,
    RuleDetail,
    RuleHistoryEntry,
    RuleLayer,
    Rules,
    RuleState,
    RuleVersion,
    named,
)
from governance.rules.drafts import rule_token, version_token
from grid_data.database import Connection
from grid_data.rules import RuleRow, category_line, current_moment, rule_history, rule_versions


async def list_rules(
    connection: Connection,
    *,
    at: datetime | None = None,
    category: str | None = None,
    organisation: str | None = None,
) -> Rules:
    """Rules in force at a moment, most specific first; without a moment, now and those that wait.

    Parameters
    ----------
    category
        Only rules that may decide for this category: for itself, one above it, or any.
    organisation
        Only rules that name it, leading or supporting.

    Raises
    ------
    UnknownCategory
    """
    now = await current_moment(connection)
    moment = at or now
    found = await rule_versions(connection, at=at, since=None if at else now)
    if category is not None:
        line = await category_line(connection, category)
        if not line:
            raise UnknownCategory(f"{category!r} is no category of this city", field="category")
        found = [row for row in found if row["category"] is None or row["category"] in line]
    if organisation is not None:
        found = [row for row in found if organisation in _organisations(row)]
    return Rules(at=moment, items=rules_of(found, moment))


async def get_rule(connection: Connection, code: str) -> RuleDetail | None:
    """A rule as it is now (or will be, or was last), with its versions and changes; None if there is none."""
    found = await rule_versions(connection, code=code)
    if not found:
        return None
    now = await current_moment(connection)
    (rule,) = rules_of(found, now)
    versions = [_version(row, now) for row in reversed(found)]
    history = [RuleHistoryEntry.model_validate(entry) for entry in await rule_history(connection, code)]
    return RuleDetail(**dict(rule), versions=versions, history=history)


def rules_of(found: Sequence[RuleRow], moment: datetime) -> list[Rule]:
    """One entry per code: the version in force, else the next one, else the last; in deciding order."""
    by_code: dict[str, list[RuleRow]] = {}
    for row in found:
        by_code.setdefault(row["code"], []).append(row)
    return [_rule(by_code[row["code"]], row, moment) for row in sorted(_shown(by_code, moment), key=_order)]


def _shown(by_code: dict[str, list[RuleRow]], moment: datetime) -> list[RuleRow]:
    shown = []
    for versions in by_code.values():
        states = [_state(row, moment) for row in versions]
        wanted: RuleState = next((s for s in ("in_force", "scheduled") if s in states), "ended")
        rows = [row for row, state in zip(versions, states, strict=True) if state == wanted]
        shown.append(rows[-1] if wanted == "ended" else rows[0])
    return shown


def _order(row: RuleRow) -> tuple[int, bool, int, int, str]:
    return (
        -row["category_depth"],
        row["zone"] is None,
        -row["layer_depth"],
        -row["priority"],
        row["code"],
    )


def _organisations(row: RuleRow) -> set[str]:
    return {row["organisation"], *(helper["code"] for helper in row["supporting"])}


def _state(row: RuleRow, moment: datetime) -> RuleState:
    if row["valid_from"] > moment:
        return "scheduled"
    return "in_force" if row["valid_to"] is None or row["valid_to"] > moment else "ended"


def _rule(versions: Sequence[RuleRow], shown: RuleRow, moment: datetime) -> Rule:
    later = next((row for row in versions if row["valid_from"] > shown["valid_from"]), None)
    if later is not None and later["valid_from"] <= moment:
        later = None
    told = dict(_version(shown, moment)) | {"version": rule_token(versions, moment)}
    scheduled = (
        NextVersion(version=version_token(later), valid_from=later["valid_from"])
        if later is not None
        else None
    )
    return Rule(**told, scheduled=scheduled)


def _version(row: RuleRow, moment: datetime) -> RuleVersion:
    category = named(row, "category")
    layer = named(row, "layer")
    return RuleVersion(
        code=row["code"],
        version=version_token(row),
        state=_state(row, moment),
        category=category
        and RuleCategory(key=category.code, name=category.name, level=row["category_depth"]),
        layer=layer and RuleLayer(code=layer.code, name=layer.name, depth=row["layer_depth"]),
        zone=named(row, "zone"),
        assign_to=row["assign_to"],
        organisation=named(row, "organisation"),
        supporting=[Named.model_validate(helper) for helper in row["supporting"]],
        priority=row["priority"],
        note=Name(zh=row["note_zh"], en=row["note_en"]) if row["note_zh"] else None,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )
