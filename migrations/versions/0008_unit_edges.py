"""The graph of land units, their perimeters, and the unit each facility stands on.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.functions import run_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; the edges are computed when first asked for."""
    op.add_column("land_unit", sa.Column("perimeter_m", sa.Float(), nullable=True))
    op.add_column("facility", sa.Column("land_unit_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "unit_edge",
        sa.Column("unit_a", sa.BigInteger(), nullable=False),
        sa.Column("unit_b", sa.BigInteger(), nullable=False),
        sa.Column("length_m", sa.Float(), nullable=False),
        sa.Column("barrier", sa.SmallInteger(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("unit_a < unit_b", name=op.f("ck_unit_edge_smaller_first")),
        sa.CheckConstraint("barrier BETWEEN 0 AND 5", name=op.f("ck_unit_edge_barrier")),
        sa.CheckConstraint(
            "length_m >= 0 AND (length_m > 0) = (origin = 'border')", name=op.f("ck_unit_edge_length")
        ),
        sa.CheckConstraint("origin IN ('border', 'link')", name=op.f("ck_unit_edge_origin")),
        sa.ForeignKeyConstraint(["unit_a"], ["land_unit.id"], name=op.f("fk_unit_edge_unit_a")),
        sa.ForeignKeyConstraint(["unit_b"], ["land_unit.id"], name=op.f("fk_unit_edge_unit_b")),
        sa.PrimaryKeyConstraint("unit_a", "unit_b", name=op.f("pk_unit_edge")),
    )
    op.create_index("ix_unit_edge_unit_b", "unit_edge", ["unit_b"])
    run_sql("0008_unit_edges")
    op.alter_column("land_unit", "perimeter_m", nullable=False)
    op.create_foreign_key(op.f("fk_facility_land_unit_id"), "facility", "land_unit", ["land_unit_id"], ["id"])
    op.create_index("ix_facility_land_unit_id", "facility", ["land_unit_id"])


def downgrade() -> None:
    """Take them away."""
    run_sql("0008_drop_unit_edges")
    op.drop_table("unit_edge")
    op.drop_index("ix_facility_land_unit_id", table_name="facility")
    op.drop_constraint(op.f("fk_facility_land_unit_id"), "facility", type_="foreignkey")
    op.drop_column("facility", "land_unit_id")
    op.drop_column("land_unit", "perimeter_m")
