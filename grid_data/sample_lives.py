"""Lives of the sample's incidents, written over many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from grid_data.database import Connection, one, rows, run

__all__ = [
    "add_duties",
    "add_moments",
    "add_steps",
    "answer_directly",
    "date_task",
    "ended_lately",
    "finish_cases",
    "incidents_for_photos",
    "remember_lives",
    "set_due",
    "turn",
]


async def remember_lives(connection: Connection) -> None:
    """Gather what the lives are told from, for this transaction."""
    await run(connection, "sample_lives/remember")
    await run(connection, "sample_lives/index_lives")


async def ended_lately(connection: Connection, now: datetime, days: int) -> list[dict[str, Any]]:
    """Cases that ended within so many days."""
    return list(await rows(connection, "sample_lives/ended_lately", {"now": now, "days": days}))


async def set_due(connection: Connection, ids: Sequence[int], due: Sequence[datetime]) -> None:
    """Say when cases were due."""
    await run(connection, "sample_lives/set_due", {"ids": list(ids), "due": list(due)})


async def add_duties(connection: Connection, now: datetime, days: int) -> int:
    """Make a roster from yesterday on, for so many days ahead; how many periods."""
    return await run(connection, "sample_lives/duties", {"now": now, "days": days})


async def add_moments(connection: Connection, now: datetime, days: int) -> int:
    """Store the whole of every case that has ended, and stages of those of the last days; how many rows."""
    wholes = await run(connection, "sample_lives/add_wholes")
    return wholes + await run(connection, "sample_lives/add_stages", {"now": now, "days": days})


async def finish_cases(connection: Connection) -> int:
    """Let cases that have ended keep what a case keeps."""
    return await run(connection, "sample_lives/finish_cases")


async def add_steps(connection: Connection, now: datetime, days: int, names: Sequence[str]) -> int:
    """Enter the steps of open cases and of those that ended within so many days; how many."""
    asked = {"now": now, "days": days, "names": list(names)}
    entered = await run(connection, "sample_lives/add_steps", asked)
    await run(connection, "sample_lives/count_steps", {"names": list(names)})
    return entered


async def turn(
    connection: Connection,
    kind: str,
    now: datetime,
    names: Sequence[str],
    *,
    states: Sequence[str],
    role: str,
    reason: str,
    every: int,
    most: int,
    late: bool | None = None,
    level: str | None = None,
) -> int:
    """Let one in ``every`` open cases of some states take a turn, which leaves the state; how many."""
    asked = {
        "turn": kind, "now": now, "names": list(names), "states": list(states), "role": role,
        "reason": reason, "every": every, "most": most, "late": late, "level": level,
    }  # fmt: skip
    row = await one(connection, "sample_lives/turn", asked)
    assert row is not None
    return int(row["n"])


async def date_task(
    connection: Connection, code: str, now: datetime, *, ago: int, ahead: int, seen: int, done: int
) -> None:
    """Let a task have been issued ``ago`` minutes ago, be due in ``ahead``, and answered by shares of 100."""
    await run(connection, "sample_lives/date_task", {"code": code, "now": now, "ago": ago, "ahead": ahead})
    await run(connection, "sample_lives/answer_task", {"code": code, "now": now, "seen": seen, "done": done})


async def answer_directly(connection: Connection, code: str, category_ids: Sequence[int], by: str) -> int:
    """Let a text have answered most ended enquiries of some categories; how many."""
    asked = {"code": code, "category_ids": list(category_ids), "by": by}
    return await run(connection, "sample_lives/answered_directly", asked)


async def incidents_for_photos(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Open incidents to hang pictures on, the newest first."""
    return list(await rows(connection, "sample_lives/for_photos", {"limit": limit}))
