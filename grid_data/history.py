"""The append-only history: one action, one entry, in the action's own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from grid_data.database import Connection, one, run


async def add_history(
    connection: Connection,
    actor: str,
    action: str,
    *,
    incident_id: int | None = None,
    zone_id: int | None = None,
    plan_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> int:
    """Append an entry; returns its sequence number.

    ``action`` reads ``subject.verb``, for example ``incident.report`` or ``import.facilities``.
    """
    row = await one(
        connection,
        "bulk/add_history",
        {
            "actor": actor,
            "action": action,
            "incident_id": incident_id,
            "zone_id": zone_id,
            "plan_id": plan_id,
            "before": None if before is None else Jsonb(before),
            "after": None if after is None else Jsonb(after),
        },
    )
    assert row is not None
    return int(row["seq"])


async def name_incidents(connection: Connection, seq: int, incident_ids: Sequence[int]) -> None:
    """Say which incidents an entry about many is about; each shows it in its own history."""
    await run(connection, "history/name_incidents", {"seq": seq, "incident_ids": list(incident_ids)})
