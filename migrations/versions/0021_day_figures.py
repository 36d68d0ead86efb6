"""Figures of days, months and places, and marks of what has to be counted again.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SUMS = (
    "reported", "self_found", "complained", "due", "due_closed", "on_time", "reworked", "extended", "excluded",
    "closed", "evaluated", "satisfied",
)  # fmt: skip
FLAGS = ("gone", "paused", "on_time", "reworked", "extended", "evaluated", "satisfied")


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=True)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    """Add the tables, what marks changes, and mark all that is there."""
    op.create_table(
        "figure_place",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("zone_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("located", sa.Boolean(), nullable=False),
        *(_key(name) for name in ("base_grid_id", "community_id", "street_id", "district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_place")),
        sa.UniqueConstraint(
            "zone_ids", "located", "base_grid_id", name=op.f("uq_figure_place_zone_ids_located_base_grid_id")
        ),
    )
    op.create_index("ix_figure_place_zone_ids", "figure_place", ["zone_ids"], postgresql_using="gin")
    _cases()
    op.create_table(
        "period_figure",
        sa.Column("grain", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        _key("class_id"),
        sa.Column("source", sa.Text(), nullable=False),
        _key("organisation_id"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SUMS),
        sa.PrimaryKeyConstraint(
            "grain",
            "starts",
            "place_id",
            "class_id",
            "source",
            "organisation_id",
            name=op.f("pk_period_figure"),
        ),
        sa.CheckConstraint("grain BETWEEN 0 AND 4", name=op.f("ck_period_figure_grain")),
    )
    op.create_table(
        "figure_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _key("first_id"),
        _key("last_id"),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_mark")),
    )
    run_sql("0021_figures")


def _cases() -> None:
    table = "case_figure"
    op.create_table(
        table,
        _key("incident_id"),
        sa.Column("life", sa.SmallInteger(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        _key("category_id"),
        _key("class_id"),
        sa.Column("source", sa.Text(), nullable=False),
        _key("organisation_id"),
        _day("reported_day"),
        _day("due_day"),
        _moment("due_at"),
        _day("ended_day"),
        _day("closed_day"),
        _moment("later_due_at"),
        _day("later_closed_day"),
        _day("settled_day"),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in FLAGS),
        sa.PrimaryKeyConstraint("incident_id", "life", name=op.f("pk_case_figure")),
    )
    for column in ("reported_day", "due_day", "closed_day", "organisation_id"):
        op.create_index(f"ix_case_figure_{column}", table, [column])
    op.create_index("ix_case_figure_category_id_source", table, ["category_id", "source"])
    op.create_index(
        "ix_case_figure_unsettled",
        table,
        [sa.text("daterange(due_day, settled_day)")],
        postgresql_using="gist",
        postgresql_where=sa.text("settled_day IS NOT NULL"),
    )
    op.create_index(
        "ix_case_figure_closed_again",
        table,
        ["closed_day"],
        postgresql_where=sa.text("later_closed_day IS NOT NULL"),
    )


def downgrade() -> None:
    """Take them away; they can be counted again."""
    run_sql("0021_drop_figures")
    for table in ("figure_mark", "period_figure", "case_figure", "figure_place"):
        op.drop_table(table)
