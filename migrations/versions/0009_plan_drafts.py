"""Drafts of plans: their zones, units and steps, and land units that live in a draft only.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the plan, add what a draft consists of, allow pieces."""
    now = sa.text("now()")
    for column in (
        sa.Column("area_zone_id", sa.BigInteger(), nullable=True),
        sa.Column("base_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("band_min", sa.Integer(), server_default=sa.text("300"), nullable=False),
        sa.Column("band_max", sa.Integer(), server_default=sa.text("500"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
    ):
        op.add_column("plan", column)
    op.create_foreign_key(op.f("fk_plan_area_zone_id"), "plan", "zone", ["area_zone_id"], ["id"])
    op.create_check_constraint(op.f("ck_plan_band"), "plan", "band_min >= 0 AND band_max >= band_min")
    op.create_check_constraint(op.f("ck_plan_revision"), "plan", "revision >= 0")
    op.create_index("ix_plan_layer_id", "plan", ["layer_id"])
    _zones()
    _units()
    _steps()
    op.add_column("land_unit", sa.Column("plan_id", sa.BigInteger(), nullable=True))
    op.add_column("land_unit", sa.Column("cut_from", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_land_unit_plan_id"), "land_unit", "plan", ["plan_id"], ["id"])
    op.create_foreign_key(op.f("fk_land_unit_cut_from"), "land_unit", "land_unit", ["cut_from"], ["id"])
    op.drop_constraint(op.f("ck_land_unit_valid"), "land_unit", type_="check")
    op.create_check_constraint(
        op.f("ck_land_unit_valid"),
        "land_unit",
        "(NOT isempty(valid) OR plan_id IS NOT NULL) AND NOT lower_inf(valid)",
    )
    op.create_check_constraint(
        op.f("ck_land_unit_cut_by_a_plan"), "land_unit", "(plan_id IS NULL) = (cut_from IS NULL)"
    )
    for column_name in ("plan_id", "cut_from"):
        op.create_index(
            f"ix_land_unit_{column_name}",
            "land_unit",
            [column_name],
            postgresql_where=sa.text(f"{column_name} IS NOT NULL"),
        )
    run_sql("0009_plan_drafts")


def _zones() -> None:
    op.create_table(
        "plan_zone",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(collation="C"), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("community_zone_id", sa.BigInteger(), nullable=True),
        sa.Column("exempt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("lock", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("dissolved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("lock IN ('none', 'out', 'in', 'both')", name=op.f("ck_plan_zone_lock")),
        sa.CheckConstraint("number > 0", name=op.f("ck_plan_zone_number")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_zone_plan_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_plan_zone_zone_id")),
        sa.ForeignKeyConstraint(
            ["community_zone_id"], ["zone.id"], name=op.f("fk_plan_zone_community_zone_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_zone")),
        sa.UniqueConstraint("plan_id", "zone_id", name="uq_plan_zone_zone"),
    )
    op.create_index("ix_plan_zone_zone_id", "plan_zone", ["zone_id"])


def _units() -> None:
    counts = ("households", "residents", "buildings", "incidents_year", "facilities")
    op.create_table(
        "plan_unit",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("land_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("perimeter_m", sa.Float(), nullable=False),
        sa.Column("geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.CheckConstraint("ST_IsValid(geom)", name=op.f("ck_plan_unit_geometry")),
        sa.CheckConstraint(" AND ".join(f"{name} >= 0" for name in counts), name=op.f("ck_plan_unit_counts")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_unit_plan_id")),
        sa.ForeignKeyConstraint(["land_unit_id"], ["land_unit.id"], name=op.f("fk_plan_unit_land_unit_id")),
        sa.ForeignKeyConstraint(
            ["plan_id", "base_number"],
            ["plan_zone.plan_id", "plan_zone.number"],
            name="fk_plan_unit_base_zone",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "number"], ["plan_zone.plan_id", "plan_zone.number"], name="fk_plan_unit_zone"
        ),
        sa.PrimaryKeyConstraint("plan_id", "land_unit_id", name=op.f("pk_plan_unit")),
    )
    op.create_index("ix_plan_unit_plan_id_number", "plan_unit", ["plan_id", "number"])
    op.create_index("ix_plan_unit_land_unit_id", "plan_unit", ["land_unit_id"])


def _steps() -> None:
    op.create_table(
        "plan_step",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("units", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("from_numbers", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("to_numbers", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "cardinality(units) = cardinality(from_numbers) AND cardinality(units) = cardinality(to_numbers)",
            name=op.f("ck_plan_step_moves"),
        ),
        sa.CheckConstraint("author <> ''", name=op.f("ck_plan_step_author")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_step_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "seq", name=op.f("pk_plan_step")),
    )
    op.create_index("ix_plan_step_plan_id_revision", "plan_step", ["plan_id", "revision"])


def downgrade() -> None:
    """Take it away with all drafts; refused by the database while pieces exist."""
    run_sql("0009_drop_plan_drafts")
    op.drop_constraint(op.f("ck_land_unit_cut_by_a_plan"), "land_unit", type_="check")
    op.drop_constraint(op.f("ck_land_unit_valid"), "land_unit", type_="check")
    op.create_check_constraint(
        op.f("ck_land_unit_valid"), "land_unit", "NOT isempty(valid) AND NOT lower_inf(valid)"
    )
    op.drop_column("land_unit", "cut_from")
    op.drop_column("land_unit", "plan_id")
    for table in ("plan_step", "plan_unit", "plan_zone"):
        op.drop_table(table)
    op.drop_index("ix_plan_layer_id", table_name="plan")
    op.drop_constraint(op.f("ck_plan_band"), "plan", type_="check")
    for column in ("note", "band_max", "band_min", "revision", "base_at", "area_zone_id"):
        op.drop_column("plan", column)
