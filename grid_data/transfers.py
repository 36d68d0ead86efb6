"""Hand-overs to 110 and from there, as they are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from grid_data.database import Connection, one, rows, run

__all__ = ["add_transfer", "lock_transfer", "reply_to_transfer", "transfer_rows"]


async def add_transfer(
    connection: Connection, incident_id: int, *, reference: str | None, by: str, reason: str | None
) -> bool:
    """Note that an incident was handed to 110; False: it was noted before."""
    values = {"incident": incident_id, "reference": reference, "by": by, "reason": reason}
    return await one(connection, "transfers/add", values) is not None


async def transfer_rows(
    connection: Connection,
    *,
    direction: str | None,
    reference: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Hand-overs in one or both directions, the newest first."""
    at, number = before or (None, None)
    asked = {
        "direction": direction, "reference": reference, "before": at, "before_number": number, "limit": limit,
    }  # fmt: skip
    return list(await rows(connection, "transfers/page", asked))


async def lock_transfer(connection: Connection, transfer: int) -> dict[str, Any] | None:
    """A hand-over to 110, locked until the transaction ends."""
    return await one(connection, "transfers/lock", {"transfer": transfer})


async def reply_to_transfer(
    connection: Connection, transfer: int, *, reply: str, reference: str | None, by: str
) -> None:
    """Store what 110 answered."""
    values = {"transfer": transfer, "reply": reply, "reference": reference, "by": by}
    await run(connection, "transfers/reply", values)
