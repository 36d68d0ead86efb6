"""Alarms that are raised when a queue grows too long, and lowered when it is short again."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, Table, Text

from grid_data.tables.base import metadata, one_of

# A row per kind; raised while it has a moment. Who changes it tells it, so that each crossing is told once.
queue_alarm = Table(
    "queue_alarm",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("raised_at", DateTime(timezone=True)),
    CheckConstraint(one_of("kind", "unassigned", "near_due"), name="kind"),
)
