"""Notices: what a plan means for an organisation, told when it is scheduled, takes effect or goes."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from grid_data.tables.base import identity, metadata, one_of

# Rows are only added.
notice = Table(
    "notice",
    metadata,
    identity(),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    # Figures behind the text: codes of the grids concerned, open incidents that come and go.
    Column("about", JSONB, nullable=False, server_default=text("'{}'")),
    CheckConstraint(
        one_of(
            "kind",
            "scheduled",
            "published",
            "withdrawn",
            "failed",
            "rolled_back",
            "rollback_scheduled",
            "rollback_withdrawn",
            "rollback_failed",
        ),
        name="kind",
    ),
    Index("ix_notice_organisation_id_id", "organisation_id", "id"),
    Index("ix_notice_plan_id", "plan_id"),
)
