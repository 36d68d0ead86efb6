"""Calendars, limits and clocks as they are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from grid_data.database import Connection, one, rows, run

__all__ = [
    "Noticed",
    "StoredBook",
    "add_notices",
    "insert_clocks",
    "read_book",
    "read_ended",
    "read_limits",
    "read_revision",
    "read_to_start",
    "read_windows",
    "stop_ended_clocks",
]

CLOCK_COLUMNS = (
    "incident_id", "kind", "started_at", "due_at", "soon_at", "stage", "stage_kind", "stage_started_at",
    "stage_due_at", "stage_soon_at", "paused_at",
)  # fmt: skip


@dataclass(frozen=True)
class StoredBook:
    """Everything clocks are computed from, as of one revision.

    Attributes
    ----------
    days
        Date, kind and name of the days that are not what their weekday says.
    parents
        Parent of each category.
    catalogue
        Category and the limit its catalogue gives, as ``4 work_hour``.
    limits, windows
        Rows of ``deadlines/limits`` and ``deadlines/windows``.
    """

    revision: str
    timezone: str
    city_windows: str
    days: Sequence[tuple[date, str, str | None]]
    parents: Mapping[int, int | None]
    catalogue: Sequence[tuple[int, str]]
    limits: Sequence[Mapping[str, Any]]
    windows: Sequence[Mapping[str, Any]]


async def read_revision(connection: Connection) -> str:
    """The name of the present state of calendars and limits."""
    row = await one(connection, "deadlines/revision")
    assert row is not None
    revision: str = row["revision"]
    return revision


async def read_book(connection: Connection) -> StoredBook:
    """Calendars and limits; what was read under one revision belongs together.

    Each statement sees what is committed then, so the revision is asked for again at the end.
    """
    while True:
        row = await one(connection, "deadlines/book")
        assert row is not None
        limits = await rows(connection, "deadlines/limits", {"all": True})
        windows = await rows(connection, "deadlines/windows")
        if await read_revision(connection) == row["revision"]:
            break
    return StoredBook(
        revision=row["revision"],
        timezone=row["timezone"],
        city_windows=row["windows"],
        days=[(date.fromisoformat(day), kind, name) for day, kind, name in row["days"]],
        parents={int(key): parent for key, parent in row["parents"].items()},
        catalogue=[(category, limit) for category, limit in row["catalogue"]],
        limits=limits,
        windows=windows,
    )


async def read_ended(connection: Connection, days: int, limit: int) -> list[dict[str, Any]]:
    """Cases reported in the last days that have been handled and closed since, the newest first."""
    return list(await rows(connection, "deadlines/ended", {"days": days, "limit": limit}))


async def read_limits(connection: Connection, *, history: bool = False) -> list[dict[str, Any]]:
    """Limits that hold now, or with ``history`` all there were."""
    return list(await rows(connection, "deadlines/limits", {"all": history}))


async def read_windows(connection: Connection) -> list[dict[str, Any]]:
    """Business hours of organisations, inherited ones too."""
    return list(await rows(connection, "deadlines/windows"))


async def read_to_start(
    connection: Connection,
    incident_ids: Sequence[int] | None = None,
    *,
    after: int = 0,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Open incidents that have no clock, with what decides their limits, by id: some of them, or of all.

    Parameters
    ----------
    after
        Only those with a greater id.
    limit
        At most so many.
    """
    told = {
        "incident_ids": None if incident_ids is None else list(incident_ids),
        "after": after,
        "limit": limit,
    }
    return list(await rows(connection, "deadlines/to_start", told))


async def insert_clocks(connection: Connection, clocks: Sequence[Mapping[str, Any]]) -> int:
    """Store clocks with columns `CLOCK_COLUMNS`; returns how many were new."""
    columns = {name: [clock[name] for clock in clocks] for name in CLOCK_COLUMNS}
    return await run(connection, "deadlines/start", columns)


async def stop_ended_clocks(connection: Connection) -> int:
    """Take away the clocks of incidents that have ended; returns how many there were."""
    return await run(connection, "deadlines/stop_ended")


@dataclass(frozen=True)
class Noticed:
    """A page of due moments: how many were new, where the next page begins, which cases rise a level."""

    new: int
    last: tuple[datetime, int]
    rising: Sequence[str] = ()


async def add_notices(
    connection: Connection, kind: str, actor: str, after: tuple[datetime, int], limit: int
) -> Noticed | None:
    """Note the next due moments of a kind, with an entry in the history each; None when there are no more.

    A moment that somebody else noted is passed over: notice and entry are written in one statement, and the
    notice is unique.

    Parameters
    ----------
    kind
        ``due_soon``, ``overdue``, ``stage_due_soon`` or ``stage_overdue``.
    after
        Due moment and incident of the last one seen.
    """
    parameters = {"actor": actor, "after_at": after[0], "after_id": after[1], "limit": limit}
    row = await one(connection, f"deadlines/{kind}", parameters)
    if row is None:
        return None
    return Noticed(row["noticed"], (row["due_at"], row["incident_id"]), tuple(row.get("rising") or ()))
