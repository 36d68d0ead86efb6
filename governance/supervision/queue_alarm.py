"""The alarm of the queue: raised when too much waits for somebody, or is about to be late; told once."""

from __future__ import annotations

from governance.access import NIGHTLY
from governance.supervision.alarm_limits import AlarmLimits
from grid_data.alarms import change_alarm
from grid_data.database import Database
from grid_data.dispatch import queue_counts
from grid_data.duties import names_on_duty
from grid_data.history import add_history

__all__ = ["LOWERED_AT", "watch_queue"]

LOWERED_AT = 0.9
"""Share of its limit below which an alarm is lowered: a count that wavers round the limit is one alarm."""


async def watch_queue(database: Database, limits: AlarmLimits) -> list[str]:
    """Raise and lower alarms, and tell of each crossing once, however many look at once.

    What is told is an entry of the history, ``queue.alarm`` or ``queue.calm``, and with it a live event; it
    names who is on duty for the district's government at that moment.

    Returns
    -------
    list of str
        The crossings, as ``unassigned raised``.
    """
    async with database.transaction(NIGHTLY) as connection:
        counts = await queue_counts(connection)
        crossings: list[str] = []
        for kind, (count, limit) in limits.compared(counts).items():
            raised = count >= limit
            if not raised and count >= limit * LOWERED_AT:
                continue
            if await change_alarm(connection, kind, raised=raised):
                action = "queue.alarm" if raised else "queue.calm"
                after = {
                    "kind": kind, "count": count, "limit": limit, "told": "district_lead",
                    "on_duty": await names_on_duty(connection, "government"),
                }  # fmt: skip
                await add_history(connection, NIGHTLY.name, action, after=after)
                crossings.append(f"{kind} {'raised' if raised else 'lowered'}")
        return crossings
