"""Guidance texts as they are stored, in versions, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from grid_data.database import Connection, one, rows, run

__all__ = [
    "NewVersion",
    "add_answer",
    "add_version",
    "answer_of",
    "category_chain",
    "guidance_rows",
    "guidance_usable",
    "insert_guidance",
    "lock_guidance",
    "owners_above",
    "retire_guidance",
    "version_rows",
]


@dataclass(frozen=True)
class NewVersion:
    """A version of a text; ``review_on``: the day until which its owner must look at it again."""

    organisation_id: int
    title_zh: str
    title_en: str | None
    text_zh: str
    text_en: str | None
    review_on: date
    by: str
    reason: str | None


async def guidance_rows(
    connection: Connection,
    *,
    code: str | None = None,
    category_ids: Sequence[int] | None = None,
    organisation_ids: Sequence[int] | None = None,
    text: str | None = None,
    overdue: bool = False,
    retired: bool = False,
    after: str | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Texts as they hold today, by code; ``text`` is looked for in titles and texts."""
    pattern = None
    if text:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{escaped}%"
    asked = {
        "code": code,
        "category_ids": None if category_ids is None else list(category_ids),
        "organisation_ids": None if organisation_ids is None else list(organisation_ids),
        "pattern": pattern,
        "overdue": overdue,
        "retired": retired,
        "after": after,
        "limit": limit,
    }
    return list(await rows(connection, "guidance/page", asked))


async def version_rows(connection: Connection, guidance: int) -> list[dict[str, Any]]:
    """Every version of a text, the newest first."""
    return list(await rows(connection, "guidance/versions", {"guidance": guidance}))


async def category_chain(connection: Connection, key: str) -> list[int]:
    """Ids of a category and of all above it; empty when there is none with this key."""
    parts = key.split(":")
    if len(parts) != 3:
        return []
    asked = dict(zip(("standard_ref", "kind", "code"), parts, strict=True))
    return [row["id"] for row in await rows(connection, "guidance/chain", asked)]


async def owners_above(connection: Connection, organisation: str) -> set[str]:
    """Codes of an organisation and of all above it."""
    return {row["code"] for row in await rows(connection, "guidance/owners_above", {"code": organisation})}


async def insert_guidance(connection: Connection, category_id: int, version: NewVersion) -> str:
    """Store a text; its code."""
    await run(connection, "guidance/take_number")
    row = await one(connection, "guidance/insert", asdict(version) | {"category_id": category_id})
    assert row is not None
    return str(row["code"])


async def lock_guidance(connection: Connection, code: str) -> dict[str, Any] | None:
    """A text with its present version, locked until the transaction ends."""
    return await one(connection, "guidance/lock", {"code": code})


async def add_version(connection: Connection, guidance: int, version: NewVersion) -> None:
    """Store a new version, which holds from now on."""
    await run(connection, "guidance/add_version", asdict(version) | {"guidance": guidance})


async def retire_guidance(connection: Connection, guidance: int) -> None:
    """Take a text out of use."""
    await run(connection, "guidance/retire", {"guidance": guidance})


async def guidance_usable(connection: Connection, code: str) -> bool:
    """Whether a text can answer an incident: it is there and not retired."""
    row = await one(connection, "guidance/usable", {"code": code})
    return row is not None and bool(row["usable"])


async def add_answer(connection: Connection, incident_id: int, code: str, by: str) -> None:
    """Note that a text answered an incident, in the version that holds; the same twice is once."""
    await run(connection, "guidance/add_answer", {"incident": incident_id, "code": code, "by": by})


async def answer_of(connection: Connection, number: str) -> dict[str, Any] | None:
    """Code and revision of the text that answered an incident, when and by whom."""
    return await one(connection, "guidance/answer_of", {"number": number})
