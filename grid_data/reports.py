"""Subscriptions of the weekly report, and what became of each report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from grid_data.database import Connection, one, rows, run
from grid_data.exporters.columns import Language

__all__ = [
    "DueReport",
    "claim_report",
    "finish_report",
    "make_due",
    "subscribe",
    "subscriptions",
    "unsubscribe",
]


@dataclass(frozen=True)
class DueReport:
    """A report that is ours to send until its lease ends."""

    subscription_id: int
    week: date
    attempts: int
    recipient: str
    language: Language
    query: str
    owner: str
    account_id: int | None


async def subscribe(connection: Connection, **values: Any) -> int:
    """Store a subscription; returns its key."""
    row = await one(connection, "reports/subscribe", values)
    assert row is not None
    return int(row["id"])


async def subscriptions(connection: Connection, key: int | None = None) -> list[dict[str, Any]]:
    """The subscriptions in sight, or one of them."""
    return await rows(connection, "reports/subscriptions", {"id": key})


async def unsubscribe(connection: Connection, key: int) -> bool:
    """End a subscription; False: there is none in sight."""
    return await run(connection, "reports/unsubscribe", {"id": key}) > 0


async def make_due(connection: Connection, week: date, due: datetime) -> int:
    """Have the report of a week sent to everybody who had subscribed when it was due; returns to how many."""
    return await run(connection, "reports/make_due", {"week": week, "due": due})


async def claim_report(connection: Connection, lease_s: float) -> DueReport | None:
    """Take a report that is due; None: there is none."""
    row = await one(connection, "reports/claim", {"lease_s": lease_s})
    return DueReport(**row) if row else None


async def finish_report(
    connection: Connection, report: DueReport, state: str, *, error: str | None = None, wait_s: float = 0.0
) -> bool:
    """Say what became of a report; False: another sender took it over."""
    values = {
        "subscription_id": report.subscription_id, "week": report.week, "attempts": report.attempts,
        "state": state, "error": error, "wait_s": wait_s,
    }  # fmt: skip
    return await run(connection, "reports/finish", values) > 0
