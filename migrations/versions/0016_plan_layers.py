"""Plans: a note in two languages, the impact as it was approved; patrol points on land units.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two notes for one, and both tables."""
    op.alter_column("plan", "note", new_column_name="note_zh")
    op.add_column("plan", sa.Column("note_en", sa.Text(), nullable=True))
    op.create_table(
        "plan_report",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_report_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_report")),
    )
    op.create_table(
        "patrol_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("geom", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("land_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("code <> '' AND code = btrim(code)", name=op.f("ck_patrol_point_code")),
        sa.ForeignKeyConstraint(
            ["land_unit_id"], ["land_unit.id"], name=op.f("fk_patrol_point_land_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_point")),
        sa.UniqueConstraint("code", name=op.f("uq_patrol_point_code")),
    )
    op.create_index("ix_patrol_point_geom", "patrol_point", ["geom"], postgresql_using="gist")
    op.create_index("ix_patrol_point_land_unit_id", "patrol_point", ["land_unit_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON plan_report TO gridgov_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON patrol_point TO gridgov_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridgov_app")


def downgrade() -> None:
    """One note again; reports and points are lost."""
    op.drop_table("patrol_point")
    op.drop_table("plan_report")
    op.drop_column("plan", "note_en")
    op.alter_column("plan", "note_zh", new_column_name="note")
