"""Assignment rules as stored: versions that share a code, read with everything they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from gis.rules.rule import CategoryFacts, LayerFacts, Rule, World
from gis.words import Words
from grid_data.database import Connection, one, rows, run

__all__ = [
    "category_line",
    "current_moment",
    "lock_rules",
    "read_world",
    "rule_history",
    "rule_of",
    "rule_versions",
    "store_versions",
]

RuleRow = dict[str, Any]
"""A row of ``rules/versions``."""


async def current_moment(connection: Connection) -> datetime:
    """What time it is in the database; ask once per action."""
    row = await one(connection, "rules/moment")
    assert row is not None
    moment: datetime = row["now"]
    return moment


async def rule_versions(
    connection: Connection,
    *,
    code: str | None = None,
    at: datetime | None = None,
    since: datetime | None = None,
) -> list[RuleRow]:
    """Versions by code and beginning: of one rule, in force at a moment, or not ended before one."""
    return list(await rows(connection, "rules/versions", {"code": code, "at": at, "since": since}))


async def category_line(connection: Connection, key: str) -> list[str]:
    """Keys of a category and of all above it; empty when there is none with this key."""
    parts = key.split(":")
    if len(parts) != 3:
        return []
    named = dict(zip(("standard_ref", "kind", "code"), parts, strict=True))
    return [row["key"] for row in await rows(connection, "rules/category_line", named)]


async def rule_history(connection: Connection, code: str) -> list[dict[str, Any]]:
    """Who changed a rule when, newest first: ``seq``, ``at``, ``actor``."""
    return list(await rows(connection, "rules/history_of", {"code": code}))


def rule_of(row: RuleRow) -> Rule:
    """A stored version as a plain value."""
    return Rule(
        code=row["code"],
        assign_to=row["assign_to"],
        organisation=row["organisation"],
        category=row["category"],
        layer=row["layer"],
        zone=row["zone"],
        supporting=tuple(helper["code"] for helper in row["supporting"]),
        priority=row["priority"],
        note=Words(row["note_zh"], row["note_en"] or "") if row["note_zh"] else None,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


async def read_world(connection: Connection, at: datetime, layers: Iterable[str]) -> World:
    """What rules refer to, zones as of a moment, and only of the layers asked about."""
    categories = {
        row["key"]: CategoryFacts(_words(row), row["parent"], row["level"], row["about_component"])
        for row in await rows(connection, "rules/categories")
    }
    found = {
        row["code"]: LayerFacts(
            row["depth"], row["zones"], row["cardinality"], row["routed"], frozenset(row["gone"])
        )
        for row in await rows(connection, "rules/layers", {"at": at, "codes": sorted(set(layers))})
    }
    organisations = {row["code"]: _words(row) for row in await rows(connection, "rules/organisations")}
    return World(categories, found, organisations)


async def lock_rules(connection: Connection) -> None:
    """Let nobody else change rules until the transaction ends."""
    await run(connection, "rules/lock")


async def store_versions(
    connection: Connection,
    *,
    close: Sequence[int],
    take_back: Sequence[int],
    insert: Sequence[Rule],
    at: datetime,
) -> None:
    """End versions at a moment, remove versions that have not begun, add versions; in this order.

    Every reference of the rules to insert exists.
    """
    if close:
        await run(connection, "rules/close", {"ids": list(close), "at": at})
    if take_back:
        await run(connection, "rules/take_back_supports", {"ids": list(take_back)})
        await run(connection, "rules/take_back", {"ids": list(take_back)})
    for rule in insert:
        row = await one(
            connection,
            "rules/insert",
            {
                "code": rule.code,
                "category": rule.category,
                "layer": rule.layer,
                "zone": rule.zone,
                "assign_to": rule.assign_to,
                "organisation": rule.organisation,
                "priority": rule.priority,
                "valid_from": rule.valid_from,
                "valid_to": rule.valid_to,
                "note_zh": rule.note.zh if rule.note else None,
                "note_en": (rule.note.en or None) if rule.note else None,
            },
        )
        assert row is not None
        if rule.supporting:
            supports = {"rule_id": row["id"], "codes": sorted(set(rule.supporting))}
            await run(connection, "rules/insert_supports", supports)


def _words(row: RuleRow) -> Words:
    return Words(row["name_zh"], row["name_en"] or "")
