"""The append-only history: one row per action on anything. Update and delete are refused by a trigger."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from grid_data.tables.base import metadata

history = Table(
    "history",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("actor", Text, nullable=False),
    # The machine that said who acted, when one speaks for people; taken from the claims of the transaction.
    # In PostgreSQL's own words: defaults that are null are compared by them.
    Column(
        "through",
        Text,
        server_default=text("NULLIF(current_setting('gridgov.through'::text, true), ''::text)"),
    ),
    # What was done: "incident.report", "import.zones", "sample.load", …
    Column("action", Text, nullable=False),
    Column("incident_id", ForeignKey("incident.id")),
    Column("zone_id", ForeignKey("zone.id")),
    Column("plan_id", ForeignKey("plan.id")),
    Column("before", JSONB),
    Column("after", JSONB),
    CheckConstraint("action ~ '^[a-z_]+[.][a-z0-9_]+$'", name="action"),
    CheckConstraint("actor <> ''", name="actor"),
    Index("ix_history_incident_id", "incident_id", "seq", postgresql_where=text("incident_id IS NOT NULL")),
    Index("ix_history_zone_id", "zone_id", "seq", postgresql_where=text("zone_id IS NOT NULL")),
    Index("ix_history_plan_id", "plan_id", "seq", postgresql_where=text("plan_id IS NOT NULL")),
    Index("ix_history_rerouting", "seq", postgresql_where=text("action = 'routing.again'")),
    Index("ix_history_rules", "seq", postgresql_where=text("action = 'rules.change'")),
    Index("ix_history_unmask", "seq", postgresql_where=text("action = 'reporter.unmask'")),
)

# Which incidents an action on many was about; an action on one names it in its own row. Rows are only added.
history_incident = Table(
    "history_incident",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("seq", ForeignKey("history.seq"), nullable=False),
    PrimaryKeyConstraint("incident_id", "seq"),
    # Whether anybody who watches sees one of them.
    Index("ix_history_incident_seq", "seq"),
)
