"""Photos and files of incidents; decisions that two incidents are two.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

from migrations.functions import run_sql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables, and what guards them."""
    op.create_table(
        "attachment",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("sha256", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_attachment_sha256")),
        sa.CheckConstraint("kind IN ('jpeg', 'png', 'webp', 'pdf')", name=op.f("ck_attachment_kind")),
        sa.CheckConstraint("role IN ('scene', 'before', 'after', 'other')", name=op.f("ck_attachment_role")),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_attachment_bytes")),
        sa.CheckConstraint(
            "(width > 0 AND height > 0) OR (kind = 'pdf' AND num_nonnulls(width, height) = 0)",
            name=op.f("ck_attachment_size"),
        ),
        sa.CheckConstraint(
            "incident_id IS NULL OR attached_at IS NOT NULL", name=op.f("ck_attachment_attached")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_attachment_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])
    op.create_index(
        "ix_attachment_incident_id",
        "attachment",
        ["incident_id", "attached_at"],
        postgresql_where=sa.text("incident_id IS NOT NULL"),
    )
    op.create_index(
        "ix_attachment_unnamed",
        "attachment",
        ["uploaded_at"],
        postgresql_where=sa.text("attached_at IS NULL"),
    )
    op.create_table(
        "duplicate_decision",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("incident_id < other_id", name=op.f("ck_duplicate_decision_in_order")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_duplicate_decision_incident_id")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["incident.id"], name=op.f("fk_duplicate_decision_other_id")),
        sa.PrimaryKeyConstraint("incident_id", "other_id", name=op.f("pk_duplicate_decision")),
    )
    op.create_index("ix_duplicate_decision_other_id", "duplicate_decision", ["other_id"])
    run_sql("0013_attachments")


def downgrade() -> None:
    """Take both away; the files stay where they lie."""
    op.drop_table("duplicate_decision")
    op.drop_table("attachment")
    op.execute("DROP FUNCTION refuse_attachment_change")
