"""An incident's whole life: where each case stands, work orders, and an incident that knows whether it is open.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.functions import run_sql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "'reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated'"
OPEN = "'reported', 'accepted', 'verified', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated'"
INDEXES = (
    ("ix_incident_open_land_unit_id", ["land_unit_id", "base_grid_id"], "{open}"),
    ("ix_incident_open_overridden", ["id"], "overridden AND {open}"),
    ("ix_incident_open_reported_at", ["reported_at", "id"], "{open}"),
)


def upgrade() -> None:
    """New states, the column the indexes hold on, the tables, and a row for every incident there is."""
    op.drop_constraint(op.f("ck_incident_state"), "incident", type_="check")
    op.create_check_constraint(
        op.f("ck_incident_state"),
        "incident",
        f"state IN ({OPEN}, 'closed', 'archived', 'rejected', 'cancelled', 'merged')",
    )
    for name, _, _ in INDEXES:
        op.drop_index(name, "incident")
    # The table is written anew with this column: with room on each page.
    op.execute("ALTER TABLE incident SET (fillfactor = 85)")
    op.add_column(
        "incident", sa.Column("is_open", sa.Boolean(), sa.Computed(f"state IN ({OPEN})", persisted=True))
    )
    _make_indexes("is_open")
    _case_state()
    _work_order()
    run_sql("0012_casework")


def _make_indexes(open_ones: str) -> None:
    for name, columns, where in INDEXES:
        op.create_index(name, "incident", columns, postgresql_where=sa.text(where.format(open=open_ones)))


def _case_state() -> None:
    counters = ("revision", "reworks", "send_backs", "extensions", "hand_overs", "reopens")

    def counter(name: str) -> sa.Column[int]:
        return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)

    def moment(name: str) -> sa.Column[object]:
        return sa.Column(name, sa.DateTime(timezone=True), nullable=True)

    op.create_table(
        "case_state",
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        counter("revision"),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "supporting_ids",
            postgresql.ARRAY(sa.BigInteger()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("handler_organisation_id", sa.BigInteger(), autoincrement=False, nullable=True),
        *(counter(name) for name in counters[1:]),
        moment("suspended_at"),
        moment("supervised_at"),
        sa.Column("objection", postgresql.JSONB(), nullable=True),
        sa.Column("extension", postgresql.JSONB(), nullable=True),
        sa.Column("direct_reason", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("reported_grid_id", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("duplicate_of_id", sa.BigInteger(), autoincrement=False, nullable=True),
        moment("lapses_at"),
        moment("due_at"),
        moment("closed_at"),
        sa.CheckConstraint("level IN ('community', 'street', 'district')", name=op.f("ck_case_state_level")),
        sa.CheckConstraint(
            "direct_reason IN ('multi_department', 'outside_list', 'unclear_responsibility')",
            name=op.f("ck_case_state_direct_reason"),
        ),
        sa.CheckConstraint(
            "outcome IN ('handled', 'self_handled', 'direct_answer', 'transferred_110')",
            name=op.f("ck_case_state_outcome"),
        ),
        sa.CheckConstraint(
            "satisfaction IN ('satisfied', 'basic', 'unsatisfied', 'lapsed')",
            name=op.f("ck_case_state_satisfaction"),
        ),
        sa.CheckConstraint("duplicate_of_id <> incident_id", name=op.f("ck_case_state_duplicate_of_another")),
        sa.CheckConstraint(
            " AND ".join(f"{name} >= 0" for name in counters), name=op.f("ck_case_state_counters")
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_case_state")),
        postgresql_with={"fillfactor": "80"},
    )
    for column in ("duplicate_of_id", "lapses_at"):
        op.create_index(
            f"ix_case_state_{column}",
            "case_state",
            [column],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def _work_order() -> None:
    op.create_table(
        "work_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('lead', 'supporting')", name=op.f("ck_work_order_kind")),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_work_order_closed_after_opening")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order")),
    )
    op.create_index("ix_work_order_incident_id", "work_order", ["incident_id"])


def downgrade() -> None:
    """States of before: what was verified is accepted, what was merged is cancelled; cases are forgotten."""
    run_sql("0012_drop_casework")
    op.drop_table("work_order")
    op.drop_table("case_state")
    for name, _, _ in INDEXES:
        op.drop_index(name, "incident")
    op.drop_column("incident", "is_open")
    op.execute("ALTER TABLE incident RESET (fillfactor)")
    op.execute("UPDATE incident SET state = 'accepted' WHERE state = 'verified'")
    op.execute("UPDATE incident SET state = 'cancelled' WHERE state = 'merged'")
    op.drop_constraint(op.f("ck_incident_state"), "incident", type_="check")
    op.create_check_constraint(
        op.f("ck_incident_state"),
        "incident",
        f"state IN ({BEFORE}, 'closed', 'archived', 'rejected', 'cancelled')",
    )
    _make_indexes(f"state IN ({BEFORE})")
