"""The rows of photos and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from grid_data.database import Connection, one, rows, run

__all__ = [
    "add_attachment",
    "attach",
    "attachment_by_id",
    "attachments_of",
    "digests_of",
    "incident_exists",
    "lock_content",
    "lock_named",
    "orphaned_contents",
    "remove_orphans",
    "take_back",
]


async def lock_content(connection: Connection, sha256: str) -> None:
    """Wait for whoever stores or removes this content, and keep others waiting until the transaction ends."""
    await run(connection, "attachments/lock_content", {"sha256": sha256})


async def add_attachment(connection: Connection, values: dict[str, Any]) -> tuple[UUID, datetime]:
    """Add a row, named by nothing yet; returns its id and when it was added."""
    row = await one(connection, "attachments/add", values)
    assert row is not None
    return row["id"], row["uploaded_at"]


async def take_back(connection: Connection, attachment: UUID) -> None:
    """Remove a row that nothing names."""
    await run(connection, "attachments/take_back", {"id": attachment})


async def attachment_by_id(connection: Connection, attachment: UUID) -> DictRow | None:
    """Digest, kind, size and name, or None."""
    return await one(connection, "attachments/by_id", {"id": attachment})


async def lock_named(connection: Connection, ids: Sequence[UUID]) -> list[DictRow]:
    """The rows of these ids in their order, held until the transaction ends; unknown ones are missing."""
    return await rows(connection, "attachments/lock_named", {"ids": list(ids)})


async def attach(connection: Connection, ids: Sequence[UUID], incident_id: int | None) -> int:
    """Let them belong to an incident (None: to what names them otherwise); returns how many were free."""
    return await run(connection, "attachments/attach", {"ids": list(ids), "incident_id": incident_id})


async def attachments_of(connection: Connection, number: str) -> list[DictRow]:
    """What belongs to an incident, in the order in which it was named."""
    return await rows(connection, "attachments/of_incident", {"number": number})


async def incident_exists(connection: Connection, number: str) -> bool:
    """Whether there is an incident of this number."""
    row = await one(connection, "attachments/incident_exists", {"number": number})
    return row is not None and bool(row["found"])


async def digests_of(connection: Connection, number: str) -> set[str]:
    """Digests of what belongs to an incident."""
    found = await rows(connection, "attachments/digests_of_number", {"number": number})
    return {row["sha256"] for row in found}


async def orphaned_contents(connection: Connection, hours: int, limit: int) -> list[str]:
    """Digests of contents with a file that nothing has named for so many hours."""
    found = await rows(connection, "attachments/orphans", {"hours": hours, "limit": limit})
    return [row["sha256"] for row in found]


async def remove_orphans(connection: Connection, sha256: str, hours: int) -> tuple[int, bool]:
    """Remove such rows of a content; returns how many, and whether any row still names it."""
    removed = await run(connection, "attachments/remove_orphans", {"sha256": sha256, "hours": hours})
    left = await one(connection, "attachments/is_used", {"sha256": sha256})
    assert left is not None
    return removed, bool(left["used"])
