"""What departments ask: where buildings stand, who maintains facilities, households counted per grid.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with its index, and what is in it of what is there already."""
    op.add_column(
        "building",
        sa.Column(
            "zone_ids", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    run_sql("0020_stand")
    op.create_index("ix_building_zone_ids", "building", ["zone_ids"], postgresql_using="gin")
    op.create_index("ix_facility_maintaining_id", "facility", ["maintaining_id"])
    run_sql("0020_department")


def downgrade() -> None:
    """Nobody knows any more where buildings stand."""
    run_sql("0020_drop_department")
    op.drop_index("ix_facility_maintaining_id", table_name="facility")
    op.drop_index("ix_building_zone_ids", table_name="building")
    op.drop_column("building", "zone_ids")
