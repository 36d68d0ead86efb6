"""Indexes set aside during large imports.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Where indexes that are set aside are noted until they are built again."""
    op.create_table(
        "set_aside_index",
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column(
            "set_aside_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_set_aside_index")),
    )
    # Only the owner of the tables sets indexes aside; all others may know of it.
    op.execute("GRANT SELECT ON set_aside_index TO gridgov_app")


def downgrade() -> None:
    """The note goes, not the indexes: they are all there, or taking back stops here."""
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM set_aside_index) THEN
                RAISE EXCEPTION 'indexes are set aside: run gridgov migrate first';
            END IF;
        END $$
    """)
    op.drop_table("set_aside_index")
