"""Row-level security: who sees which rows, and what it is decided by.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what sight is decided by, the role of those who do not see all, and the policies."""
    op.add_column("incident", _identifiers("concerned_ids"))
    op.add_column("incident", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.add_column("facility", _identifiers("zone_ids"))
    op.create_index(
        "ix_incident_concerned_ids",
        "incident",
        ["concerned_ids"],
        postgresql_using="gin",
        postgresql_where=sa.text("concerned_ids <> '{}'"),
    )
    op.create_index(
        "ix_incident_account_id",
        "incident",
        ["account_id"],
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_index("ix_history_incident_seq", "history_incident", ["seq"])
    op.create_index("ix_facility_zone_ids", "facility", ["zone_ids"], postgresql_using="gin")
    op.create_index("ix_facility_supervising_id", "facility", ["supervising_id"])
    run_sql("0019_scoped_role")
    run_sql("0019_row_security")


def _identifiers(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False)


def downgrade() -> None:
    """Everybody sees everything again."""
    run_sql("0019_drop_row_security")
    op.drop_index("ix_facility_supervising_id", table_name="facility")
    op.drop_index("ix_history_incident_seq", table_name="history_incident")
    op.drop_index("ix_facility_zone_ids", table_name="facility")
    op.drop_index("ix_incident_account_id", table_name="incident")
    op.drop_index("ix_incident_concerned_ids", table_name="incident")
    op.drop_column("facility", "zone_ids")
    op.drop_column("incident", "account_id")
    op.drop_column("incident", "concerned_ids")
