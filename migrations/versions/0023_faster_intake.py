"""Less work per incident taken in.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.functions import run_sql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COUNTS = ("open", "open_urgent", "total", "total_urgent")
SUMS = ("open_lon", "open_lat", "total_lon", "total_lat")


def upgrade() -> None:
    """Where the counts per cell of a load wait for its commit, and who adds them."""
    op.create_table(
        "incident_cell_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.Column(name, ARRAY(sa.Integer()), nullable=False) for name in ("x", "y")),
        sa.Column("class_id", ARRAY(sa.BigInteger()), nullable=False),
        *(sa.Column(name, ARRAY(sa.BigInteger()), nullable=False) for name in (*COUNTS, *SUMS)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_cell_change")),
    )
    run_sql("0023_cells_at_commit")


def downgrade() -> None:
    """Counts are added with the statement again; nothing waits here between transactions."""
    op.execute("DROP TABLE incident_cell_change")
    op.execute("DROP FUNCTION incident_cells_are_added()")
    run_sql("0023_drop_cells_at_commit")
