"""Stages that cases have passed: when each began, was due and ended. What indicators are counted from."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, PrimaryKeyConstraint, Table, Text

from grid_data.tables.base import metadata, one_of, reference
from grid_data.tables.deadlines import STAGES

# Written by a trigger when a clock leaves a stage, and never changed: a rate of a past period stays what it
# was. Of the stage that runs the clock itself tells.
case_moment = Table(
    "case_moment",
    metadata,
    reference("incident_id", "incident.id", nullable=False),
    # ``total``: the whole case, until it ended.
    Column("stage", Text, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    # Empty: there was no limit.
    Column("due_at", DateTime(timezone=True)),
    Column("left_at", DateTime(timezone=True), nullable=False),
    # The state of the incident after it.
    Column("to_state", Text, nullable=False),
    # Of ``total``: how often by then.
    Column("reworks", Integer),
    Column("send_backs", Integer),
    Column("extensions", Integer),
    PrimaryKeyConstraint("incident_id", "stage", "left_at"),
    CheckConstraint(one_of("stage", *STAGES), name="stage"),
    Index("ix_case_moment_stage_due_at", "stage", "due_at", postgresql_include=["incident_id", "left_at"]),
    Index("ix_case_moment_stage_left_at", "stage", "left_at", postgresql_include=["incident_id", "due_at"]),
)
