"""Alarms that are raised and lowered."""

from __future__ import annotations

from grid_data.database import Connection, run


async def change_alarm(connection: Connection, kind: str, *, raised: bool) -> bool:
    """Raise or lower an alarm; False when it stands so already.

    Of several who try at once one gets True: the others wait for its transaction.
    """
    return await run(connection, "alarms/change", {"kind": kind, "raised": raised}) == 1
