"""Live events and the dispatcher's queries: what open incidents are found by, and the alarm of the queue.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.functions import run_sql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DUE_ORDER = (
    "CASE WHEN due_at IS NULL OR paused_at IS NOT NULL "
    "THEN 'infinity'::timestamp with time zone ELSE due_at END"
)
FEW = ("direct_reason", "objection", "supervised_at")


def upgrade() -> None:
    """Add indexes of open incidents, and the alarm."""
    run_sql("0014_live")
    # Being open follows from the state: taken for independent, open incidents look like a handful.
    op.execute("CREATE STATISTICS incident_open (mcv) ON state, is_open FROM incident")
    op.create_index(
        "ix_incident_open_place", "incident", ["place"], postgresql_using="gist",
        postgresql_where=sa.text("is_open"),
    )  # fmt: skip
    op.add_column(
        "incident_clock",
        sa.Column(
            "due_order",
            sa.DateTime(timezone=True),
            sa.Computed(DUE_ORDER, persisted=True),
            nullable=False,
        ),
    )
    op.create_index("ix_incident_clock_due_order", "incident_clock", ["due_order", "incident_id"])
    for column in FEW:
        op.create_index(
            f"ix_case_state_{column}",
            "case_state",
            ["incident_id"],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_index(
        "ix_case_state_open",
        "case_state",
        ["incident_id"],
        postgresql_include=["level"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.add_column("person", sa.Column("phone", sa.Text(), nullable=True))
    op.create_table(
        "queue_alarm",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('unassigned', 'near_due')", name=op.f("ck_queue_alarm_kind")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_queue_alarm")),
    )
    op.execute("INSERT INTO queue_alarm (kind) VALUES ('unassigned'), ('near_due')")
    op.execute("GRANT SELECT, UPDATE ON queue_alarm TO gridgov_app")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("queue_alarm")
    op.drop_column("person", "phone")
    op.drop_index("ix_case_state_open", "case_state")
    for column in FEW:
        op.drop_index(f"ix_case_state_{column}", "case_state")
    op.drop_column("incident_clock", "due_order")
    op.drop_index("ix_incident_open_place", "incident")
    op.execute("DROP STATISTICS incident_open")
    run_sql("0014_drop_live")
