"""Urgent tasks from the top to every base grid of an area, the receipt of each grid, and reminders."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from grid_data.tables.base import identity, metadata, one_of, spatial_index

RECEIPT_STATES = ("waiting", "acknowledged", "done", "moved", "released")
"""The first three count; ``moved``: other grids carry it since a plan; ``released``: nobody need do it."""

urgent_task = Table(
    "urgent_task",
    metadata,
    identity(),
    Column("code", Text(collation="C"), nullable=False, unique=True),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text),
    # What grid workers pass on to residents, word by word.
    Column("forward_zh", Text),
    Column("forward_en", Text),
    # Drawn, buffered, or the shape of specialist zones.
    Column("area", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False)),
    # Regions and base grids: whoever belongs to them, by nesting.
    Column("area_zone_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    # How the area was told: zones by key, or a buffer by centre line and metres.
    Column("area_about", JSONB, nullable=False, server_default=text("'{}'")),
    Column("issued_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("issued_by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("remind_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("cancelled_at", DateTime(timezone=True)),
    Column("cancelled_by", Text),
    Column("cancel_reason", Text),
    CheckConstraint("area IS NOT NULL OR cardinality(area_zone_ids) > 0", name="area"),
    CheckConstraint("remind_at <= due_at AND issued_at <= due_at", name="moments"),
    CheckConstraint("num_nonnulls(cancelled_at, cancelled_by, cancel_reason) IN (0, 3)", name="cancelled"),
    CheckConstraint("issued_by <> ''", name="issued_by"),
    spatial_index("urgent_task", "area"),
    Index("ix_urgent_task_due_at", "due_at", postgresql_where=text("cancelled_at IS NULL")),
)

task_receipt = Table(
    "task_receipt",
    metadata,
    Column("task_id", ForeignKey("urgent_task.id"), nullable=False),
    Column("grid_id", ForeignKey("zone.id"), nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("since", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("acknowledged_by", Text),
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", Text),
    Column("note", Text),
    # Whatever the task asks to be counted: households told, people moved.
    Column("count", Integer),
    Column("attachment_ids", ARRAY(UUID(as_uuid=True)), nullable=False, server_default=text("'{}'")),
    Column("reminders", Integer, nullable=False, server_default=text("0")),
    Column("reminded_at", DateTime(timezone=True)),
    # The plan that brought the receipt to its state, the grids it came from, and why, in words.
    Column("plan_id", ForeignKey("plan.id")),
    Column("from_grid_ids", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("reason_zh", Text),
    Column("reason_en", Text),
    PrimaryKeyConstraint("task_id", "grid_id"),
    CheckConstraint(one_of("state", *RECEIPT_STATES), name="state"),
    CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged"),
    CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done"),
    CheckConstraint("state <> 'done' OR done_at IS NOT NULL", name="done_by_somebody"),
    CheckConstraint("count >= 0", name="count"),
    CheckConstraint("state NOT IN ('moved', 'released') OR reason_zh IS NOT NULL", name="says_why"),
    Index("ix_task_receipt_grid_id", "grid_id", "task_id"),
)

# Rows are only added. A moment of a task is reminded of once, however many workers look.
task_reminder = Table(
    "task_reminder",
    metadata,
    identity(),
    Column("task_id", ForeignKey("urgent_task.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("by", Text, nullable=False),
    # Grids that had not finished.
    Column("grids", Integer, nullable=False),
    CheckConstraint(one_of("kind", "manual", "due_soon", "overdue"), name="kind"),
    Index("ix_task_reminder_task_id", "task_id", "id"),
    Index("uq_task_reminder_once", "task_id", "kind", unique=True, postgresql_where=text("kind <> 'manual'")),
)
