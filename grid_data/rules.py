"""Assignment rules as stored: versions that share a code, read with everything they name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from grid_data.database import Connection, one, rows

__all__ = ["category_line", "rule_history", "rule_versions", "transaction_moment"]

RuleRow = dict[str, Any]
"""A row of ``rules/versions``."""


async def transaction_moment(connection: Connection) -> datetime:
    """When the transaction began: the "now" of everything it stores."""
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
